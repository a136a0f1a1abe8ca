"""Read the account of decisions: filtered, counted, page by page, imports as groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from storage.decision_rows import COLUMNS, decision_of
from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session
from storage.queue_sql import text_condition
from storage.types import LIST_REVIEWER, Decision, Verdict

#: asks for rejections whose reason was not stated
NOT_STATED = "none"

#: by the field of the filter that is the parameter
_CONDITIONS: Mapping[str, str] = {
    "reviewer": "reviewer = $reviewer",
    "verdict": "verdict = $verdict",
    "section": "list_contains(sections, $section)",
    "first_day": "CAST(decided_at AS DATE) >= $first_day",
    "last_day": "CAST(decided_at AS DATE) <= $last_day",
    "batch_id": "batch_id = $batch_id",
}
_REASON = "reason = $reason"
_NO_REASON = "verdict = 'rejected' AND reason IS NULL"
_TEXT = """
arxiv_id IN (SELECT arxiv_id FROM decided_text WHERE {0})
OR contains(strip_accents(lower(coalesce(note, ''))), strip_accents(lower($note)))
"""
_ACCOUNT = """
WITH account AS (
    SELECT decisions.*,
           coalesce(batch.kind IN ('list', 'file', 'rule'), false)
               OR reviewer = $listed_by AS imported
    FROM decisions
    LEFT JOIN (SELECT batch_id, kind FROM decision_batches) AS batch USING (batch_id)
)
"""
_PAGE = """
{account}
SELECT {columns}, standing, seq
FROM account
WHERE {condition}
ORDER BY decided_at {order}, seq {order}
LIMIT $limit
"""
# A decision is standing, or taken back, or was replaced by a later one.
_TALLY = """
{account}
SELECT verdict, reviewer = $listed_by OR rule IS NOT NULL, count(*) FILTER (standing),
       count(*) FILTER (undone_at IS NOT NULL),
       count(*) FILTER (NOT standing AND undone_at IS NULL)
FROM account
WHERE {condition}
GROUP BY ALL
"""
_IMPORTS = """
{account}
SELECT account.batch_id, any_value(batch.kind), any_value(batch.source),
       any_value(batch.recorded_at), any_value(account.reviewer), count(*),
       count(*) FILTER (standing)
FROM account
LEFT JOIN decision_batches AS batch USING (batch_id)
WHERE {condition} AND imported
GROUP BY account.batch_id
ORDER BY any_value(batch.recorded_at) DESC NULLS LAST, account.batch_id
"""
_REVIEWERS = """
SELECT reviewer, count(*) FROM decisions GROUP BY reviewer ORDER BY reviewer
"""
_REASONS = """
SELECT coalesce(reason, $none), count(*)
FROM decisions
WHERE verdict = 'rejected' AND reviewer <> $listed_by AND rule IS NULL AND standing
GROUP BY ALL
ORDER BY count(*) DESC, 1
"""


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions are asked for; all conditions hold together, None and "" are no condition."""

    reviewer: str | None = None
    verdict: Verdict | None = None
    #: code, or NOT_STATED
    reason: str | None = None
    section: str | None = None
    #: days of decision in UTC, both inclusive
    first_day: date | None = None
    last_day: date | None = None
    #: of one act
    batch_id: str | None = None
    #: words of title, abstract, authors or ID, or a text of the note
    search: str = ""
    #: only those that stand
    standing: bool = False
    #: imported decisions one by one, not as groups
    one_by_one: bool = False

    @property
    def shows_imports(self) -> bool:
        """Whether imported decisions are listed one by one, not as groups."""
        return bool(self.one_by_one or self.batch_id or self.search or self.reviewer)


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a decision in the account: by time, then by order of recording."""

    decided_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A decision, and whether it stands."""

    decision: Decision
    standing: bool
    place: Place


@dataclass(frozen=True, slots=True)
class DecisionTally:
    """How many decisions stand, were taken back or replaced by a later one."""

    standing: int = 0
    taken_back: int = 0
    replaced: int = 0
    #: standing ones by reviewers, so without those of the curated list and of rules
    by_reviewers: int = 0
    #: standing ones
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)

    @property
    def made(self) -> int:
        """All decisions."""
        return self.standing + self.taken_back + self.replaced


