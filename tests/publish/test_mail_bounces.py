"""Bounces and complaints suppress their address, whatever their order and however often."""

import random
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from config.errors import ConfigError
from pipeline.publish.digest.week import Week
from pipeline.publish.mail.mailbox import MailboxError, Maildir, open_mailboxes
from pipeline.publish.mail.mailing import of_week
from pipeline.publish.mail.report_mail import ReportKind, read_report
from pipeline.publish.mail.reports import MailboxReport, read_mailbox
from pipeline.publish.subscribers.keys import subscriber_keys
from pipeline.publish.subscribers.tokens import Purpose
from storage.subscriber_types import SubscriberState
from tests.support.imap import imap_server
from tests.support.mail import MailScene, make_scene, people
from tests.support.smtp import CERTIFICATE, PASSWORD, Sink, smtp_server

OURS = "2026-W12." + "ab" * 20


def dsn(
    message_id: str,
    status: str = "5.1.1",
    *,
    action: str = "failed",
    recipient: str = "r0000@reader.example",
) -> bytes:
    """Return a delivery report (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.reader.example
To: survey@survey.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This is the mail system. I could not deliver your message.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.reader.example
Arrival-Date: Mon, 23 Mar 2026 06:00:00 +0000

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--B
Content-Type: message/rfc822

From: survey@survey.example
Message-ID: {message_id}
Subject: An issue

--B--
""".encode()


def complaint(message_id: str, kind: str = "abuse") -> bytes:
    """Return a complaint (RFC 5965)."""
    return f"""From: feedback@provider.example
Subject: complaint about message
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1

--B
Content-Type: text/rfc822-headers

From: survey@survey.example
Message-ID: {message_id}

--B--
""".encode()


PLAIN = f"""From: postmaster@mx.reader.example
Subject: failure notice

Hi. This is the program at mx.reader.example. <r0000@reader.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
Message-ID: <{OURS}@survey.example>
""".encode()


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (dsn(f"<{OURS}@survey.example>"), ReportKind.HARD, "5.1.1"),
        (dsn(f"<{OURS}@survey.example>", "5.2.2"), ReportKind.SOFT, "5.2.2"),
        (dsn(f"<{OURS}@survey.example>", "4.4.7"), ReportKind.SOFT, "4.4.7"),
        (complaint(f"<{OURS}@survey.example>"), ReportKind.COMPLAINT, ""),
        (PLAIN, ReportKind.HARD, "5.1.1"),
    ],
)
def test_report_is_read(raw: bytes, kind: ReportKind, status: str) -> None:
    for text in (raw, raw.replace(b"\n", b"\r\n")):
        report = read_report(text)
        assert report is not None
        assert (report.kind, report.mail, report.status) == (kind, OURS, status)


@pytest.mark.parametrize(
    "raw",
    [
        dsn(f"<{OURS}@survey.example>", "4.4.1", action="delayed"),
        dsn(f"<{OURS}@survey.example>", "2.0.0", action="relayed"),
        complaint(f"<{OURS}@survey.example>", "not-spam"),
        b"From: ada@reader.example\nSubject: Out of office\n\nBack on Monday. 5.1.1\n",
        b"From: x\nSubject: Re: unsubscribe me please\n\nhello\n",
        b"",
        b"\xff\xfe\x00garbage\n" * 50,
    ],
)
def test_other_messages_report_nothing(raw: bytes) -> None:
    assert read_report(raw) is None


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def scene(tmp_path: Path, sink: Sink) -> MailScene:
    return make_scene(tmp_path, sink.port, those=people(4), bounces=tmp_path / "Maildir")


def sent_ids(sink: Sink) -> list[str]:
    """Message-IDs by recipient."""
    ordered = sorted(sink.received, key=lambda one: one.recipient)
    return [str(one.message["Message-ID"]) for one in ordered]


def read(scene: MailScene, *messages: bytes) -> MailboxReport:
    """Put messages into the Maildir and read it."""
    folder = scene.directory / "Maildir" / "new"
    folder.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(messages):
        (folder / f"{len(list(folder.parent.rglob('*')))}.{number}.host").write_bytes(raw)
    with open_mailboxes(scene.settings.mail, {}) as boxes:
        return read_mailbox(scene.services, subscriber_keys(scene.settings.database.path), boxes)


def kinds(scene: MailScene) -> dict[str, str]:
    """Kind of suppression by subscriber."""
    report = scene.survey().json("mail", "suppress")
    with scene.services.open_store() as store:
        names = {one.address_key: one.subscriber_id for one in store.subscribers.all()}
    return {names[one["address_key"]]: one["kind"] for one in report["suppressed"]}


