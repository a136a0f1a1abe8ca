"""Find the DOIs of a paper, and write them into addresses."""

import re
from urllib.parse import quote

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,4}/\S{1,200}")
_LEADS = ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/")
_ARXIV = "10.48550/arxiv."


def dois_of(stated: str | None) -> tuple[str, ...]:
    """Return the DOIs of published versions; several are separated by spaces."""
    found: dict[str, str] = {}
    for word in (stated or "")[:2_000].split():
        if (doi := clean_doi(word)) and not doi.lower().startswith(_ARXIV):
            found.setdefault(doi.lower(), doi)
    return tuple(found.values())


def clean_doi(word: str) -> str:
    """Return a DOI without its address; empty: it is none."""
    low = word.lower()
    for lead in _LEADS:
        if low.startswith(lead):
            word = word[len(lead) :]
    word = re.sub(r"^doi:", "", word, flags=re.IGNORECASE).rstrip(".,;")
    return word if word.isascii() and word.isprintable() and _DOI.fullmatch(word) else ""


def arxiv_doi(arxiv_id: str) -> str:
    """Return the DOI that arXiv gives a paper (registered with DataCite)."""
    return f"10.48550/arXiv.{arxiv_id}"


def in_path(doi: str) -> str:
    """Return a DOI as part of an address's path."""
    return quote(doi, safe="")


def fits_a_filter(doi: str) -> bool:
    """Return whether a DOI can stand in a filter: a comma would begin another filter."""
    return "," not in doi


def same(one: str, other: str) -> bool:
    """Return whether two DOIs are the same; case does not count."""
    return clean_doi(one).lower() == clean_doi(other).lower() != ""
