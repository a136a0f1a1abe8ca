"""Read the machine translations that still belong to the texts of papers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.publish.approved import ApprovedPaper
from storage.store import Store

#: the language of machine translations
LANGUAGE = "zh"


@dataclass(frozen=True, slots=True)
class Translated:
    """Title and abstract as a machine translated them, and which. Outputs clean and escape them."""

    language: str
    title: str
    abstract: str
    model: str
    #: when, in UTC
    made_at: datetime


def read_translated(store: Store, papers: Iterable[ApprovedPaper]) -> Mapping[str, Translated]:
    """Return the translations of titles and abstracts as they are now, by arXiv ID."""
    current = {paper.arxiv_id: paper for paper in papers}
    titles = store.translations.of("title", LANGUAGE, list(current))
    abstracts = store.translations.of("abstract", LANGUAGE, list(current))
    found = {}
    for arxiv_id, title in titles.items():
        abstract = abstracts.get(arxiv_id)
        paper = current[arxiv_id]
        if abstract is None or not (title.is_of(paper.title) and abstract.is_of(paper.abstract)):
            continue
        found[arxiv_id] = Translated(
            language=title.language,
            title=title.content,
            abstract=abstract.content,
            model=title.model,
            made_at=max(title.translated_at, abstract.translated_at),
        )
    return found