def test_suppressed_addresses_are_never_tried_again(scene: MailScene, sink: Sink) -> None:
    scene.send()
    ids = sent_ids(sink)
    report = read(scene, dsn(ids[0]), complaint(ids[1]), dsn(ids[2], "5.2.2"))
    assert (report.messages, report.new, report.left, report.unmatched) == (3, 3, 1, 0)
    assert kinds(scene) == {"r0000": "hard", "r0001": "complaint"}
    next_week = scene.at(scene.now.replace(day=30))
    next_week.publish(Week(2026, 13))
    named = len(sink.named)
    again = next_week.send(of_week(Week(2026, 13)))
    assert sorted(sink.named[named:]) == ["r0002@reader.example", "r0003@reader.example"]
    # who complained has left, so that only three are confirmed
    assert again.receipt.identity() == (
        "3 confirmed = 2 sent + 1 suppressed + 0 failed + 0 uncertain"
    )
    with scene.services.open_store() as store:
        person = store.subscribers.get("r0001")
    assert person is not None
    assert person.state is SubscriberState.LEFT


def test_order_and_repetition_do_not_matter(scene: MailScene, sink: Sink) -> None:
    scene.send()
    ids = sent_ids(sink)
    stream = [dsn(ids[0], "5.2.2"), dsn(ids[0]), complaint(ids[0]), dsn(ids[1], "5.2.2")]
    read(scene, *stream)
    first = kinds(scene)
    for number, order in enumerate(permutations(stream)):
        if number % 6 == 0:
            read(scene, *order, *order[:2])
    assert kinds(scene) == first == {"r0000": "complaint"}
    with scene.services.open_store() as store:
        assert len(store.mailings.suppressions()) == 4


def test_soft_bounces_count_once_per_issue(scene: MailScene, sink: Sink) -> None:
    scene = scene.with_mail(soft_bounces=2)
    scene.send()
    ids = sent_ids(sink)
    read(scene, *[dsn(ids[0], "4.2.2")] * 5)
    assert kinds(scene) == {}


def test_forged_report_suppresses_nobody(scene: MailScene, sink: Sink) -> None:
    scene.send()
    forged = [
        dsn(f"<{OURS}@survey.example>"),
        dsn("<2026-W99." + "0" * 40 + "@survey.example>"),
        complaint("<something@else.example>"),
        b"From: x@y\nSubject: unsubscribe r0001.AAAA\n\n",
    ]
    report = read(scene, *forged)
    assert (report.messages, report.unmatched, report.new) == (4, 4, 0)
    assert kinds(scene) == {}


def test_mail_to_the_unsubscribe_address_ends_the_subscription(
    scene: MailScene, sink: Sink
) -> None:
    keys = subscriber_keys(scene.settings.database.path)
    token = keys.tokens.make(Purpose.UNSUBSCRIBE, "r0003")
    raw = f"From: whoever@x.example\nSubject: unsubscribe {token}\n\n".encode()
    assert read(scene, raw, raw).left == 1
    report = scene.send()
    assert len(report.receipt.standings) == 3


def test_messages_are_read_once_and_kept(scene: MailScene, sink: Sink) -> None:
    scene.send()
    [first, *_] = sent_ids(sink)
    assert read(scene, dsn(first)).messages == 1
    assert read(scene).messages == 0
    kept = list((scene.directory / "Maildir" / "cur").iterdir())
    assert len(kept) == 1
    assert kept[0].name.endswith(":2,S")
    assert list(Maildir(scene.directory / "Maildir").new()) == []


def test_imap_mailbox_is_read_over_tls(scene: MailScene, sink: Sink) -> None:
    scene.send()
    ids = sent_ids(sink)
    with imap_server(dsn(ids[0]), b"Subject: hello\r\n\r\nnothing\r\n", dsn(ids[2])) as folder:
        mail = scene.settings.mail.model_copy(
            update={
                "bounces": None,
                "imap_host": "127.0.0.1",
                "imap_port": folder.port,
                "imap_username": "survey",
                "ca_file": CERTIFICATE,
            }
        )
        keys = subscriber_keys(scene.settings.database.path)
        with open_mailboxes(mail, {"IMAP_PASSWORD": PASSWORD}) as boxes:
            report = read_mailbox(scene.services, keys, boxes)
        assert (report.messages, report.new, report.unmatched) == (3, 2, 1)
        assert folder.seen == {1, 2, 3}
        with open_mailboxes(mail, {"IMAP_PASSWORD": PASSWORD}) as boxes:
            assert read_mailbox(scene.services, keys, boxes).messages == 0
        with (
            pytest.raises(MailboxError, match="wrong password"),
            open_mailboxes(mail, {"IMAP_PASSWORD": "no"}),
        ):
            pass
    assert kinds(scene) == {"r0000": "hard", "r0002": "hard"}


def test_no_mailbox_is_named_as_such(tmp_path: Path) -> None:
    scene = make_scene(tmp_path)
    with (
        pytest.raises(ConfigError, match="No bounce mailbox"),
        open_mailboxes(scene.settings.mail, {}),
    ):
        pass


def test_random_bytes_are_no_report() -> None:
    dice = random.Random(7)
    whole = dsn(f"<{OURS}@survey.example>") + complaint(f"<{OURS}@survey.example>")
    for _ in range(300):
        cut = bytearray(whole[dice.randrange(len(whole)) :])
        for _ in range(20):
            if cut:
                cut[dice.randrange(len(cut))] = dice.randrange(256)
        read_report(bytes(cut))
