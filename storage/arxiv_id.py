"""Parse arXiv identifiers (https://info.arxiv.org/help/arxiv_identifier.html).

They are stored as text, because as a number `1501.00010` would lose a zero.
"""

import re
from dataclasses import dataclass

#: ASCII, because \d would also match digits of other scripts
_FLAGS = re.IGNORECASE | re.ASCII
_VERSION = r"(?:v(?P<version>[1-9]\d{0,3}))?"
_NEW = re.compile(rf"(?P<base>\d{{2}}(?:0[1-9]|1[0-2])\.\d{{4,6}}){_VERSION}", _FLAGS)
_OLD = re.compile(
    rf"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z-]{{2,}})?/(?P<number>\d{{2}}(?:0[1-9]|1[0-2])\d{{3}})"
    rf"{_VERSION}",
    _FLAGS,
)
_PREFIX = re.compile(
    r"(?:https?://)?(?:[a-z.]*arxiv\.org/(?:abs|pdf|html|format)/|oai:arxiv\.org:|arxiv:\s*)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:\.pdf)?/?(?:[?#].*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ArxivId:
    """One identifier; `base` is the key of the paper."""

    base: str
    version: int | None = None

    def __str__(self) -> str:
        """Return arXiv's notation, `2405.19334v2`."""
        return self.base if self.version is None else f"{self.base}v{self.version}"


def parse_arxiv_id(text: str) -> ArxivId | None:
    """Parse an identifier with any prefix, link, version or subject class, or return None."""
    bare = _SUFFIX.sub("", _PREFIX.sub("", text.strip(), count=1))
    if match := _NEW.fullmatch(bare):
        base = match["base"]
    elif match := _OLD.fullmatch(bare):
        base = f"{match['archive'].lower()}/{match['number']}"
    else:
        return None
    return ArxivId(base, int(match["version"]) if match["version"] else None)


def id_month(base: str) -> tuple[int, int]:
    """Return (year, month) of an identifier; `9901001` is of January 1999."""
    digits = base.rpartition("/")[2]
    year = int(digits[:2])
    return (1900 if year >= 91 else 2000) + year, int(digits[2:4])
