"""Explain one paper on the command line: load the model, explain, release it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from config.taxonomy import Taxonomy
from pipeline.learn.documents import document_of
from pipeline.learn.explain.breakdown import Reasons
from pipeline.learn.explain.explainer import load_explainer
from pipeline.learn.explain.open_facets import OpenQuestion, open_question
from storage.store import OpenStore
from storage.typed_ids import not_held, read_key
from storage.types import Paper


def reasons_for(
    arxiv_id: str,
    models: Path,
    open_store: OpenStore,
    taxonomy: Taxonomy,
    clock: Callable[[], datetime],
    *,
    reviewer: str = "",
) -> tuple[Paper, Reasons, OpenQuestion | None]:
    """Return a paper, the explanation of its scores, and the open question.

    Decisions of `reviewer` on similar papers are counted.

    Raises:
        InvalidIdError: the text is not an arXiv ID.
        PaperNotFoundError: the paper is not in the database.
        LivingSurveyError: the model cannot be used.
    """
    key = read_key(arxiv_id)
    with open_store() as store:
        stored = store.papers.get(key)
        prediction = store.predictions.latest([key]).get(key)
    if stored is None:
        raise not_held(key, clock().date())
    paper = stored.paper
    reasons = load_explainer(models, taxonomy, open_store).reasons(
        document_of(paper), reviewer=reviewer
    )
    return paper, reasons, open_question(prediction, taxonomy) if prediction else None
