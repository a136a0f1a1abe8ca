"""Store what editors do with the issue of a week. Append-only."""

import json
from collections.abc import Mapping
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Row, Session
from storage.errors import IssueStateError, PaperNotFoundError
from storage.issue_types import (
    IssueAct,
    IssueBuild,
    IssueEdits,
    IssueEvent,
    IssueRecord,
    IssueState,
)

_ADD = """
INSERT INTO issue_event
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM issue_event), $week, $kind, $language, $arxiv_id,
       $content, CAST(from_json($highlights, '["VARCHAR"]') AS VARCHAR[]), $digest, $figures,
       $editor, CAST($happened_at AS TIMESTAMP)
"""
_EDITS = """
SELECT kind, language, arxiv_id, arg_max_null(content, seq), arg_max_null(highlights, seq),
       max(seq)
FROM issue_event
WHERE week = $week AND kind IN ('lead', 'order', 'note') AND seq <= coalesce($until, seq)
GROUP BY kind, language, arxiv_id
ORDER BY kind, language, arxiv_id
"""
_ISSUES = """
SELECT week, state, digest, edition, edited_at, edited_by, edited_since, built_at, built_by,
       approved_at, approved_by, published_at
FROM issues
"""
_EVENTS = """
SELECT seq, kind, editor, happened_at, language, arxiv_id, content, highlights, digest
FROM issue_event
WHERE week = $week
ORDER BY seq DESC
"""
_BUILT = """
SELECT max(seq), arg_max(figures, seq)
FROM issue_event
WHERE week = $week AND kind = 'built' AND digest = $digest
"""
_UNKNOWN = """
SELECT arxiv_id FROM (FROM listed($ids)) AS given(arxiv_id)
WHERE arxiv_id NOT IN (SELECT arxiv_id FROM paper)
"""
_BUILD_FIRST = "Build it, look at the preview, then approve it."


