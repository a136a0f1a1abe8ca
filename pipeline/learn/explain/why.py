"""Explain one paper on the command line: load the model, explain, release it."""

from pathlib import Path

from config.errors import UsageError
from config.taxonomy import Taxonomy
from pipeline.learn.documents import document_of
from pipeline.learn.explain.breakdown import Reasons
from pipeline.learn.explain.explainer import load_explainer
from pipeline.learn.explain.open_facets import OpenQuestion, open_question
from storage.arxiv_id import parse_arxiv_id
from storage.errors import PaperNotFoundError
from storage.store import OpenStore
from storage.types import Paper


def reasons_for(
    arxiv_id: str, models: Path, open_store: OpenStore, taxonomy: Taxonomy
) -> tuple[Paper, Reasons, OpenQuestion | None]:
    """Return a paper, the explanation of its scores, and the open question.

    Raises:
        UsageError: the text is not an arXiv ID.
        PaperNotFoundError: the paper is not in the database.
        LivingSurveyError: the model cannot be used.
    """
    parsed = parse_arxiv_id(arxiv_id)
    if parsed is None:
        raise UsageError(
            f"{arxiv_id!r:.100} is not an arXiv ID.",
            hint="Write it as 2405.19334 or as an arxiv.org link.",
        )
    with open_store() as store:
        stored = store.papers.get(parsed.base)
        prediction = store.predictions.latest([parsed.base]).get(parsed.base)
    if stored is None:
        raise PaperNotFoundError([parsed.base])
    paper = stored.paper
    reasons = load_explainer(models, taxonomy, open_store).reasons(document_of(paper))
    return paper, reasons, open_question(prediction, taxonomy) if prediction else None
