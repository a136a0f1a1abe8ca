"""List the texts of a block that may be its paper's title, each with its style.

Style keys name how and where a text stands (`bold`, `link`, `plain after names`), so that a list's
own habit can be learned (`style.py`).
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.curated.markdown.dates import looks_like_date
from pipeline.curated.markdown.inline import Inline, Mark
from pipeline.curated.markdown.inline_tokens import Style
from pipeline.curated.markdown.likeness import is_venue_name, likeness
from pipeline.curated.markdown.links import is_caption, is_paper_url, mark_id
from pipeline.curated.markdown.people import is_name, looks_like_names
from pipeline.curated.markdown.vocabulary import AUTHOR_LABELS, TITLE_LABELS

_LEAD = re.compile(
    r"(?:\s|[-+*\u2022>|#=]|\[[ xX\u2713]\]"
    r"|\(?\d{1,4}[.)\u3001\uff09\]](?!\d)|:[a-z][a-z0-9_+-]{1,40}:"
    r"|[^\w\s\"'\u201c\u2018\u300c\u300a\u00ab(\[\u3010{<`$\\&@%])++"
)
_TAG = re.compile(
    r"\s*+[\[\u3010(](?P<tag>[^\[\]()\u3010\u3011]{1,60}+)[\]\u3011)]\s*+[:,.\-]?\s*+"
)
_LABEL = re.compile(r"\s*+(?P<label>[^\W\d_][\w \-/()]{0,30}?)\s?[:\uff1a]\s*+", re.UNICODE)
_HARD = re.compile(
    r"\n| \| |;\s|\t|\u3002"
    r"|(?<=[a-z\u4e00-\u9fff\d)?!][.?!])[ \u3000]+(?=[A-Z\[(\u4e00-\u9fff*\d]|arXiv|in [A-Z])"
    r"|(?<=[A-Z]{2}\.)[ ](?=[A-Z])"
)
_SOFT = re.compile(r"[,\uff0c]\s*|\s[-\u2013\u2014]{1,3}\s")
_ENDS = " \t\n.,;:\u3002\uff0c\uff1b\uff1a|*_-\u2013\u2014\"'\u201c\u201d[]()`\\~"
_QUOTE_PAIRS = {'"': '"', "\u201c": "\u201d", "'": "'", "\u2018": "\u2019", "\u300a": "\u300b",
                "\u300c": "\u300d", "`": "'"}  # fmt: skip
_NOTE = re.compile(r"[(\[\uff08](?P<note>[^()\[\]\uff08\uff09]{1,60}+)[)\]\uff09]$")
#: `[Vole24] ` before names
_CITE_KEY = re.compile(r"\[[A-Z][A-Za-z+]{1,20}\d{2,4}[a-z]?\]\s*+(?=[^\W\d_][^,]{2,40}+,)")
_NAMES_NOTE = re.compile(r"\s[(\uff08](?P<note>[^()\uff08\uff09]{1,200}+)[)\uff09]?+[\s.]*$")
_IN = re.compile(r"(?:\bin|\bby|\bat|[(\[])\s*$")
#: plain parts read of one block
_PARTS = 6
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may be the title."""

    text: str
    key: str
    #: characters of the block, with the marks around it
    start: int
    end: int
    #: 0 to 1
    likeness: float
    #: of a linked text
    url: str = ""
    #: in a link, bold, in quotes, or in a column of titles
    strong: bool = True


def find_candidates(text: str, inline: Inline) -> tuple[Candidate, ...]:
    """Return the possible titles of a block's text, in order."""
    found = [*_styled(inline), *_plain(text, inline)]
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def clean_title(text: str) -> str:
    """Return a text without marks, numbers, quotes and stops around it."""
    text = " ".join(text.split())
    for _ in range(3):
        lead = _LEAD.match(text)
        bare = text[lead.end() :] if lead else text
        bare = _strip_end(bare.strip(" \t*_|")).rstrip(" -\u2013\u2014")
        if bare[-1:] in {".", ",", ":", ";", "\u3002", "\uff0c", "\uff1a"}:
            bare = bare[:-1].rstrip() if not bare.endswith("...") else bare
        if len(bare) > 1 and _QUOTE_PAIRS.get(bare[0]) == bare[-1] and bare[0] not in bare[1:-1]:
            bare = bare[1:-1]
        if bare.startswith("``") and bare.endswith("''"):
            bare = bare[2:-2]
        if bare == text:
            break
        text = bare
    return text


