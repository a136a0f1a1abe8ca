"""A year is replayed with a clock that is a value: what is told, what is missed, what is false."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from config.alerts_schema import AlertsSettings
from pipeline.operate.alerts.causes.every import alarms_of
from pipeline.operate.alerts.changes import changes
from pipeline.operate.alerts.standing import standing_of
from storage.alert_types import NEWS, AlertEvent, AlertKind, NewAlertEvent
from tests.support.alert_months import FAULTS, Year

SETTINGS = AlertsSettings()


@dataclass
class Told:
    """Everything that was recorded in the year."""

    events: list[AlertEvent] = field(default_factory=list)
    #: the same of alarms that stand
    open: list[AlertEvent] = field(default_factory=list)

    def add(self, new: NewAlertEvent) -> None:
        seq = len(self.events) + 1
        event = AlertEvent(
            seq, new.alarm or seq, new.kind, new.cause, new.at, new.level, new.sentence,
            new.remedy, None, "", "", "", new.detail,
        )  # fmt: skip
        self.events.append(event)
        self.open.append(event)
        if event.kind in {AlertKind.CLEARED, AlertKind.ENDED}:
            self.open = [one for one in self.open if one.alarm != event.alarm]

    def kind(self, kind: AlertKind) -> list[AlertEvent]:
        return [one for one in self.events if one.kind is kind]


def replayed(year: Year) -> Told:
    told = Told()
    for now in year.instants():
        standing = standing_of(told.open)
        facts = year.facts(now, [one.cause for one in standing])
        found = alarms_of(facts, SETTINGS)
        for event in changes(found, standing, facts, repeat_days=SETTINGS.repeat_days):
            told.add(event)
    return told


def is_about_a_fault(event: AlertEvent) -> bool:
    kind = event.cause.partition(":")[0]
    return any(
        kind in fault.kinds and fault.begins - timedelta(hours=12) <= event.at < _end(fault.ends)
        for fault in FAULTS
    )


def _end(ends: datetime) -> datetime:
    return ends + timedelta(days=2)


@pytest.fixture(scope="module", params=(1, 2))
def told(request: pytest.FixtureRequest) -> Told:
    return replayed(Year(seed=request.param))


def test_every_fault_is_told_within_a_day(told: Told) -> None:
    raised = told.kind(AlertKind.RAISED)
    for fault in FAULTS:
        first = min(
            (
                one.at
                for one in raised
                if one.cause.partition(":")[0] in fault.kinds
                and fault.begins - timedelta(hours=12) <= one.at < fault.ends
            ),
            default=None,
        )
        assert first is not None, fault.name
        assert first - fault.begins <= timedelta(days=1), fault.name


def test_at_most_one_alarm_in_ten_is_false(told: Told) -> None:
    raised = told.kind(AlertKind.RAISED)
    false = [one.cause for one in raised if not is_about_a_fault(one)]
    assert len(raised) >= len(FAULTS)
    assert len(false) <= len(raised) / 10, false


def test_every_alarm_has_one_end(told: Told) -> None:
    ended = [one.alarm for one in told.kind(AlertKind.CLEARED)]
    assert sorted(ended) == sorted(one.alarm for one in told.kind(AlertKind.RAISED))


def test_operator_is_told_seldom(told: Told) -> None:
    messages = {one.at for one in told.events if one.kind in NEWS}
    assert len(messages) <= 5 * len(FAULTS)
