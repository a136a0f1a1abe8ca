"""Alarms about what arXiv announced and what came."""

from collections.abc import Iterator

from config.alerts_schema import AlertsSettings
from pipeline.ingest.ledger import overdue_remedy, overdue_sentence
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts


def incomplete_days(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield each announcement day that is not complete 36 hours after its feed."""
    for day in facts.overdue:
        lacking = len(day.missing) + len(day.unknown) + len(day.untold)
        yield Alarm(
            f"day:{day.day}", overdue_sentence([day]), overdue_remedy([day]), max(lacking, 1)
        )


def silence(facts: Facts, settings: AlertsSettings) -> Iterator[Alarm]:
    """Yield that nothing new has come for some announcement days."""
    found = facts.silence
    if found is None or found.days < settings.silent_days:
        return
    newest = "none ever came" if found.last is None else f"the newest came on {found.last}"
    yield Alarm(
        "silence",
        f"no new paper has come for {found.days} announcement days; {newest}.",
        "`living-survey status` shows the last runs; check that cron, the timer or `serve"
        " --schedule` calls `living-survey run`, then call it by hand.",
        found.days,
    )


def late_hub(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield that the hub has not read what came out more than a day ago."""
    if facts.hub is not None and facts.hub.late:
        yield Alarm("hub", facts.hub.sentence, facts.hub.remedy)