def _strip_end(text: str) -> str:
    """Remove emoji and a date or venue in parentheses at the end, and brackets around all."""
    end = len(text)
    while end and unicodedata.category(text[end - 1]) in {"So", "Cf", "Mn", "Sk", "Zs"}:
        end -= 1
    text = text[:end]
    note = _NOTE.search(text)
    if note and note.start() and (looks_like_date(note["note"]) or is_venue_name(note["note"])):
        text = text[: note.start()].rstrip()
    if len(text) > 1 and text[0] + text[-1] in {"[]", "()"} and not set("[]()") & set(text[1:-1]):
        text = text[1:-1].strip()
    return text


def _styled(inline: Inline) -> Iterator[Candidate]:
    seen: dict[str, int] = {}
    bold, links = list(inline.of(Style.BOLD)), list(inline.of(Style.LINK))
    for mark in inline.marks:
        if mark.style in {Style.PLAIN, Style.URL, Style.BADGE} or not mark.text:
            continue
        if mark.style is Style.LINK and _within(mark, bold):
            # The bold text around it counts.
            continue
        text = clean_title(_without_names(mark.text))
        if not text or len(text) > _LONGEST:
            continue
        key, url = mark.style.value, ""
        if mark.style is Style.BOLD:
            inner = _inner_link(mark, links)
            url = inner.url if inner else ""
        elif mark.style is Style.LINK:
            url = mark.url
            key = "link to paper" if mark_id(mark) or is_paper_url(url) else key
        score = 0.0 if _is_label(mark) else likeness(text)
        # Only what may be a title counts as the first of its style.
        number = seen.get(key, 0)
        if score > 0:
            seen[key] = number + 1
        yield Candidate(
            text,
            key if not number else f"{key} later",
            mark.start,
            mark.end,
            score,
            url,
            strong=mark.style in {Style.BOLD, Style.LINK, Style.QUOTED},
        )


def _without_names(text: str) -> str:
    """Return the title of a whole reference: `Ada Vole, Bo Finch. Title. arXiv, 2024`."""
    names, *parts = _HARD.split(text, maxsplit=2)
    return parts[0] if parts and looks_like_names(names) else text


def _within(mark: Mark, others: Sequence[Mark]) -> bool:
    """Say whether a mark stands inside one of others, which are in order."""
    number = bisect_left(others, mark.start, key=lambda one: one.start) - 1
    return number >= 0 and mark.end < others[number].end


def _inner_link(bold: Mark, links: Sequence[Mark]) -> Mark | None:
    """Return the only link in bold text."""
    number = bisect_left(links, bold.start, key=lambda one: one.start)
    inner = [one for one in links[number : number + 2] if one.end <= bold.end]
    return inner[0] if len(inner) == 1 and clean_title(inner[0].text) else None


def _names_authors(mark: Mark) -> bool:
    return mark.text.strip(" :\uff1a").lower() in AUTHOR_LABELS


def _is_label(mark: Mark) -> bool:
    return is_caption(mark.text.strip(" :\uff1a"))


def _plain(text: str, inline: Inline) -> Iterator[Candidate]:
    read = 0
    for mark, before in zip(inline.marks, (None, *inline.marks), strict=False):
        if mark.style is not Style.PLAIN:
            continue
        place = mark.start
        # `**Authors**: Ada Example`: the label is in another style than the names.
        parts = _HARD.split(mark.text)
        for part in parts[1:] if before and _names_authors(before) else parts:
            at = text.find(part[:20], place, mark.end + 1) if part.strip() else -1
            place = at if at >= 0 else place
            if not part.strip(_ENDS) or len(part) > _LONGEST:
                continue
            if read == _PARTS:
                return
            found = tuple(_plain_part(part, place, mark))
            read += bool(found)
            yield from found


