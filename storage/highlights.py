"""Store which papers reviewers highlight for the digest, with their sentence. Append-only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import about
from storage.engine.session import Session
from storage.errors import PaperNotFoundError

_OF = """
SELECT arxiv_id, reviewer, sentence, highlighted_at
FROM highlights
WHERE {only}
ORDER BY highlighted_at, reviewer
"""
_OF_THEN = """
SELECT arxiv_id, reviewer, sentence, happened_at
FROM highlight_event
WHERE {only} AND happened_at <= $at
QUALIFY row_number() OVER (PARTITION BY arxiv_id, reviewer ORDER BY seq DESC) = 1 AND kind = 'set'
ORDER BY happened_at, reviewer
"""
_ADD = """
INSERT INTO highlight_event
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM highlight_event), $kind, $arxiv_id, $reviewer,
       $sentence, CAST($happened_at AS TIMESTAMP)
"""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A paper that a reviewer highlights; the sentence may be empty."""

    arxiv_id: str
    reviewer: str
    sentence: str
    highlighted_at: datetime


class Highlights:
    """The table `highlight_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(
        self, arxiv_ids: Iterable[str], *, at: datetime | None = None
    ) -> dict[str, tuple[Highlight, ...]]:
        """Return the highlights by paper, the earliest first; `at`: as they were then."""
        sql, asked = about(_OF if at is None else _OF_THEN, list(arxiv_ids))
        if at is not None:
            asked["at"] = to_utc(at)
        found: dict[str, tuple[Highlight, ...]] = {}
        for arxiv_id, reviewer, sentence, since in self._session.rows(sql, asked):
            one = Highlight(arxiv_id, reviewer, sentence, from_utc(since))
            found[arxiv_id] = (*found.get(arxiv_id, ()), one)
        return found

    def set(self, highlight: Highlight) -> None:
        """Record a highlight, or its new sentence; the same again is not recorded.

        Raises:
            PaperNotFoundError: the paper is unknown.
        """
        key = highlight.arxiv_id
        with self._session.transaction():
            known = "SELECT count(*) FROM paper WHERE arxiv_id = $arxiv_id"
            if not self._session.number(known, {"arxiv_id": key}):
                raise PaperNotFoundError([key])
            before = self._standing(key, highlight.reviewer)
            if before is None or before.sentence != highlight.sentence:
                self._write("set", highlight)

    def clear(self, arxiv_id: str, reviewer: str, now: datetime) -> None:
        """Record that a reviewer's highlight no longer stands, if there is one."""
        with self._session.transaction():
            if self._standing(arxiv_id, reviewer) is not None:
                self._write("clear", Highlight(arxiv_id, reviewer, "", now))

    def _standing(self, arxiv_id: str, reviewer: str) -> Highlight | None:
        standing = self.of([arxiv_id]).get(arxiv_id, ())
        return next((one for one in standing if one.reviewer == reviewer), None)

    def _write(self, kind: str, one: Highlight) -> None:
        self._session.write(
            _ADD,
            {
                "kind": kind,
                "arxiv_id": one.arxiv_id,
                "reviewer": one.reviewer,
                "sentence": one.sentence,
                "happened_at": to_utc(one.highlighted_at),
            },
        )
