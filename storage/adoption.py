"""Take over publications that a restored, older database does not know."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from storage.approvals import Approvals
from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session
from storage.publication_notes import NotedTarget
from storage.publication_types import Publication
from storage.publications import Publications
from storage.published import Published

_PAPERS = """
SELECT arxiv_id, section, min(published_at) FROM publication WHERE target = $target
GROUP BY arxiv_id, section ORDER BY min(published_at), arxiv_id, section
"""
_FILE = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
_MARK = "UPDATE publication_act SET adopted_at = CAST($at AS TIMESTAMP) WHERE act_id = $act_id"


class Adoption:
    """The tables of publications, as notes beside the database repeat them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._publications = Publications(session)

    def database(self) -> Path:
        """Return the open file, beside which the notes are."""
        [(path,)] = self._session.rows(_FILE)
        return Path(path)

    def note(self, target: str) -> NotedTarget:
        """Return what is to be noted of a target."""
        acts = self._publications.of_target(target)
        if ":" not in target:
            ended = [place for place, one in enumerate(acts) if one.finished_at is not None]
            acts = acts[ended[-1] :] if ended else acts
        rows = self._session.rows(_PAPERS, {"target": target})
        return NotedTarget(
            survey_id=self._survey_id(),
            target=target,
            acts=tuple(acts),
            papers=tuple((arxiv_id, section, from_utc(at)) for arxiv_id, section, at in rows),
        )

    def unknown(self, notes: Iterable[NotedTarget]) -> list[Publication]:
        """Return the noted publications that the database does not know, the oldest first.

        What is older than the newest that it knows of the same target is left out.
        """
        return [act for note in self._own(notes) for act in self._unknown_of(note)]

    def adopt(self, notes: Iterable[NotedTarget], now: datetime) -> list[Publication]:
        """Record the unknown publications as they were; return them."""
        adopted: list[Publication] = []
        with self._session.transaction():
            for note in self._own(notes):
                acts = self._unknown_of(note)
                for act in acts:
                    self._publications.insert(act)
                    self._session.write(_MARK, {"act_id": act.act_id, "at": to_utc(now)})
                if acts:
                    self._record_papers(note)
                adopted += acts
        return adopted

    def _own(self, notes: Iterable[NotedTarget]) -> list[NotedTarget]:
        survey_id = self._survey_id()
        own = (one for one in notes if one.survey_id == survey_id and one.acts)
        return sorted(own, key=lambda one: one.acts[-1].begun_at)

    def _unknown_of(self, note: NotedTarget) -> list[Publication]:
        known = self._publications.of_target(note.target)
        ids = {one.act_id for one in known}
        newest = max((one.begun_at for one in known), default=None)
        return [
            act
            for act in note.acts
            if act.act_id not in ids and (newest is None or act.begun_at > newest)
        ]

    def _record_papers(self, note: NotedTarget) -> None:
        published = Published(self._session)
        for at in sorted({at for *_, at in note.papers}):
            entries = [(one, section) for one, section, when in note.papers if when == at]
            published.record(note.target, entries, at)

    def _survey_id(self) -> str:
        return str(Approvals(self._session).survey_id())
