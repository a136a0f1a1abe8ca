"""The state of the survey, as `status` shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.curated.title import survey_title
from pipeline.ingest.corrections import (
    Correction,
    Inbox,
    corrections_since,
    counted_by_kind,
    read_inbox,
)
from pipeline.ingest.coverage import Coverage, coverage_now
from pipeline.ingest.hub_state import HubState, hub_state
from pipeline.ingest.ledger import WATCHED_DAYS, OverdueDay, overdue_now
from pipeline.learn.drift_report import DriftReport, newest_drift
from pipeline.learn.explain.certainty import Certainty, certainty_of
from pipeline.learn.reading import MeasuredReading, last_reading
from pipeline.operate.alerts.facts import FailingWay
from pipeline.operate.alerts.send import failing_ways, read_standing
from pipeline.operate.hanging import HangingRun, hanging_runs
from pipeline.operate.space import SpaceUse, space_use
from pipeline.publish.issue_promise import issue_promise
from pipeline.publish.mail.state import mail_state
from pipeline.publish.promise import Promise
from pipeline.publish.state import PublishingState, publishing_state
from pipeline.review.outlook.clearing import Clearing
from pipeline.review.outlook.health import queue_forecast
from pipeline.runtime.ending import ending_sentence
from pipeline.runtime.jobs import JobEnd, faults, job_ends
from pipeline.runtime.queue_words import limits_of, queue_sentence
from pipeline.runtime.services import Services
from pipeline.suggestions.checks import waiting_sentence
from storage.acceptances import Acceptance
from storage.alert_types import AlertRow
from storage.arrivals import LateArrival
from storage.calendar import announcement_day, feed_instant
from storage.decision_account import DecisionTally
from storage.ledger import DayTotal
from storage.queue_filter import QueueFilter, QueueTally
from storage.store import Store
from storage.subscriber_types import SubscriberState
from storage.types import LedgerDay, RunRecord, RunStatus


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The state of the survey at one moment."""

    #: when it was read
    at: datetime
    #: the survey's name
    survey: str
    #: that it ends or ended; empty: it goes on
    ending: str
    papers: int
    queue: int
    #: the same by day and limit
    waiting: QueueTally
    waiting_sentence: str
    #: when it clears, of papers above the limit of the settings
    forecast: Clearing
    #: those that stand
    decisions: int
    decided: DecisionTally
    #: papers without a text to judge, which do not wait
    incomplete: int
    quarantine: int
    model_id: str
    #: when the model was trained, and whether its probabilities are calibrated
    certainty: Certainty
    last_run: RunRecord | None
    runs: tuple[RunRecord, ...]
    #: runs that are older than their deadline
    hanging: tuple[HangingRun, ...]
    #: the last 14 days, each with every category
    ledger: tuple[LedgerDay, ...]
    #: the same days with the categories taken together
    days: tuple[DayTotal, ...]
    #: papers that came late in these days
    late: tuple[LateArrival, ...]
    #: changes to approved papers in these days, counted by kind
    corrections: Mapping[str, int]
    #: the same paper by paper
    corrected: tuple[Correction, ...]
    #: decided papers that changed at arXiv and wait for an answer
    inbox: Inbox
    #: how many suggestions wait and since when; empty: none
    suggestions: str
    #: days that are not complete 36 hours after their feed
    overdue: tuple[OverdueDay, ...]
    #: watched days that a person accepted although they are not complete
    accepted: tuple[Acceptance, ...]
    #: days for which arXiv's records were read, and gaps that no run will close
    coverage: Coverage
    #: how far the hub had read; None: arXiv itself is asked
    hub: HubState | None
    #: scheduled jobs whose last end was no success
    jobs: tuple[JobEnd, ...]
    #: how much to read, as the last `evaluate` measured it; None before the first
    reading: MeasuredReading | None
    #: the newest weekly drift report; None before the first
    drift: DriftReport | None
    #: last publications, refusals, approved papers that are not out
    publishing: PublishingState
    #: the last issue, and whether the promised rhythm is kept
    promise: Promise
    #: the newest mailing and those with uncertain mails, in sentences
    mail: tuple[str, ...]
    #: people who asked for mail, by state
    subscribers: Mapping[SubscriberState, int]
    #: bytes on disk, and the newest backup
    space: SpaceUse
    #: alarms that stand, accepted or not, as they were found last
    alerts: tuple[AlertRow, ...]
    #: ways of telling them that did not work the last time
    not_told: tuple[FailingWay, ...]


def status_report(services: Services) -> StatusReport:
    """Return what is stored and what happened lately, read in one lease of the database."""
    with services.open_store() as store:
        return report_from(services, store)


def report_from(services: Services, store: Store) -> StatusReport:
    """Return the same from an open store."""
    now = services.clock()
    today = announcement_day(now)
    since = today - timedelta(days=WATCHED_DAYS - 1)
    settings = services.settings
    limits = limits_of(settings)
    space = space_use(settings)
    corrected = corrections_since(store, feed_instant(since))
    decided = store.account.tally()
    freeze = store.freezes.standing()
    tally = store.queue.tally(QueueFilter(), today=today, limits=limits)
    return StatusReport(
        at=now,
        survey=survey_title(settings.survey),
        ending="" if freeze is None else ending_sentence(freeze, now.date()),
        papers=store.papers.count(),
        queue=tally.whole,
        waiting=tally,
        waiting_sentence=queue_sentence(tally, limits, today),
        forecast=queue_forecast(store, limit=round(settings.review.likely_from), now=now),
        decisions=decided.standing,
        decided=decided,
        incomplete=store.incomplete.count(),
        quarantine=store.quarantine.count(),
        model_id=services.models.describe_current(),
        certainty=certainty_of(services, store),
        last_run=store.runs.last("run"),
        runs=_runs(store),
        hanging=hanging_runs(store, now, run_deadline_seconds=settings.arxiv.run_deadline_seconds),
        ledger=tuple(store.ledger.days(since)),
        days=tuple(store.ledger.totals(since)),
        late=tuple(store.arrivals.late(since)),
        corrections=counted_by_kind(corrected),
        corrected=corrected,
        inbox=read_inbox(store),
        suggestions=waiting_sentence(store.suggestions.count(), now),
        overdue=overdue_now(store, settings.arxiv.categories, now),
        accepted=tuple(store.acceptances.standing(since)),
        coverage=coverage_now(store, settings.arxiv, now),
        hub=hub_state(store, settings.arxiv, now),
        jobs=faults(job_ends(settings.database.path)),
        reading=last_reading(settings.classifier.reports),
        drift=newest_drift(settings.classifier.reports),
        publishing=publishing_state(store, settings, now),
        promise=issue_promise(store, settings.site, now),
        mail=mail_state(store),
        subscribers=store.subscribers.counts(),
        space=space,
        alerts=tuple(store.alerts.open()),
        not_told=failing_ways(read_standing(store, now)),
    )


def _runs(store: Store) -> tuple[RunRecord, ...]:
    """Return the last runs; one whose process is gone counts as interrupted."""
    gone = {one.run.run_id for one in store.runs.unfinished() if not one.is_alive}
    return tuple(
        replace(run, status=RunStatus.INTERRUPTED) if run.run_id in gone else run
        for run in store.runs.recent(5)
    )
