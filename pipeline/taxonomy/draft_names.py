"""Derive the names of drafted sections from a list's headings, in Latin and Chinese letters."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.headings import clean_heading, numbered_heading

#: numbers that could also be words of a name: "1.2 Oil", "3 Oil", "B. Oil", "I. Oil", "2.1Oil"
_NUMBER = re.compile(
    r"\d{1,3}(?:\.\d{1,3})++(?:[.):：]?\s+|(?=[^\W\d_])(?![DxBMKk]\b))"
    r"|\d{1,3}\s?[:：]\s*|\d{1,3}\s+(?=[^\W\d_])"
    r"|\(?(?>[IVXLC]{1,6}|[A-Za-z])(?:[.):：]\s+|、\s*)"
)
#: share of numbered headings from which such numbers are dropped
_NUMBERED = 0.5

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
#: Japanese and Korean, whose names are not split
_NEIGHBOURS = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_SIGNS = r"/|｜:：·,，、\-–—"
_BOTH = (
    # Kettles(水壶), 水壶（Kettles）
    re.compile(rf"(?P<latin>[^{_HAN}]+?)\s*[(（\[【](?P<han>[^()（）\[\]【】]+)[)）\]】]"),
    re.compile(rf"(?P<han>[^()（）\[\]【】]+?)\s*[(（\[【](?P<latin>[^{_HAN}]+)[)）\]】]"),
    # Kettles / 水壶, 水壶 | Kettles
    re.compile(rf"(?P<latin>[^{_HAN}]+?)\s*[{_SIGNS}]\s*(?P<han>[{_HAN}].*)"),
    re.compile(rf"(?P<han>[^A-Za-z]+?)\s*[{_SIGNS}]\s*(?P<latin>[A-Za-z][^{_HAN}]*)"),
    # Paper Lanterns 纸灯笼, 纸灯笼 Paper Lanterns
    re.compile(rf"(?P<latin>[^{_HAN}]+\s[^{_HAN}]+?)\s+(?P<han>[{_HAN}][^A-Za-z]*)"),
    re.compile(rf"(?P<han>[^A-Za-z]*[{_HAN}])\s+(?P<latin>[A-Za-z][^{_HAN}]*\s[^{_HAN}]+)"),
)
#: Kettles 水壶, which in a single heading could also be one name: "RAG 综述"
_SPACED = (
    re.compile(rf"(?P<latin>[^{_HAN}\s]+)\s+(?P<han>[{_HAN}][^A-Za-z]*)"),
    re.compile(rf"(?P<han>[^A-Za-z]*[{_HAN}])\s+(?P<latin>[A-Za-z][^{_HAN}\s]*)"),
)
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
_HAN_LETTER = re.compile(f"[{_HAN}]")
#: share of a list's Chinese headings that name both, if this form may be one of them
_USUAL = 0.8
#: of more characters nothing is split
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Names:
    """A name in Latin letters, in Chinese, or both."""

    latin: str | None
    han: str | None

    @property
    def en(self) -> str:
        """The Latin name, or the only one."""
        return self.latin or self.han or ""

    @property
    def zh(self) -> str:
        """The Chinese name, or the only one."""
        return self.han or self.latin or ""


def without_numbers(headings: Iterable[str]) -> Mapping[str, str]:
    """Return the words of headings as written, without numbers.

    A number that could be part of a name is dropped if most headings have one.
    """
    plain = {heading: clean_heading(heading) for heading in headings}
    found = {
        heading: words[match.end() :].strip()
        for heading, words in plain.items()
        if (match := _NUMBER.match(words)) and words[match.end() :].strip()
    }
    numbered = sum(h in found or numbered_heading(h) != words for h, words in plain.items())
    return {**plain, **found} if numbered >= _NUMBERED * len(plain) else plain


def names_of(headings: Sequence[str]) -> Mapping[str, Names]:
    """Return the names of clean headings: "Kettles(水壶)" is "Kettles" and "水壶"."""
    chinese = [heading for heading in headings if _HAN_LETTER.search(heading)]
    both = sum(_names(heading, (*_BOTH, *_SPACED)).latin is not None for heading in chinese)
    patterns = (*_BOTH, *_SPACED) if both >= _USUAL * len(chinese) else _BOTH
    return {heading: _names(heading, patterns) for heading in headings}


def joined(names: Iterable[Names]) -> Names:
    """Return the name of a section that needs its parent's."""
    several = tuple(names)
    chinese = any(one.han for one in several)
    latin = any(one.latin for one in several)
    return Names(
        ": ".join(one.en for one in several) if latin else None,
        ": ".join(one.zh for one in several) if chinese else None,
    )


def _names(heading: str, patterns: Iterable[re.Pattern[str]]) -> Names:
    if not _HAN_LETTER.search(heading) or _NEIGHBOURS.search(heading):
        return Names(heading, None)
    for pattern in patterns if len(heading) <= _LONGEST else ():
        found = pattern.fullmatch(heading)
        if found and _HAN_LETTER.search(found["han"]) and _LATIN_LETTER.search(found["latin"]):
            return Names(found["latin"].strip(), found["han"].strip())
    return Names(None, heading)
