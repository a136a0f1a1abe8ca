"""Messages arrive by a real SMTP server, a real web server and a real process, without secrets."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from config.alerts_schema import AlertsSettings
from config.mail_schema import MailSettings
from config.schema import Settings
from pipeline.operate.alerts.message import Message, as_webhook, trial_message, write_message
from pipeline.operate.alerts.news import Item, Parcel
from pipeline.operate.alerts.standing import Standing
from pipeline.operate.alerts.ways.open import open_ways
from pipeline.operate.alerts.ways.way import Told
from pipeline.operate.alerts.ways.web import beat
from storage.alert_types import AlertEvent, AlertKind
from tests.support.alerts import NOON, Hook, hook_server, settings_at
from tests.support.smtp import DROP_TAKEN, smtp_server

SECRET = "s3cr3t/with space"
Alerts = Callable[..., Settings]


def news(sentence: str, cause: str = "silence", kind: AlertKind = AlertKind.RAISED) -> Item:
    event = AlertEvent(1, 1, kind, cause, NOON, 1, sentence, "`doctor`", None, "", "", "", "")
    return Item(Standing(1, cause, NOON, (event,)), event)


def message(*items: Item) -> Message:
    return write_message("A survey", Parcel(items or (news("nothing came."),)), NOON)


@pytest.fixture
def alerts(tmp_path: Path) -> Alerts:
    def made(**keys: Any) -> Settings:
        mail = keys.pop("mail", MailSettings())
        return settings_at(tmp_path, alerts=AlertsSettings(**keys), mail=mail)

    return made


def tell(settings: Settings, what: Message | None = None, **environment: str) -> list[Told]:
    ways = open_ways(settings, {"PATH": "/usr/bin:/bin", **environment}, lambda: NOON)
    return [one.tell(what or message()) for one in ways]


def mail_to(port: int, **keys: Any) -> MailSettings:
    keys = {"security": "none", "from_address": "survey@example.org", **keys}
    return MailSettings(host="127.0.0.1", port=port, **keys)


def test_mail_reaches_every_address(alerts: Alerts) -> None:
    with smtp_server() as sink:
        settings = alerts(mail_to=("a@example.org", "b@example.org"), mail=mail_to(sink.port))
        assert [one.outcome for one in tell(settings)] == [AlertKind.TOLD] * 2
    assert sink.recipients == ["a@example.org", "b@example.org"]
    got = sink.received[0].message
    assert got["Subject"] == "[A survey] alarm: nothing came."
    assert got["Auto-Submitted"] == "auto-generated"
    assert "What to do: `doctor`" in got.get_content()


@pytest.mark.parametrize(
    ("behaviour", "outcome", "said"),
    [
        ({"rcpt": {"a@example.org": "550 5.1.1 unknown"}}, AlertKind.FAILED, "550 5.1.1 unknown"),
        ({"mail": "451 4.7.1 later"}, AlertKind.FAILED, "451 4.7.1 later"),
        ({"body": {"a@example.org": DROP_TAKEN}}, AlertKind.UNCERTAIN, ""),
    ],
)
def test_answer_of_the_mail_server_is_told(
    alerts: Alerts, behaviour: dict[str, Any], outcome: AlertKind, said: str
) -> None:
    with smtp_server(**behaviour) as sink:
        [told] = tell(alerts(mail_to=("a@example.org",), mail=mail_to(sink.port)))
    assert told.outcome is outcome
    assert said in told.answer


def test_mail_without_a_server_or_password_fails(alerts: Alerts) -> None:
    [down] = tell(alerts(mail_to=("a@example.org",), mail=mail_to(9)))
    [unset] = tell(alerts(mail_to=("a@example.org",), mail=MailSettings()))
    [no_password] = tell(alerts(mail_to=("a@example.org",), mail=mail_to(9, username="u")))
    assert "cannot be used now" in down.answer
    assert "[mail] host is empty" in unset.answer
    assert "has no password" in no_password.answer
    assert {one.outcome for one in (down, unset, no_password)} == {AlertKind.FAILED}


def test_webhook_gets_every_alarm_apart(alerts: Alerts) -> None:
    with hook_server() as hook:
        [told] = tell(
            alerts(webhook_url=f"{hook.url}/in"),
            message(news("one."), news("two.", "disk")),
            ALERT_WEBHOOK_SECRET="abc",
        )
    assert told == Told(AlertKind.TOLD, "127.0.0.1 answered 200")
    [(method, path, headers, _)] = hook.requests
    assert (method, path, headers["Authorization"]) == ("POST", "/in", "Bearer abc")
    [document] = hook.documents
    assert [one["cause"] for one in document["alarms"]] == ["silence", "disk"]
    assert headers["Idempotency-Key"] == document["id"]


def test_secret_goes_into_the_address_and_nowhere_else(alerts: Alerts, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    with hook_server() as hook:
        hook.status, hook.answer = 404, f"no hook {SECRET}".encode()
        settings = alerts(webhook_url=f"{hook.url}/T/{{secret}}", webhook_secret_file=file)
        [told] = tell(settings)
    [(_, path, headers, body)] = hook.requests
    assert path == "/T/s3cr3t/with%20space"
    assert "Authorization" not in headers
    assert SECRET.encode() not in body
    assert told == Told(AlertKind.FAILED, "127.0.0.1 answered 404: no hook ...")


@pytest.mark.parametrize(
    "echo", ["x" * 190 + SECRET, "/T/s3cr3t/with%20space", "s3cr3t%2Fwith%20space"]
)
def test_no_part_of_a_secret_is_kept_of_an_answer(
    alerts: Alerts, tmp_path: Path, echo: str
) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    with hook_server() as hook:
        hook.status, hook.answer = 500, echo.encode()
        [told] = tell(alerts(webhook_url=f"{hook.url}/{{secret}}", webhook_secret_file=file))
    assert "s3c" not in told.answer


@pytest.mark.parametrize(
    ("url", "said", "outcome"),
    [
        ("http://127.0.0.1:9/x", "127.0.0.1 cannot be reached", AlertKind.FAILED),
        ("http://example.org/x", "example.org is asked over https only", AlertKind.FAILED),
        ("https://127.0.0.1:9/{secret}", "there is no secret", AlertKind.FAILED),
    ],
)
def test_webhook_out_of_reach_is_tried_again(
    alerts: Alerts, url: str, said: str, outcome: AlertKind
) -> None:
    [told] = tell(alerts(webhook_url=url))
    assert said in told.answer
    assert told.outcome is outcome


def test_webhook_that_does_not_answer_is_uncertain(alerts: Alerts) -> None:
    with hook_server() as hook:
        hook.status = 99  # no answer that HTTP knows
        [told] = tell(alerts(webhook_url=hook.url))
    assert told.outcome is AlertKind.UNCERTAIN


def test_foreign_text_is_marked_up_for_slack_and_on_one_line() -> None:
    evil = message(news("<!channel> a\x1b[1m\r\nBcc: x & y\u202e."))
    body, kind = as_webhook(evil, "slack")
    assert kind == "application/json"
    assert b"&lt;!channel&gt;" in body
    assert b"<!channel>" not in body
    assert "\nBcc" not in evil.text
    assert not set("\x1b\r\u202e") & set(evil.text + evil.subject)
    assert as_webhook(evil, "text")[0].decode() == evil.text


def test_many_alike_are_named_in_one_line() -> None:
    days = [news(f"day {n} lacks.", f"day:2026-03-{n:02}") for n in range(1, 11)]
    text = message(*days).text
    assert text.count("lacks.") == 3
    assert "and 7 more like the last" in text


@pytest.mark.slow
def test_program_gets_the_text_without_a_shell_and_secrets(alerts: Alerts, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = (
        "import os, sys; open(sys.argv[1], 'w').write(repr((sys.argv[2], sys.stdin.read(),"
        " os.environ['ALARM_SUBJECT'], [os.environ.get(n) for n in ('SMTP_PASSWORD',"
        " 'ALERT_WEBHOOK_SECRET', 'LIVING_SURVEY_X')])))"
    )
    words = (sys.executable, "-c", script, str(out), "$(id); `id`")
    what = message()
    [told] = tell(
        alerts(command=words), what,
        SMTP_PASSWORD="p", ALERT_WEBHOOK_SECRET="q", LIVING_SURVEY_X="r",
    )  # fmt: skip
    assert told.outcome is AlertKind.TOLD
    assert out.read_text() == repr(("$(id); `id`", what.text, what.subject, [None] * 3))


@pytest.mark.slow
def test_program_that_fails_or_is_missing_is_told(alerts: Alerts) -> None:
    words = (sys.executable, "-c", "import sys; sys.exit('no\\x1b pager')")
    [failed] = tell(alerts(command=words))
    [missing] = tell(alerts(command=("/nowhere/x",)))
    assert failed == Told(AlertKind.FAILED, "it ended with status 1: no pager")
    assert missing == Told(
        AlertKind.FAILED, "/nowhere/x cannot be started: No such file or directory"
    )


def test_program_past_its_time_is_killed_with_its_children(alerts: Alerts, tmp_path: Path) -> None:
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    # The child holds the pipe open for writing; reading ends when the kernel has ended it.
    script = '(exec 3>"$0"; echo up >&3; sleep 900) & wait'
    read: list[str] = []
    reader = Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    [told] = tell(alerts(command=("sh", "-c", script, str(pipe)), command_seconds=5.0))
    reader.join(60)
    assert read == ["up\n"]
    assert told == Told(AlertKind.UNCERTAIN, "it did not end within 5 s and was killed")


def test_program_that_writes_without_end_fills_nothing(alerts: Alerts) -> None:
    """What it writes is read and dropped; a file of it would fill the disk of the alarm."""
    script = "ulimit -f 0; yes no pager | head -c 50000000 >&2; exit 3"
    [told] = tell(alerts(command=("sh", "-c", script), command_seconds=60.0))
    assert told.outcome is AlertKind.FAILED
    assert told.answer.startswith("it ended with status 3: no pager no pager")
    assert len(told.answer) < 300


def test_child_that_outlives_the_program_is_not_waited_for(alerts: Alerts) -> None:
    script = "echo no pager >&2; sleep 900 & exit 3"
    [told] = tell(alerts(command=("sh", "-c", script), command_seconds=600.0))
    assert told == Told(AlertKind.FAILED, "it ended with status 3: no pager")


def test_program_that_reads_nothing_is_told(alerts: Alerts) -> None:
    assert [one.outcome for one in tell(alerts(command=("true",)))] == [AlertKind.TOLD]


def test_heartbeat_is_called_with_its_secret(alerts: Alerts) -> None:
    with hook_server() as hook:
        settings = alerts(heartbeat_url=f"{hook.url}/ping/{{secret}}")
        assert beat(settings, {"ALERT_HEARTBEAT_SECRET": "uuid"}) == ""
        hook.status = 500
        assert "answered 500" in beat(settings, {"ALERT_HEARTBEAT_SECRET": "uuid"})
    assert [(one[0], one[1]) for one in hook.requests] == [("GET", "/ping/uuid")] * 2
    assert beat(alerts(), {}) == ""


def test_test_message_says_that_nothing_is_wrong() -> None:
    assert "nothing is wrong" in trial_message("A survey", NOON).text
    assert Hook().documents == []
