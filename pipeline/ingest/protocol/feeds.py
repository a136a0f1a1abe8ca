"""Build the daily feeds as https://rss.arxiv.org serves them, in RSS or Atom.

A feed holds the announcements of one New York day. Announce types are relative to the requested
categories: a paper is `new` where its primary category was asked for and `cross` elsewhere.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipeline.ingest.protocol.answers import Answer
from pipeline.ingest.protocol.holdings import Action, Feeds, Item, RefusedError
from pipeline.ingest.protocol.sets import ALIASES, archives, subject_classes
from pipeline.ingest.protocol.xml import escape, escape_attribute

#: arXiv dates its days here
NEW_YORK = ZoneInfo("America/New_York")
#: arXiv cuts a feed here, silently
ITEM_LIMIT = 2000
#: replacements from this version on are left out
VERSION_THRESHOLD = 6
_SITE = "http://rss.arxiv.org"
_UNREAD = "An item of this feed could not be read"
_TYPE_ORDER = ("new", "cross", "replace", "replace-cross")
_ARXIV = 'xmlns:arxiv="http://arxiv.org/schemas/atom"'
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


class Form(StrEnum):
    """The two forms of a feed; the value is the first part of its path."""

    RSS = "rss"
    ATOM = "atom"


@dataclass(frozen=True, slots=True)
class _Head:
    form: Form
    query: str
    title: str
    description: str
    built: datetime
    midnight: datetime
    editor: str = "rss-help@arxiv.org"
    skip_days: bool = True

    @property
    def url(self) -> str:
        return f"{_SITE}/{self.form}/{self.query}"


class _BadQueryError(Exception):
    pass


def answer(
    form: Form,
    query: str,
    feeds: Feeds,
    *,
    now: datetime,
    version: str = "",
) -> Answer:
    """Answer `/rss/QUERY` or `/atom/QUERY` at the aware UTC instant `now`."""
    try:
        _check_version(version)
        names, categories = _categories(query)
        announced = feeds.feed_of(names, categories)
    except (_BadQueryError, RefusedError) as error:
        midnight = _midnight(now.astimezone(NEW_YORK).date())
        title = f"Feed error for query: {_SITE}/{form}/{query}"
        # In error feeds arXiv's editor address has a dot where the @ belongs.
        head = _Head(form, query, title, str(error), now, midnight, "rss-help.arxiv.org", False)
        return _answer(head, (), status=400)
    chosen = _choose(announced.items, categories)
    subject = ", ".join(names)
    head = _Head(
        form,
        "+".join(names),
        f"{subject} updates on arXiv.org",
        f"{subject} updates on the arXiv.org e-print archive.",
        now,
        _midnight(announced.day),
    )
    return _answer(head, chosen, announced.unread)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), NEW_YORK)


def _check_version(version: str) -> None:
    if version and version not in {"2.0", "1.0"}:
        raise _BadQueryError(
            f"Unsupported feed version 'RSS {version}' requested. "
            "Valid options are: RSS 2.0, Atom 1.0."
        )


def _categories(query: str) -> tuple[list[str], frozenset[str]]:
    whole: list[str] = []
    single: list[str] = []
    categories: set[str] = set()
    for part in query.split("+"):
        pieces = part.split(".")
        if not all(pieces) or len(pieces) > 2:
            raise _BadQueryError(
                f"Invalid archive specification '{query}'. Correct format is one or more archive "
                "names delimited by '+'. Each name can be either of the form 'archive' or "
                "'archive.category'. For example: 'math+cs.CG' (all from math and only "
                "computational geometry from computer science)."
            )
        archive = pieces[0].lower()
        if archive not in archives():
            listed = ", ".join(archives())
            raise _BadQueryError(f"Bad archive '{pieces[0]}'. Valid archive names are: {listed}.")
        known = subject_classes(archive)
        if len(pieces) == 1:
            whole.append(archive)
            categories.update(known, (archive,))  # old papers carry the bare archive
            continue
        name = next((one for one in known if one.lower() == part.lower()), None)
        if name is None:
            raise _BadQueryError(
                f"Bad subject class '{pieces[1]}'. Valid subject classes for the archive "
                f"'{archive}' are: {', '.join(known)}."
            )
        single.append(name)
        categories.add(name)
    both = {other for pair in ALIASES.items() if categories.intersection(pair) for other in pair}
    return list(dict.fromkeys(whole + single)), frozenset(categories | both)


def _choose(items: Iterable[Item], categories: frozenset[str]) -> list[tuple[Item, str]]:
    chosen = []
    for item in items:
        if categories.isdisjoint(item.categories):
            continue
        replaced = item.action is Action.REPLACE
        if replaced and item.version >= VERSION_THRESHOLD:
            continue
        primary = item.primary in categories
        if replaced:
            kind = "replace" if primary else "replace-cross"
        else:
            kind = "new" if primary else "cross"
        chosen.append((item, kind))
    chosen.sort(key=lambda pair: (_TYPE_ORDER.index(pair[1]), pair[0].record.arxiv_id))
    return chosen[:ITEM_LIMIT]


def _answer(
    head: _Head,
    items: Sequence[tuple[Item, str]],
    unread: Sequence[str] = (),
    *,
    status: int = 200,
) -> Answer:
    body = (_rss if head.form is Form.RSS else _atom)(head, items, unread).encode()
    tomorrow = datetime.combine(_next_day(head.built), time(), NEW_YORK)
    headers = (
        ("Content-Type", f"application/{head.form}+xml"),
        # Unquoted, and new with every generation: the build time is in the body.
        ("ETag", hashlib.sha256(body).hexdigest()),
        ("Cache-Control", f"max-age={int((tomorrow - head.built).total_seconds())}"),
        ("Surrogate-Key", f"announce feed feed-{head.form}"),
    )
    return Answer(body, status, headers)


def _next_day(moment: datetime) -> date:
    return moment.astimezone(NEW_YORK).date() + timedelta(days=1)


def _summary(item: Item, kind: str) -> str:
    record = item.record
    return (
        f"arXiv:{record.arxiv_id}v{item.version} Announce Type: {kind} \n"
        f"Abstract: {record.abstract or ''}"
    )


def _element(name: str, value: str | None, indent: str) -> str:
    return f"{indent}<{name}>{escape(value)}</{name}>\n" if value else ""


def _rss(head: _Head, items: Sequence[tuple[Item, str]], unread: Sequence[str]) -> str:
    midnight = format_datetime(head.midnight)
    skip = (
        "    <skipDays>\n      <day>Saturday</day>\n      <day>Sunday</day>\n    </skipDays>\n"
        if head.skip_days
        else ""
    )
    url = escape_attribute(head.url)
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<rss {_ARXIV} {_DC} xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">\n'
        "  <channel>\n"
        f"    <title>{escape(head.title)}</title>\n"
        f"    <link>{escape(head.url)}</link>\n"
        f"    <description>{escape(head.description)}</description>\n"
        f'    <atom:link href="{url}" rel="self" type="application/rss+xml"/>\n'
        "    <docs>http://www.rssboard.org/rss-specification</docs>\n"
        "    <language>en-us</language>\n"
        f"    <lastBuildDate>{format_datetime(head.built.astimezone(UTC))}</lastBuildDate>\n"
        f"    <managingEditor>{head.editor}</managingEditor>\n"
        f"    <pubDate>{midnight}</pubDate>\n"
        f"{skip}"
        + "".join(_rss_item(item, kind, midnight) for item, kind in items)
        + "".join(_rss_unread(category, midnight) for category in unread)
        + "  </channel>\n</rss>\n"
    )


def _rss_unread(category: str, midnight: str) -> str:
    """Return an item without an ID, for one that could not be read and may announce a paper."""
    pad = "      "
    return (
        "    <item>\n"
        f"{pad}<title>{_UNREAD}</title>\n"
        f"{pad}<category>{escape(category)}</category>\n"
        f"{pad}<pubDate>{midnight}</pubDate>\n"
        f"{pad}<arxiv:announce_type>new</arxiv:announce_type>\n"
        "    </item>\n"
    )


def _rss_item(item: Item, kind: str, midnight: str) -> str:
    record, pad = item.record, "      "
    categories = "".join(f"{pad}<category>{name}</category>\n" for name in item.categories)
    return (
        "    <item>\n"
        f"{pad}<title>{escape(record.title)}</title>\n"
        f"{pad}<link>https://arxiv.org/abs/{record.arxiv_id}</link>\n"
        f"{pad}<description>{escape(_summary(item, kind))}</description>\n"
        f'{pad}<guid isPermaLink="false">oai:arXiv.org:{record.arxiv_id}v{item.version}</guid>\n'
        f"{categories}"
        f"{pad}<pubDate>{midnight}</pubDate>\n"
        f"{pad}<arxiv:announce_type>{kind}</arxiv:announce_type>\n"
        + _element("dc:rights", record.license, pad)
        + _element("arxiv:DOI", record.doi, pad)
        + _element("arxiv:journal_reference", record.journal_ref, pad)
        + f"{pad}<dc:creator>{escape(', '.join(record.authors))}</dc:creator>\n"
        "    </item>\n"
    )


def _atom(head: _Head, items: Sequence[tuple[Item, str]], unread: Sequence[str]) -> str:
    url, built = escape_attribute(head.url), head.built.isoformat(timespec="microseconds")
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<feed {_ARXIV} {_DC} xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">\n'
        f"  <id>{escape(head.url)}</id>\n"
        f"  <title>{escape(head.title)}</title>\n"
        f"  <updated>{built}</updated>\n"
        f'  <link href="{url}" rel="self" type="application/atom+xml"/>\n'
        f"  <subtitle>{escape(head.description)}</subtitle>\n"
        + "".join(_atom_entry(item, kind, head, built) for item, kind in items)
        + "".join(_atom_unread(category, head, built) for category in unread)
        + "</feed>\n"
    )


def _atom_unread(category: str, head: _Head, built: str) -> str:
    pad = "    "
    return (
        "  <entry>\n"
        f"{pad}<title>{_UNREAD}</title>\n"
        f"{pad}<updated>{built}</updated>\n"
        f'{pad}<category term="{escape_attribute(category)}"/>\n'
        f"{pad}<published>{head.midnight.isoformat()}</published>\n"
        f"{pad}<arxiv:announce_type>new</arxiv:announce_type>\n"
        "  </entry>\n"
    )


def _atom_entry(item: Item, kind: str, head: _Head, built: str) -> str:
    record, pad = item.record, "    "
    categories = "".join(f'{pad}<category term="{name}"/>\n' for name in item.categories)
    link = f"https://arxiv.org/abs/{record.arxiv_id}"
    return (
        "  <entry>\n"
        f"{pad}<id>oai:arXiv.org:{record.arxiv_id}v{item.version}</id>\n"
        f"{pad}<title>{escape(record.title)}</title>\n"
        # The time of generation, not of the paper.
        f"{pad}<updated>{built}</updated>\n"
        f'{pad}<link href="{link}" rel="alternate" type="text/html"/>\n'
        f"{pad}<summary>{escape(_summary(item, kind))}</summary>\n"
        f"{categories}"
        f"{pad}<published>{head.midnight.isoformat()}</published>\n"
        f"{pad}<arxiv:announce_type>{kind}</arxiv:announce_type>\n"
        + _element("dc:rights", record.license, pad)
        + _element("arxiv:journal_reference", record.journal_ref, pad)
        + _element("arxiv:DOI", record.doi, pad)
        + f"{pad}<dc:creator>{escape(', '.join(record.authors))}</dc:creator>\n"
        "  </entry>\n"
    )
