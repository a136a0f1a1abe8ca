"""Alarms are recorded and told once, worse, again and over, in a real database."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.alerts_schema import AlertsSettings
from config.errors import UsageError
from pipeline.operate.alerts.accept import accept
from pipeline.operate.alerts.send import AlertsReport, send_alerts
from pipeline.operate.doctor import examine, findings
from pipeline.operate.status import status_report
from pipeline.runtime.clock import WrongClockError, confirm
from pipeline.runtime.record import AnotherRunError, exclusive
from storage.alert_types import AlertKind
from storage.freezes import Freeze
from storage.store import OpenStore
from tests.support.alerts import NOON, Ear, paper_arrives, services_at, silent_survey
from tests.support.storage import lines_of, start_process

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return silent_survey(tmp_path)


def told(folder: Path, *ears: Ear, at: datetime = NOON) -> AlertsReport:
    return send_alerts(services_at(folder, at), [one.way for one in ears])


def test_cause_is_told_once_and_its_end_once(open_store: OpenStore, tmp_path: Path) -> None:
    ear = Ear()
    for hours in range(3):
        told(tmp_path, ear, at=NOON + hours * HOUR)
    paper_arrives(open_store, NOON + 3 * HOUR)
    for hours in range(4, 7):
        told(tmp_path, ear, at=NOON + hours * HOUR)
    assert ear.causes == [["silence raised"], ["silence cleared"]]
    assert "no more: no new paper has come for 3" in ear.heard[1].text
    assert ear.heard[1].subject.startswith("[")
    assert "all clear" in ear.heard[1].subject


def test_cause_that_comes_back_is_told_again(open_store: OpenStore, tmp_path: Path) -> None:
    ear = Ear()
    told(tmp_path, ear)
    paper_arrives(open_store, NOON)
    told(tmp_path, ear)
    told(tmp_path, ear, at=NOON + 5 * DAY)
    assert ear.causes == [["silence raised"], ["silence cleared"], ["silence raised"]]
    with open_store() as store:
        assert [row.status for row in store.alerts.history(9)] == ["standing", "over"]


def test_alarm_twice_as_bad_or_a_week_old_is_told_again(
    open_store: OpenStore, tmp_path: Path
) -> None:
    ear = Ear()
    for days in range(14):
        told(tmp_path, ear, at=NOON + days * DAY)
    # 3 announcement days on the 18th, 6 on Monday the 23rd, and a week after that
    assert ear.causes == [["silence raised"], ["silence worse"], ["silence repeated"]]
    with open_store() as store:
        news = [one for one in store.alerts.events(NOON) if one.sentence]
    assert [(one.at.day, one.level) for one in news] == [(18, 3), (23, 6), (30, 11)]


def test_accepted_alarm_is_not_repeated_until_it_is_worse(
    open_store: OpenStore, tmp_path: Path
) -> None:
    ear = Ear()
    told(tmp_path, ear)
    done = accept(services_at(tmp_path), "silence", reason="arXiv\nmoves", person="ada")
    assert done.reason == "arXiv moves"
    told(tmp_path, ear, at=NOON + 2 * DAY)
    assert [row.status for row in told(tmp_path, at=NOON + 2 * DAY).standing] == ["accepted"]
    told(tmp_path, ear, at=NOON + 5 * DAY)
    assert ear.causes == [["silence raised"], ["silence worse"]]
    with open_store() as store:
        [row] = store.alerts.open()
    assert (row.status, row.accepted_by, row.reason) == ("standing", "ada", "arXiv moves")


def test_alarm_accepted_before_it_was_told_is_not_told(
    open_store: OpenStore, tmp_path: Path
) -> None:
    told(tmp_path)
    accept(services_at(tmp_path), "silence", reason="known", person="ada")
    ear = Ear()
    told(tmp_path, ear)
    accept(services_at(tmp_path), "silence", reason="", person="ada", withdraw=True)
    told(tmp_path, ear)
    assert ear.causes == [["silence raised"]]


@pytest.mark.parametrize(
    ("cause", "reason", "withdraw", "said"),
    [
        ("silence", " ", False, "with a reason"),
        ("silense", "x", False, "No alarm"),
        ("silence", "", True, "not accepted"),
    ],
)
def test_acceptance_needs_an_alarm_and_a_reason(
    open_store: OpenStore, tmp_path: Path, *, cause: str, reason: str, withdraw: bool, said: str
) -> None:
    told(tmp_path)
    with pytest.raises(UsageError, match=said):
        accept(services_at(tmp_path), cause, reason=reason, person="ada", withdraw=withdraw)


def test_way_that_fails_is_tried_again_and_seen(open_store: OpenStore, tmp_path: Path) -> None:
    deaf, ear = Ear("webhook", outcome=AlertKind.FAILED), Ear("command")
    settings = {"alerts": AlertsSettings(webhook_url="http://127.0.0.1:9/x", command=("true",))}
    ways = [deaf.way, ear.way]
    report = send_alerts(services_at(tmp_path, NOON, **settings), ways)
    assert report.exit_status == 1
    send_alerts(services_at(tmp_path, NOON + HOUR, **settings), ways)
    assert (len(deaf.heard), len(ear.heard)) == (2, 1)
    services = services_at(tmp_path, NOON + HOUR, **settings)
    assert [one.way for one in status_report(services).not_told] == ["webhook"]
    [finding] = [one for one in findings(examine(services)) if one.check == "alerts"]
    assert "did not get through by webhook since 2026-03-18 12:00 UTC: said failed" in finding.what
    # after a day the other way tells it, and when it works both tell that
    send_alerts(services_at(tmp_path, NOON + DAY, **settings), ways)
    assert ear.causes[-1] == ["way:webhook raised"]
    deaf.outcome = AlertKind.TOLD
    send_alerts(services_at(tmp_path, NOON + DAY + HOUR, **settings), ways)
    send_alerts(services_at(tmp_path, NOON + DAY + 2 * HOUR, **settings), ways)
    assert ear.causes[-1] == ["way:webhook cleared"]
    assert status_report(services_at(tmp_path, NOON + 2 * DAY)).not_told == ()


def test_alarm_over_before_it_was_told_is_not_told(open_store: OpenStore, tmp_path: Path) -> None:
    deaf = Ear(outcome=AlertKind.FAILED)
    told(tmp_path, deaf)
    paper_arrives(open_store, NOON)
    deaf.outcome = AlertKind.TOLD
    told(tmp_path, deaf)
    assert deaf.causes == [["silence raised"]]


def test_uncertain_message_is_repeated_once_with_its_id(
    open_store: OpenStore, tmp_path: Path
) -> None:
    ear = Ear(outcome=AlertKind.UNCERTAIN)
    for hours in range(4):
        told(tmp_path, ear, at=NOON + hours * HOUR)
    first, second = ear.heard
    assert first.id == second.id
    assert "may have reached you already" in second.text


def test_killed_while_telling_repeats_one_message_once(
    open_store: OpenStore, tmp_path: Path
) -> None:
    process = start_process(
        """
        import os, signal, sys
        from pathlib import Path
        from pipeline.operate.alerts.send import send_alerts
        from pipeline.operate.alerts.ways.way import Told, Way
        from storage.alert_types import AlertKind
        from tests.support.alerts import services_at

        def handed_over(message):
            print(message.id, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

        told = Way("a", lambda message: Told(AlertKind.TOLD))
        send_alerts(services_at(Path(sys.argv[1])), [told, Way("b", handed_over)])
        """,
        str(tmp_path),
    )
    [message] = lines_of(process)
    process.communicate()
    assert process.returncode == -9
    first, second = Ear("a"), Ear("b")
    for hours in range(3):
        told(tmp_path, first, second, at=NOON + hours * HOUR)
    assert first.heard == []
    assert [one.id for one in second.heard] == [message]
    with open_store() as store:
        kinds = [one.kind for one in store.alerts.events(NOON - DAY) if one.way == "b"]
    assert kinds == [AlertKind.TELLING, AlertKind.TELLING, AlertKind.TOLD]


def test_two_calls_do_not_tell_at_once(open_store: OpenStore, tmp_path: Path) -> None:
    services = services_at(tmp_path)
    with exclusive(services.settings.database.path, "alerts"), pytest.raises(AnotherRunError):
        send_alerts(services, [])


def test_survey_that_ended_is_silent(open_store: OpenStore, tmp_path: Path) -> None:
    ear = Ear()
    told(tmp_path, ear)
    with open_store() as store:
        store.freezes.add(Freeze(NOON.date(), "Thank you.", "ada", NOON))
    report = told(tmp_path, ear, at=NOON + 30 * DAY)
    assert report.changed == {"ended": ("silence",)}
    assert report.standing == ()
    assert len(ear.heard) == 1


def test_way_that_failed_is_forgotten_with_the_alarm(open_store: OpenStore, tmp_path: Path) -> None:
    told(tmp_path, Ear(outcome=AlertKind.FAILED))
    assert len(status_report(services_at(tmp_path)).not_told) == 1
    with open_store() as store:
        store.freezes.add(Freeze(NOON.date(), "Thank you.", "ada", NOON))
    told(tmp_path)
    assert status_report(services_at(tmp_path)).not_told == ()


def test_wrong_clock_raises_no_alarm(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store() as store:
        confirm(store, NOON, is_set=False)
    with pytest.raises(WrongClockError):
        told(tmp_path, at=NOON + 900 * DAY)
    with open_store() as store:
        assert store.alerts.history(5) == []


def test_alarm_told_by_a_clock_ahead_is_told_again(open_store: OpenStore, tmp_path: Path) -> None:
    ear = Ear()
    for days in (0, 300, 1, 2):
        told(tmp_path, ear, at=NOON + days * DAY)
    assert ear.causes[0] == ["silence raised"]
    assert "silence worse" in ear.causes[1]
    assert ear.causes[2] == ["silence repeated"]
    assert len(ear.causes) == 3
    told(tmp_path, ear, at=NOON + 8 * DAY)
    assert ear.causes[3] == ["silence worse"]


def test_day_out_of_watch_ends_without_all_clear(tmp_path: Path, open_store: OpenStore) -> None:
    with open_store() as store:
        store.ledger.expect([(NOON.date(), "cs.CV")], noted_at=NOON)
    ear = Ear()
    told(tmp_path, ear, at=NOON + 3 * DAY)
    assert "day:2026-03-18 raised" in ear.causes[0]
    report = told(tmp_path, ear, at=NOON + 30 * DAY)
    assert "day:2026-03-18" in report.changed["ended"]
    assert not any("day:2026-03-18 cleared" in causes for causes in ear.causes)
