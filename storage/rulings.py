"""Store decisions kept as precedent, with the sentence that says why. Append-only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json, texts_json
from storage.engine.session import Row, Session
from storage.types import Verdict

_COLUMNS = """
arxiv_id, title, verdict, sections, sentence, ruled_by, ruled_at, made_at, source, stands,
withdrawn_by, withdrawn_at
"""
_STANDING = f"SELECT {_COLUMNS} FROM rulings WHERE stands ORDER BY arxiv_id"  # noqa: S608
_ALL = f"SELECT {_COLUMNS} FROM rulings ORDER BY arxiv_id"  # noqa: S608  made of constants
_OF = f"SELECT {_COLUMNS} FROM rulings WHERE arxiv_id IN (FROM listed($ids))"  # noqa: S608
_HISTORY = """
SELECT kind, arxiv_id, title, verdict, sections, sentence, person, happened_at, source
FROM ruling_event
WHERE arxiv_id IN (FROM listed($ids))
ORDER BY seq
"""
_ADD = """
INSERT INTO ruling_event
SELECT (SELECT coalesce(max(seq), 0) FROM ruling_event)
           + row_number() OVER (ORDER BY incoming.number),
       incoming.kind, incoming.arxiv_id, incoming.title, incoming.verdict, incoming.sections,
       incoming.sentence, incoming.person, incoming.happened_at, incoming.source
FROM (SELECT unnest(from_json($rows, '[{
          "number": "INTEGER", "kind": "VARCHAR", "arxiv_id": "VARCHAR", "title": "VARCHAR",
          "verdict": "VARCHAR", "sections": ["VARCHAR"], "sentence": "VARCHAR",
          "person": "VARCHAR", "happened_at": "TIMESTAMP", "source": "VARCHAR"}]'),
          recursive := true)) AS incoming
"""
_LAST = "SELECT max(seq) FROM ruling_event"


class RulingAct(StrEnum):
    """What happened to a ruling."""

    MADE = "made"
    REVISED = "revised"
    #: a change of the taxonomy gave it other sections
    MOVED = "moved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RulingEvent:
    """One act on the ruling of a paper."""

    kind: RulingAct
    arxiv_id: str
    #: empty if it is not known
    title: str
    verdict: Verdict
    sections: tuple[str, ...]
    sentence: str
    person: str
    happened_at: datetime
    #: file that it was imported from
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision kept as precedent; a paper has one at a time."""

    arxiv_id: str
    #: empty if it was not known
    title: str
    #: approved or rejected
    verdict: Verdict
    sections: tuple[str, ...]
    sentence: str
    #: who made or last revised it, and when
    ruled_by: str
    ruled_at: datetime
    made_at: datetime
    #: file that it was imported from
    source: str | None = None
    stands: bool = True
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


class Rulings:
    """The table `ruling_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def standing(self) -> tuple[Ruling, ...]:
        """Return the rulings that stand, by paper."""
        return tuple(map(_ruling, self._session.rows(_STANDING)))

    def all(self) -> tuple[Ruling, ...]:
        """Return the rulings that stand or were withdrawn, by paper."""
        return tuple(map(_ruling, self._session.rows(_ALL)))

    def of(self, arxiv_ids: Iterable[str]) -> dict[str, Ruling]:
        """Return the last ruling of each paper, also one that was withdrawn."""
        rows = self._session.rows(_OF, {"ids": texts_json(arxiv_ids)})
        return {ruling.arxiv_id: ruling for ruling in map(_ruling, rows)}

    def history(self, arxiv_ids: Iterable[str]) -> dict[str, tuple[RulingEvent, ...]]:
        """Return all acts on the rulings of papers, the earliest first."""
        found: dict[str, tuple[RulingEvent, ...]] = {}
        for row in self._session.rows(_HISTORY, {"ids": texts_json(arxiv_ids)}):
            kind, key, title, verdict, sections, sentence, person, happened_at, source = row
            event = RulingEvent(
                kind=RulingAct(kind),
                arxiv_id=key,
                title=title,
                verdict=Verdict(verdict),
                sections=tuple(sections),
                sentence=sentence,
                person=person,
                happened_at=from_utc(happened_at),
                source=source,
            )
            found[key] = (*found.get(key, ()), event)
        return found

    def add(self, events: Sequence[RulingEvent]) -> None:
        """Record acts in this order."""
        if events:
            rows = [_row(number, event) for number, event in enumerate(events)]
            self._session.write(_ADD, {"rows": rows_json(rows)})

    def last_event(self) -> int:
        """Return the number of the last act, 0 if there is none."""
        return self._session.number(_LAST)


def move_rulings(
    session: Session, moved: Mapping[str, Sequence[str]], *, person: str, now: datetime
) -> int:
    """Replace section IDs in rulings after a change of the taxonomy; return in how many.

    Args:
        session: of the store, in a transaction.
        moved: a section's former ID -> its present IDs; several: it was split, and the ruling is
            on all parts; none: it is dissolved, and the ruling stays without it.
        person: who changed the taxonomy.
        now: when.
    """
    rulings = Rulings(session)
    events = [
        RulingEvent(
            kind=RulingAct.MOVED,
            arxiv_id=one.arxiv_id,
            title=one.title,
            verdict=one.verdict,
            sections=tuple(dict.fromkeys(new for s in one.sections for new in moved.get(s, (s,)))),
            sentence=one.sentence,
            person=person,
            happened_at=now,
            source=one.source,
        )
        for one in rulings.standing()
        if not moved.keys().isdisjoint(one.sections)
    ]
    rulings.add(events)
    return len(events)


def _row(number: int, event: RulingEvent) -> dict[str, object]:
    return {
        "number": number,
        "kind": event.kind.value,
        "arxiv_id": event.arxiv_id,
        "title": event.title,
        "verdict": event.verdict.value,
        "sections": list(event.sections),
        "sentence": event.sentence,
        "person": event.person,
        "happened_at": to_utc(event.happened_at),
        "source": event.source,
    }


def _ruling(row: Row) -> Ruling:
    (key, title, verdict, sections, sentence, by, at, made_at, source, stands, left_by,
     left_at) = row  # fmt: skip
    return Ruling(
        arxiv_id=key,
        title=title,
        verdict=Verdict(verdict),
        sections=tuple(sections),
        sentence=sentence,
        ruled_by=by,
        ruled_at=from_utc(at),
        made_at=from_utc(made_at),
        source=source,
        stands=stands,
        withdrawn_by=left_by,
        withdrawn_at=from_utc(left_at),
    )
