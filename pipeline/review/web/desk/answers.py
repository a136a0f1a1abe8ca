"""Answer the script of the pages with JSON."""

from typing import Any

from starlette.requests import Request

from pipeline.review.web.context import context_of, progress_of
from pipeline.review.web.flash import flash_on, flash_on_word
from pipeline.review.web.render import fragment
from pipeline.review.web.view_state import QueueView
from storage.errors import StoreBusyError
from storage.opinion_types import Opinion
from storage.types import Decision


def recorded(
    request: Request, said: Decision | Opinion, here: QueueView, after: str
) -> dict[str, Any]:
    """Return the answer to an act that was recorded; `after` is the address it leads to."""
    try:
        with context_of(request).read_store() as store:
            flash = (
                flash_on(store, request, said)
                if isinstance(said, Decision)
                else flash_on_word(store, request, said)
            )
            progress_of(request).count(store)
    except StoreBusyError:  # it is recorded all the same
        flash = None
    return {
        "recorded": True,
        "decision_id": id_of(said),
        "message": "",
        "done_today": progress_of(request).today,
        "flash": fragment(request, "flash.html", flash=flash, here=here),
        "next": after,
    }


def id_of(said: Decision | Opinion) -> str:
    """Return the ID of a decision, or of a word that decides nothing yet."""
    return said.decision_id if isinstance(said, Decision) else said.opinion_id
