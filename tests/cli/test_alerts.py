"""`alerts` as an operator calls it, and what `run` does at its end."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.demo.replica.server import ReplicaServer
from tests.support.alerts import Hook, hook_server, silent_survey
from tests.support.arxiv import make_record, noon
from tests.support.cli import Survey, survey_in_process
from tests.support.smtp import smtp_server

WEDNESDAY = date(2026, 3, 18)


def survey_at(folder: Path, url: str = "http://127.0.0.1:9", **settings: str) -> Survey:
    return survey_in_process(
        folder,
        url=url,
        now=noon(WEDNESDAY).isoformat(),
        LIVING_SURVEY_DATABASE__PATH=str(folder / "survey.duckdb"),
        LIVING_SURVEY_ARXIV__CATEGORIES="cs.CV",
        LIVING_SURVEY_ALERTS__FREE_GIGABYTES="0",
        **settings,
    )


def webhook(hook: Hook, *more: str) -> dict[str, str]:
    return {
        "LIVING_SURVEY_ALERTS__WEBHOOK_URL": hook.url,
        **dict(zip(more[::2], more[1::2], strict=True)),
    }


def test_alarm_is_told_listed_accepted_and_shown(tmp_path: Path) -> None:
    with silent_survey(tmp_path)():
        pass
    with hook_server() as hook:
        survey = survey_at(tmp_path, **webhook(hook))
        sent = survey.call("alerts", "send")
        assert sent.status == 0, sent.err
        assert "raised     silence" in sent.out
        assert "told       by webhook: 1 alarm: 127.0.0.1 answered 200" in sent.out
        assert survey.json("alerts", "send")["sent"] == []
        assert len(hook.documents) == 1
    assert "standing   silence, since 2026-03-18 " in survey.call("alerts").out
    assert "alarms      1 standing (silence): `living-survey alerts`" in survey.call("status").out
    refused = survey.call("alerts", "accept", "silence")
    assert (refused.status, "with a reason" in refused.err) == (2, True)
    accepted = survey.call("alerts", "accept", "silence", "--reason", "known", "--reviewer", "ada")
    assert accepted.status == 0, accepted.err
    assert survey.json("status")["alerts"][0]["accepted_by"] == "ada"
    assert "by ada: known" in survey.call("alerts").out
    [row] = survey.json("alerts", "list", "--all")["alerts"]
    assert row["status"] == "accepted"


def test_way_that_fails_ends_send_with_1(tmp_path: Path) -> None:
    with silent_survey(tmp_path)():
        pass
    survey = survey_at(tmp_path, LIVING_SURVEY_ALERTS__WEBHOOK_URL="http://127.0.0.1:9/x")
    sent = survey.call("alerts", "send")
    assert sent.status == 1
    assert "failed     by webhook: 1 alarm: 127.0.0.1 cannot be reached" in sent.out
    assert "not told    by webhook: 127.0.0.1 cannot be reached" in survey.call("status").out
    doctor = survey.call("doctor")
    assert "alerts: alarms did not get through by webhook since" in doctor.out


def test_test_reports_every_way(tmp_path: Path) -> None:
    with hook_server() as hook, smtp_server() as sink:
        survey = survey_at(
            tmp_path,
            **webhook(hook),
            LIVING_SURVEY_ALERTS__HEARTBEAT_URL=f"{hook.url}/beat",
            LIVING_SURVEY_ALERTS__COMMAND='["sh", "-c", "exit 3"]',
            LIVING_SURVEY_ALERTS__MAIL_TO="ada@example.org",
            LIVING_SURVEY_MAIL__HOST="127.0.0.1",
            LIVING_SURVEY_MAIL__PORT=str(sink.port),
            LIVING_SURVEY_MAIL__SECURITY="none",
            LIVING_SURVEY_MAIL__FROM_ADDRESS="survey@example.org",
        )
        tried = survey.call("alerts", "test")
    assert tried.status == 1
    assert tried.out.splitlines() == [
        "told       by mail ada@example.org: 250 2.0.0 taken",
        "told       by webhook: 127.0.0.1 answered 200",
        "failed     by command: it ended with status 3",
        "told       by heartbeat: it answered",
    ]
    assert "nothing is wrong" in sink.received[0].message.get_content()
    none = survey_at(tmp_path).call("alerts", "test")
    assert (none.status, "No way is set" in none.out) == (1, True)


@pytest.mark.slow
def test_run_tells_alarms_and_beats_only_after_success(tmp_path: Path) -> None:
    papers = [make_record(1, WEDNESDAY)]
    with hook_server() as hook:
        beat = ("LIVING_SURVEY_ALERTS__HEARTBEAT_URL", f"{hook.url}/beat")
        down = survey_at(tmp_path, **webhook(hook, *beat))
        for _ in range(2):
            assert down.call("run").status == 75
        [document] = hook.documents
        assert [one["cause"] for one in document["alarms"]] == ["failing:run"]
        assert [one[0] for one in hook.requests] == ["POST"]
        with ReplicaServer(papers, today=WEDNESDAY) as arxiv:
            ended = survey_at(tmp_path, arxiv.url, **webhook(hook, *beat)).call("run")
        assert ended.status == 0, ended.err
        assert [(one[0], one[1]) for one in hook.requests[1:]] == [("POST", "/"), ("GET", "/beat")]
        assert hook.documents[-1]["alarms"][0]["what"] == "cleared"
        hook.status = 500
        with ReplicaServer(papers, today=WEDNESDAY) as arxiv:
            again = survey_at(tmp_path, arxiv.url, **webhook(hook, *beat)).call("run")
    assert again.status == 0
    assert "the heartbeat of [alerts] was not heard: 127.0.0.1 answered 500" in again.err
