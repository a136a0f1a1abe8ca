"""Parse and find arXiv identifiers (https://info.arxiv.org/help/arxiv_identifier.html).

This is the only definition: sources, storage, commands, pages and lists use it. Identifiers are
stored as text, because as a number `1501.00010` would lose a zero.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from storage.arxiv_sites import PATHS, STATES, Site, find_site

#: characters read of a text by `parse_arxiv_id`; a longer text is no identifier
LONGEST = 2_000

# Digits are written [0-9], because \d would also match those of other scripts.
_MONTH = "(?:0[1-9]|1[0-2])"
# Four digits from April 2007 to December 2014, then five. arXiv reserves a sixth, and its own
# parser accepts a fifth before 2015, as a recorded response has (0811.36489). The years end with
# 2090, because 91 to 99 mean the last century.
_EARLY = rf"070[4-9]|071[0-2]|(?:0[89]|1[0-4]){_MONTH}"
_LATE = rf"(?:1[5-9]|[2-8][0-9]|90){_MONTH}"
_NEW = rf"(?:{_EARLY})\.[0-9]{{4,5}}|{_LATE}\.[0-9]{{5,6}}"
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

# An identifier with its version, not inside a longer number or word.
_ID = (
    rf"(?:(?P<new>{_NEW})|(?P<archive>{_ARCHIVES})(?:\.[a-z-]{{2,18}})?/(?P<number>{_OLD_NUMBER}))"
    r"(?:v(?P<version>[1-9][0-9]{0,3}))?(?:\.(?:pdf|html?|ps|bib))?(?![a-z0-9]|[.-][0-9]|\d)"
)
# As in the margin of a PDF: `arXiv:2405.19334v2 [cs.CV] 3 Jun 2024`; a link's text is no category.
_STAMP = (
    rf"(?:\s{{0,3}}\[(?:{_ARCHIVES}|[a-z-]{{2,8}}\.[a-z-]{{2,18}})\](?!\()"
    r"(?:\s{1,3}[0-9]{1,2}\s{1,3}[a-z]{3,9}\s{1,3}[0-9]{4}(?![0-9]))?)?"
)
# Chinese punctuation ends an address.
_URL_CHARACTER = r"[^\s<>()\[\]{}\"'`|\\^\u3001\u3002\uff0c\uff1b]"
# An unfinished pair of parentheses ends the address, as in Markdown.
_URL_REST = rf"(?:(?![,;]https?:){_URL_CHARACTER}|\({_URL_CHARACTER}*+\))"
_SCHEME = r"(?:https?(?::|%3a))?(?://|%2f%2f)"
_START = (
    rf"(?P<url>{_SCHEME})"
    # a host without a scheme, not inside a path or another word
    r"|(?<![a-z0-9@/._-])(?P<host>(?:[a-z0-9-]{1,63}+\.){1,6}+[a-z]{2,24}+(?=:[0-9]{1,5}/|[/?]|%2f))"
    r"|(?<![a-z0-9./@%])(?P<label>oai:arxiv\.org:|(?:doi:\s?)?10\.48550(?:/|%2f)arxiv\."
    r"|arxiv(?:\.org)?(?:[ _-](?:preprint|e-?print|id|no))?\.?(?::|%3a)?\s{0,2}[/._-]?"
    rf"|abs/)(?=[0-9a-z])(?:{_ID}){_STAMP}"
)
_BARE = rf"(?<![a-z0-9./@%$#&?=+_-])(?<!\d){_ID.replace('?P<', '?P<bare_')}{_STAMP}|"
_FLAGS = re.IGNORECASE
_FIND = re.compile(_START, _FLAGS)
_FIND_BARE = re.compile(_BARE + _START, _FLAGS)
_ID_OF_URL = re.compile(rf"(?:arxiv[:.])?{_ID}(?P<rest>(?:/(?!/)|[?#]){_URL_REST}*+)?", _FLAGS)
_HOST = re.compile(r"(?P<host>[a-z0-9.-]{1,253}+)(?::[0-9]{1,5})?(?=[/?]|%2f)", _FLAGS)
_SHORT_REST = re.compile(rf"{_URL_REST}{{0,{LONGEST}}}+", _FLAGS)
# between the values of a query and the words of a badge; a hyphen in `hep-th` separates nothing
_PARTS = re.compile(r"[=&?_]|-(?=[0-9])|(?<=[0-9])-")
_REST = re.compile(rf"{_URL_REST}*+", _FLAGS)
# characters as wide as a Chinese one, and blanks, to ASCII; the length does not change
_NARROW = {
    wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F) if wide not in (0xFF0C, 0xFF1B)
} | {0x3000: " ", 0xA0: " "}
#: at the end of an address they belong to the sentence
_SENTENCE = ".,;:!?*_~"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class ArxivId:
    """One identifier; `base` is the key of the paper."""

    base: str
    version: int | None = None

    def __str__(self) -> str:
        """Return arXiv's notation, `2405.19334v2`."""
        return self.base if self.version is None else f"{self.base}v{self.version}"


