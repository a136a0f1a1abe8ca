"""Show when the model was trained, start a training, and show how far it is.

The page reloads itself while commands run. It holds no store and no thread meanwhile.
"""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.review.web.context import context_of
from pipeline.review.web.desk.forms import act
from pipeline.review.web.render import render
from pipeline.runtime.background import Background, Stage
from pipeline.runtime.plurals import counted
from storage.store import Store

_DOING = {
    "train": "Training on all decisions (step 1 of 2).",
    "classify": "Classifying the papers with the new model (step 2 of 2).",
}


def retrain_page(request: Request) -> Response:
    """Show the model in use and how far a training is."""
    return _page(request)


async def retrain(request: Request) -> Response:
    """Start a training, unless a run is active."""
    return await act(request, _start)


def _start(request: Request, _form: FormData) -> Response:
    context = context_of(request)
    if context.training is None:
        return _page(request, "This service cannot start a training.", status=409)
    if context.training.state.stage is not Stage.RUNNING:
        with context.read_store() as store:
            active = _active(store)
        if active:
            refused = f"Nothing was started: `{active}` is active. Retrain when it has ended."
            return _page(request, refused, status=409)
        context.training.start()
    return RedirectResponse("/retrain", 303)


def _active(store: Store) -> str:
    """Return the command of an active run, or an empty text."""
    return next((one.run.command for one in store.runs.unfinished() if one.is_alive), "")


def _page(request: Request, refused: str = "", *, status: int = 200) -> Response:
    training = context_of(request).training
    state = training.state if training else Background()
    return render(
        request,
        "training/retrain.html",
        status=status,
        heading="Training",
        state=state,
        running=state.stage is Stage.RUNNING,
        failed=state.stage is Stage.FAILED,
        available=training is not None,
        doing=_DOING.get(state.command, state.command),
        result=result_sentence(state),
        refused=refused,
    )


def result_sentence(state: Background) -> str:
    """Return what the last training brought; empty before it ended well."""
    if state.stage is not Stage.DONE:
        return ""
    said = str(state.reports.get("train", {}).get("sentence") or "The training has ended.")
    classified = state.reports.get("classify", {}).get("classified")
    if isinstance(classified, int) and classified:
        said += (
            f" {counted(classified, 'paper')} {'was' if classified == 1 else 'were'} classified."
        )
    return said
