"""Record what was published, and why a target was refused. Append-only."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Row, Session
from storage.publication_types import (
    NewPublication,
    Publication,
    PublishedFile,
    StandingRefusal,
)
from storage.published import Published

_COLUMNS = """
act.act_id, act.target, act.person, act.begun_at, ended.finished_at,
[entry.arxiv_id FOR entry IN act.entries], [entry.section FOR entry IN act.entries], act.counts,
[file.path FOR file IN act.files], [file.sha256 FOR file IN act.files],
[file.size FOR file IN act.files], act.run_id, act.override_reason, act.overridden,
act.settings, act.program, coalesce(act.settings_only, false), act.adopted_at
"""
_ACTS = f"""
SELECT {_COLUMNS}
FROM publication_act AS act
LEFT JOIN publication_end AS ended ON ended.act_id = act.act_id
"""  # noqa: S608  made of constants
_BEGIN = """
INSERT INTO publication_act BY NAME
SELECT $seq AS seq, $act_id AS act_id, $target AS target,
       CAST($begun_at AS TIMESTAMP) AS begun_at, $person AS person, $run_id AS run_id,
       from_json($entries, '[{"arxiv_id": "VARCHAR", "section": "VARCHAR"}]') AS entries,
       map(CAST($names AS VARCHAR[]), CAST($numbers AS BIGINT[])) AS counts,
       from_json($files, '[{"path": "VARCHAR", "sha256": "VARCHAR", "size": "BIGINT"}]') AS files,
       $override_reason AS override_reason, CAST($overridden AS VARCHAR[]) AS overridden,
       $settings AS settings, $program AS program, $settings_only AS settings_only
"""
_REFUSAL = """
INSERT INTO publication_refusal
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM publication_refusal), $kind, $target,
       CAST($happened_at AS TIMESTAMP), $run_id, CAST($reasons AS VARCHAR[])
"""
_FILES = """
SELECT file.path, list(DISTINCT file.sha256)
FROM (SELECT unnest(files) AS file FROM publication_act WHERE target = $target)
GROUP BY file.path
"""
# What the curated list holds since its import needs no publication.
_UNPUBLISHED = """
SELECT decisions.arxiv_id
FROM decisions
JOIN paper ON paper.arxiv_id = decisions.arxiv_id AND NOT paper.withdrawn
WHERE decisions.standing AND decisions.verdict = 'approved' AND NOT decisions.unplaced
  AND decisions.reviewer <> 'list' AND decisions.decided_at < $before
  AND decisions.arxiv_id NOT IN (
      SELECT arxiv_id FROM publication WHERE split_part(target, ':', 1) = $kind)
ORDER BY decisions.decided_at, decisions.arxiv_id
"""


# With publications of versions that recorded no acts. Another address changes nothing for readers.
_TIMES = """
SELECT target, min(published_at), max(published_at)
FROM (SELECT target, published_at FROM publication
      UNION ALL SELECT target, published_at FROM publications WHERE NOT settings_only)
