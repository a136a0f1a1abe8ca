"""Parse authors and venue from the part of an entry between title and links.

Styles: `<details><summary>First, Second, et al.</summary>all</details>`, the same unclosed, or a
plain line. Venues: `[CVPR 2024] ...` or `..., et al. (ICCV 2023)`.
"""

import re
from dataclasses import dataclass

from pipeline.curated.markdown.vocabulary import FUNCTION_WORDS

_DETAILS = re.compile(
    r"<details>\s*<summary>(?P<short>.*?)(?:</summary>(?P<full>.*?))?(?:</details>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_HTML = re.compile(r"<[^<>]*>")
_LEADING = re.compile(r"\s*\[(?P<tag>[^\[\]]+)\]\s*")
_TRAILING = re.compile(r"\s*\((?P<tag>[^()]*(?:\([^()]*\)[^()]*)?)\)[\s.]*$")
_ET_AL = re.compile(r"\bet\.?\s*al\b\.?|\bothers\b\.?", re.IGNORECASE)
#: bounded, because a page of full stops would take minutes
_SENTENCE = re.compile(r"\.\s+[^,]{0,300}\b(?:19|20)\d\d\b.*$", re.DOTALL)
_BETWEEN = re.compile(r"\s*(?:[,;]|\band\b|&)\s*")
_VENUE_WORDS = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|'\d\d\b|\b(?:tech(?:nical)? report|preprint|arxiv|oral|spotlight"
    r"|workshop|journal|transactions|under review)\b",
    re.IGNORECASE,
)
_PERSON_NOTE = re.compile(
    r"\s?[(\uff08][^()\uff08\uff09]{0,100}+[)\uff09]|[\d*\u2020\u2021^]{1,4}(?=$|,)"
)
_NAME_WORD = re.compile(r"[^\W\d_a-z][^\W\d_]{0,20}(?:[-'\u2019.][^\W\d_]{0,20}){0,4}\.?")
#: `Vole, A., Finch, B. (2024)`
_LAST_FIRST = re.compile(
    r"(?:[^\W\d_][\w'\u2019-]{1,30}, (?:[A-Z]\.[ -]?){1,3}(?:, ?|,? ?(?:and|&) )?){1,40}+"
    r"(?:et al\.?)?[ ]?(?:\(\d{4}\))?[.\s]*$"
)
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "la",
        "le",
        "bin",
        "ibn",
        "al",
        "el",
        "ter",
        "ten",
        "jr",
    ]
)
_LONGEST_NAME = 5
#: words of a name without initials and particles
_PLAIN_NAME = 3
_LONGEST_NAMES = 600
_NAMES_READ = 12


@dataclass(frozen=True, slots=True)
class People:
    """The authors, and the venue if beside them."""

    authors: tuple[str, ...]
    venue: str | None


def is_venue(tag: str) -> bool:
    """Tell `ICLR 2025 Spotlight` and `Tech Report` from a short name such as `LlamaGen`."""
    return _VENUE_WORDS.search(tag) is not None


def read_people(text: str) -> People:
    """Read authors and venue from the text between title and links."""
    details = _DETAILS.search(text)
    if details is None:
        _, _, below = text.partition("\n")
        places = [_plain(line) for line in below.splitlines() if not _is_label(line)]
        names = next((place for place in places if place), "")
    else:
        short, full = _plain(details["short"]), _plain(details["full"] or "")
        places = [_plain(text[: details.start()]), short, full]
        names = full or short
    authors = read_names(names)
    if details is None and sum(map(is_name, authors)) < len(authors) / 2:
        authors = ()  # a comment
    return People(authors, next(filter(None, map(_venue, places)), None))


def _is_label(line: str) -> bool:
    """Tell a line of tags (`Tags: ...`) from a line of names."""
    return "`" in line or "**" in line


def _plain(text: str) -> str:
    return " ".join(_HTML.sub(" ", text).rstrip().rstrip("\\").split())


def _venue(text: str) -> str | None:
    match = _LEADING.match(text) or _TRAILING.search(text)
    return match["tag"].strip() if match else None


def read_names(text: str) -> tuple[str, ...]:
    """Split a list of names."""
    names_only = _SENTENCE.sub("", _TRAILING.sub("", _LEADING.sub("", text, count=1)))
    # One blank each, because the search for separators takes quadratic time on runs of blanks.
    bare = " ".join(_ET_AL.sub("", names_only).split())
    parts = [part.strip(" .*†‡\\") for part in _BETWEEN.split(bare)]
    names = [part for part in parts if part]
    if len(names) > 1 and " " not in names[0]:
        # `Wang, Xinyu, Bohan Zhuang, and Qi Wu`: only the first author has the last name first.
        names[:2] = [f"{names[1]} {names[0]}"]
    return tuple(names)


def looks_like_names(text: str) -> bool:
    """Say whether a text is a list of persons: `Ada Vole, Bo Finch and Cy Heron, et al.`."""
    if len(text) > _LONGEST_NAMES:
        text = text[:_LONGEST_NAMES].rpartition(",")[0]
    if _LAST_FIRST.match(text):
        return True
    shortened = _ET_AL.search(text) is not None
    bare = _PERSON_NOTE.sub("", _ET_AL.sub("", text)).strip(" .,;*\u2020\u2021")
    parts = [part for part in (p.strip(" .*\u2020\u2021") for p in _BETWEEN.split(bare)) if part]
    if len(parts) <= 1:
        return bool(parts) and shortened and len(parts[0].split()) <= _LONGEST_NAME
    return all(map(is_name, parts[:_NAMES_READ]))


def is_name(text: str) -> bool:
    """Say whether a text may be a person's name, by its form: `Ada M. van der Vole`."""
    bare = _PERSON_NOTE.sub("", text).strip(" .*\u2020\u2021\u00b9\u00b2\u00b3")
    words = bare.split()
    if not 2 <= len(words) <= _LONGEST_NAME:
        return len(words) == 1 and _HAN_NAME.fullmatch(bare) is not None
    if any(word.lower() in FUNCTION_WORDS for word in words):
        return False
    if len(words) > _PLAIN_NAME and not any(
        word.lower() in _PARTICLES or word.endswith(".") or len(word) == 1 for word in words
    ):
        return False
    return all(_NAME_WORD.fullmatch(word) or word.lower() in _PARTICLES for word in words)