class Issues:
    """The table `issue_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def edits(self, week: str, *, until: int | None = None) -> IssueEdits:
        """Return the edits of a week, or those up to the event `until` (its seq)."""
        lead: dict[str, str] = {}
        notes: dict[str, str] = {}
        highlights: tuple[str, ...] | None = None
        edition = 0
        for kind, language, arxiv_id, content, order, seq in self._session.rows(
            _EDITS, {"week": week, "until": until}
        ):
            edition = max(edition, seq)
            if kind == IssueAct.ORDER:
                highlights = None if order is None else tuple(order)
            elif content:
                (lead if kind == IssueAct.LEAD else notes)[language or arxiv_id] = content
        return IssueEdits(week, lead, highlights, notes, edition)

    def get(self, week: str) -> IssueRecord:
        """Return the state of an issue; `none` where nothing is recorded."""
        found = self._session.row(f"{_ISSUES} WHERE week = $week", {"week": week})
        return _record(found) if found else IssueRecord(week)

    def state(self, week: str) -> IssueState:
        """Return how far an issue is."""
        return self.get(week).state

    def all(self) -> list[IssueRecord]:
        """Return the issues that were touched, the latest week first."""
        return [_record(row) for row in self._session.rows(f"{_ISSUES} ORDER BY week DESC")]

    def events(self, week: str) -> list[IssueEvent]:
        """Return what was done with an issue, the last act first."""
        return [
            IssueEvent(
                seq=seq,
                act=IssueAct(kind),
                editor=editor,
                happened_at=from_utc(happened_at),
                language=language,
                arxiv_id=arxiv_id,
                content=content,
                highlights=None if order is None else tuple(order),
                digest=digest,
            )
            for seq, kind, editor, happened_at, language, arxiv_id, content, order, digest in (
                self._session.rows(_EVENTS, {"week": week})
            )
        ]

    def as_built(self, week: str, digest: str) -> IssueBuild | None:
        """Return from what the files with this digest were built; None: they never were."""
        seq, figures = self._session.row(_BUILT, {"week": week, "digest": digest}) or (None, None)
        if seq is None:
            return None
        return IssueBuild(digest, self.edits(week, until=seq), json.loads(figures))

    def edit(self, after: IssueEdits, editor: str, now: datetime) -> int:
        """Record what differs from the present edits; return how many differ.

        Raises:
            PaperNotFoundError: a note or a highlight is on an unknown paper.
        """
        with self._session.transaction():
            before = self.edits(after.week)
            named = {*(after.highlights or ()), *after.notes}
            if unknown := self._session.rows(_UNKNOWN, {"ids": texts_json(sorted(named))}):
                raise PaperNotFoundError([row[0] for row in unknown])
            changes: list[tuple[IssueAct, Mapping[str, str | None]]] = [
                *(
                    (IssueAct.LEAD, {"language": key, "content": text})
                    for key, text in _changed(before.lead, after.lead)
                ),
                *(
                    (IssueAct.NOTE, {"arxiv_id": key, "content": text})
                    for key, text in _changed(before.notes, after.notes)
                ),
            ]
            if before.highlights != after.highlights:
                order = None if after.highlights is None else texts_json(after.highlights)
                changes.append((IssueAct.ORDER, {"highlights": order}))
            for act, values in changes:
                self._add(after.week, act, editor, now, **values)
        return len(changes)

    def built(
        self,
        edits: IssueEdits,
        digest: str,
        figures: Mapping[str, object],
        editor: str,
        now: datetime,
    ) -> None:
        """Record that the files with this digest were built from these edits.

        The same digest again, without an edit between, is not recorded.

        Raises:
            IssueStateError: there are later edits.
        """
        with self._session.transaction():
            last = self.get(edits.week)
            if last.edition != edits.edition:
                raise IssueStateError(
                    f"The issue {edits.week} was edited while it was built.", hint="Build it again."
                )
            if last.digest != digest or last.edited_since:
                stated = json.dumps(figures, sort_keys=True)
                self._add(edits.week, IssueAct.BUILT, editor, now, digest=digest, figures=stated)

    def approve(self, week: str, digest: str, editor: str, now: datetime) -> None:
        """Record that the files with this digest may be sent out.

        Raises:
            IssueStateError: others were built last, or edits were made since.
        """
        with self._session.transaction():
            last = self.get(week)
            if last.digest is None:
                raise IssueStateError(f"The issue {week} is not built.", hint=_BUILD_FIRST)
            if last.edited_since:
                raise IssueStateError(
                    f"The issue {week} was edited after it was built.", hint=_BUILD_FIRST
                )
            if last.digest != digest:
                raise IssueStateError(
                    f"The issue {week} is no longer what was built.", hint=_BUILD_FIRST
                )
            if last.state is IssueState.BUILT:
                self._add(week, IssueAct.APPROVED, editor, now, digest=digest)

    def withdraw(self, week: str, editor: str, now: datetime) -> None:
        """Record that an approval no longer stands.

        Raises:
            IssueStateError: none stands, or the issue is published.
        """
        with self._session.transaction():
            last = self.get(week)
            if last.state is IssueState.PUBLISHED:
                raise IssueStateError(
                    f"The issue {week} is published already.",
                    hint="Edit it, build it again and approve it; then publish it again.",
                )
            if last.state is not IssueState.APPROVED:
                raise IssueStateError(
                    f"The issue {week} is not approved.", hint="There is nothing to withdraw."
                )
            self._add(week, IssueAct.WITHDRAWN, editor, now, digest=last.digest)

    def published(self, week: str, digest: str, editor: str, now: datetime) -> None:
        """Record that the files with this digest, which were built last, were sent out."""
        with self._session.transaction():
            last = self.get(week)
            if last.digest != digest:
                raise IssueStateError(
                    f"The issue {week} is no longer what was built.", hint=_BUILD_FIRST
                )
            if last.state is not IssueState.PUBLISHED:
                self._add(week, IssueAct.PUBLISHED, editor, now, digest=digest)

    def _add(self, week: str, act: IssueAct, editor: str, now: datetime, **values: object) -> None:
        names = ("language", "arxiv_id", "content", "highlights", "digest", "figures")
        self._session.write(
            _ADD,
            {
                "week": week,
                "kind": act.value,
                "editor": editor,
                "happened_at": to_utc(now),
                **dict.fromkeys(names),
                **values,
            },
        )


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what each changed text is now; empty: it was taken away."""
    keys = dict.fromkeys((*before, *after))
    return [(key, after.get(key, "")) for key in keys if before.get(key, "") != after.get(key, "")]


def _record(row: Row) -> IssueRecord:
    week, state, digest, edition, edited_at, edited_by, since, *rest = row
    built_at, built_by, approved_at, approved_by, published_at = rest
    return IssueRecord(
        week=week,
        state=IssueState(state),
        digest=digest,
        edition=edition or 0,
        edited_at=_instant(edited_at),
        edited_by=edited_by,
        edited_since=since,
        built_at=_instant(built_at),
        built_by=built_by,
        approved_at=_instant(approved_at),
        approved_by=approved_by,
        published_at=_instant(published_at),
    )


def _instant(moment: datetime | None) -> datetime | None:
    return None if moment is None else from_utc(moment)
