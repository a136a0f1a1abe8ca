"""Ask OpenAlex how often a paper is cited; looking up one work needs no key and costs nothing."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from pipeline.enrich.services.answers import AnswerError, Shape, read_answer
from pipeline.enrich.services.dois import clean_doi, in_path, same
from pipeline.ingest.sources.web.service import Asker

_SELECT = "id,doi,cited_by_count,updated_date"


class _Work(Shape):
    id: Annotated[str, Field(pattern=r"^https://openalex\.org/W\d{1,20}$")]
    doi: Annotated[str, Field(max_length=500)] | None = None
    cited_by_count: Annotated[int, Field(ge=0, le=10_000_000)]


def ask_citations(ask: Asker, base_url: str, doi: str, key: str = "") -> Mapping[str, Any]:
    """Return the number of works that cite a DOI.

    Args:
        ask: makes the request.
        base_url: of the service.
        doi: of the work.
        key: of the account; empty: none is sent.

    Raises:
        NotFoundError: the DOI is not known there.
        AnswerError: there is no usable answer.
    """
    query = urlencode({"select": _SELECT} | ({"api_key": key} if key else {}))
    found = read_answer(ask(f"{base_url}/works/doi:{in_path(doi)}?{query}"), _Work)
    if found.doi is None or not same(found.doi, doi):
        raise AnswerError("answers for another DOI")
    return {
        "cited_by": found.cited_by_count,
        "doi": clean_doi(doi),
        "work": found.id.rpartition("/")[2],
    }