@dataclass(frozen=True, slots=True)
class Found:
    """An identifier in a text; `start` and `end` are characters of its whole notation."""

    id: ArxivId
    start: int
    end: int


def parse_arxiv_id(text: str) -> ArxivId | None:
    """Parse an identifier in any notation that `find_arxiv_ids` finds, or return None."""
    if len(text) > LONGEST:
        return None
    bare = text.strip().strip(_INVISIBLE).strip()
    if _KEY.fullmatch(bare):
        return ArxivId(bare)
    found = next(_find(bare, bare=True), None)
    return found.id if found and (found.start, found.end) == (0, len(bare)) else None


def find_arxiv_ids(text: str, *, bare: bool = False) -> tuple[Found, ...]:
    """Return the identifiers that a text states, in order.

    They stand in addresses of arXiv and of sites that use its IDs, in DOIs, and after `arXiv:`;
    with `bare` also alone. Other numbers and addresses of other sites are left out.
    """
    return tuple(_find(text, bare=bare))


def is_key(text: str) -> bool:
    """Say whether a text is a key, which `parse_arxiv_id` returns unchanged."""
    return len(text) <= LONGEST and _KEY.fullmatch(text) is not None


def id_month(base: str) -> tuple[int, int]:
    """Return (year, month) of an identifier; `9901001` is of January 1999."""
    digits = base.rpartition("/")[2]
    year = int(digits[:2])
    return (1900 if year >= 91 else 2000) + year, int(digits[2:4])


def _find(text: str, *, bare: bool) -> Iterator[Found]:
    text = text if text.isascii() else text.translate(_NARROW)
    pattern = _FIND_BARE if bare else _FIND
    position = 0
    while match := pattern.search(text, position):
        position = match.end()
        if match["url"] is None and match["host"] is None:
            prefix = "" if match["label"] is not None else "bare_"
            yield Found(_identifier(match, prefix), match.start(), match.end())
            continue
        host_at = match.start() if match["url"] is None else match.end()
        found, position = _of_address(text, match.start(), host_at)
        if found is not None:
            yield found


def _of_address(text: str, start: int, host_at: int) -> tuple[Found | None, int]:
    """Return what an address states, and where to read on."""
    host = _HOST.match(text, host_at)
    site = find_site(host["host"]) if host else None
    if host is not None and site is not None:
        address = _SHORT_REST.match(text, host.end())
        end = address.end() if address else host.end()
        rest = text[host.end() : end]
        if "%" in rest:
            decoded = unquote(rest)
            identifier, _ = _of_path(site, decoded)
        else:
            identifier, length = _of_path(site, rest)
            end = host.end() + length if identifier else end
        if identifier is not None:
            return Found(identifier, start, end), end
    other = _REST.match(text, host_at)
    return None, max(other.end() if other else host_at, host_at)


def _of_path(site: Site, rest: str) -> tuple[ArxivId | None, int]:
    """Return the identifier after the host, and the length of its notation."""
    before = PATHS[site].match(rest) if site in PATHS else None
    if before is not None:
        tail = rest[before.end() :].replace(site.point, ".", 1)
        if match := _ID_OF_URL.match(tail):
            notation = match[0].rstrip(_SENTENCE) if match["rest"] else match[0]
            return _identifier(match), before.end() + len(notation)
    if site in STATES and STATES[site].match(rest):
        stated = (found.id for part in _PARTS.split(rest) for found in _find(part, bare=True))
        if (identifier := next(stated, None)) is not None:
            return identifier, len(rest)
    return None, 0


def _identifier(match: re.Match[str], prefix: str = "") -> ArxivId:
    archive, version = match[f"{prefix}archive"], match[f"{prefix}version"]
    base = match[f"{prefix}new"] or f"{archive.lower()}/{match[f'{prefix}number']}"
    return ArxivId(base, int(version) if version else None)
