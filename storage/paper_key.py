"""The key of a paper: its arXiv ID, or `doi:` and the DOI of a work that is not at arXiv.

This is the only definition. The columns and fields that hold a key are named `arxiv_id`, because
views, files and the API were named when every paper was at arXiv.

A DOI in a key is in lower case, because DOIs compare without case, and not percent-encoded. DOIs
with other characters than those of `DOI_PATTERN`, and those that end as a sentence does, are no
keys. A DOI of arXiv is no key either: that paper's key is its arXiv ID.
"""

import re
from urllib.parse import quote, unquote

from storage.address_end import ENDS, balanced
from storage.arxiv_id import KEY_PATTERN as ARXIV_PATTERN
from storage.arxiv_id import is_key as is_arxiv_id
from storage.arxiv_id import parse_arxiv_id

#: characters read of a text; a longer one is no key
LONGEST = 2_000
_DOI = "doi:"
#: the key of a work that is not at arXiv; also valid in DuckDB's `regexp_full_match`
DOI_PATTERN = r"doi:10\.[0-9]{4,9}(?:\.[0-9]{1,9}){0,4}/[!-@\[\]_a-z~]{1,200}"
#: every key, and DOIs that `is_key` refuses for what they mean; valid in DuckDB too
KEY_PATTERN = rf"(?:{ARXIV_PATTERN}|{DOI_PATTERN})"
_KEY = re.compile(DOI_PATTERN)
_OF_ARXIV = "doi:10.48550/arxiv."
# A browser would leave such a step out of an address, so it would lead elsewhere.
_STEP = re.compile(r"/\.{1,2}(?:/|$)")
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.|dx\.)?doi\.org/(?:doi:)?", re.IGNORECASE)
_LABEL = re.compile(r"(?:doi:?\s?)?(?=10\.)", re.IGNORECASE)
# Markdown and sentences end an address at these; a DOI in it has them percent-encoded or in pairs.
_IN_TEXT = re.compile(
    r"https?://(?:www\.|dx\.)?doi\.org/(?:doi:)?10\.[^\s<>\"'`\[\]{}|\\^]{1,500}+", re.IGNORECASE
)
_SIGN = re.compile(r"[^a-z0-9.]")
#: of `key_stem`: file systems take 255 bytes with the suffix
_LONGEST_STEM = 200


def is_key(text: str) -> bool:
    """Say whether a text is a key, which `parse_key` returns unchanged."""
    return is_arxiv_id(text) or is_doi_key(text)


def is_doi_key(text: str) -> bool:
    """Say whether a text is the key of a paper that is not at arXiv."""
    if not text.startswith(_DOI) or len(text) > LONGEST:
        return False
    return (
        _KEY.fullmatch(text) is not None
        and not text.startswith(_OF_ARXIV)
        and _STEP.search(text) is None
        and text[-1] not in ENDS
        and len(key_stem(text)) <= _LONGEST_STEM
    )


def parse_key(text: str) -> str | None:
    """Return the key that a text is, in any notation of an arXiv ID or a DOI, or None.

    A DOI is read from `doi:10.1000/xyz`, `10.1000/xyz` and `https://doi.org/10.1000/xyz`; only an
    address is percent-decoded.
    """
    if len(text) > LONGEST:
        return None
    if identifier := parse_arxiv_id(text):
        return identifier.base
    text = text.strip()
    if is_doi_key(text):
        return text
    if address := _ADDRESS.match(text):
        doi = unquote(text[address.end() :])
    elif label := _LABEL.match(text):
        doi = text[label.end() :]
    else:
        return None
    if not doi.isascii():
        return None
    key = f"{_DOI}{doi.lower()}"
    if is_doi_key(key):
        return key
    at_arxiv = parse_arxiv_id(key)
    return at_arxiv.base if at_arxiv else None


def doi_of(key: str) -> str | None:
    """Return the DOI in a key, or None for a paper at arXiv."""
    return key.removeprefix(_DOI) if key.startswith(_DOI) else None


def key_address(key: str) -> str:
    """Return the page of a paper: its abstract at arXiv, or where its DOI leads."""
    doi = doi_of(key)
    if doi is None:
        return f"https://arxiv.org/abs/{quote(key, safe='/')}"
    return f"https://doi.org/{quote(doi, safe='/')}"


def pdf_address(key: str) -> str | None:
    """Return the PDF of a paper at arXiv; None for another."""
    return None if doi_of(key) else f"https://arxiv.org/pdf/{quote(key, safe='/')}"


def key_label(key: str) -> str:
    """Return how a key is shown: `arXiv:2405.19334` or `doi:10.1000/xyz`."""
    return key if doi_of(key) else f"arXiv:{key}"


def key_stem(key: str) -> str:
    """Return a name for files and places of a paper, of letters, digits, dots and hyphens.

    Signs of a DOI become a hyphen and two hexadecimal digits, so that no two share a name; the
    scripts of the site do the same. Old arXiv IDs keep their slash.
    """
    doi = doi_of(key)
    if doi is None:
        return key
    return f"doi-{_SIGN.sub(lambda sign: f'-{ord(sign[0]):02x}', doi)}"


def doi_keys_in(text: str) -> frozenset[str]:
    """Return the keys of the addresses of doi.org in a text that lead outside arXiv."""
    keys = (parse_key(balanced(match[0])) for match in _IN_TEXT.finditer(text))
    return frozenset(key for key in keys if key is not None and is_doi_key(key))
