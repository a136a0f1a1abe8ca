"""Start a planned session, and say what it has brought."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from config.instants import read_instant
from pipeline.review.outlook.pace import LONGEST, pace_of
from pipeline.review.outlook.planner import LEARNING, Plan, papers_in, plan
from storage.opinion_types import Opinion
from storage.store import OpenStore, Store
from storage.types import Decision, Verdict

#: name of the preference that holds a reviewer's session
PREFERENCE = "plan"


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session that a reviewer started."""

    ids: tuple[str, ...]
    minutes: float
    started_at: datetime
    #: expected approvals
    approvals: float


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What a session has brought so far."""

    planned: int
    #: papers of the plan with a verdict of this reviewer since the start
    decided: int
    approved: int
    rejected: int
    deferred: int
    #: papers that another reviewer decided meanwhile
    elsewhere: int
    #: in reading order
    left: tuple[str, ...]
    #: planned, and spent without pauses above five minutes
    minutes: float
    spent: float
    #: expected when it was planned
    approvals: float
    started_at: datetime


def plan_session(open_store: OpenStore, reviewer: str, minutes: float) -> Plan:
    """Return the best session for a reviewer's time."""
    with open_store() as store:
        pace = pace_of(store.outlook.gaps(reviewer))
        candidates = store.outlook.gainful(LEARNING, papers_in(minutes, pace))
    return plan(minutes, pace, candidates)


def start_session(open_store: OpenStore, reviewer: str, chosen: Plan, now: datetime) -> None:
    """Record a session as the reviewer's current one."""
    value = {
        "ids": chosen.ids,
        "minutes": chosen.minutes,
        "started_at": now.isoformat(),
        "approvals": round(chosen.approvals, 3),
    }
    with open_store() as store:
        store.preferences.set(reviewer, PREFERENCE, json.dumps(value), now)


def current_session(preferences: Mapping[str, str]) -> PlannedSession | None:
    """Return the session in a reviewer's preferences; None without one that can be read."""
    try:
        value = json.loads(preferences.get(PREFERENCE, "null"))
        return PlannedSession(
            ids=tuple(map(str, value["ids"])),
            minutes=_finite(value["minutes"]),
            started_at=read_instant(value["started_at"]),
            approvals=_finite(value["approvals"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _finite(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def session_report(store: Store, reviewer: str) -> SessionReport | None:
    """Return what the reviewer's current session has brought; None before the first."""
    session = current_session(store.preferences.of(reviewer))
    if session is None:
        return None
    waiting = store.queue.rows_of(session.ids).keys() - store.opinions.closed_to(reviewer)
    words = store.opinions.given_on(session.ids, reviewer, session.started_at)
    standing = store.decisions.standing(session.ids)
    return report_of(session, standing, reviewer, waiting=waiting, words=words)


def ids_left(store: Store, reviewer: str) -> tuple[str, ...] | None:
    """Return the papers of a session that are still to be read, in order; None: no session."""
    report = session_report(store, reviewer)
    return report.left if report else None


def report_of(
    session: PlannedSession,
    standing: Mapping[str, Decision],
    reviewer: str,
    *,
    waiting: Collection[str],
    words: Sequence[Opinion] = (),
) -> SessionReport:
    """Return the report from the standing decisions on the session's papers.

    Args:
        session: that was started.
        standing: the decisions on its papers.
        reviewer: whose session it is.
        waiting: the papers that wait for this person.
        words: given by this person since the start that decide nothing: on papers of the session,
            and on any repeated paper, which was read for the last one of the plan.
    """
    own = [
        (one.decided_at, one.arxiv_id, one.verdict)
        for one in standing.values()
        if one.reviewer == reviewer and one.decided_at >= session.started_at
    ]
    given = [(one.given_at, one.arxiv_id, one.verdict) for one in words if not one.repeats]
    repeats = _in_session(session.started_at, [at for at, *_ in (*own, *given)], words)
    read = {key for _, key, _ in (*own, *given)}
    verdicts = [verdict for *_, verdict in (*own, *given)] + [one.verdict for one in repeats]
    left = [one for one in session.ids if one in waiting and one not in read]
    return SessionReport(
        planned=len(session.ids),
        decided=len(verdicts),
        approved=verdicts.count(Verdict.APPROVED),
        rejected=verdicts.count(Verdict.REJECTED),
        deferred=verdicts.count(Verdict.DEFERRED),
        elsewhere=sum(one.reviewer != reviewer for one in standing.values()),
        left=tuple(left[: max(0, len(left) - len(repeats))]),
        minutes=session.minutes,
        spent=_spent(
            session.started_at,
            [*(at for at, *_ in (*own, *given)), *(one.given_at for one in repeats)],
        ),
        approvals=session.approvals,
        started_at=session.started_at,
    )


def _in_session(
    start: datetime, read: Sequence[datetime], words: Sequence[Opinion]
) -> list[Opinion]:
    """Return the words on repeated papers that were given between papers of a session."""
    moments = [start, *read]
    return [
        one
        for one in words
        if one.repeats
        and any(abs((one.given_at - moment).total_seconds()) <= LONGEST for moment in moments)
    ]


def _spent(start: datetime, decided: Sequence[datetime]) -> float:
    """Return the minutes from the start to the last decision, without long pauses."""
    moments = [start, *sorted(decided)]
    gaps = ((after - before).total_seconds() for before, after in pairwise(moments))
    return sum(gap for gap in gaps if gap <= LONGEST) / 60
