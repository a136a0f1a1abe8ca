"""Measure from the database how far people agree, and say what there is too little of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.review.agreement.drift import BASELINE, Drift, drift_of
from pipeline.review.agreement.drift import FEWEST as FEWEST_LATER
from pipeline.review.agreement.kappa import Kappa, Table, kappa_of
from pipeline.review.agreement.readings import Graded, Pair, Word
from pipeline.review.agreement.sections import Alpha, alpha_of
from pipeline.review.agreement.shares import Share, wilson
from storage.opinion_types import Opinion, OpinionKind
from storage.store import Store
from storage.types import Decision, Verdict

#: repeated verdicts below which nothing is said
FEWEST_REPEATS = 20
#: verdicts with a probability that drift needs
FEWEST_VERDICTS = BASELINE + FEWEST_LATER
#: a repeated verdict is not spoken of before this time has passed, so that it stays silent
SILENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the measures are computed from, as it was read."""

    #: of two people, without knowing of each other
    pairs: tuple[Pair, ...]
    #: of one person: then and now
    repeats: tuple[Pair, ...]
    graded: Mapping[str, tuple[Graded, ...]]
    #: papers whose repeated verdict differs and was not looked at since, by person
    open: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Between:
    """How far two people agree."""

    first: str
    second: str
    #: on which neither deferred
    table: Table
    #: on which one deferred, which count for no measure
    deferred: int
    #: None: too few papers
    kappa: Kappa | None
    #: of the sections of papers that both approve; None: too few
    sections: Alpha | None
    both_approved: int


@dataclass(frozen=True, slots=True)
class WithSelf:
    """How often a person says the same again."""

    reviewer: str
    repeated: int
    #: repeats with a deferral, which count for no share
    deferred: int
    #: None: too few
    same: Share | None
    #: papers to look at again
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OverTime:
    """Whether a person's standard changed."""

    reviewer: str
    #: verdicts with a probability from before
    verdicts: int
    #: None: too few
    drift: Drift | None


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """All measures, of everybody or of one person."""

    pairs: tuple[Between, ...]
    selves: tuple[WithSelf, ...]
    drifts: tuple[OverTime, ...]


def read_facts(store: Store, now: datetime) -> Facts:
    """Read what the measures need; computing them needs no database."""
    words = store.opinions.live()
    by_id = {one.opinion_id: one for one in words}
    pairs = (
        Pair(one.arxiv_id, _word(by_id[first]), _word(one))
        for one in words
        if one.kind is OpinionKind.SECOND
        for first in one.beside
        if first in by_id
    )
    again = [
        one for one in words if one.kind is OpinionKind.REPEAT and one.given_at <= now - SILENT
    ]
    decisions = store.decisions.get_many({one.repeats for one in again if one.repeats})
    before = {one.decision_id: one for one in decisions}
    repeats = [(before[one.repeats], one) for one in again if one.repeats in before]
    standing = store.decisions.standing([one.arxiv_id for _, one in repeats])
    graded: defaultdict[str, list[Graded]] = defaultdict(list)
    for who, at, approved, probability in store.opinions.graded():
        graded[who].append(Graded(at, approved, probability))
    return Facts(
        pairs=tuple(pairs),
        repeats=tuple(Pair(one.arxiv_id, _decided(then), _word(one)) for then, one in repeats),
        graded={who: tuple(verdicts) for who, verdicts in graded.items()},
        open=_open(repeats, standing),
    )


def agreement_of(facts: Facts, reviewer: str | None = None) -> AgreementReport:
    """Return the measures; of one person: with others, with himself and over time."""
    together: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in facts.pairs:
        names = sorted((pair.first.reviewer, pair.second.reviewer))
        turned = pair.first.reviewer != names[0]
        one = Pair(pair.arxiv_id, pair.second, pair.first) if turned else pair
        together[names[0], names[1]].append(one)
    alone: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in facts.repeats:
        alone[pair.second.reviewer].append(pair)
    return AgreementReport(
        pairs=tuple(
            _between(*names, some)
            for names, some in sorted(together.items())
            if reviewer is None or reviewer in names
        ),
        selves=tuple(
            _with_self(name, some, facts.open.get(name, ()))
            for name, some in sorted(alone.items())
            if reviewer in (None, name)
        ),
        drifts=tuple(
            OverTime(name, len(some), drift_of(some))
            for name, some in sorted(facts.graded.items())
            if reviewer in (None, name)
        ),
    )


def table_of(pairs: Iterable[Pair]) -> Table:
    """Count the verdicts of two people on papers on which neither deferred."""
    said = [
        (pair.first.verdict is Verdict.APPROVED, pair.second.verdict is Verdict.APPROVED)
        for pair in pairs
        if pair.decided
    ]
    return Table(
        said.count((True, True)),
        said.count((True, False)),
        said.count((False, True)),
        said.count((False, False)),
    )


def _between(first: str, second: str, pairs: Sequence[Pair]) -> Between:
    table = table_of(pairs)
    both = [(one.first.sections, one.second.sections) for one in pairs if one.both_approved]
    return Between(
        first,
        second,
        table,
        deferred=len(pairs) - table.papers,
        kappa=kappa_of(table),
        sections=alpha_of(both),
        both_approved=len(both),
    )


def _with_self(reviewer: str, pairs: Sequence[Pair], open_: tuple[str, ...]) -> WithSelf:
    decided = [one for one in pairs if one.decided]
    same = sum(one.first.verdict is one.second.verdict for one in decided)
    enough = len(decided) >= FEWEST_REPEATS
    return WithSelf(
        reviewer,
        repeated=len(pairs),
        deferred=len(pairs) - len(decided),
        same=wilson(same, len(decided)) if enough else None,
        open=open_,
    )


def _open(
    repeats: Sequence[tuple[Decision, Opinion]], standing: Mapping[str, Decision]
) -> dict[str, tuple[str, ...]]:
    """Return the papers on which a person differs from himself, until he decides them again."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for then, again in repeats:
        now = standing.get(again.arxiv_id)
        if _says(then) != _says(again) and now and now.decision_id == then.decision_id:
            found[again.reviewer] += (again.arxiv_id,)
    return dict(found)


def _says(one: Decision | Opinion) -> tuple[Verdict, frozenset[str]]:
    return one.verdict, frozenset(one.sections)


def _word(one: Opinion) -> Word:
    return Word(one.reviewer, one.verdict, frozenset(one.sections), one.given_at)


def _decided(one: Decision) -> Word:
    return Word(one.reviewer, one.verdict, frozenset(one.sections), one.decided_at)
