"""Papers that are perhaps the same work: shown side by side, answered by a reviewer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.errors import LivingSurveyError, UsageError
from config.reasons import Reason
from config.taxonomy import Taxonomy
from pipeline.review.corrections import Difference
from pipeline.review.decide import Recorded, record_in
from pipeline.review.judge import Stale
from pipeline.review.proposal import propose, reviewer_name
from pipeline.review.undo import undo_in
from pipeline.review.word_diff import word_diff
from pipeline.runtime.clock import check_clock
from storage.same_work import Answer, Answered, Pair
from storage.store import OpenStore, Store
from storage.typed_ids import not_held, read_key
from storage.types import Decision, Paper, StoredPaper, Verdict

#: the reason of the settings that a double is rejected with, if they have it
_REASON = "duplicate"


@dataclass(frozen=True, slots=True)
class PairView:
    """Two papers with everything that a reviewer compares."""

    pair: Pair
    papers: tuple[StoredPaper, StoredPaper]
    decisions: tuple[Decision | None, Decision | None]
    #: of title, authors and so on; the first paper is the old side
    fields: tuple[Difference, ...]
    answered: Answered | None


@dataclass(frozen=True, slots=True)
class AnsweredPair:
    """An answer that was recorded, with the decision that rejected the other paper."""

    answered: Answered
    decision: Decision | None = None


def pair_view(store: Store, one: str, other: str) -> PairView | None:
    """Return two held papers side by side, or None if one is not held."""
    first, second = sorted((one, other))
    stored = store.papers.get_many([first, second])
    if len(stored) < 2:
        return None
    pairs = [
        pair for pair in store.same_work.of(first) if second in (pair.first_id, pair.second_id)
    ]
    standing = store.decisions.standing([first, second])
    papers = (stored[first], stored[second])
    return PairView(
        pair=pairs[0] if pairs else Pair(first, second, "asked"),
        papers=papers,
        decisions=(standing.get(first), standing.get(second)),
        fields=tuple(
            Difference(kind, old, new, word_diff(old, new))
            for (kind, old), (_, new) in zip(
                compared_fields(papers[0].paper), compared_fields(papers[1].paper), strict=True
            )
        ),
        answered=store.same_work.answered(first, second),
    )


def answer_pair(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    one: str,
    other: str,
    *,
    keeps: str | None,
    reviewer: str,
    reasons: Sequence[Reason] = (),
    clock: Callable[[], datetime],
) -> AnsweredPair | Stale:
    """Record that two papers are one work, of which `keeps` is listed, or with None: two works.

    The other paper is rejected as a duplicate, unless it is rejected already.

    Raises:
        UsageError: it is one paper, or `keeps` is neither.
        PaperNotFoundError: one of them is not held.
    """
    first, second = sorted((read_key(one), read_key(other)))
    name = reviewer_name(reviewer)
    kept = None if keeps is None else read_key(keeps)
    if first == second:
        raise UsageError(f"{first} is one paper.", hint="Name two.")
    if kept not in {None, first, second}:
        raise UsageError(f"{kept} is neither of both papers.", hint=f"Keep {first} or {second}.")
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        held = store.papers.held([first, second])
        for key in (first, second):
            if key not in held:
                raise not_held(key, now.date())
        before = store.same_work.answered(first, second)
        answer = Answer.DIFFERENT if kept is None else Answer.SAME
        if before is not None:
            if (before.answer, before.keeps) == (answer, kept):
                return AnsweredPair(before)
            return Stale(
                first,
                f"{before.reviewer} answered {first} and {second} meanwhile ({before.answer}).",
            )
        rejected = None
        if kept is not None:
            double = second if kept == first else first
            rejected = _rejected(
                store, taxonomy, double, kept, reviewer=name, reasons=reasons, now=now
            )
        store.same_work.answer(
            first,
            second,
            answer,
            keeps=kept,
            decision_id=rejected.decision_id if rejected else None,
            reviewer=name,
            now=now,
        )
        answered = store.same_work.answered(first, second)
        assert answered is not None
        return AnsweredPair(answered, rejected)


def undo_answer(
    open_store: OpenStore,
    one: str,
    other: str,
    *,
    reviewer: str,
    clock: Callable[[], datetime],
) -> Answered:
    """Take back an answer and the rejection it made.

    Raises:
        UsageError: there is no answer.
    """
    first, second = sorted((read_key(one), read_key(other)))
    name = reviewer_name(reviewer)
    with open_store() as store, store.transaction():
        now = clock()
        check_clock(store, now)
        answered = store.same_work.answered(first, second)
        if answered is None:
            raise UsageError(
                f"{first} and {second} have no answer.",
                hint="`living-survey doubles` lists the open questions.",
            )
        if answered.decision_id is not None:
            made = store.decisions.get(answered.decision_id)
            undo_in(store, [made], reviewer=name, now=now)
        store.same_work.undo(first, second, reviewer=name, now=now)
        return answered


def _rejected(
    store: Store,
    taxonomy: Taxonomy,
    double: str,
    kept: str,
    *,
    reviewer: str,
    reasons: Sequence[Reason],
    now: datetime,
) -> Decision | None:
    standing = store.decisions.standing([double]).get(double)
    if standing is not None and standing.verdict is Verdict.REJECTED:
        return None
    proposal = propose(
        taxonomy,
        arxiv_id=double,
        verdict="reject",
        reviewer=reviewer,
        note=f"the same work as {kept}",
        reason=_REASON if any(reason.code == _REASON for reason in reasons) else None,
        reasons=reasons,
        unexplained=True,  # the note says why if no reason does
    )
    [outcome] = record_in(store, taxonomy, [replace(proposal, alone=True)], now)
    if isinstance(outcome, LivingSurveyError):
        raise outcome
    return outcome.decision if isinstance(outcome, Recorded) else None


def compared_fields(paper: Paper) -> list[tuple[str, str]]:
    """Return what a reviewer compares of two papers, by name."""
    dates = (
        f"{moment:%Y-%m-%d}" if moment else "" for moment in (paper.submitted_at, paper.updated_at)
    )
    submitted, updated = dates
    return [
        ("title", paper.title),
        ("authors", ", ".join(paper.authors)),
        ("submitted", submitted),
        ("updated", updated),
        ("version", f"v{paper.version}"),
        ("categories", " ".join(paper.categories)),
        ("comment", paper.comment or ""),
        ("journal_ref", paper.journal_ref or ""),
        ("abstract", paper.abstract),
    ]
