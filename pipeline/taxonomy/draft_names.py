"""Derive names and IDs of a draft from a list's headings."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_LONGEST_ID = 60
#: "1.2 ", "3.", "IV)", "(b)", "二、", "第三章"
_NUMBER = re.compile(
    r"\d{1,3}(?:\.\d{1,3})++[.):]?\s+"
    r"|\(?(?>\d{1,3}|[IVXLC]{1,6}|[A-Za-z])(?:[.):]\s+|、\s*)"
    r"|第?[一二三四五六七八九十]{1,3}[、.章节]\s*"
)
#: share of numbered headings from which numbers are dropped
_NUMBERED = 0.5


def without_numbers(headings: Iterable[str]) -> Mapping[str, str]:
    """Return the headings without numbers, if most have one."""
    every = tuple(dict.fromkeys(headings))
    found = {heading: match.end() for heading in every if (match := _NUMBER.match(heading))}
    numbered = [heading for heading, end in found.items() if heading[end:].strip()]
    if len(numbered) < _NUMBERED * len(every):
        return {heading: heading for heading in every}
    return {h: h[found[h] :].strip() if h in numbered else h for h in every}


def slug(words: Sequence[str]) -> str:
    """Return lower-case ASCII words joined by hyphens, possibly empty."""
    plain = unicodedata.normalize("NFKD", " ".join(words)).encode("ascii", "ignore").decode()
    found = "-".join(re.findall(r"[a-z0-9]+", plain.lower()))
    return found[:_LONGEST_ID].strip("-")


def slug_or(words: str, cues: Sequence[str]) -> str:
    """Return the slug of the words, else of the first usable cue."""
    return slug([words]) or slug(cues[:1])


def unique(names: Sequence[str], *, taken: Sequence[str]) -> list[str]:
    """Return unique names by numbering duplicates; an empty name becomes `section`."""
    used = set(taken)
    found = []
    for name in names:
        wanted = name or "section"
        number = 1
        while wanted in used:
            number += 1
            wanted = f"{name or 'section'}-{number}"
        used.add(wanted)
        found.append(wanted)
    return found
