"""Parse arXiv identifiers (https://info.arxiv.org/help/arxiv_identifier.html).

This is the only definition: sources, storage, commands, pages and lists use it. Identifiers are
stored as text, because as a number `1501.00010` would lose a zero.
"""

import re
from dataclasses import dataclass

#: characters read of a text, white space and what follows `?` or `#` not counted; a longer text is
#: no identifier
LONGEST = 100

# Digits are written [0-9], because \d would also match those of other scripts.
_MONTH = "(?:0[1-9]|1[0-2])"
# Four digits from April 2007 to December 2014, then five. arXiv reserves a sixth, and its own
# parser accepts a fifth before 2015, as a recorded response has (0811.36489). The years end with
# 2090, because 91 to 99 mean the last century.
_NEW = (
    rf"(?:070[4-9]|071[0-2]|(?:0[89]|1[0-4]){_MONTH})\.[0-9]{{4,5}}"
    rf"|(?:1[5-9]|[2-8][0-9]|90){_MONTH}\.[0-9]{{5,6}}"
)
# From July 1991 to March 2007. No archive was added since.
_OLD_NUMBER = rf"(?:910[7-9]|911[0-2]|(?:9[2-9]|0[0-6]){_MONTH}|070[1-3])[0-9]{{3}}"
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin"
    "|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
#: a key, as it is stored; also valid in DuckDB's `regexp_full_match`
KEY_PATTERN = rf"(?:{_NEW}|(?:{_ARCHIVES})/{_OLD_NUMBER})"
_KEY = re.compile(KEY_PATTERN)
_NOTATION = re.compile(
    r"(?:(?:https?://)?(?:[a-z]+\.){0,2}arxiv\.org/(?:abs|pdf|html|format)/|oai:arxiv\.org:"
    r"|arxiv:[ \t]*)?"
    rf"(?:(?P<new>{_NEW})|(?P<archive>{_ARCHIVES})(?:\.[a-z-]{{2,}})?/(?P<number>{_OLD_NUMBER}))"
    r"(?:v(?P<version>[1-9][0-9]{0,3}))?"
    r"(?:\.pdf)?/?",
    re.IGNORECASE | re.ASCII,
)


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
    bare = text.partition("?")[0].partition("#")[0].strip()
    match = _NOTATION.fullmatch(bare) if len(bare) <= LONGEST else None
    if match is None:
        return None
    base = match["new"] or f"{match['archive'].lower()}/{match['number']}"
    return ArxivId(base, int(match["version"]) if match["version"] else None)


def is_key(text: str) -> bool:
    """Say whether a text is a key, which `parse_arxiv_id` returns unchanged."""
    return len(text) <= LONGEST and _KEY.fullmatch(text) is not None


def id_month(base: str) -> tuple[int, int]:
    """Return (year, month) of an identifier; `9901001` is of January 1999."""
    digits = base.rpartition("/")[2]
    year = int(digits[:2])
    return (1900 if year >= 91 else 2000) + year, int(digits[2:4])
