"""Alarms about what readers were promised: issues, feeds, the site, mail."""

from collections.abc import Iterator
from datetime import timedelta

from config.alerts_schema import AlertsSettings
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts
from pipeline.publish.promise import Kept
from pipeline.runtime.plurals import counted


def late_issue(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield that the next issue is late against the promised rhythm."""
    promise = facts.promise
    if promise is None or promise.state is not Kept.LATE:
        return
    yield Alarm(
        "issue",
        f"the {promise.rhythm} issue after {promise.issue} was due on {promise.due}:"
        f" {counted(promise.days_late, 'day')} late.",
        "`living-survey publish --dry-run` says what keeps it back; readers see a break with"
        " [site] paused_until.",
        promise.days_late,
    )


def behind(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield feeds and a site that lack papers for longer than the promised rhythm."""
    for kind, papers in facts.behind.items():
        lack = "lack" if kind.endswith("s") else "lacks"
        yield Alarm(
            f"behind:{kind}",
            f"the {kind} {lack} {counted(papers, 'paper')} that"
            f" {'was' if papers == 1 else 'were'} approved longer ago than the promised rhythm.",
            f"`living-survey publish --target {kind}` publishes them, or says why not.",
            papers,
        )


def mail(facts: Facts, settings: AlertsSettings) -> Iterator[Alarm]:
    """Yield receipts that do not add up, uncertain mails, and mails that wait for days."""
    patience = timedelta(days=settings.mail_days)
    for one in facts.mail:
        if one.kind == "waiting" and facts.now - one.since < patience:
            continue
        yield Alarm(f"mail-{one.kind}:{one.mailing}", one.sentence, one.remedy, max(one.mails, 1))