def _plain_part(part: str, place: int, mark: Mark) -> Iterator[Candidate]:
    bare = _without_lead(part)
    key = "plain"
    if label := _LABEL.match(bare):
        name = label["label"].lower().strip()
        if name in TITLE_LABELS:
            key, bare = "field", bare[label.end() :]
        elif name in AUTHOR_LABELS or is_caption(name):
            return
    cited = _CITE_KEY.match(bare)
    bare = _without_note(bare[cited.end() :] if cited else bare)
    pieces = _inner(piece for piece in _SOFT.split(bare) if piece.strip(_ENDS))
    if not pieces:
        return

    def candidate(key: str, text: str, share: float) -> Candidate:
        start = min(place + max(part.find(text), 0), mark.end)
        end = min(start + len(text), mark.end)
        title = clean_title(_IN.sub("", text))
        strong = key == "field"
        return Candidate(title, key, start, end, likeness(title) * share, strong=strong)

    if looks_like_names(", ".join(pieces)):
        # Three words may be a name or a title.
        yield candidate("plain after names", pieces[-1], 0.1)
        return
    names, behind = _named_ends(pieces)
    titled = pieces[names : len(pieces) - behind]
    listed = behind > 1 or (behind == 1 and not is_name(pieces[-1]))
    whole = _between(bare, pieces)
    yield candidate(key, whole, 0.5 if names or listed else 1.0)
    if names:
        yield candidate("plain after names", _between(bare, titled), 1.0)
    elif behind:
        yield candidate(f"{key} before names", _between(bare, titled), 1.0)
    # `Title - what it shows` and `Title, with a comma`: the first piece alone is another reading.
    if len(pieces) - names > 1:
        yield candidate("plain first piece", pieces[names], 0.6)


def _named_ends(pieces: Sequence[str]) -> tuple[int, int]:
    """Return how many pieces at the start and at the end are names; one piece is none."""
    names = behind = 0
    while names < len(pieces) - 1 and _is_names(pieces[names]):
        names += 1
    while names + behind < len(pieces) - 1 and _is_names(pieces[-1 - behind]):
        behind += 1
    return names, behind


def _without_note(text: str) -> str:
    """Return a text without `(Ada Vole, 2024)` at its end."""
    note = _NAMES_NOTE.search(text)
    if note is None or not note.start():
        return text
    pieces = [piece.strip() for piece in re.split("[,\u3001]", note["note"])]
    known = all(_is_behind(piece) or _is_names(piece) for piece in pieces)
    return text[: note.start()].rstrip() if known else text


def _inner(pieces: Iterable[str]) -> list[str]:
    """Return the pieces without dates and venues at both ends."""
    kept = list(pieces)
    while kept and _is_behind(kept[-1]):
        kept.pop()
    while kept and _is_before(kept[0]):
        kept.pop(0)
    return kept


def _is_names(piece: str) -> bool:
    bare = piece.strip(" ([")
    return is_name(bare) or looks_like_names(bare)


def _without_lead(text: str) -> str:
    """Return a text without its bullet, box, number, emoji, and tags with a date or venue."""
    for _ in range(4):
        lead = _LEAD.match(text)
        bare = text[lead.end() :] if lead else text
        tag = _TAG.match(bare)
        if tag and (looks_like_date(tag["tag"]) or is_venue_name(tag["tag"])):
            bare = bare[tag.end() :]
        if bare == text:
            break
        text = bare
    return text


def _is_before(piece: str) -> bool:
    bare = piece.strip(_ENDS)
    return not bare or looks_like_date(bare) or is_venue_name(bare)


def _is_behind(piece: str) -> bool:
    bare = piece.strip(_ENDS).removeprefix("in ")
    return (
        not bare
        or bare in {"in", "by", "and"}
        or looks_like_date(bare)
        or is_venue_name(bare)
        or is_caption(bare)
        or "et al" in bare
    )


def _between(bare: str, pieces: Sequence[str]) -> str:
    return bare[bare.find(pieces[0]) : bare.rfind(pieces[-1]) + len(pieces[-1])]
