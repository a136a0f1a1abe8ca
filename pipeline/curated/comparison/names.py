"""Compare the authors of an entry, as written, with those of a paper."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from config.tex.text import plain_text

#: names compared, and characters of each
_MOST, _LONGEST = 100, 200

_OTHERS = re.compile(r"\bet\.?\s{0,3}al\b\.?|\band\s{1,3}others\b|\([^()]{0,100}+\)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:;|\band\b|&)\s*")
_WORD = re.compile(r"[^\W\d_]+")
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae",
                         "œ": "oe", "ı": "i", "-": None, "\u2010": None, "'": None,
                         "\u2019": None})  # fmt: skip
#: of many authors; agreement of such a name alone says little
_COMMON = frozenset(
    [
        "bai",
        "cai",
        "cao",
        "chen",
        "cheng",
        "choi",
        "cui",
        "dai",
        "deng",
        "ding",
        "dong",
        "du",
        "fan",
        "fang",
        "feng",
        "fu",
        "gao",
        "gong",
        "gu",
        "guo",
        "han",
        "he",
        "hou",
        "hu",
        "huang",
        "jia",
        "jiang",
        "jin",
        "kang",
        "kim",
        "kumar",
        "lai",
        "lee",
        "lei",
        "li",
        "liang",
        "liao",
        "lin",
        "liu",
        "long",
        "lu",
        "luo",
        "lv",
        "ma",
        "mao",
        "meng",
        "pan",
        "park",
        "peng",
        "qian",
        "qin",
        "qiu",
        "ren",
        "shao",
        "shen",
        "shi",
        "singh",
        "song",
        "su",
        "sun",
        "tan",
        "tang",
        "tian",
        "tu",
        "wan",
        "wang",
        "wei",
        "wen",
        "wu",
        "xia",
        "xiao",
        "xie",
        "xiong",
        "xu",
        "xue",
        "yan",
        "yang",
        "yao",
        "ye",
        "yin",
        "yu",
        "yuan",
        "zeng",
        "zhan",
        "zhang",
        "zhao",
        "zheng",
        "zhong",
        "zhou",
        "zhu",
        "zou",
    ]
)


@dataclass(frozen=True, slots=True)
class Authors:
    """How the listed authors relate to a paper's."""

    #: listed names of persons
    listed: int
    #: of these, names among the paper's authors
    found: int
    #: names found weighted by how much each says: 1 for a full name that is not common
    weight: float
    #: the paper has several authors, so that finding none of them says something
    comparable: bool
    #: the list names all authors of the paper in their order
    complete: bool

    @property
    def agree(self) -> bool:
        """The authors are evidence for the paper: nearly all are found, more than by chance."""
        return self.weight >= _AGREE and self.found >= _NEARLY_ALL * self.listed

    @property
    def differ(self) -> bool:
        """The authors are evidence against the paper: several persons, none of them found."""
        return self.comparable and self.listed >= _SEVERAL and not self.found


_AGREE, _NEARLY_ALL, _SEVERAL = 2.0, 0.75, 3


def compare_authors(listed: Sequence[str], known: Sequence[str]) -> Authors:
    """Look the listed names up: full names, initials (`A. Vole`), last names only, either order."""
    persons = [name for text in listed[:_MOST] for name in _persons(text)]
    others = [name for text in known[:_MOST] if (name := _read_name(text))]
    by_word = _by_word(others)
    weights = [weight for name in persons if (weight := _weight(name, by_word))]
    complete = len(persons) == len(others) > 0 and all(
        _weight(name, _by_word([other])) for name, other in zip(persons, others, strict=True)
    )
    return Authors(len(persons), len(weights), sum(weights), len(others) >= _SEVERAL, complete)


def _by_word(names: Sequence[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    by_word: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        for word in dict.fromkeys(name):
            by_word.setdefault(word, []).append(name)
    return by_word


def _persons(text: str) -> list[tuple[str, ...]]:
    parts = _BETWEEN.split(_OTHERS.sub(" ", text[:_LONGEST]))
    names = [_read_name(part) for part in parts]
    return [name for part, name in zip(parts, names, strict=True) if _is_person(part, name)]


def _is_person(text: str, name: tuple[str, ...]) -> bool:
    return 0 < len(name) <= _MOST_WORDS and not any(char.isdigit() for char in text)


#: words of a name; more are a sentence or an address
_MOST_WORDS = 5


def _read_name(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", plain_text(text[:_LONGEST]).casefold().translate(_FOLDED))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(_WORD.findall(letters))


def _weight(name: tuple[str, ...], by_word: dict[str, list[tuple[str, ...]]]) -> float:
    """Return 0 if no author can be meant."""
    longest = max(name, key=len)
    best = 0.0
    for other in by_word.get(longest, ())[:_MOST]:
        shared = [word for word in name if word in other]
        rest = [word for word in name if word not in other]
        initials = {word[0] for word in other if word not in shared}
        if any(word[0] not in initials or len(word) > 1 for word in rest) and not _joined(
            name, other
        ):
            continue
        common = sum(word in _COMMON for word in shared)
        if len(shared) >= _FULL or _joined(name, other):
            weight = 1.0 if common < len(shared) else 0.5
        else:
            weight = 0.5 if rest else 0.3
            weight *= 0.3 if common else 1.0
        best = max(best, weight)
    return best


_FULL = 2


def _joined(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether two names have the same letters (`Xiao Hong Vole`, `Xiaohong Vole`)."""
    return sorted("".join(name)) == sorted("".join(other)) and name[-1] == other[-1]
