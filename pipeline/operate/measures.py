"""Say the state of a survey in numbers, for monitoring."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pipeline.operate.status import StatusReport, report_from
from pipeline.runtime.jobs import faults
from pipeline.runtime.measures import Measure, Sample, measure, measured_by
from pipeline.runtime.services import Services
from pipeline.runtime.versions import versions_of
from storage.types import RunRecord, RunStatus


def read_measures(services: Services) -> tuple[Measure, ...]:
    """Read the numbers in one lease of the database.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    with services.open_store() as store:
        report = report_from(services, store)
        ended = store.runs.newest_ends()
        mails = {name: store.mailings.counts(name) for name in store.mailings.names()[-1:]}
    return (
        _info(versions_of(services.models)),
        *_of_runs(ended),
        *_of_papers(report),
        *_of_review(report),
        *_of_readers(report, mails),
        *_of_machine(report),
    )


def _info(versions: dict[str, str]) -> Measure:
    """Return the versions as labels, whose names cannot have a hyphen."""
    labels = {name.replace("-", "_"): version for name, version in versions.items()}
    return Measure("info", "Versions, and the model in use.", (Sample(1, labels),), tuple(labels))


def _of_runs(ended: Sequence[tuple[RunRecord, datetime | None]]) -> Iterator[Measure]:
    yield measured_by(
        "last_success_timestamp_seconds",
        "When the newest successful run of a command started.",
        "command",
        {run.command: at.timestamp() for run, at in ended if at is not None},
    )
    yield measured_by(
        "last_run_timestamp_seconds",
        "When the newest run of a command started.",
        "command",
        {run.command: run.started_at.timestamp() for run, _ in ended},
    )
    yield measured_by(
        "last_run_failed",
        "1 if the newest run of a command failed or was interrupted.",
        "command",
        {
            run.command: float(run.status in {RunStatus.FAILED, RunStatus.INTERRUPTED})
            for run, _ in ended
        },
    )
    yield measured_by(
        "last_run_duration_seconds",
        "How long the newest run of a command took.",
        "command",
        {run.command: run.seconds["whole"] for run, _ in ended if "whole" in run.seconds},
    )
    yield measured_by(
        "last_run_requests",
        "Requests to arXiv of the newest run of a command.",
        "command",
        {run.command: run.counts["requests"] for run, _ in ended if "requests" in run.counts},
    )
    yield measured_by(
        "last_run_new_papers",
        "Papers that the newest run of a command stored.",
        "command",
        {run.command: run.counts["new"] for run, _ in ended if "new" in run.counts},
    )


def _of_papers(report: StatusReport) -> Iterator[Measure]:
    yield measure("papers", "Papers held.", report.papers)
    yield measure(
        "ledger_overdue_days",
        "Announcement days that are not complete 36 hours after their feed.",
        len(report.overdue),
    )
    missing = {arxiv_id for day in report.days for arxiv_id in day.missing}
    yield measure(
        "ledger_missing_papers",
        "Papers announced in the last 14 days that are not held.",
        len(missing),
    )
    yield measure(
        "coverage_gaps",
        "Spans of days whose records no run will ask for.",
        len(report.coverage.gaps),
    )
    yield measure("quarantine_records", "Records that could not be read.", report.quarantine)
    yield measure("incomplete_papers", "Papers without a text to judge.", report.incomplete)


def _of_review(report: StatusReport) -> Iterator[Measure]:
    yield measured_by(
        "queue_papers",
        "Papers that wait for a decision; likely and set_aside are parts of waiting.",
        "state",
        {
            "waiting": report.queue,
            "likely": report.waiting.above_limit,
            "set_aside": report.waiting.set_aside,
        },
    )
    yield measured_by(
        "decisions",
        "Decisions by what became of them.",
        "state",
        {
            "standing": report.decided.standing,
            "taken_back": report.decided.taken_back,
            "replaced": report.decided.replaced,
        },
    )
    yield measure(
        "inbox_cases", "Decided papers that changed at arXiv and wait.", report.inbox.open
    )
    trained = report.certainty.origin.trained_at
    if trained is not None:
        yield measure(
            "model_trained_timestamp_seconds",
            "When the model in use was trained.",
            trained.timestamp(),
        )
    yield measure(
        "model_unlearned_decisions",
        "Decisions made after the model in use was trained.",
        report.certainty.since,
    )
    notable = len(report.drift.notable) if report.drift else 0
    yield measure("drift_notable", "Notable changes in the newest drift report.", notable)


def _of_readers(report: StatusReport, mails: Mapping[str, Mapping[str, int]]) -> Iterator[Measure]:
    yield measure(
        "issue_late_days",
        "Days by which the next promised issue is late.",
        report.promise.days_late,
    )
    yield measured_by(
        "unpublished_papers",
        "Approved papers that no publication carries, by target.",
        "target",
        dict(report.publishing.unpublished),
    )
    yield measure(
        "refused_publications",
        "Publications that the gate refused and that are not out yet.",
        len(report.publishing.refused),
    )
    yield measured_by(
        "subscribers",
        "People who asked for mail, by state.",
        "state",
        {str(state): number for state, number in report.subscribers.items()},
    )
    for name, counts in mails.items():
        yield Measure(
            "mails",
            "Recipients of the newest mailing, by outcome.",
            tuple(
                Sample(number, {"mailing": name, "outcome": str(outcome)})
                for outcome, number in counts.items()
            ),
            ("mailing", "outcome"),
        )


def _of_machine(report: StatusReport) -> Iterator[Measure]:
    space = report.space
    yield measured_by(
        "disk_bytes",
        "Size on disk.",
        "what",
        {
            "database": space.database,
            "archive": space.archive,
            "models": space.models,
            "backups": space.backups.size,
        },
    )
    yield measure("disk_free_bytes", "Free space beside the database.", space.free)
    if space.backups.newest_at is not None:
        yield measure(
            "backup_timestamp_seconds",
            "When the newest backup was made.",
            space.backups.newest_at.timestamp(),
        )
    yield measure(
        "failed_jobs",
        "Scheduled jobs whose last end was no success.",
        len(faults(report.jobs)),
    )
    standing = sum(one.status == "standing" for one in report.alerts)
    yield measured_by(
        "alarms",
        "Alarms that are not over, by what people did about them.",
        "state",
        {"standing": standing, "accepted": len(report.alerts) - standing},
    )
    yield measure("hanging_runs", "Runs that are past their deadline.", len(report.hanging))
