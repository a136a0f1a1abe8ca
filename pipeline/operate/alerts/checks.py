"""Check what alarms know and no other check reports, and whether they get through."""

from collections.abc import Iterator

from pipeline.operate.alerts.causes.every import alarms_of
from pipeline.operate.alerts.facts import read_facts
from pipeline.operate.alerts.send import failing_ways, read_standing, way_names
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import Services

#: kinds whose fact another check reports, in its own words
_REPORTED = frozenset({"silence", "day", "hanging", "failing", "job", "disk", "drift", "way"})
#: kinds that are worth knowing while nothing is broken
_NOTES = frozenset({"queue", "backup", "behind"})


def checks(services: Services) -> Iterator[Finding]:
    """Yield what is wrong now, accepted alarms as notes, and ways that do not work.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    settings = services.settings.alerts
    now = services.clock()
    with services.open_store() as store:
        known = read_standing(store, now)
        standing = {one.cause for one in known if one.over is None}
        facts = read_facts(services, store, standing=standing)
        accepted = {row.cause: row for row in store.alerts.open() if row.status == "accepted"}
    for alarm in alarms_of(facts, settings):
        if alarm.kind in _REPORTED:
            continue
        row = accepted.get(alarm.cause)
        said = f"{alarm.sentence} {row.accepted_by} accepts it: {row.reason}." if row else ""
        yield Finding(
            alarm.kind,
            said or alarm.sentence,
            alarm.remedy,
            wrong=alarm.kind not in _NOTES and row is None,
        )
    for way in failing_ways(known, way_names(services)):
        yield Finding(
            "alerts",
            f"alarms did not get through by {way.way} since {way.since:%Y-%m-%d %H:%M} UTC:"
            f" {way.answer.rstrip('.')}.",
            "`living-survey alerts test` tries every way; the next `alerts send` or `run` tells"
            " them again.",
        )
