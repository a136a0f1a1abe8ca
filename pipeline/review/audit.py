"""Estimate from a random sample how many relevant papers still wait.

Only decisions count, not predictions. The screening counts follow PRISMA 2020.
"""

from dataclasses import dataclass

from pipeline.runtime.plurals import counted as with_noun
from storage.audit import AuditSample, ScreeningCounts
from storage.store import OpenStore, Store

#: With no relevant paper among 200, fewer than 1.9 % of the waiting ones are relevant
#: (Clopper-Pearson, 95 %). Only the latest draws count, because an older sample describes an older
#: queue.
SAMPLE = 200
#: With fewer papers only the interval is given, because it is still wide.
_MIN_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Unseen:
    """The estimate for the waiting papers, with 95 % intervals.

    An undecided paper of the sample counts as irrelevant for `low` and as relevant for `high`.
    """

    relevant: float
    low: float
    high: float
    #: approved share of all relevant papers, without the curated list
    recall: float
    recall_low: float
    recall_high: float
    may_stop: bool
    #: whether the sample is large enough to show `relevant`
    enough: bool


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The progress of the survey."""

    #: size of the sample, at most what can be drawn
    wanted: int
    sample: AuditSample
    #: received records, with repeats
    identified: int
    screening: ScreeningCounts
    #: undecided but not queued: withdrawn, or not classified yet
    elsewhere: int
    #: None without a decided random paper, or from `count`
    unseen: Unseen | None
    advice: str


def audit_report(open_store: OpenStore, *, wanted: int = SAMPLE) -> AuditReport:
    """Return the report, estimated from the last `wanted` papers drawn."""
    with open_store() as store:
        counted = count(store, wanted)
    return estimated(counted)


def count(store: Store, wanted: int = SAMPLE, *, queued: int | None = None) -> AuditReport:
    """Return the report without the estimate, which imports scipy."""
    sample = store.audit.sample(wanted)
    screening = store.audit.screening(queued)
    decided = screening.listed + screening.approved + screening.rejected + screening.deferred
    return AuditReport(
        wanted=min(wanted, sample.known + sample.deferred + screening.waiting),
        sample=sample,
        identified=screening.papers + screening.repeats,
        screening=screening,
        elsewhere=screening.papers - decided - screening.waiting,
        unseen=None,
        advice="",
    )


def estimated(counted: AuditReport) -> AuditReport:
    """Return the report of `count` with the estimate and the advice."""
    unseen = _unseen(counted.sample, counted.screening) if counted.sample.known else None
    return AuditReport(
        wanted=counted.wanted,
        sample=counted.sample,
        identified=counted.identified,
        screening=counted.screening,
        elsewhere=counted.elsewhere,
        unseen=unseen,
        advice=_advice(counted, unseen),
    )


def _unseen(sample: AuditSample, screening: ScreeningCounts) -> Unseen:
    from classifiers.measure.audit import estimate  # noqa: PLC0415  imports scipy, which is slow

    waiting, found = screening.waiting, screening.approved
    everything = sample.known + sample.unknown
    point = estimate(sampled=sample.known, relevant=sample.approved, unseen=waiting, found=found)
    least = estimate(sampled=everything, relevant=sample.approved, unseen=waiting, found=found)
    most = estimate(
        sampled=everything, relevant=sample.approved + sample.unknown, unseen=waiting, found=found
    )
    return Unseen(
        relevant=point.relevant,
        low=least.low,
        high=most.high,
        recall=point.recall,
        recall_low=most.recall_low,
        recall_high=found / (found + least.low) if found + least.low else 1.0,
        may_stop=most.may_stop,
        enough=sample.known >= _MIN_SAMPLE,
    )


def _advice(counted: AuditReport, unseen: Unseen | None) -> str:
    if not counted.screening.waiting:
        if counted.elsewhere:
            return (
                f"No papers wait, but {with_noun(counted.elsewhere, 'paper is', 'papers are')}"
                " withdrawn or not classified yet. `living-survey classify` adds the latter to the"
                " queue."
            )
        return "No papers wait: every classified paper has been screened."
    if unseen is None:
        return (
            "No estimate yet. Decide papers in random order; "
            f"{counted.wanted} make a usable estimate."
        )
    between = f"between {unseen.low:.0f} and {unseen.high:.0f} of the waiting papers are relevant"
    if unseen.may_stop and unseen.high < 1:
        return "You may stop: less than one of the waiting papers is relevant (95 % confidence)."
    if unseen.may_stop:
        return (
            f"You may stop: at least {unseen.recall_low:.0%} of the relevant papers are found "
            f"(95 % confidence), and at most {unseen.high:.0f} of the waiting papers are relevant."
        )
    more = counted.wanted - counted.sample.known
    if not unseen.enough and more > 0:
        return (
            f"Too early to say: {between}. {with_noun(more, 'more paper')} read at random"
            f" {'makes' if more == 1 else 'make'} a usable estimate."
        )
    gives = "gives" if more == 1 else "give"
    sharper = f" {with_noun(more, 'more paper')} read at random {gives} a sharper estimate."
    if more <= 0:
        sharper = ""
    if not counted.screening.approved:
        return f"Read on: {between}, and no paper has been approved yet.{sharper}"
    return f"Read on: {between}, so perhaps only {unseen.recall_low:.0%} are found.{sharper}"
