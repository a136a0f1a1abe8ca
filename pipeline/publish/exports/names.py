"""Split the name of an author, as arXiv prints it, into family and given names.

arXiv prints given names first. What cannot be split for sure stays whole: groups, names of one word
and names in Chinese, Japanese or Korean script.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.tex.text import plain_text


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: characters of a name that are read
_LONGEST = 500
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|teams?|group|project|initiative|network|alliance|association"
    r"|committee|society|institute|laborator(?:y|ies)|labs?|university|inc|ltd)\b|(?-i:\bAI$)",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"(?:and\s+)?(?:et\.?\s+al\.?|others)", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr)\.?|II|III|IV|ph\.?d\.?|m\.?d\.?", re.IGNORECASE)
_LOWER_PARTICLES = _words(
    "von van der den de la le du di da dal della del dos das do zu zum zur ten ter te af av al el"
    " bin ibn ben st. 't d'"
)
#: between two family names
_AND = frozenset({"y", "i", "e"})
#: written with a capital they still belong to the family name: Luc Van Gool
_CAPITAL_PARTICLES = _words("Van Von De Del Della Der Den Di Da Dos Du El Ter Ten")
#: `Van` before these is a middle name
_VIETNAMESE = _words(
    "Nguyen Tran Le Pham Huynh Hoang Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly Dinh Trinh Doan Truong"
    " Luong Mai Dao"
)
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Name:
    """A person, or a group whose `literal` name stays whole."""

    family: str = ""
    given: str = ""
    #: `van der`, before the family name
    particle: str = ""
    suffix: str = ""
    literal: str = ""


@dataclass(frozen=True, slots=True)
class Authors:
    """The authors of a paper, in its order."""

    names: tuple[Name, ...]
    #: the source ends with "et al."
    others: bool = False


@lru_cache(maxsize=4096)  # because several tags and formats name the authors of one paper
def read_authors(authors: tuple[str, ...]) -> Authors:
    """Return the names in Unicode; empty ones are left out, "et al." is not a name."""
    texts = [text for text in (plain_text(author[:_LONGEST]) for author in authors) if text]
    people = [text for text in texts if not _OTHERS.fullmatch(text)]
    return Authors(tuple(map(split_name, people)), others=len(people) < len(texts))


def split_name(text: str) -> Name:
    """Return the parts of one name on one line."""
    if _EAST_ASIAN.search(text) or _GROUP.search(text):
        return Name(literal=text)
    before, comma, after = (part.strip() for part in text.partition(","))
    if comma and after and not _SUFFIX.fullmatch(after):
        return _family_first(before, after)
    words = (before if comma else text).split()
    suffix = after if comma else ""
    if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) and not suffix:
        suffix = words.pop()
    if len(words) < 2:
        return Name(literal=text)
    start = _family_start(words)
    return _with_particle(words[start:], " ".join(words[:start]), suffix)


def _family_first(family: str, given: str) -> Name:
    if not family or "," in given:
        return Name(literal=f"{family} {given}".strip())
    return _with_particle(family.split(), given, "")


def _family_start(words: Sequence[str]) -> int:
    """Return the place of the family name's first word; 0 if there is no given name."""
    start = len(words) - 1
    if start > 2 and words[start - 1] in _AND:
        start -= 2
    while start > 1 and _belongs(words[start - 1], words[start]):
        start -= 1
    return 0 if start == 1 and words[0] in _LOWER_PARTICLES else start


def _belongs(word: str, following: str) -> bool:
    if word == "Van" and following in _VIETNAMESE:
        return False
    return word in _LOWER_PARTICLES or word in _CAPITAL_PARTICLES


def _with_particle(family: Sequence[str], given: str, suffix: str) -> Name:
    """Return the name, whose particles are the words in small letters before the family name."""
    start = 0
    while start < len(family) - 1 and family[start] in _LOWER_PARTICLES:
        start += 1
    return Name(
        family=" ".join(family[start:]),
        given=given,
        particle=" ".join(family[:start]),
        suffix=suffix,
    )
