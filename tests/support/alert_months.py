"""A year of announcement days with ordinary lateness and injected faults, as facts of an instant.

Lateness is what arXiv is known for: records hours after the feed and up to a day, a stale feed that
comes right during the day, throttling for hours, a night without answers, a day that it defers
without having said so.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from config.site_schema import SiteSettings
from pipeline.ingest.ledger import overdue_days
from pipeline.ingest.silence import silence_on
from pipeline.learn.drift_report import DriftReport
from pipeline.operate.alerts.facts import Facts
from pipeline.operate.alerts.pace import QueuePace
from pipeline.operate.backups import Backups
from pipeline.operate.disk import DiskRoom
from pipeline.operate.failing import failing
from pipeline.operate.hanging import HangingRun
from pipeline.publish.digest.week import Week
from pipeline.publish.mail.state import MailTrouble
from pipeline.publish.promise import promise_on
from pipeline.runtime.jobs import JobEnd, Outcome
from storage.calendar import (
    NEW_YORK,
    announcement_day,
    announcement_days,
    feed_instant,
    may_be_quiet,
)
from storage.rotation import Dated
from storage.types import LedgerDay, LedgerStatus, RunRecord, RunStatus

_T = TypeVar("_T")
FIRST, LAST = date(2026, 1, 5), date(2026, 12, 20)
CATEGORIES = ("cs.CL", "cs.CV", "eess.AS")
#: the daily run, the repair run, `alerts send`
TIMES = (time(0, 31), time(7, 1), time(9))
HERE = Path("/srv/survey/var")
SITE = SiteSettings(rhythm="weekly")
#: arXiv deferred it and had not said so: its feed is empty, and only `backfill` proves why
UNANNOUNCED = date(2026, 8, 12)
#: arXiv answers nothing all night, and everything the next: an alarm about it is false
OUT_OF_REACH = (date(2026, 5, 6), date(2026, 10, 20))


@dataclass(frozen=True)
class Fault:
    """A real fault: from when on its condition holds as documented, and until when."""

    name: str
    begins: datetime
    ends: datetime
    #: kinds of alarms that are about it
    kinds: frozenset[str]

    def holds(self, now: datetime) -> bool:
        """Whether it is there."""
        return self.begins <= now < self.ends


def at(day: date, hour: int = 0) -> datetime:
    """Return an instant of a day in New York."""
    return datetime.combine(day, time(hour), NEW_YORK).astimezone(UTC)


def _fault(name: str, day: date, days: float, *kinds: str) -> Fault:
    begins = at(day)
    return Fault(name, begins, begins + timedelta(days=days), frozenset(kinds))


#: the format of feeds and records changed: runs succeed, nothing comes. Over Thanksgiving, whose
#: week has four announcement days; the third silent one is Wednesday.
SILENCE = (date(2026, 11, 23), date(2026, 12, 1))
UNREAD = date(2026, 2, 10)
REMOVED = date(2026, 3, 3)
NEVER_READ = Fault("unread feed", feed_instant(UNREAD) + timedelta(hours=36),
                   feed_instant(UNREAD) + timedelta(days=5), frozenset({"day"}))  # fmt: skip
NEVER_CAME = Fault("removed paper", feed_instant(REMOVED) + timedelta(hours=36),
                   feed_instant(REMOVED) + timedelta(days=6), frozenset({"day"}))  # fmt: skip
DEFERRED = Fault(
    "unsaid deferral",
    feed_instant(UNANNOUNCED) + timedelta(hours=36),
    feed_instant(UNANNOUNCED) + timedelta(days=3),
    frozenset({"day"}),
)
QUIET_WORLD = Fault("silence", at(date(2026, 11, 25)), at(SILENCE[1]), frozenset({"silence"}))
BROKEN_RUNS = Fault("failing runs", at(date(2026, 4, 7), 8), at(date(2026, 4, 11)),
                    frozenset({"failing", "silence", "day"}))  # fmt: skip
FAULTS = (
    NEVER_READ,
    NEVER_CAME,
    DEFERRED,
    QUIET_WORLD,
    BROKEN_RUNS,
    _fault("hanging run", date(2026, 6, 2), 2, "hanging"),
    _fault("queue", date(2026, 6, 20), 30, "queue"),
    _fault("late issue", date(2026, 7, 14), 6, "issue"),
    _fault("feeds", date(2026, 9, 3), 4, "behind"),
    _fault("uncertain mails", date(2026, 9, 15), 3, "mail-uncertain"),
    _fault("waiting mails", date(2026, 10, 4), 4, "mail-waiting"),
    _fault("drift", date(2026, 10, 12), 14, "drift"),
    _fault("full disk", date(2026, 10, 28), 2, "disk"),
    _fault("no backups", date(2026, 3, 24), 10, "backup"),
    _fault("missed job", date(2026, 5, 18), 3, "job"),
)


def by_name(name: str) -> Fault:
    """Return a fault."""
    return next(one for one in FAULTS if one.name == name)


@dataclass
class Year:
    """The survey's year."""

    seed: int = 1
    _late: dict[tuple[date, str], tuple[LedgerStatus, float]] = field(default_factory=dict)
    _runs: list[RunRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        random = Random(self.seed)
        stale = {
            (month, random.choice(CATEGORIES)): random.choice(
                announcement_days(date(2026, month, 2), date(2026, month, 28))
            )
            for month in range(1, 13)
        }
        for day in announcement_days(FIRST, LAST):
            for category in CATEGORIES:
                if stale.get((day.month, category)) == day:
                    self._late[day, category] = (LedgerStatus.UNKNOWN, random.uniform(5, 22))
                elif random.random() < 0.15:
                    self._late[day, category] = (LedgerStatus.INCOMPLETE, random.uniform(1, 30))
        self._runs = [*self._executions(random)]

    def instants(self) -> Iterator[datetime]:
        """Yield when alarms are evaluated."""
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=number)
            for moment in TIMES:
                yield datetime.combine(day, moment, NEW_YORK).astimezone(UTC)

    def facts(self, now: datetime, standing: Sequence[str] = ()) -> Facts:
        """Return what is known at an instant."""
        today = announcement_day(now)
        day = now.astimezone(UTC).date()
        ledger = [*self._ledger(today, now)]
        return Facts(
            now=now,
            today=today,
            overdue=overdue_days(ledger, CATEGORIES, now),
            silence=silence_on(today, last=self._last_paper(now), began=FIRST),
            failing=tuple(filter(None, [failing(self._recent(now), ())])),
            hanging=_when("hanging run", now, lambda: HangingRun("r", "run", now, "host", 9, 90)),
            queue=QueuePace(
                200 if by_name("queue").holds(now) else 60 + day.day, 14.0, planned=False
            ),
            promise=promise_on(day, SITE, self._last_issue(now)),
            behind={"feeds": 3} if by_name("feeds").holds(now) else {},
            mail=(
                *_when("uncertain mails", now, lambda: _trouble("uncertain", now)),
                *_when("waiting mails", now, lambda: _trouble("waiting", now - timedelta(days=4))),
            ),
            drift=_drift(now),
            disk=DiskRoom(HERE, 5 * 10**8 if by_name("full disk").holds(now) else 10**11, 10**9),
            began=at(FIRST),
            backups=_backups(now),
            jobs=_when(
                "missed job", now,
                lambda: JobEnd("daily run", "run", Outcome.MISSED, by_name("missed job").begins),
            ),
            standing=standing,
        )  # fmt: skip

    def _ledger(self, today: date, now: datetime) -> Iterator[LedgerDay]:
        first = max(FIRST, today - timedelta(days=20))
        for number in range((today - first).days + 1):
            day = first + timedelta(days=number)
            for category in CATEGORIES:
                status, backfilled = self._status(day, category, now)
                missing = ("2600.00001",) if status is LedgerStatus.INCOMPLETE else ()
                yield LedgerDay(
                    day, category, 9, 9, missing, status,
                    backfilled_at=now if backfilled else None,
                )  # fmt: skip

    def _status(self, day: date, category: str, now: datetime) -> tuple[LedgerStatus, bool]:
        """Return the state of a day, and whether `backfill` harvested it since."""
        if may_be_quiet(day):
            return LedgerStatus.QUIET, False
        if BROKEN_RUNS.begins.date() <= day < date(2026, 4, 11):
            # no feed was read; the operator's backfill comes with the end of the fault
            return LedgerStatus.UNKNOWN, now >= BROKEN_RUNS.ends
        if SILENCE[0] <= day < SILENCE[1]:
            return LedgerStatus.COMPLETE, False  # a feed that says nothing new
        if day == UNANNOUNCED:
            return LedgerStatus.UNKNOWN, now >= DEFERRED.ends
        if (day, category) == (UNREAD, "cs.CL"):
            return LedgerStatus.UNKNOWN, now >= NEVER_READ.ends
        if (day, category) == (REMOVED, "cs.CV"):
            done = now >= NEVER_CAME.ends
            return (LedgerStatus.COMPLETE if done else LedgerStatus.INCOMPLETE), False
        status, hours = self._late.get((day, category), (LedgerStatus.COMPLETE, 0.0))
        late = now < feed_instant(day) + timedelta(hours=hours)
        return (status if late else LedgerStatus.COMPLETE), False

    def _last_paper(self, now: datetime) -> date:
        """Return the day of the newest paper: records come in the evening before their feed."""
        last = announcement_day(now)
        while may_be_quiet(last) or SILENCE[0] <= last < SILENCE[1] or self._down(last, now):
            last -= timedelta(days=1)
        return last

    @staticmethod
    def _down(day: date, now: datetime) -> bool:
        began = BROKEN_RUNS.begins.date()
        return day == UNANNOUNCED or (began <= day < date(2026, 4, 11) and now < BROKEN_RUNS.ends)

    def _executions(self, random: Random) -> Iterator[RunRecord]:
        """Yield the runs: some at night fail because arXiv throttles, and the next succeeds."""
        throttled = {(month, random.randint(3, 26)) for month in range(1, 13)}
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=number)
            for moment in TIMES[:2]:
                started = datetime.combine(day, moment, NEW_YORK).astimezone(UTC)
                broken = BROKEN_RUNS.begins - timedelta(hours=9) <= started < BROKEN_RUNS.ends
                night = moment == TIMES[0] and (day.month, day.day) in throttled
                bad = broken or night or day in OUT_OF_REACH
                status = RunStatus.FAILED if bad else RunStatus.DONE
                yield RunRecord(
                    f"{started:%Y%m%dT%H%M}", "run", started, started, status, {},
                    "arXiv answers 429" if bad else None,
                )  # fmt: skip

    def _recent(self, now: datetime) -> list[RunRecord]:
        return [one for one in self._runs if one.started_at <= now][-30:][::-1]

    @staticmethod
    def _last_issue(now: datetime) -> Week:
        late = by_name("late issue")
        if at(date(2026, 7, 13), 8) <= now < late.ends:
            return Week.of(at(date(2026, 6, 30)))
        # published on Mondays at 05:00 in New York; before that the one of a week earlier
        return Week.last_complete(now - timedelta(hours=10))


def _when(name: str, now: datetime, make: Callable[[], _T]) -> tuple[_T, ...]:
    return (make(),) if by_name(name).holds(now) else ()


def _trouble(kind: str, since: datetime) -> MailTrouble:
    return MailTrouble("2026-W37", kind, 2, since, f"2 mails are {kind}.", "`mail status`")


def _drift(now: datetime) -> DriftReport:
    notable = ("words moved",) if by_name("drift").holds(now) else ()
    return DriftReport(
        "2026-W42", "m", now.isoformat(), 9, None, None, None, None, 0, 0, (), (), notable
    )


def _backups(now: datetime) -> Backups:
    """Return weekly backups, made on Sundays; for a while they stop."""
    fault = by_name("no backups")
    made = now - timedelta(days=now.isoweekday() % 7)
    if fault.holds(now):
        made = fault.begins - timedelta(days=8, minutes=1)
    elif fault.begins - timedelta(days=8) < made < fault.begins:
        made = max(made - timedelta(days=7), fault.begins - timedelta(days=8))
    return Backups(HERE, Dated(made, HERE / "survey-1.duckdb"))
