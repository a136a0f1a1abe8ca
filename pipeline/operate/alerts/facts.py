"""Read in one lease of the database, and from the files beside it, what alarms are judged by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from pipeline.ingest.hub_state import HubState, hub_state
from pipeline.ingest.ledger import OverdueDay, overdue_now
from pipeline.ingest.silence import Silence, silence_now
from pipeline.learn.drift_report import DriftReport, newest_drift
from pipeline.operate.alerts.pace import QueuePace, queue_pace
from pipeline.operate.backups import Backups, newest_backup
from pipeline.operate.disk import DiskRoom, disk_room
from pipeline.operate.failing import FailingCommand, failing_commands
from pipeline.operate.hanging import HangingRun, hanging_runs
from pipeline.publish.issue_promise import issue_promise
from pipeline.publish.mail.state import MailTrouble, mail_troubles
from pipeline.publish.promise import Promise
from pipeline.review.rules.stopped import stopped_rules
from pipeline.runtime.ending import ended
from pipeline.runtime.jobs import JobEnd, faults, job_ends
from pipeline.runtime.services import Services
from storage.calendar import announcement_day
from storage.store import Store

#: days after which an approved paper is published, by rhythm
_DAYS = {"weekly": 7, "monthly": 31}
#: what readers subscribe to beside issues
_OPEN_ENDED = ("feeds", "site")


@dataclass(frozen=True, slots=True)
class FailingWay:
    """A way of telling that did not work the last time."""

    way: str
    since: datetime
    answer: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment."""

    now: datetime
    #: the present announcement day
    today: date
    #: the survey ended, so nothing is wrong any more
    over: bool = False
    overdue: tuple[OverdueDay, ...] = ()
    #: None: no feed was read yet, or arXiv is a demo's
    silence: Silence | None = None
    #: None: arXiv itself is asked
    hub: HubState | None = None
    failing: tuple[FailingCommand, ...] = ()
    hanging: tuple[HangingRun, ...] = ()
    queue: QueuePace | None = None
    #: (rule, why) of rules that stopped themselves and were neither enabled nor disabled since
    stopped_rules: tuple[tuple[str, str], ...] = ()
    #: logins that were delayed after failures, within a day
    delayed_logins: int = 0
    promise: Promise | None = None
    #: approved papers that wait for longer than the rhythm, by what does not carry them
    behind: Mapping[str, int] = field(default_factory=dict)
    mail: tuple[MailTrouble, ...] = ()
    drift: DriftReport | None = None
    disk: DiskRoom | None = None
    #: when the survey began; None: there was no run yet
    began: datetime | None = None
    backups: Backups | None = None
    #: scheduled jobs whose last end was no success
    jobs: tuple[JobEnd, ...] = ()
    ways: tuple[FailingWay, ...] = ()
    #: causes that stand already: what hovers at a limit must not come and go
    standing: Collection[str] = frozenset()


def read_facts(
    services: Services,
    store: Store,
    *,
    standing: Collection[str] = (),
    ways: tuple[FailingWay, ...] = (),
) -> Facts:
    """Return the facts; the store is open, nothing is written.

    Args:
        services: of the survey.
        store: open, for one lease.
        standing: causes that stand already.
        ways: ways of telling that did not work the last time.
    """
    settings, now = services.settings, services.clock()
    day = now.astimezone(UTC).date()
    if ended(store.freezes.standing(), day) is not None:
        return Facts(now, announcement_day(now), over=True, standing=frozenset(standing))
    database = settings.database.path
    # A demo's arXiv ends one day; with a clock that is set, time is simulated on purpose.
    real = settings.arxiv.is_live or settings.now is not None
    return Facts(
        now=now,
        today=announcement_day(now),
        overdue=overdue_now(store, settings.arxiv.categories, now),
        silence=silence_now(store, now) if real else None,
        hub=hub_state(store, settings.arxiv, now),
        failing=failing_commands(store),
        hanging=hanging_runs(store, now, run_deadline_seconds=settings.arxiv.run_deadline_seconds),
        queue=queue_pace(store, services, day),
        stopped_rules=stopped_rules(store),
        delayed_logins=store.trail.count("login.delayed", now - timedelta(days=1)),
        promise=issue_promise(store, settings.site, now),
        behind=_behind(services, store, now),
        mail=mail_troubles(store, settings.mail.journal),
        drift=newest_drift(settings.classifier.reports),
        disk=disk_room(settings),
        began=store.runs.first_started(),
        backups=newest_backup(settings, now),
        jobs=faults(job_ends(database)),
        ways=ways,
        standing=frozenset(standing),
    )


def _behind(services: Services, store: Store, now: datetime) -> dict[str, int]:
    """Return approved papers that feeds and site lack for longer than the promised rhythm."""
    days = _DAYS.get(services.settings.site.rhythm)
    if days is None:
        return {}
    published = {act.target.partition(":")[0] for act in store.publications.latest()}
    before = now - timedelta(days=days)
    waiting = {
        kind: len(store.publications.unpublished(kind, before))
        for kind in _OPEN_ENDED
        if kind in published
    }
    return {kind: papers for kind, papers in waiting.items() if papers}
