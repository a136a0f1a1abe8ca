"""Let rejected papers return whose newer text the model places well above the rejected one."""

from collections.abc import Sequence

from classifiers.types import Classifier
from pipeline.learn.documents import document_of
from pipeline.runtime.services import Services
from storage.correction_kinds import RecordState, changed_kinds
from storage.correction_types import ComparedRecords, CorrectionCase
from storage.types import PaperText

#: papers compared in one lease
_AT_ONCE = 500
#: of the sum of two probabilities
_ROUNDING = 1e-9


def find_returns(services: Services) -> int:
    """Compare each newer text of a rejected paper once; return how many papers return.

    One model scores both texts, so that a new model alone never brings a paper back.

    Raises:
        ModelError: the model in use cannot be used.
    """
    returned = 0
    while True:
        with services.open_store() as store:
            waiting = store.corrections.newer_rejected(_AT_ONCE)
        if not waiting:
            return returned
        current = services.models.check_current(services.taxonomy)
        cases = _compared(services, current.load(), waiting)
        with services.open_store() as store:
            store.corrections.add_scored(
                list(zip(waiting, cases, strict=True)),
                model_id=current.model_id,
                now=services.clock(),
            )
        returned += sum(bool(case.kinds) for case in cases)


def _compared(
    services: Services, classifier: Classifier, waiting: Sequence[ComparedRecords]
) -> list[CorrectionCase]:
    from classifiers.columns import score_columns  # noqa: PLC0415  numpy

    # Apart, because both texts of a paper have its ID as their key.
    before, after = (
        score_columns(
            classifier, [document_of(_text(one, state)) for one, state in side], 1
        ).in_scope
        for side in (
            [(one.arxiv_id, one.old) for one in waiting],
            [(one.arxiv_id, one.new) for one in waiting],
        )
    )
    review = services.settings.review
    now = services.clock()
    cases = []
    for one, old, new in zip(waiting, before, after, strict=True):
        kinds = changed_kinds(one.old, one.new)
        least = max(review.likely_from / 100, old + review.return_margin / 100)
        returns = {"title", "abstract"} & {*kinds} and new >= least - _ROUNDING
        cases.append(
            CorrectionCase(
                arxiv_id=one.arxiv_id,
                verdict=one.verdict,
                decision_id=one.decision_id,
                kinds=("returned", *kinds) if returns else (),
                record_key=one.record_key,
                found_at=now,
                score_before=float(old),
                score_now=float(new),
            )
        )
    return cases


def _text(arxiv_id: str, state: RecordState) -> PaperText:
    return PaperText(arxiv_id, state.title, state.abstract, state.categories, content_hash="")
