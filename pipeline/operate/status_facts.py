"""Say the state of a survey in words, which `status` prints and the page of the service shows."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.ingest.corrections import MOST_NAMED, said, unnamed_text
from pipeline.ingest.ledger import accepted_days, overdue_sentence
from pipeline.learn.reading import reading_sentences
from pipeline.operate.space import SpaceUse, age_text, bytes_text
from pipeline.operate.status import StatusReport, status_report
from pipeline.publish.promise import Kept
from pipeline.review.account import tally_text
from pipeline.runtime.facts import Fact, FactGroup, FactTable, StateOfSurvey
from pipeline.runtime.plurals import some_of
from pipeline.runtime.record import TOO_EARLY
from pipeline.runtime.services import Services
from storage.calendar import PUBLISHED
from storage.ledger import DayTotal
from storage.types import RunRecord, RunStatus

_HOUR = timedelta(hours=1)
_LATE_NAMED = 5


def state_of_survey(services: Services) -> StateOfSurvey:
    """Read the state of a survey."""
    return facts_of(status_report(services))


def facts_of(report: StatusReport) -> StateOfSurvey:
    """Return what a report says, in groups of facts and tables."""
    groups = (
        FactGroup("Papers", tuple(_papers(report))),
        FactGroup("Review", tuple(_review(report))),
        FactGroup("Model", tuple(_model(report))),
        FactGroup("Readers", tuple(_readers(report))),
        FactGroup("Machine", tuple(_machine(report))),
    )
    return StateOfSurvey(
        groups=tuple(group for group in groups if group.facts),
        tables=tuple(table for table in (_runs(report), _ledger(report)) if table.rows),
    )


def _asked(report: StatusReport) -> Iterator[Fact]:
    if report.hub is not None:
        yield Fact("hub", report.hub.sentence, trouble=report.hub.late)
    coverage = report.coverage
    if coverage.whole_since is not None:
        asks = coverage.next_run_from
        next_run = "" if asks is None else f"; the next run asks from {asks} on"
        yield Fact("coverage", f"whole since {coverage.whole_since}{next_run}")
    for gap in coverage.gaps:
        yield Fact("gap", f"{gap.sentence}: `{gap.command}`", trouble=True)


def _papers(report: StatusReport) -> Iterator[Fact]:
    if report.ending:
        yield Fact("ending", report.ending.rstrip("."))
    yield Fact("papers", f"{report.papers:,}")
    yield from _asked(report)
    if report.overdue:
        yield Fact("overdue", overdue_sentence(report.overdue), trouble=True)
    for text in accepted_days(report.accepted):
        yield Fact("accepted", text)
    if report.late:
        named = ", ".join(late.arxiv_id for late in report.late[:_LATE_NAMED])
        rest = len(report.late) - _LATE_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        yield Fact("late", f"{len(report.late)} in 14 days: {named}{more}")
    if report.corrections:
        kinds = ", ".join(f"{count} {said((kind,))}" for kind, count in report.corrections.items())
        yield Fact("corrections", f"{kinds} (approved papers, 14 days)")
        for one in report.corrected[:MOST_NAMED]:
            yield Fact("", one.changed, about=one.paper)
        if len(report.corrected) > MOST_NAMED:
            yield Fact("", unnamed_text(len(report.corrected) - MOST_NAMED))
    if report.incomplete:
        yield Fact("incomplete", f"{report.incomplete} without a text: `queue --incomplete`")
    if report.quarantine:
        yield Fact("quarantine", f"{report.quarantine}")


def _review(report: StatusReport) -> Iterator[Fact]:
    yield Fact("queue", report.waiting_sentence)
    if report.queue:
        yield Fact("forecast", report.forecast.sentence)
    yield Fact("decisions", tally_text(report.decided))
    if report.inbox.open:
        yield Fact("inbox", f"{report.inbox.open:,} open: {report.inbox.sentence}")
    if report.suggestions:
        yield Fact("suggestions", report.suggestions)


def _model(report: StatusReport) -> Iterator[Fact]:
    trained = report.certainty.origin.trained_at
    age = f" ({_ago(report.at, trained)})" if trained else ""
    yield Fact("model", f"{report.model_id}, {report.certainty.trained_line}{age}")
    if report.certainty.banner:
        yield Fact("", report.certainty.banner.rstrip("."))
    first, *more = reading_sentences(report.reading, report.model_id)
    yield Fact("to read", first)
    yield from (Fact("", sentence) for sentence in more)
    if report.drift is not None:
        for sentence in report.drift.verdicts:
            yield Fact("drift", f"{report.drift.week}: {sentence}", bool(report.drift.notable))


def _readers(report: StatusReport) -> Iterator[Fact]:
    if report.promise.sentence:
        yield Fact("issues", report.promise.sentence, report.promise.state is Kept.LATE)
    for line in report.publishing.lines:
        yield Fact("published", line)
    for line in report.mail:
        yield Fact("mailed", line)
    people = [f"{number} {state}" for state, number in sorted(report.subscribers.items())]
    if people:
        yield Fact("subscribers", ", ".join(people))


def _machine(report: StatusReport) -> Iterator[Fact]:
    standing = [one.cause for one in report.alerts if one.status == "standing"]
    if standing:
        yield Fact(
            "alarms", f"{len(standing)} standing ({some_of(standing)}): `living-survey alerts`",
            trouble=True,
        )  # fmt: skip
    if accepted := len(report.alerts) - len(standing):
        yield Fact("alarms", f"{accepted} accepted: `living-survey alerts`")
    for one in report.not_told:
        yield Fact("not told", f"by {one.way}: {one.answer.rstrip('.')}", trouble=True)
    for end in report.jobs:
        yield Fact("schedule", end.sentence.rstrip("."), trouble=True)
    for run in report.hanging:
        yield Fact("hanging", f"{run.sentence} {run.remedy}".rstrip("."), trouble=True)
    yield Fact("disk", _disk(report.space))
    yield _backup(report.space, report.at)


def _disk(space: SpaceUse) -> str:
    parts = (
        f"database {bytes_text(space.database)}",
        f"archive {bytes_text(space.archive)}",
        f"models {bytes_text(space.models)}",
        f"backups {bytes_text(space.backups.size)}",
    )
    return f"{', '.join(parts)}; {bytes_text(space.free)} free of {bytes_text(space.whole)}"


def _backup(space: SpaceUse, now: datetime) -> Fact:
    newest = space.backups.newest_at
    if newest is None:
        return Fact("backup", "none yet: `living-survey backup` makes one", trouble=True)
    kept = "the only one" if space.backups.count == 1 else f"the newest of {space.backups.count}"
    return Fact("backup", f"{_ago(now, newest)} ({newest:%Y-%m-%d %H:%M} UTC), {kept}")


def _ago(now: datetime, at: datetime) -> str:
    return f"{age_text(max(0.0, (now - at) / _HOUR))} old"


def _runs(report: StatusReport) -> FactTable:
    columns = ("last runs", "started", "took", "status", "what")
    return FactTable(
        "Runs", columns, tuple(map(_run_row, report.runs)), frozenset({2}), frozenset({0})
    )


def _run_row(run: RunRecord) -> tuple[str, ...]:
    counts = ", ".join(f"{number} {name}" for name, number in run.counts.items() if number)
    what = run.error if run.error and run.status is not RunStatus.DONE else counts
    return (
        run.command,
        f"{run.started_at:%Y-%m-%d %H:%M}",
        _took(run),
        "too early" if TOO_EARLY in run.counts else str(run.status),
        what or "",
    )


def _took(run: RunRecord) -> str:
    seconds = run.seconds.get("whole")  # measured, where the clock may have been set
    if seconds is None:
        if run.finished_at is None:
            return ""
        seconds = max(0.0, (run.finished_at - run.started_at).total_seconds())
    return f"{round(seconds)} s" if seconds < 120 else f"{seconds // 60:.0f} min"


def _ledger(report: StatusReport) -> FactTable:
    columns = ("announced on", "announced", "held", "missing", "status", "")
    return FactTable("Ledger", columns, tuple(map(_day_row, report.days)), frozenset({1, 2, 3}))


def _day_row(day: DayTotal) -> tuple[str, ...]:
    return (
        f"{day.day:%a %Y-%m-%d}",
        str(day.announced),
        str(day.held),
        str(len(day.missing)),
        str(day.status),
        ledger_remark(
            day.status,
            year=day.day.year,
            unread=day.unread,
            backfilled=day.backfilled,
            cut=day.untold,
            stale=f"stale feed: {', '.join(day.stale)}" if day.stale else "",
        ),
    )


def ledger_remark(
    status: str, *, year: int, unread: bool, backfilled: bool, cut: bool, stale: str
) -> str:
    """Return why a day is not complete, and whether it was harvested since."""
    if status != "unknown" and not stale and not cut:
        return ""
    empty = "empty feed" if year in PUBLISHED else f"empty feed, {year}'s calendar is not known"
    if unread:
        why = "no feed was read"
    elif cut:
        why = "feed not read whole"
    else:
        why = stale or empty
    return f"{why}; harvested since" if backfilled else why
