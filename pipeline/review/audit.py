"""Estimate from a random sample how many relevant papers still wait.

Only decisions count, not predictions.
"""

import math
from dataclasses import dataclass
from datetime import date

from pipeline.runtime.plurals import counted as with_noun
from storage.audit import LATEST, AuditSample
from storage.queue_filter import QueueFilter, QueueLimits
from storage.screening import ScreeningCounts
from storage.store import OpenStore, Store

#: With no relevant paper among 200, fewer than 1.9 % of the waiting ones are relevant
#: (Clopper-Pearson, 95 %). Only the latest draws count, because an older sample describes an older
#: queue.
SAMPLE = LATEST
_LIMITS = QueueLimits()
#: papers at the beginning of the random order that count as drawn: a sample, and what others decide
#: while it is read
DRAWN = 500
#: papers of a first sample, whose result can be said before it is read
FIRST = 40
#: With fewer papers only the interval is given, because it is still wide.
_MIN_SAMPLE = 20


def is_drawn(store: Store, arxiv_id: str, person: str, today: date) -> bool:
    """Return whether a paper stands at the beginning of a person's random order.

    Any other paper was chosen, and would spoil the estimate.
    """
    wanted = QueueFilter(order="random", without=store.opinions.closed_to(person))
    return arxiv_id in store.queue.ids(wanted, limit=DRAWN, today=today)


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
    #: papers, those of the curated list that were harvested too counted twice
    identified: int
    screening: ScreeningCounts
    #: undecided but not queued: withdrawn, or not classified yet
    elsewhere: int
    #: None without a decided random paper, or from `count`
    unseen: Unseen | None
    advice: str


def audit_report(
    open_store: OpenStore, *, wanted: int = SAMPLE, limits: QueueLimits = _LIMITS
) -> AuditReport:
    """Return the report, estimated from the last `wanted` papers drawn."""
    with open_store() as store:
        counted = count(store, wanted, limits=limits)
    return estimated(counted)


def count(
    store: Store,
    wanted: int = SAMPLE,
    *,
    queued: int | None = None,
    limits: QueueLimits = _LIMITS,
) -> AuditReport:
    """Return the report without the estimate, which imports scipy."""
    sample = store.audit.sample(wanted)
    screening = store.screening.counts(set_aside_below=limits.set_aside_below, queued=queued)
    return AuditReport(
        wanted=min(wanted, sample.known + sample.deferred + screening.waiting),
        sample=sample,
        identified=screening.identified,
        screening=screening,
        elsewhere=screening.not_screened - screening.waiting,
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
        return f"No estimate yet. No paper was decided in random order. {_first_sample(counted)}"
    between = _between(counted, unseen)
    if unseen.may_stop and unseen.high < 1:
        return "You may stop: less than one of the waiting papers is relevant (95 % confidence)."
    if unseen.may_stop:
        return (
            f"You may stop: at least {unseen.recall_low:.0%} of the relevant papers are found "
            f"(95 % confidence), and at most {unseen.high:.0f} of the waiting papers are relevant."
        )
    found = ""
    if not counted.screening.approved:
        found = ", and no paper has been approved yet"
    elif unseen.enough:
        found = f", so perhaps only {unseen.recall_low:.0%} are found"
    start = "Read on" if unseen.enough else "So far"
    return f"{start}: {between}{found}. {_next_sample(counted, unseen)}".rstrip()


def _between(counted: AuditReport, unseen: Unseen) -> str:
    """Return what the sample tells so far, however small it is."""
    sample, waiting = counted.sample, counted.screening.waiting
    papers = with_noun(sample.known, "random paper")
    told = f"{papers} with {sample.approved} relevant"
    shares = f"{unseen.low / waiting:.1%} to {unseen.high / waiting:.1%}"
    return (
        f"{told} {'tells' if sample.known == 1 else 'tell'} that {shares} of the waiting papers"
        f" are relevant, {unseen.low:.0f} to {unseen.high:.0f} of {waiting} (95 % confidence)"
    )


def _first_sample(counted: AuditReport) -> str:
    """Return what a first sample would tell."""
    read = min(FIRST, counted.wanted, counted.screening.waiting)
    if not read:
        return ""
    waiting = counted.screening.waiting
    most = most_without(read)
    return (
        f"{with_noun(read, 'paper')} already {'tells' if read == 1 else 'tell'} something: if none"
        f" is relevant, at most {most:.1%} of the waiting papers are, {most * waiting:.0f} of"
        f" {waiting} (95 % confidence)."
    )


def _next_sample(counted: AuditReport, unseen: Unseen) -> str:
    """Return how much narrower the interval gets with more papers."""
    sample = counted.sample
    if sample.known >= counted.wanted:
        return ""
    wanted = max(FIRST, 2 * sample.known) if sample.known < counted.wanted / 2 else counted.wanted
    wanted = min(wanted, counted.wanted)
    width = (unseen.high - unseen.low) * math.sqrt(sample.known / wanted)
    more = wanted - sample.known
    return (
        f"{with_noun(more, 'more paper')} read at random {'narrows' if more == 1 else 'narrow'} the"
        f" interval to about {width:.0f} papers."
    )


def most_without(read: int) -> float:
    """Return the largest share of relevant papers if none of `read` random ones is relevant.

    The upper bound of Clopper and Pearson's 95 % interval.
    """
    return 1.0 - math.pow(0.025, 1.0 / read)
