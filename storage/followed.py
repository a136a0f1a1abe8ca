"""Store the order of the most likely papers after decisions that the model has not learned from.

It is derived from model, decisions and papers, and written whole. Predictions stay as they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_CANDIDATES = """
SELECT arxiv_id, predicted_at, in_scope
FROM waiting
WHERE in_scope >= (
    SELECT min(value) FROM (
        SELECT in_scope AS value FROM waiting ORDER BY value DESC LIMIT $most))
QUALIFY row_number() OVER (ORDER BY in_scope DESC, arxiv_id) <= $most
ORDER BY in_scope DESC, arxiv_id
"""
_INSERT = "INSERT INTO followed BY NAME SELECT arxiv_id, score FROM followed_batch"
_STATE = """
INSERT INTO following
VALUES ($model_id, $decisions, CAST($followed_at AS TIMESTAMP), $least_in_scope)
"""
_READ = "SELECT model_id, decisions, followed_at, least_in_scope FROM following"
# Counts of whole tables, which DuckDB knows without reading them.
_MOMENT = "SELECT (SELECT count(*) FROM decision_event), (SELECT count(*) FROM prediction)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A waiting paper that may change its place."""

    arxiv_id: str
    #: of the prediction; another one after the text changed
    predicted_at: datetime
    in_scope: float


@dataclass(frozen=True, slots=True)
class FollowedOrder:
    """What the order of likely papers follows."""

    #: the model whose probabilities are shown
    model_id: str
    #: that it has not learned from
    decisions: int
    at: datetime
    #: lowest predicted probability among the papers in this order
    least_in_scope: float


class Followed:
    """The tables `followed` and `following`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def candidates(self, most: int) -> list[Candidate]:
        """Return the most likely waiting papers by their predictions."""
        return [
            Candidate(row[0], from_utc(row[1]), row[2])
            for row in self._session.rows(_CANDIDATES, {"most": most})
        ]

    def replace(
        self, arxiv_ids: Sequence[str], scores: "npt.NDArray[np.float64]", order: FollowedOrder
    ) -> None:
        """Store the scores by which these papers are ordered, in place of earlier ones."""
        import pyarrow as pa  # noqa: PLC0415  only writers need it

        table = pa.table({"arxiv_id": pa.array(arxiv_ids, pa.string()), "score": scores})
        with self._session.transaction(), self._session.batch("followed_batch", table):
            self._clear()
            self._session.write(_INSERT)
            self._session.write(
                _STATE,
                {
                    "model_id": order.model_id,
                    "decisions": order.decisions,
                    "followed_at": to_utc(order.at),
                    "least_in_scope": order.least_in_scope,
                },
            )

    def clear(self) -> None:
        """Let the order be that of the predictions."""
        if self.state() is not None:
            with self._session.transaction():
                self._clear()

    def forget(self, arxiv_ids: Iterable[str]) -> None:
        """Drop the scores of papers with a new prediction."""
        if self.state() is not None:
            self._session.write(
                "DELETE FROM followed WHERE arxiv_id IN (FROM listed($ids))",
                {"ids": texts_json(arxiv_ids)},
            )

    def state(self) -> FollowedOrder | None:
        """Return what the order follows; None: it is that of the predictions."""
        rows = self._session.rows(_READ)
        if not rows:
            return None
        [(model_id, decisions, at, least)] = rows
        return FollowedOrder(model_id, decisions, from_utc(at), least)

    def decisions(self) -> int:
        """Return how many decisions the order follows that the model has not learned from."""
        state = self.state()
        return state.decisions if state else 0

    def moment(self) -> tuple[int, int]:
        """Return what grows with each decision, and with each prediction."""
        [found] = self._session.rows(_MOMENT)
        return found[0], found[1]

    def _clear(self) -> None:
        self._session.write("DELETE FROM followed")
        self._session.write("DELETE FROM following")
