"""`mail` as a user calls it: receipts, test mails, previews, decisions, exit statuses."""

from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from pipeline.runtime.record import exclusive
from tests.support.mail import MailScene, make_scene, people
from tests.support.smtp import DROP_TAKEN, Sink, smtp_server


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def scene(tmp_path: Path, sink: Sink) -> MailScene:
    return make_scene(tmp_path, sink.port, those=people(6))


def test_send_shows_the_receipt(scene: MailScene, sink: Sink) -> None:
    survey = scene.survey()
    assert survey.call("mail", "status").out == "No mail was sent yet.\n"
    first = survey.call("mail", "send")
    assert first.status == 0, first.err
    assert first.out == (
        "2026-W12: 6 mails sent by this call\n"
        "  6 confirmed = 6 sent + 0 suppressed + 0 failed + 0 uncertain\n"
    )
    assert survey.call("mail", "send", "--week", "2026-W12").out.startswith(
        "2026-W12: 0 mails sent by this call\n"
    )
    report = survey.json("mail", "status")
    [mailing] = report["mailings"]
    assert (mailing["mailing"], mailing["confirmed"], mailing["sent"]) == ("2026-W12", 6, 6)
    assert len(sink.received) == 6


def test_uncertain_mail_is_named_and_resolved(scene: MailScene, sink: Sink) -> None:
    sink.body = {"r0002@reader.example": DROP_TAKEN}
    survey = scene.survey()
    sent = survey.call("mail", "send")
    assert sent.status == 1
    assert "1 mail may have arrived or not" in sent.out
    status = survey.call("mail", "status", "--week", "2026-W12")
    assert status.status == 1
    assert "uncertain  2026-W12:r0002  r0002@reader.example" in status.out
    assert survey.call("mail", "resolve", "2026-W12:r0002").status == 2
    resolved = survey.call("mail", "resolve", "2026-W12:r0002", "--sent")
    assert "6 confirmed = 6 sent + 0 suppressed + 0 failed + 0 uncertain" in resolved.out
    assert resolved.out.startswith("2026-W12: 1 mail recorded as sent\n")
    none = survey.call("mail", "resolve", "2026-W12", "--again")
    assert none.out.startswith("2026-W12: no mail is uncertain; `mail status --week 2026-W12`")
    assert survey.call("mail", "status").status == 0


def test_status_shows_the_newest_receipt(scene: MailScene, sink: Sink) -> None:
    survey = scene.survey()
    assert "mailed" not in survey.call("status").out
    sink.body = {"r0002@reader.example": DROP_TAKEN}
    survey.call("mail", "send")
    assert (
        "mailed      2026-W12: 6 confirmed = 5 sent + 0 suppressed + 0 failed + 1 uncertain;"
        " `living-survey mail status --week 2026-W12`"
    ) in survey.call("status").out


def test_failed_mail_is_put_off_with_status_75(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {"r0001@reader.example": "451 4.7.1 <r0001@reader.example> later"}
    ended = scene.survey().call("mail", "send")
    assert ended.status == 75
    assert "1 recipient left: call it again later" in ended.out


def test_second_send_at_once_exits_75(scene: MailScene, sink: Sink) -> None:
    with exclusive(scene.settings.database.path, "mail"):
        ended = scene.survey().call("mail", "send")
    assert ended.status == 75
    assert "Another run is active" in ended.err
    assert sink.received == []


def test_test_mail_goes_to_one_address_only(scene: MailScene, sink: Sink) -> None:
    survey = scene.survey()
    ended = survey.call("mail", "test", "Boss@Example.org", "--language", "zh")
    assert ended.status == 0, ended.err
    assert "of 102,400 bytes; 4 papers" in ended.out
    [received] = sink.received
    assert received.recipient == "Boss@example.org"
    assert "篇论文" in str(received.message["Subject"])
    assert survey.call("mail", "status").out == "No mail was sent yet.\n"
    sink.rcpt = {"Boss@example.org": "550 5.1.1 unknown"}
    refused = survey.call("mail", "test", "Boss@example.org")
    assert (refused.status, "refused: 550 5.1.1 unknown" in refused.out) == (1, True)
    assert survey.call("mail", "test", "no address").status == 2


def test_preview_writes_the_mail_and_sends_nothing(scene: MailScene, sink: Sink) -> None:
    survey = scene.survey()
    document = survey.json("mail", "preview", "out", "--section", "agents")
    folder = scene.directory / "out"
    assert (document["bytes"], len(document["papers"])) == (
        (folder / "message.eml").stat().st_size,
        2,
    )
    assert message_from_bytes((folder / "message.eml").read_bytes())["List-Id"]
    assert "2 are in sections you chose" in (folder / "message.txt").read_text()
    assert sink.named == []


def test_address_is_suppressed_and_lifted_by_hand(scene: MailScene, sink: Sink) -> None:
    survey = scene.survey()
    assert survey.call("mail", "suppress").out == "No address is suppressed.\n"
    done = survey.call("mail", "suppress", "r0004@reader.example")
    assert done.out == "r0004@reader.example gets no more mail (manual)\n"
    assert "manual" in survey.call("mail", "suppress").out
    assert survey.json("mail", "send")["suppressed"] == 1
    lifted = survey.call("mail", "suppress", "r0004@reader.example", "--lift")
    assert lifted.out == "r0004@reader.example may get mail\n"
    assert survey.call("mail", "suppress", "r0004@reader.example", "--lift").status == 2


def test_missing_settings_are_named(tmp_path: Path) -> None:
    scene = make_scene(tmp_path, those=people(1))
    for change, named in (
        ({"host": ""}, "[mail] host is empty"),
        ({"from_address": ""}, "[mail] from_address is empty"),
        ({"host": "192.0.2.7"}, "is another machine"),
    ):
        ended = scene.with_mail(**change).survey().call("mail", "test", "a@b.example")
        assert (ended.status, named in ended.err) == (2, True), ended.err
    ended = scene.survey().call("mail", "bounces")
    assert (ended.status, "No bounce mailbox" in ended.err) == (2, True)