@dataclass(frozen=True, slots=True)
class ImportGroup:
    """Decisions that were read from a list or a file together, or made by a rule in one run."""

    #: None: imported before acts were recorded
    batch_id: str | None
    #: `list`, `file` or `rule`; None as above
    kind: str | None
    #: name of the file
    source: str | None
    recorded_at: datetime | None
    reviewer: str
    decisions: int
    standing: int


class DecisionAccount:
    """The view `decisions`, as an account for people."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        wanted: DecisionFilter,
        *,
        limit: int,
        beyond: Place | None = None,
        oldest_first: bool = False,
    ) -> list[AccountRow]:
        """Return decisions beyond a place, latest first, without imports unless asked for."""
        condition, parameters = _condition(wanted)
        if not wanted.shows_imports:
            condition += " AND NOT imported"
        if beyond is not None:
            sign = ">" if oldest_first else "<"
            condition += f" AND (decided_at, seq) {sign} ($decided_at, $seq)"
            parameters |= {"decided_at": to_utc(beyond.decided_at), "seq": beyond.seq}
        rows = self._session.rows(
            _PAGE.format(
                account=_ACCOUNT,
                columns=COLUMNS,
                condition=condition,
                order="ASC" if oldest_first else "DESC",
            ),
            {**parameters, "limit": limit},
        )
        return [_account_row(row[:-2], row[-2], row[-1]) for row in rows]

    def tally(self, wanted: DecisionFilter = DecisionFilter()) -> DecisionTally:
        """Return how many decisions the filter selects, imports included."""
        condition, parameters = _condition(wanted)
        rows = self._session.rows(_TALLY.format(account=_ACCOUNT, condition=condition), parameters)
        verdicts = {
            verdict: sum(standing for name, _, standing, _, _ in rows if name == verdict)
            for verdict in Verdict
        }
        return DecisionTally(
            standing=sum(row[2] for row in rows),
            taken_back=sum(row[3] for row in rows),
            replaced=sum(row[4] for row in rows),
            by_reviewers=sum(row[2] for row in rows if not row[1]),
            verdicts=verdicts,
        )

    def imports(self, wanted: DecisionFilter) -> list[ImportGroup]:
        """Return the imports with decisions that the filter selects, latest first."""
        condition, parameters = _condition(replace(wanted, batch_id=None))
        rows = self._session.rows(
            _IMPORTS.format(account=_ACCOUNT, condition=condition), parameters
        )
        return [
            ImportGroup(batch_id, kind, source, from_utc(recorded_at), reviewer, made, standing)
            for batch_id, kind, source, recorded_at, reviewer, made, standing in rows
        ]

    def reviewers(self) -> dict[str, int]:
        """Return everybody who decided, with the number of decisions, by name."""
        return dict(self._session.rows(_REVIEWERS))

    def reasons(self) -> dict[str, int]:
        """Return the codes of the standing rejections' reasons with their number, most first.

        Rejections without a reason count under NOT_STATED.
        """
        return dict(self._session.rows(_REASONS, {"none": NOT_STATED, "listed_by": LIST_REVIEWER}))


def _account_row(row: Iterable[object], standing: bool, seq: int) -> AccountRow:  # noqa: FBT001
    decision = decision_of(tuple(row))
    return AccountRow(decision, standing, Place(decision.decided_at, seq))


def _condition(wanted: DecisionFilter) -> tuple[str, dict[str, object]]:
    values = {name: getattr(wanted, name) for name in _CONDITIONS}
    parameters: dict[str, object] = {
        name: value for name, value in values.items() if value is not None
    }
    parts = ["true", *(_CONDITIONS[name] for name in parameters)]
    if wanted.reason == NOT_STATED:
        parts.append(_NO_REASON)
    elif wanted.reason is not None:
        parts.append(_REASON)
        parameters["reason"] = wanted.reason
    if wanted.standing:
        parts.append("standing")
    if wanted.search:
        text = text_condition(wanted.search)
        parts.append(f"({_TEXT.format(text.sql)})")
        parameters |= {**text.parameters, "note": wanted.search}
    return " AND ".join(parts), {**parameters, "listed_by": LIST_REVIEWER}
