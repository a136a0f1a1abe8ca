"""Parse authors and venue from the part of an entry between title and links.

Styles: `<details><summary>First, Second, et al.</summary>all</details>`, the same unclosed, or a
plain line. Venues: `[CVPR 2024] ...` or `..., et al. (ICCV 2023)`.
"""

import re
from dataclasses import dataclass

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
    return People(_names(names), next(filter(None, map(_venue, places)), None))


def _is_label(line: str) -> bool:
    """Tell a line of tags (`Tags: ...`) from a line of names."""
    return "`" in line or "**" in line


def _plain(text: str) -> str:
    return " ".join(_HTML.sub(" ", text).rstrip().rstrip("\\").split())


def _venue(text: str) -> str | None:
    match = _LEADING.match(text) or _TRAILING.search(text)
    return match["tag"].strip() if match else None


def _names(text: str) -> tuple[str, ...]:
    names_only = _SENTENCE.sub("", _TRAILING.sub("", _LEADING.sub("", text, count=1)))
    # One blank each, because the search for separators takes quadratic time on runs of blanks.
    bare = " ".join(_ET_AL.sub("", names_only).split())
    parts = [part.strip(" .*†‡\\") for part in _BETWEEN.split(bare)]
    names = [part for part in parts if part]
    if len(names) > 1 and " " not in names[0]:
        # `Wang, Xinyu, Bohan Zhuang, and Qi Wu`: only the first author has the last name first.
        names[:2] = [f"{names[1]} {names[0]}"]
    return tuple(names)
