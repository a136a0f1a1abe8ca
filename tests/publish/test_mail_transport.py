"""What is said of a mail that was handed over is what the server has."""

import functools
from pathlib import Path

import pytest

from pipeline.publish.mail.transport import (
    Answer,
    MailRefusedError,
    MailServerError,
    Outcome,
    Server,
    connected,
    hand_over_one,
)
from tests.support.smtp import (
    CERTIFICATE,
    DROP_AT_RCPT,
    DROP_TAKEN,
    DROP_UNTAKEN,
    PASSWORD,
    STALL,
    STALL_AT_RCPT,
    Sink,
    smtp_server,
)

ADA = "ada@reader.example"
MESSAGE = b"From: s@survey.example\r\nSubject: T\r\n\r\n.dots\r\n..\r\nend\r\n"


def _server(sink: Sink, **fields: object) -> Server:
    given = {"security": "none", "timeout_seconds": 0.3, **fields}
    return Server("127.0.0.1", sink.port, **given)  # type: ignore[arg-type]


def _send(sink: Sink, **fields: object) -> Answer:
    return hand_over_one(_server(sink, **fields), "s@survey.example", ADA, MESSAGE)


def test_accepted_mail_arrives_byte_for_byte() -> None:
    with smtp_server() as sink:
        answer = _send(sink, timeout_seconds=30)
    assert (answer.outcome, answer.code, answer.enhanced) == (Outcome.ACCEPTED, 250, "2.0.0")
    [received] = sink.received
    assert (received.sender, received.recipient) == ("s@survey.example", ADA)
    assert received.content == MESSAGE


@pytest.mark.parametrize(
    ("behaviour", "outcome", "stage", "taken"),
    [
        ({"rcpt": {ADA: "550 5.1.1 unknown"}}, Outcome.REFUSED, "RCPT", 0),
        ({"rcpt": {ADA: "451 4.7.1 greylisted"}}, Outcome.PUT_OFF, "RCPT", 0),
        ({"mail": "550 5.7.1 not you"}, Outcome.REFUSED, "MAIL", 0),
        ({"body": {ADA: "554 5.7.1 spam"}}, Outcome.REFUSED, "body", 0),
        ({"body": {ADA: "452 4.3.1 disk full"}}, Outcome.PUT_OFF, "body", 0),
        ({"rcpt": {ADA: DROP_AT_RCPT}}, Outcome.NOT_SENT, "RCPT", 0),
        ({"rcpt": {ADA: STALL_AT_RCPT}}, Outcome.NOT_SENT, "RCPT", 0),
        ({"body": {ADA: DROP_UNTAKEN}}, Outcome.UNCERTAIN, "body", 0),
        ({"body": {ADA: DROP_TAKEN}}, Outcome.UNCERTAIN, "body", 1),
        ({"body": {ADA: STALL}}, Outcome.UNCERTAIN, "body", 1),
    ],
    ids=lambda value: str(value) if isinstance(value, Outcome) else "",
)
def test_outcome_is_what_is_known(
    behaviour: dict[str, object], outcome: Outcome, stage: str, taken: int
) -> None:
    with smtp_server(**behaviour) as sink:  # type: ignore[arg-type]
        answer = _send(sink)
    assert (answer.outcome, answer.stage) == (outcome, stage)
    assert len(sink.received) == taken


def test_connection_goes_on_after_a_refused_recipient() -> None:
    others = [f"r{number}@reader.example" for number in range(5)]
    noted: list[str] = []
    with (
        smtp_server(rcpt={others[2]: "550 5.1.1 unknown"}) as sink,
        connected(_server(sink, timeout_seconds=30)) as connection,
    ):
        for one in others:
            answer = connection.hand_over(
                "s@survey.example", one, MESSAGE, before_data=functools.partial(noted.append, one)
            )
            assert answer.keeps_connection
    assert sink.recipients == others[:2] + others[3:] == noted


def test_starttls_and_password_are_used() -> None:
    with smtp_server(tls=True, auth=True) as sink:
        answer = _send(
            sink,
            security="starttls",
            ca_file=CERTIFICATE,
            username="survey",
            password=PASSWORD,
            timeout_seconds=30,
        )
    assert answer.outcome is Outcome.ACCEPTED


def test_implicit_tls_is_used() -> None:
    with smtp_server(implicit_tls=True) as sink:
        answer = _send(sink, security="tls", ca_file=CERTIFICATE, timeout_seconds=30)
    assert answer.outcome is Outcome.ACCEPTED


def test_wrong_password_is_refused_and_not_shown() -> None:
    with smtp_server(tls=True, auth=True) as sink, pytest.raises(MailRefusedError) as refused:
        _send(
            sink,
            security="starttls",
            ca_file=CERTIFICATE,
            username="survey",
            password="staple-battery",
            timeout_seconds=30,
        )
    assert "account survey" in str(refused.value)
    assert "staple" not in str(refused.value)
    assert "staple" not in repr(_server(sink, password="staple-battery"))


def test_unknown_certificate_is_refused() -> None:
    with (
        smtp_server(tls=True) as sink,
        pytest.raises(MailRefusedError, match="certificate verify failed"),
    ):
        _send(sink, security="starttls", timeout_seconds=30)


def test_server_without_starttls_gets_nothing() -> None:
    with smtp_server() as sink, pytest.raises(MailRefusedError, match="offers no STARTTLS"):
        _send(sink, security="starttls", timeout_seconds=30)
    assert sink.named == []


def test_no_plain_connection_leaves_this_machine() -> None:
    server = Server("192.0.2.1", 25, security="none")
    with pytest.raises(MailRefusedError, match="another machine"):
        hand_over_one(server, "s@survey.example", ADA, MESSAGE)


def test_server_out_of_reach_is_tried_again_later(tmp_path: Path) -> None:
    with smtp_server() as sink:
        gone = _server(sink)
    with pytest.raises(MailServerError) as error:
        hand_over_one(gone, "s@survey.example", ADA, MESSAGE)
    assert error.value.exit_status == 75


def test_letters_before_the_at_need_a_server_that_takes_them() -> None:
    message = MESSAGE.replace(b"Subject", "To: añda@reader.example\r\nSubject".encode())
    for takes in (True, False):
        with smtp_server(smtputf8=takes) as sink, connected(_server(sink)) as connection:
            answer = connection.hand_over("s@survey.example", "añda@reader.example", message)
            after = connection.hand_over("s@survey.example", ADA, MESSAGE)
        assert after.outcome is Outcome.ACCEPTED
        if takes:
            assert answer.outcome is Outcome.ACCEPTED
            assert sink.recipients == [ADA, "añda@reader.example"]
        else:
            assert (answer.outcome, answer.stage) == (Outcome.REFUSED, "SMTPUTF8")
            assert "no addresses with letters outside of ASCII" in answer.text
            assert sink.named == [ADA]
