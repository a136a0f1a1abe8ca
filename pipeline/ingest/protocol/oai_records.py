"""Write a record in each OAI format, element for element as arXiv does.

Order, quoting and namespaces are those of the templates of arXiv/oaipmh (2026-08); `arXivOld`
is served by arXiv too but not here.
"""

import re
import zlib
from dataclasses import dataclass
from email.utils import format_datetime

from pipeline.ingest.protocol.record import Record, Version
from pipeline.ingest.protocol.sets import category_name, category_set
from pipeline.ingest.protocol.tex import to_unicode
from pipeline.ingest.protocol.xml import escape_template as esc

PREFIXES = ("oai_dc", "arXiv", "arXivOld", "arXivRaw")
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_SUFFIX = re.compile(r"^(?:Jr\.?|Sr\.?|II|III|IV)$")


@dataclass(frozen=True, slots=True)
class Name:
    """An author's name in the parts OAI knows."""

    keyname: str
    forenames: str
    suffix: str


def split_name(name: str) -> Name:
    """Split a display name: particles in lower case belong to the keyname (`van Rees`)."""
    words = name.split() or [name]
    suffix = words.pop() if len(words) > 1 and _SUFFIX.match(words[-1]) else ""
    start = len(words) - 1
    while start > 1 and words[start - 1].islower():
        start -= 1
    return Name(" ".join(words[start:]), " ".join(words[:start]), suffix)


def header(record: Record) -> str:
    """Return the `<header>` element."""
    specs = dict.fromkeys(spec for name in record.categories if (spec := category_set(name)))
    sets = "".join(f"            <setSpec>{spec}</setSpec>\n" for spec in specs)
    return (
        "                <header>\n"
        f"        <identifier>oai:arXiv.org:{record.arxiv_id}</identifier>\n"
        f"        <datestamp>{record.datestamp}</datestamp>\n"
        f"{sets}"
        "    </header>\n\n"
    )


def element(record: Record, prefix: str) -> str:
    """Return the `<record>` element in the format named by `prefix`."""
    body = {"arXivRaw": _raw, "arXiv": _arxiv, "oai_dc": _dc, "arXivOld": _old}[prefix](record)
    return (
        "                    <record>\n"
        f"{header(record)}"
        "            <metadata>\n"
        f"                        {body}"
        "            </metadata>\n"
        "        </record>\n\n"
    )


def _open(prefix: str) -> str:
    namespace = f"http://arxiv.org/OAI/{prefix}/"
    return (
        f'<{prefix} xmlns="{namespace}" {_XSI} '
        f'xsi:schemaLocation="{namespace} https://oaipmh.arxiv.org/OAI/{prefix}.xsd">\n'
    )


def _optional(name: str, value: str | None) -> str:
    return f"            <{name}>{esc(value)}</{name}>\n" if value else ""


def _abstract(text: str | None) -> str:
    return f"            <abstract>{esc(text)}</abstract>\n" if text else ""


def _version(record: Record, version: Version) -> str:
    size = 0 if version.withdrawn else 40 + zlib.crc32(record.arxiv_id.encode()) % 9000
    source = "                    <source_type>I</source_type>\n" if version.withdrawn else ""
    return (
        f'            <version version="v{version.number}">\n'
        f"                <date>{format_datetime(version.submitted_at, usegmt=True)}</date>\n"
        + (f"                <size>{size}kb</size>\n" if record.sized else "")
        + source
        + "            </version>\n"
    )


def _raw(record: Record) -> str:
    return (
        _open("arXivRaw")
        + f"        <id>{record.arxiv_id}</id>\n"
        + f"        <submitter>{esc(record.submitter or '')}</submitter>\n"
        + "".join(_version(record, version) for version in record.versions)
        + f"        <title>{esc(record.title)}</title>\n"
        + f"        <authors>{esc(record.authors_text)}</authors>\n"
        + f"        <categories>{' '.join(record.categories)}</categories>\n"
        + _optional("comments", record.comment)
        + _optional("report-no", record.report_no)
        + _optional("journal-ref", record.journal_ref)
        + _optional("doi", record.doi)
        + _optional("license", record.license)
        + _abstract(record.abstract)
        + "    </arXivRaw>\n\n"
    )


