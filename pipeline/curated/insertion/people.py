"""Find an entry's authors with the form they are written in, and write others in that form."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipeline.curated.markdown.likeness import is_venue_name

_BETWEEN = re.compile(r"\s*(?:,|;|\u3001|\uff0c|\u00b7)?\s*(?:and\s+|&\s*|\u548c\s*)?")
_ET_AL = re.compile(
    r"(?P<all>,?\s*(?:\*|_)?\s*(?:et\.?\s?al(?:\.|\b)|and others|\u7b49))", re.IGNORECASE
)
_MARKS = "\u2020\u2021\u00a7\u00b9\u00b2\u00b3"
#: what is written behind a name: marks and places of an affiliation, the full stop of `Jr.`
_NOTE = rf"(?:<sup>[^<>\n]{{0,20}}</sup>|\s?\([^()\n\x00]{{1,40}}\)|[{_MARKS}*_.])"
_NOTES = re.compile(rf"{_NOTE}{{0,4}}")
_FOOTNOTES = re.compile(rf"(?:<sup>[^<>\n]{{0,20}}</sup>|[{_MARKS}]){{0,4}}")
#: between two names that have notes
_NOTED = re.compile(
    rf"{_NOTE}{{0,4}}\s{{0,3}}[,;\u3001\uff0c\u00b7|/]?\s{{0,3}}(?:and\s+|&\s*|\u548c\s*)?[*_]{{0,3}}"
)
_EMPHASIS = re.compile(r"\*{1,3}|_{1,3}")
_SEPARATORS = {";": "; ", "\u3001": "\u3001", "\uff0c": "\uff0c", "\u00b7": " \u00b7 "}
#: words of a name
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """Names that stand together, by characters."""

    start: int
    end: int
    form: Mapping[str, Any]


def find_authors(text: str, authors: Sequence[str]) -> Iterator[Found]:
    """Yield where a text names the authors, in order."""
    names = [name for name in map(_bare, authors) if may_be_name(name)]
    if not names:
        return
    spans = sorted(_spans(text, set(names)))
    spans = list(_outermost(spans))
    place = 0
    while place < len(spans):
        last = place
        while last + 1 < len(spans):
            between = text[spans[last][1] : spans[last + 1][0]]
            if not (between and (_BETWEEN.fullmatch(between) or _NOTED.fullmatch(between))):
                break
            last += 1
        yield _found(text, spans[place : last + 1])
        place = last + 1


def _bare(name: str) -> str:
    bare = name.partition(" (")[0].strip(f" .,;:[](){{}}*_`'\"+-{_MARKS}")
    return bare.removeprefix("by ")


def may_be_name(text: str) -> bool:
    """Leave out what the reader took for names: a venue, a sentence."""
    words = text.split()
    is_short = len(text) > 1 and len(words) <= _MOST_WORDS
    return is_short and not any(map(str.isdigit, text)) and not is_venue_name(text)


def _spans(text: str, names: set[str]) -> Iterator[tuple[int, int]]:
    """Yield where whole names stand; searched by text, because patterns take long to compile."""
    for name in names:
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if not (text[at - 1 : at].isalpha() and at) and not text[end : end + 1].isalpha():
                yield at, end
            at = text.find(name, end)


def _outermost(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans, in order, that do not begin in another one; the longer of two first."""
    end = -1
    for start, last in sorted(spans, key=lambda one: (one[0], -one[1])):
        if start >= end:
            yield start, last
            end = last


def _found(text: str, spans: Sequence[tuple[int, int]]) -> Found:
    start, end = spans[0][0], spans[-1][1]
    betweens = [text[a[1] : b[0]] for a, b in pairwise(spans)]
    if not all(map(_BETWEEN.fullmatch, betweens)):
        start, end = _with_notes(text, start, end, betweens)
        betweens = [_plain(one) for one in betweens]
    else:
        end = _FOOTNOTES.match(text, end).end()  # type: ignore[union-attr]  # it may be empty
    others = _ET_AL.match(text, end)
    form = {
        "count": len(spans) if others else 0,
        "others": others["all"] if others else "",
        "between": betweens[0] if betweens else ", ",
        "last": betweens[-1] if betweens else ", ",
        "names": _form_of_names([text[a:b] for a, b in spans]),
    }
    return Found(start, others.end() if others else end, form)


def _with_notes(text: str, start: int, end: int, betweens: Sequence[str]) -> tuple[int, int]:
    """Return the extent of names with their notes; emphasis around all of them stays outside."""
    marks = sum(len(_EMPHASIS.findall(one)) for one in betweens)
    before = re.search(r"[*_]{1,3}\Z", text[max(start - 3, 0) : start])
    notes = _NOTES.match(text, end)
    assert notes is not None
    behind = notes[0]
    if before and marks % 2:
        start -= len(before[0])
    elif before:
        behind = _without_last(behind, before[0])
    if not any("(" in one for one in betweens):
        behind = behind.partition("(")[0]
    # A full stop behind the last name ends the sentence.
    return start, end + len(behind.rstrip(" ").removesuffix("."))


def _without_last(notes: str, mark: str) -> str:
    """Return what stands before the mark that closes the emphasis of the names."""
    place = notes.find(mark)
    return notes if place < 0 else notes[:place]


def _plain(between: str) -> str:
    """Return what stands between names without notes."""
    bare = re.sub(r"<sup>[^<>]*</sup>|\([^()]*\)|[*_.]", "", between)
    joined = next((text for sign, text in _SEPARATORS.items() if sign in bare), ", ")
    if "and" in bare:
        return ", and " if "," in bare else " and "
    return joined


def _form_of_names(names: Sequence[str]) -> str:
    if all(" " not in name for name in names):
        return "family"
    if all(re.match(r"[^\W\d_]\.", name) for name in names):
        return "initials"
    return "whole"


def write_authors(form: Mapping[str, Any], authors: Sequence[str]) -> list[str]:
    """Return the names as written, with what stands between and behind them, to be joined.

    Names have even places, so that they can be escaped alone.
    """
    shown = list(authors)
    rest = ""
    if form["count"] and len(authors) > form["count"]:
        shown, rest = shown[: form["count"]], form["others"]
    pieces: list[str] = []
    for number, name in enumerate(shown):
        pieces.append(_name(name, form["names"]))
        is_last = number == len(shown) - 2 and not rest
        pieces.append(form["last"] if is_last else form["between"])
    return [*pieces[:-1], rest]


def _name(name: str, form: str) -> str:
    given, _, family = name.rpartition(" ")
    if not given or form == "whole":
        return name
    if form == "family":
        return family
    return " ".join((*(f"{part[0]}." for part in given.split()), family))
