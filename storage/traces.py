"""Read what happened around a paper: its announcements, the runs of an instant, its scores."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session
from storage.types import TermWeight

_ANNOUNCED = """
SELECT day, announce_type, version, list(category ORDER BY category), min(seen_at)
FROM announcement
WHERE arxiv_id = $arxiv_id
GROUP BY day, announce_type, version
ORDER BY day, version, announce_type
"""
_RUNS_AT = """
SELECT run_id, command, words
FROM runs
WHERE started_at <= $moment AND coalesce(finished_at, $moment) >= $moment
  AND command IN (FROM listed($commands))
ORDER BY seq
"""
# The score that a reviewer saw: the newest before the decision, which reads the text decided on.
_SCORE = """
SELECT model_id, in_scope, top_section, terms, predicted_at, content_hash
FROM prediction
WHERE arxiv_id = $arxiv_id AND predicted_at <= $moment
ORDER BY predicted_at DESC, model_id DESC
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Announced:
    """A day on which a feed announced a paper."""

    day: date
    #: new, cross, replace or replace-cross
    announce_type: str
    version: int
    categories: tuple[str, ...]
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RunNamed:
    """A run, by what started it."""

    run_id: str
    command: str
    #: command line, command first; empty if unknown
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedScore:
    """What a model said of a paper, with its reasons as they were stored then."""

    model_id: str
    in_scope: float
    top_section: str | None
    #: strongest first
    terms: tuple[TermWeight, ...]
    predicted_at: datetime
    content_hash: str


class Traces:
    """Reads over several tables, for one paper."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def announced(self, arxiv_id: str) -> tuple[Announced, ...]:
        """Return the days on which feeds announced a paper, oldest first."""
        return tuple(
            Announced(day, kind, version, tuple(categories), from_utc(seen_at))
            for day, kind, version, categories, seen_at in self._session.rows(
                _ANNOUNCED, {"arxiv_id": arxiv_id}
            )
        )

    def runs_at(self, moment: datetime, commands: Iterable[str]) -> tuple[RunNamed, ...]:
        """Return the runs of these commands that were active at an instant, oldest first."""
        parameters = {"moment": to_utc(moment), "commands": texts_json(commands)}
        return tuple(
            RunNamed(run_id, command, tuple(words))
            for run_id, command, words in self._session.rows(_RUNS_AT, parameters)
        )

    def score_before(self, arxiv_id: str, moment: datetime) -> RecordedScore | None:
        """Return the newest prediction of a paper that was made before an instant."""
        row = self._session.row(_SCORE, {"arxiv_id": arxiv_id, "moment": to_utc(moment)})
        if row is None:
            return None
        model_id, in_scope, top_section, terms, predicted_at, content_hash = row
        return RecordedScore(
            model_id=model_id,
            in_scope=in_scope,
            top_section=top_section,
            terms=tuple(TermWeight(one["term"], one["weight"]) for one in terms),
            predicted_at=from_utc(predicted_at),
            content_hash=content_hash,
        )