def _old(record: Record) -> str:
    return (
        _open("arXivOld")
        + f"        <id>{record.arxiv_id}</id>\n"
        + f"        <title>{esc(record.title)}</title>\n"
        + f"        <authors>{esc(record.authors_text)}</authors>\n"
        + f"        <categories>{' '.join(record.categories)}</categories>\n"
        + _optional("comments", record.comment)
        + _optional("report-no", record.report_no)
        + _optional("journal-ref", record.journal_ref)
        + _optional("doi", record.doi)
        + _optional("license", record.license)
        + _abstract(record.abstract)
        + "    </arXivOld>\n\n"
    )


def _author(name: str) -> str:
    parts = split_name(to_unicode(name))
    optional = "".join(
        f"                        <{tag}>{esc(value)}</{tag}>\n"
        for tag, value in (("forenames", parts.forenames), ("suffix", parts.suffix))
        if value
    )
    return (
        "                <author>\n"
        f"                    <keyname>{esc(parts.keyname)}</keyname>\n"
        f"{optional}"
        "                </author>\n"
    )


def _arxiv(record: Record) -> str:
    # `created` is the date of the current version since 2025, not of the first one.
    return (
        _open("arXiv")
        + f"        <id>{record.arxiv_id}</id>\n"
        + f"        <created>{record.current.submitted_at.date()}</created>\n"
        + f"            <updated>{record.datestamp}</updated>\n"
        + "        <authors>\n"
        + "".join(map(_author, record.authors))
        + "        </authors>\n"
        + f"        <title>{esc(to_unicode(record.title))}</title>\n"
        + f"            <categories>{' '.join(record.categories)}</categories>\n"
        + _optional("comments", record.comment and to_unicode(record.comment))
        + _optional("report-no", record.report_no)
        + _optional("journal-ref", record.journal_ref and to_unicode(record.journal_ref))
        + _optional("doi", record.doi)
        + _optional("license", record.license)
        + _abstract(record.abstract and to_unicode(record.abstract))
        + "    </arXiv>\n\n"
    )


def _dc(record: Record) -> str:
    first, last = record.versions[0].submitted_at.date(), record.current.submitted_at.date()
    dates = [first] if first == last else [first, last]
    links = [f"https://arxiv.org/abs/{record.arxiv_id}", f"http://arxiv.org/abs/{record.arxiv_id}"]

    def lines(tag: str, values: list[str], indent: str = "            ") -> str:
        return "".join(f"{indent}<dc:{tag}>{esc(value)}</dc:{tag}>\n" for value in values)

    names = (split_name(to_unicode(name)) for name in record.authors)
    creators = [", ".join(filter(None, (n.keyname, n.suffix, n.forenames))) for n in names]
    subjects = list(dict.fromkeys(map(category_name, record.categories)))
    descriptions = [to_unicode(text) for text in (record.abstract, record.comment) if text]
    extra = [record.journal_ref] if record.journal_ref else []
    extra += [f"doi:{record.doi}"] if record.doi else []
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/" {_XSI} '
        'xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ '
        'https://www.openarchives.org/OAI/2.0/oai_dc.xsd">\n'
        + lines("title", [to_unicode(record.title)], "        ")
        + lines("creator", creators)
        + lines("subject", subjects)
        + lines("description", descriptions)
        + lines("date", [str(day) for day in dates], "        ")
        + lines("type", ["text"], "        ")
        + lines("identifier", links, "        ")
        + lines("identifier", extra)
        + "    </oai_dc:dc>\n\n"
    )
