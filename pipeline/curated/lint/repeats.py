"""Rules on papers that stand in the list more than once."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from pipeline.curated.comparison.words import read_title
from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Edit, Finding
from pipeline.curated.lint.identity import same_title
from pipeline.curated.lint.subject import Subject, where
from pipeline.curated.types import Entry, Span
from pipeline.curated.verdict import reads_like_title

#: words that turn a heading into its opposite
_NOT = re.compile(r"\b(?:non|not|no|without|un|w/o)\b[\s\-\u2010-\u2015]*|[\s\-]free\b")
_WORD = re.compile(r"\w+")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BLANK_LINES = re.compile(rb"(?:[ \t]*+(?:\r\n|\r|\n))++")
_GAP = re.compile(rb"(?:\r\n|\r|\n)[ \t]*+(?:\r\n|\r|\n)\Z")
#: titles of one ID that are compared
_TITLES = 20
#: bytes looked at before an entry
_NEAR = 200


def repeated_ids(subject: Subject) -> Iterator[Finding]:
    """Yield papers that stand in one section twice, and those in several sections."""
    for arxiv_id, entries in subject.by_id.items():
        for same in _by_title(entries):
            firsts: dict[tuple[str, ...], Entry] = {}
            for entry in same:
                first = firsts.setdefault(entry.headings, entry)
                if first is not entry:
                    yield _repeat(subject, arxiv_id, first, entry)
            if len(firsts) > 1:
                yield _several(subject, arxiv_id, list(firsts.values()))


def _by_title(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Return entries of one ID by their titles, which differ where the ID is wrong on some."""
    groups: list[list[Entry]] = []
    for entry in entries:
        group = next((one for one in groups[:_TITLES] if same_title(one[0], entry)), None)
        if group is None:
            groups.append([entry])
        else:
            group.append(entry)
    return groups


def _repeat(subject: Subject, arxiv_id: str, first: Entry, entry: Entry) -> Finding:
    edits = tuple(_removal(subject, first, entry))
    return subject.on(
        entry,
        Code.DUPLICATE_ID,
        f"{arxiv_id} stands in this section already, on {where(entry, first)}.",
        "Remove one of the two." if edits else "Remove one of the two; their texts differ.",
        edits=edits,
    )


def _several(subject: Subject, arxiv_id: str, entries: list[Entry]) -> Finding:
    for one, other in combinations(entries, 2):
        if exclude_each_other(_last(one), _last(other)):
            return subject.on(
                other,
                Code.CONTRADICTORY_SECTIONS,
                f"{arxiv_id} stands under {_path(other)!r}, and on {where(other, one)} under"
                f" {_path(one)!r}, which exclude each other.",
                "Keep it in the section that is right.",
            )
    paths = ", ".join(f"{_path(one)!r} ({where(entries[-1], one)})" for one in entries[:-1])
    return subject.on(
        entries[-1],
        Code.SEVERAL_SECTIONS,
        f"{arxiv_id} also stands under {paths}.",
        "Nothing needs to be done if it belongs to both.",
    )


def exclude_each_other(one: str, other: str) -> bool:
    """Say whether two headings say the opposite: `LLM-based` and `Non-LLM-based (CLIP)`."""
    (bare, negated), (other_bare, other_negated) = _polarity(one), _polarity(other)
    return negated is not other_negated and bool(bare) and bare == other_bare


def _polarity(heading: str) -> tuple[str, bool]:
    text = heading.casefold().partition("(")[0]
    plain = _NOT.sub(" ", text)
    return " ".join(_WORD.findall(plain)), plain != text


def repeated_titles(subject: Subject) -> Iterator[Finding]:
    """Yield titles that stand in the list under different IDs, or twice in a section without."""
    seen: dict[str, Entry] = {}
    for entry in subject.curated.entries:
        letters = read_title(entry.title).letters
        if not reads_like_title(entry.title) or not letters:
            continue
        first = seen.setdefault(letters, entry)
        if first is entry or not _is_news(first, entry):
            continue
        one, other = (_named(first), _named(entry))
        yield subject.on(
            entry,
            Code.DUPLICATE_TITLE,
            f"Its title stands on {where(entry, first)} too, there with {one}, here with {other}.",
            "Remove one of the two, or correct the ID that is wrong.",
            edits=tuple(_removal(subject, first, entry)) if not entry.arxiv_ids else (),
        )


def _is_news(first: Entry, entry: Entry) -> bool:
    """Say whether two entries of one title are not reported by their IDs."""
    if first.arxiv_id is None and entry.arxiv_id is None:
        return first.headings == entry.headings
    ids = {one.base for one in first.arxiv_ids} & {one.base for one in entry.arxiv_ids}
    return not ids and same_title(first, entry)


def _named(entry: Entry) -> str:
    return f"the ID {entry.arxiv_id.base}" if entry.arxiv_id else "no ID"


def _removal(subject: Subject, first: Entry, entry: Entry) -> Iterator[Edit]:
    """Yield the removal of an entry that repeats another word for word in the same section."""
    file = subject.texts.get(entry.file)
    if file is None or first.file != entry.file or first.headings != entry.headings:
        return
    whole, other = _whole_lines(file.data, entry.span), _whole_lines(file.data, first.span)
    same = file.data[slice(*whole)].strip() == file.data[slice(*other)].strip()
    if same and other[1] <= whole[0]:
        yield Edit(_with_gap(file.data, whole), "")


def _whole_lines(data: bytes, span: Span) -> Span:
    """Return the lines that a span touches, with their ends."""
    start, end = span
    start = 1 + max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start))
    last = _LINE_END.search(data, end)
    return start, last.end() if last else len(data)


def _with_gap(data: bytes, lines: Span) -> Span:
    """Return lines with the blank ones behind them, where a blank one or nothing is before."""
    start, end = lines
    if start and not _GAP.search(data, max(0, start - _NEAR), start):
        return lines
    blank = _BLANK_LINES.match(data, end)
    return start, blank.end() if blank else end


def _path(entry: Entry) -> str:
    return " > ".join(entry.headings) or "no heading"


def _last(entry: Entry) -> str:
    return entry.headings[-1] if entry.headings else ""
