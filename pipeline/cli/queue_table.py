"""The table of `queue`, and the lines about papers that a search found elsewhere."""

from collections.abc import Iterable, Mapping, Sequence

from config.taxonomy import Taxonomy
from config.tex.text import plain_text
from pipeline.cli.answer import Column, Table, table
from pipeline.learn.explain.certainty import Certainty
from pipeline.learn.explain.open_facets import open_question
from storage.paper_search import FoundPaper, Place
from storage.queue_filter import QueueRow
from storage.types import QueueItem

_COLUMNS = (
    Column("arXiv id"),
    Column("in scope", right=True),
    Column("section"),
    Column("", right=True),
    Column("announced"),
    Column("open"),
    Column("title", flexible=True, below=True),
)
_STANDS = {
    Place.DEFERRED: "is deferred",
    Place.WITHDRAWN: "is withdrawn at arXiv",
    Place.INCOMPLETE: "has no text to judge yet: `living-survey queue --incomplete`",
    Place.UNCLASSIFIED: "is not classified yet: `living-survey classify`",
}


def queue_table(
    items: Sequence[QueueItem],
    rows: Mapping[str, QueueRow],
    taxonomy: Taxonomy,
    certainty: Certainty,
) -> Table:
    """Return one row per paper; on a narrow terminal its title stands below.

    Probabilities are words until they are calibrated.
    """
    return table(_COLUMNS, (_row(item, rows, taxonomy, certainty) for item in items))


def elsewhere(papers: Iterable[FoundPaper]) -> list[str]:
    """Return a line for each paper that a search found outside the queue."""
    return [
        f"{paper.arxiv_id} {_STANDS.get(paper.place, f'is {paper.place} already')}:"
        f" {plain_text(paper.title)}"
        for paper in papers
    ]


def _row(
    item: QueueItem, rows: Mapping[str, QueueRow], taxonomy: Taxonomy, certainty: Certainty
) -> tuple[object, ...]:
    arxiv_id = item.paper.paper.arxiv_id
    best = item.prediction.sections[0] if item.prediction.sections else None
    question = open_question(item.prediction, taxonomy)
    row = rows.get(arxiv_id)
    return (
        arxiv_id,
        certainty.shown(item.prediction.in_scope),
        best.section if best else "-",
        certainty.shown(best.probability) if best else "-",
        row.announced if row and row.announced else "-",
        ", ".join(question.facets) if question else "",
        plain_text(item.paper.paper.title),
    )
