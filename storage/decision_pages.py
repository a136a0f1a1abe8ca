"""Read decisions page by page, latest first; a page begins after the last entry of another."""

from dataclasses import dataclass

from storage.decision_rows import COLUMNS, decision_of
from storage.engine.session import Session
from storage.types import Decision

_CONDITIONS = {
    "arxiv_id": "arxiv_id = $arxiv_id",
    "reviewer": "reviewer = $reviewer",
    "verdict": "verdict = $verdict",
    "section": "list_contains(sections, $section)",
    "act_id": "batch_id = $act_id",
}
_PAGE = """
SELECT seq, standing, {columns} FROM decisions
WHERE seq < $before{conditions}
ORDER BY seq DESC
LIMIT $limit
"""
_LAST = 2**62


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions are asked for; all conditions hold together. None: not asked."""

    arxiv_id: str | None = None
    reviewer: str | None = None
    verdict: str | None = None
    #: of the present taxonomy
    section: str | None = None
    act_id: str | None = None
    #: only those that count for their paper
    standing: bool = False


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision of a list."""

    #: its place in the order of recording
    seq: int
    #: whether it counts for its paper
    standing: bool
    decision: Decision


class DecisionPages:
    """The view `decisions`, in the order of recording."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self, wanted: DecisionFilter, *, limit: int, before: int | None = None
    ) -> list[DecisionRow]:
        """Return decisions recorded before the place `before`; None: the latest."""
        stated = {
            name: value for name in _CONDITIONS if (value := getattr(wanted, name)) is not None
        }
        conditions = [f" AND {_CONDITIONS[name]}" for name in stated]
        if wanted.standing:
            conditions.append(" AND standing")
        sql = _PAGE.format(columns=COLUMNS, conditions="".join(conditions))
        parameters = {**stated, "limit": limit, "before": _LAST if before is None else before}
        return [
            DecisionRow(seq, standing, decision_of(tuple(row)))
            for seq, standing, *row in self._session.rows(sql, parameters)
        ]
