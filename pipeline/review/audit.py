"""How much is still unseen: the audit's random sample, what follows from it, and PRISMA's counts.

The human's word only; what the model thinks of the papers that wait plays no part.
"""

from dataclasses import dataclass

from pipeline.runtime.plurals import counted as in_words
from storage.audit import AuditSample, ScreeningCounts
from storage.store import OpenStore, Store

#: Papers read at random that make an estimate: none relevant among 200 means, at 95 %, that less
#: than 1.9 % of what waits is (Clopper and Pearson). Only the latest draws count, since an old
#: sample says nothing about a queue that was read meanwhile.
SAMPLE = 200
#: With fewer only the interval is told: none among 19 leaves up to 18 % of what waits, and
#: "about 0" would be read as an answer.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the sample says about the papers that wait; 95 % intervals.

    A paper of the sample that nobody decided counts as not relevant for `low`, as relevant for
    `high`, and not at all for the rest.
    """

    relevant: float
    low: float
    high: float
    #: share of all relevant papers that were found, the list's own left out
    recall: float
    recall_low: float
    recall_high: float
    may_stop: bool
    #: whether the sample is large enough to name `relevant` and not the interval alone
    enough: bool


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Where the survey stands."""

    #: how many random papers are wanted, or all there are: 0 where nothing waits and none was read
    wanted: int
    sample: AuditSample
    #: records that sources sent, those of papers already held included
    identified: int
    screening: ScreeningCounts
    #: papers that neither wait nor were decided: withdrawn, or not classified yet
    elsewhere: int
    #: None while nobody read a random paper, or was asked for without
    unseen: Unseen | None
    #: what to do, in a sentence
    advice: str


def audit_report(open_store: OpenStore, *, wanted: int = SAMPLE) -> AuditReport:
    """Return the estimate from the last `wanted` papers that were read in random order."""
    with open_store() as store:
        counted = count(store, wanted)
    return estimated(counted)


def count(store: Store, wanted: int = SAMPLE, *, queued: int | None = None) -> AuditReport:
    """Return the counts alone: an estimate costs the import of a statistics library.

    Who has counted the whole queue already says how many papers it holds: `queued`.
    """
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
    """Return the same report with the estimate and the advice."""
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
    from classifiers.measure.audit import estimate  # noqa: PLC0415  scipy costs a page a third of a second

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
        enough=sample.known >= FEWEST,
    )


def _advice(counted: AuditReport, unseen: Unseen | None) -> str:
    if not counted.screening.waiting:
        if counted.elsewhere:
            return (
                f"Nothing waits, but {in_words(counted.elsewhere, 'paper is', 'papers are')}"
                " withdrawn or not classified yet: living-survey classify brings these into the"
                " queue."
            )
        return "Nothing waits: everything that was classified has been screened."
    if unseen is None:
        return (
            "Nothing is known about the papers that wait: decide some in random order; "
            f"{counted.wanted} make a usable estimate."
        )
    between = f"between {unseen.low:.0f} and {unseen.high:.0f} of the papers that wait are relevant"
    if unseen.may_stop and unseen.high < 1:
        return "You may stop: less than one of the papers that wait is relevant (95 % confidence)."
    if unseen.may_stop:
        return (
            f"You may stop: at least {unseen.recall_low:.0%} of the relevant papers are found "
            f"(95 % confidence), and at most {unseen.high:.0f} of those that wait are relevant."
        )
    more = counted.wanted - counted.sample.known
    if not unseen.enough and more > 0:
        return (
            f"Too early to say: {between}. {in_words(more, 'more paper')} read at random"
            f" {'makes' if more == 1 else 'make'} a usable estimate."
        )
    gives = "gives" if more == 1 else "give"
    sharper = f" {in_words(more, 'more paper')} read at random {gives} a sharper estimate."
    if more <= 0:
        sharper = ""
    if not counted.screening.approved:
        return f"Read on: {between}, and none is found yet beside the list's own.{sharper}"
    return f"Read on: {between}, so perhaps only {unseen.recall_low:.0%} are found.{sharper}"