WHERE split_part(target, ':', 1) = $kind
GROUP BY target
ORDER BY target
"""


class Publications:
    """The tables `publication_act`, `publication_end` and `publication_refusal`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, new: NewPublication) -> str:
        """Record what is about to be written; return the act's ID.

        An act of the same content that was interrupted is continued, not recorded again.
        """
        with self._session.transaction():
            for one in self.interrupted():
                if (one.target, one.entries, one.files) == (new.target, new.entries, new.files):
                    return one.act_id
            seq = self._next_seq()
            act_id = _act_id(seq, new)
            self._write_act(new, seq, act_id)
        return act_id

    def insert(self, act: Publication) -> None:
        """Record a publication as it was, with its end if it has one."""
        with self._session.transaction():
            self._write_act(act, self._next_seq(), act.act_id)
            if act.finished_at is not None:
                self._write_end(act.act_id, act.finished_at)

    def finish(self, act_id: str, finished_at: datetime) -> None:
        """Record that all files of an act are in place, and its papers as published."""
        with self._session.transaction():
            [act] = self._select("WHERE act.act_id = $act_id", act_id=act_id)
            if act.finished_at is not None:
                return
            self._write_end(act_id, finished_at)
            Published(self._session).record(act.target, act.entries, finished_at)
            self.clear(act.target, finished_at, act.run_id)

    def last(self, target: str) -> Publication | None:
        """Return the newest publication of a target, or None."""
        found = self._select(
            "WHERE act.target = $target AND ended.act_id IS NOT NULL ORDER BY act.seq DESC LIMIT 1",
            target=target,
        )
        return found[0] if found else None

    def of_target(self, target: str) -> list[Publication]:
        """Return all publications of a target, also those that did not end, oldest first."""
        return self._select("WHERE act.target = $target ORDER BY act.seq", target=target)

    def targets(self) -> list[str]:
        """Return the targets that were ever begun."""
        rows = self._session.rows("SELECT DISTINCT target FROM publication_act ORDER BY target")
        return [target for (target,) in rows]

    def latest(self) -> list[Publication]:
        """Return the newest publication of every target, the newest first."""
        return self._select(
            "WHERE ended.act_id IS NOT NULL"
            " QUALIFY row_number() OVER (PARTITION BY act.target ORDER BY act.seq DESC) = 1"
            " ORDER BY act.seq DESC"
        )

    def note_inputs(self, act_id: str, inputs: str, at: datetime) -> None:
        """Record from which inputs a publication was, or would be, built, if that is new."""
        if self.inputs(act_id) != inputs:
            self._session.write(
                "INSERT INTO publication_inputs"
                " SELECT (SELECT coalesce(max(seq), 0) + 1 FROM publication_inputs), $act_id,"
                " $inputs, CAST($at AS TIMESTAMP)",
                {"act_id": act_id, "inputs": inputs, "at": to_utc(at)},
            )

    def inputs(self, act_id: str) -> str:
        """Return the digest of a publication's inputs; empty: none is recorded."""
        rows = self._session.rows(
            "SELECT inputs FROM publication_inputs WHERE act_id = $act_id ORDER BY seq DESC"
            " LIMIT 1",
            {"act_id": act_id},
        )
        return rows[0][0] if rows else ""

    def files(self, target: str) -> dict[str, frozenset[str]]:
        """Return every file that a target ever recorded, with the digests of its contents."""
        rows = self._session.rows(_FILES, {"target": target})
        return {path: frozenset(digests) for path, digests in rows}

    def times(self, kind: str) -> list[tuple[str, datetime, datetime]]:
        """Return each published target of a kind, with its first and last real publication."""
        return [
            (target, from_utc(first), from_utc(last))
            for target, first, last in self._session.rows(_TIMES, {"kind": kind})
        ]

    def of_paper(self, arxiv_id: str) -> list[Publication]:
        """Return the publications that carried a paper, oldest first."""
        return self._select(
            "WHERE ended.act_id IS NOT NULL"
            " AND list_contains([entry.arxiv_id FOR entry IN act.entries], $arxiv_id)"
            " ORDER BY act.seq",
            arxiv_id=arxiv_id,
        )

    def interrupted(self) -> list[Publication]:
        """Return the newest act of every target whose newest act has no end."""
        return self._select(
            "QUALIFY row_number() OVER (PARTITION BY act.target ORDER BY act.seq DESC) = 1"
            " AND ended.act_id IS NULL ORDER BY act.seq"
        )

    def papers(self, target: str) -> frozenset[str]:
        """Return the papers that a target carries since its newest publication."""
        last = self.last(target)
        if last is not None:
            return last.papers
        # Published by a version that recorded no acts.
        sql = "SELECT DISTINCT arxiv_id FROM publication WHERE target = $target"
        return frozenset(row[0] for row in self._session.rows(sql, {"target": target}))

    def unrecorded(self) -> dict[str, int]:
        """Return the papers by target that only a version without acts recorded."""
        sql = """
        SELECT target, count(DISTINCT arxiv_id) FROM publication
        WHERE target NOT IN (SELECT target FROM publications)
        GROUP BY target ORDER BY target
        """
        return dict(self._session.rows(sql))

    def unpublished(self, kind: str, before: datetime) -> tuple[str, ...]:
        """Return approved papers, decided before an instant, that no target of a kind carries."""
        parameters = {"kind": kind, "before": to_utc(before)}
        return tuple(row[0] for row in self._session.rows(_UNPUBLISHED, parameters))

    def refuse(
        self, target: str, reasons: Sequence[str], at: datetime, run_id: str | None = None
    ) -> None:
        """Record why a target was refused; the same again is not recorded."""
        with self._session.transaction():
            if tuple(reasons) not in {
                one.reasons for one in self.refusals() if one.target == target
            }:
                self._note("refuse", target, reasons, at, run_id)

    def clear(self, target: str, at: datetime, run_id: str | None = None) -> None:
        """Record that nothing refuses a target any more, if something did."""
        with self._session.transaction():
            if any(one.target == target for one in self.refusals()):
                self._note("clear", target, (), at, run_id)

    def refusals(self) -> list[StandingRefusal]:
        """Return the targets that cannot be published at present."""
        return [
            StandingRefusal(target, tuple(reasons), from_utc(refused_at))
            for target, reasons, refused_at in self._session.rows(
                "SELECT target, reasons, refused_at FROM publication_refusals ORDER BY target"
            )
        ]

    def _next_seq(self) -> int:
        return self._session.number("SELECT coalesce(max(seq), 0) + 1 FROM publication_act")

    def _write_act(self, act: NewPublication | Publication, seq: int, act_id: str) -> None:
        self._session.write(
            _BEGIN,
            {
                "seq": seq,
                "act_id": act_id,
                "target": act.target,
                "begun_at": to_utc(act.begun_at),
                "person": act.person,
                "run_id": act.run_id,
                "entries": rows_json({"arxiv_id": a, "section": s} for a, s in act.entries),
                "names": list(act.counts),
                "numbers": list(act.counts.values()),
                "files": rows_json(
                    {"path": file.path, "sha256": file.sha256, "size": file.size}
                    for file in act.files
                ),
                "override_reason": act.override_reason,
                "overridden": list(act.overridden),
                "settings": None if act.settings is None else json.dumps(act.settings),
                "program": act.program,
                "settings_only": act.settings_only,
            },
        )

    def _write_end(self, act_id: str, finished_at: datetime) -> None:
        self._session.write(
            "INSERT INTO publication_end VALUES ($act_id, $finished_at)",
            {"act_id": act_id, "finished_at": to_utc(finished_at)},
        )

    def _note(
        self, kind: str, target: str, reasons: Sequence[str], at: datetime, run_id: str | None
    ) -> None:
        self._session.write(
            _REFUSAL,
            {
                "kind": kind,
                "target": target,
                "happened_at": to_utc(at),
                "run_id": run_id,
                "reasons": list(reasons),
            },
        )

    def _select(self, rest: str, **parameters: object) -> list[Publication]:
        """Return acts; `rest` of the statement must be a constant."""
        return [_publication(row) for row in self._session.rows(f"{_ACTS} {rest}", parameters)]


def _act_id(seq: int, new: NewPublication) -> str:
    # With its time, because an older database that was restored counts from an earlier number.
    content = [seq, new.target, new.begun_at.isoformat(), [file.sha256 for file in new.files]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


def _publication(row: Row) -> Publication:
    (act_id, target, person, begun_at, finished_at, ids, sections, counts, paths, sums, sizes,
     run_id, reason, overridden, settings, program, settings_only, adopted_at) = row  # fmt: skip
    return Publication(
        act_id=act_id,
        target=target,
        person=person,
        begun_at=from_utc(begun_at),
        finished_at=from_utc(finished_at),
        entries=tuple(zip(ids, sections, strict=True)),
        counts=dict(counts),
        files=tuple(map(PublishedFile, paths, sums, sizes)),
        run_id=run_id,
        override_reason=reason,
        overridden=tuple(overridden),
        settings=None if settings is None else json.loads(settings),
        program=program,
        settings_only=settings_only,
        adopted_at=from_utc(adopted_at),
    )
