"""Plan one verdict on many papers: those in one state are decided, the others are named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from config.errors import UsageError
from pipeline.review.proposal import NOT_DECIDED, Expected
from storage.paper_key import parse_key
from storage.types import Decision, PaperMark, Verdict

#: papers that one act decides
MOST_AT_ONCE = 10_000
#: digits of a text's hash that a form carries
_DIGITS = 8


class State(StrEnum):
    """What a paper waits for, or how it was decided."""

    WAITING = "waiting"
    DEFERRED = "deferred"
    APPROVED = "approved"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """A marked paper as the reviewer sees it."""

    arxiv_id: str
    state: State
    #: digits of the text's hash
    text: str = ""
    #: the standing decision, or NOT_DECIDED
    standing: str = NOT_DECIDED

    def __str__(self) -> str:
        """Return what a form carries of it."""
        return f"{self.arxiv_id}:{self.text}:{self.standing}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one act would decide."""

    state: State
    papers: tuple[Seen, ...]
    #: marked papers in other states
    others: tuple[Seen, ...]

    @property
    def form(self) -> str:
        """What the form carries of the papers."""
        return " ".join(map(str, self.papers))


def read_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the marked papers, each once, in the given order.

    Raises:
        UsageError: none or too many are marked, or a text is no arXiv ID.
    """
    found: dict[str, None] = {}
    for text in texts:
        key = parse_key(text)
        if key is None:
            raise UsageError(
                f"{text[:40]!r} is neither an arXiv ID nor a DOI.", hint="Mark papers in the list."
            )
        found[key] = None
    if not found:
        raise UsageError("No paper is marked.", hint="Mark papers in the list, then decide them.")
    if len(found) > MOST_AT_ONCE:
        raise UsageError(
            f"{len(found):,} papers are marked; {MOST_AT_ONCE:,} can be decided at once.",
            hint="Decide them in parts.",
        )
    return tuple(found)


def plan(
    arxiv_ids: Sequence[str],
    marks: Mapping[str, PaperMark],
    standing: Mapping[str, Decision],
    today: date,
) -> Plan:
    """Return what would be decided: the waiting papers, else those in the state of most."""
    seen = [_seen(key, marks.get(key), standing.get(key), today) for key in arxiv_ids]
    known = [one.state for one in seen if one.state is not State.UNKNOWN]
    if State.WAITING in known:
        state = State.WAITING
    else:
        state = max(known, key=known.count, default=State.UNKNOWN)
    return Plan(
        state,
        tuple(one for one in seen if one.state is state is not State.UNKNOWN),
        tuple(one for one in seen if one.state is not state or state is State.UNKNOWN),
    )


def read_form(text: str) -> dict[str, tuple[str, str]]:
    """Return the text's digits and the standing decision by paper, as `Plan.form` wrote them.

    Raises:
        UsageError: the text is of another form, or has too many papers.
    """
    parts = [each.rsplit(":", 2) for each in text.split()]
    if any(len(part) != 3 for part in parts):
        raise UsageError("The marked papers of this form cannot be read.", hint="Mark them again.")
    ids = read_ids(part[0] for part in parts)
    return dict(zip(ids, ((digits, decision) for _, digits, decision in parts), strict=False))


def expected(digits: str, decision: str, mark: PaperMark | None) -> Expected:
    """Return what the reviewer saw, for comparison with the paper as it is now."""
    same = mark is not None and bool(digits) and mark.content_hash.startswith(digits)
    return Expected(decision, mark.content_hash if mark and same else digits or "none")


def _seen(key: str, mark: PaperMark | None, standing: Decision | None, today: date) -> Seen:
    if mark is None:
        return Seen(key, State.UNKNOWN)
    state = State.WAITING if standing is None else _state(standing, mark, today)
    decision = standing.decision_id if standing else NOT_DECIDED
    return Seen(key, state, mark.content_hash[:_DIGITS], decision)


def _state(standing: Decision, mark: PaperMark, today: date) -> State:
    if standing.unplaced or (
        standing.verdict is Verdict.DEFERRED and standing.has_returned(mark.version, today)
    ):
        return State.WAITING
    return State(standing.verdict.value)
