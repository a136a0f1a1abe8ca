"""Bounces and complaints suppress their address, whatever their order and however often."""

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from email.header import Header
from itertools import permutations
from pathlib import Path

import pytest

from config.errors import ConfigError
from pipeline.publish.digest.week import Week
from pipeline.publish.mail.mailbox import MailboxError, Maildir, open_mailboxes
from pipeline.publish.mail.mailing import of_week
from pipeline.publish.mail.report_mail import ReportKind, read_report
from pipeline.publish.mail.reports import MailboxReport, read_mailbox
from pipeline.publish.mail.wishes import decoded, wish_of
from pipeline.publish.subscribers.keys import subscriber_keys
from pipeline.publish.subscribers.tokens import Purpose
from pipeline.runtime.mails import LONGEST_MAIL
from storage.subscriber_types import SubscriberState
from tests.support.imap import imap_server
from tests.support.mail import PAGES, MailScene, make_scene, people
from tests.support.smtp import CERTIFICATE, PASSWORD, Sink, smtp_server


def coded(text: str) -> str:
    """Return a subject as RFC 2047 has it."""
    return Header(text, "utf-8", maxlinelen=10_000).encode()


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
        assert (report.kind, report.mail, report.status) == (kind, OURS, status)


@pytest.mark.parametrize(
    "raw",
    [
        dsn(f"<{OURS}@survey.example>", "4.4.1", action="delayed"),
        dsn(f"<{OURS}@survey.example>", "2.0.0", action="relayed"),
        complaint(f"<{OURS}@survey.example>", "not-spam"),
        b"From: ada@reader.example\nSubject: Out of office\n\nBack on Monday. 5.1.1\n",
        b"",
        b"\xff\xfe\x00garbage\n" * 50,
    ],
)
def test_other_messages_report_nothing(raw: bytes) -> None:
    assert read_report(raw).kind in {ReportKind.NOTHING, ReportKind.PERSON}


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: message/rfc822\r\n\r\n" * 30_000,
        b"From: " + b"(" * 900_000 + b"\r\n\r\nx",
    ],
    ids=["messages", "comments"],
)
def test_mail_that_nests_without_end_says_nothing(raw: bytes) -> None:
    """It would end the reading of the mailbox, and all reports behind it would wait."""
    assert read_report(raw).kind is ReportKind.NOTHING


PARTS = "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
QUOTES = "Content-Type: text/plain; " + '";"' * 100_000
NESTED = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(900))


@pytest.mark.parametrize(
    "raw",
    [
        f"From: postmaster@x\n{QUOTES}\n\n5.1.1",
        f"From: postmaster@x\n{PARTS}--B\n{QUOTES}\n\n5.1.1\n--B--\n",
        f"From: postmaster@x\r{QUOTES}\r\r5.1.1",
        f"From: postmaster@x\n{NESTED}" + "5.1.1\n" * 100_000,
        f"From: postmaster@x\n{PARTS}" + "--B\n\n5.1.1\n" * 50_000,
    ],
    ids=["header", "header of a part", "carriage returns", "parts in parts", "parts"],
)
def test_hostile_report_is_left_out_before_it_is_parsed(
    raw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parser would take the time of its square, 20 s for the first of these."""
    monkeypatch.delattr("pipeline.runtime.mails.BytesParser")
    assert read_report(raw.encode()).kind is ReportKind.NOTHING


@pytest.mark.parametrize("charset", ["idna", "undefined", "punycode", "unicode-escape", "zlib"])
def test_report_in_an_encoding_that_no_mail_has_is_read(charset: str) -> None:
    """An error would end the reading of the mailbox, and all reports behind it would wait."""
    head = f"From: postmaster@x\nContent-Type: text/plain; charset={charset}\n".encode()
    report = read_report(head + PLAIN.partition(b"\n")[2])
    assert (report.kind, report.mail) == (ReportKind.HARD, OURS)


def test_beginning_of_a_huge_message_of_a_maildir_is_read(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with (tmp_path / "new" / "1.2.x").open("wb") as file:
        file.write(PLAIN)
        file.truncate(8 * 1024**3)  # sparse: it takes no space
    [(_, raw)] = Maildir(tmp_path).new()
    assert len(raw) == LONGEST_MAIL
    assert read_report(raw).mail == OURS


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
    assert report.named[-1] == "letter from x@y: 'unsubscribe r0001.AAAA'"
    assert (report.messages, report.unmatched, report.waiting, report.new) == (4, 3, 1, 0)
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
        assert (report.messages, report.new, report.waiting) == (3, 2, 1)
        assert folder.seen == {1, 3}
        with open_mailboxes(mail, {"IMAP_PASSWORD": PASSWORD}) as boxes:
            again = read_mailbox(scene.services, keys, boxes)
            assert (again.messages, again.waiting) == (1, 1)
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


def letter(
    subject: str, *headers: str, sender: str = "r0003@reader.example", body: str = ""
) -> bytes:
    """Return what a person writes."""
    lines = (f"From: Reader <{sender}>", f"Subject: {subject}", *headers, "", body, "")
    return "\n".join(lines).encode()


def token_of(scene: MailScene, person: str) -> str:
    """The token of a person's link to unsubscribe."""
    keys = subscriber_keys(scene.settings.database.path)
    return keys.tokens.make(Purpose.UNSUBSCRIBE, person)


@pytest.mark.parametrize(
    "subject",
    [
        "unsubscribe {}", "Re: unsubscribe {}", "RE:  Unsubscribe   {}", "Fwd: AW: UNSUBSCRIBE {}",
        "=?utf-8?Q?unsubscribe_{}?=", "退订 {}", "回复：取消订阅 {}", "unsubscribe: {}",
        coded("请退订 {}"), coded("回复: 退訂 {}"),
    ],
)  # fmt: skip
def test_wish_is_read_however_it_is_written(subject: str) -> None:
    token = "r0003.2WaLxApDco3gi5LZJPGQoq-GzapGwjxfUWqePto6xL8"
    given = subject.replace("{}", token)
    if subject.startswith("=?utf-8?b"):
        given = coded(decoded(subject).replace("{}", token))
    assert wish_of(given) == token
    assert wish_of(given.replace(" ", "\r\n ", 1)) == token


@pytest.mark.parametrize(
    ("subject", "wish"),
    [
        ("Unsubscribe", ""), ("re: please unsubscribe me!", ""), (" 退订 。", ""),
        ("Re: Re: RE: opt out", ""), ("How do I unsubscribe?", None),
        ("unsubscribe button", None), ("", None), ("=?utf-8?b?####?=", None),
        ("=?x-none?Q?unsubscribe?=", None), ("unsubscribe my colleague ada@x.org", None),
    ],
)  # fmt: skip
def test_what_is_a_wish_and_what_is_none(subject: str, wish: str | None) -> None:
    assert wish_of(subject) == wish


def test_wish_with_a_token_ends_that_subscription_only(scene: MailScene) -> None:
    automatic = letter(
        f"Re: unsubscribe {token_of(scene, 'r0003')}",
        "Auto-Submitted: auto-generated",
        sender="r0001@reader.example",
    )
    chinese = letter(coded(f"退订 {token_of(scene, 'r0002')}"), sender="someone@else.example")
    assert read(scene, automatic, chinese).left == 2
    with scene.services.open_store() as store:
        states = {one.subscriber_id: one.state.value for one in store.subscribers.all()}
    assert states == {
        "r0000": "confirmed", "r0001": "confirmed", "r0002": "left", "r0003": "left"
    }  # fmt: skip


def test_answer_to_a_mail_of_theirs_is_a_wish_of_its_reader_only(
    scene: MailScene, sink: Sink
) -> None:
    scene.send()
    ids = sent_ids(sink)
    quoted = f"Please unsubscribe me.\n\n> {PAGES}/unsubscribe/{token_of(scene, 'r0002')}"
    for sender in ("x@else.example", "r0001@reader.example"):
        answers = (
            letter("Unsubscribe", f"In-Reply-To: {ids[3]}", sender=sender),
            letter("Re: 4 papers", sender=sender, body=quoted),
        )
        assert read(scene, *answers).left == 0
    theirs = (
        letter(coded("退订"), f"References: <a@b> {ids[3]}", sender="R0003@Reader.Example"),
        letter("Re: 4 papers", sender="r0002@reader.example", body=quoted),
    )
    report = read(scene, *theirs)
    assert (report.left, report.waiting) == (2, 4)


def test_letter_of_a_person_stays_unread_and_is_named(scene: MailScene) -> None:
    first = read(scene, letter("A question"), letter("unsubscribe", sender="who@else.example"))
    assert (first.messages, first.waiting, first.unmatched) == (2, 2, 0)
    assert first.named == (
        "letter from r0003@reader.example: 'A question'",
        "wish to leave from who@else.example, which names no mail of theirs: 'unsubscribe'",
    )
    folder = scene.directory / "Maildir"
    assert len(list((folder / "new").iterdir())) == 2
    assert read(scene).named == first.named


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-replied",), ("Auto-Submitted: auto-replied (vacation)",),
        ("Precedence: bulk",), ("X-Autoreply: yes",), ("Return-Path: <>",),
    ],
)  # fmt: skip
def test_automatic_answer_is_ignored(headers: tuple[str, ...]) -> None:
    for subject in ("Out of office", "Re: unsubscribe"):
        assert read_report(letter(subject, *headers)).kind is ReportKind.NOTHING


def without_id(raw: bytes, more: str = "") -> bytes:
    """Return a report whose original mail has another Message-ID."""
    return re.sub(rb"Message-ID: .*", f"Message-ID: <of-the-relay@x>\n{more}".strip().encode(), raw)


def test_report_without_our_message_id_is_matched_by_the_token(
    scene: MailScene, sink: Sink
) -> None:
    scene.send()
    header = f"List-Unsubscribe: <{PAGES}/unsubscribe/{token_of(scene, 'r0001')}>"
    report = read(scene, without_id(dsn("<x@y>"), header))
    assert (report.new, report.unmatched) == (1, 0)
    assert kinds(scene) == {"r0001": "hard"}


def test_report_that_names_an_address_only_counts_as_soft(scene: MailScene, sink: Sink) -> None:
    scene = scene.with_mail(soft_bounces=1)
    forged = without_id(dsn("<x@y>"))
    assert read(scene, forged).named == (
        "hard report about r0000@reader.example (5.1.1): no mail of ours is named",
    )  # r0000 got no mail yet
    scene.send()
    stranger = without_id(dsn("<x@y>", recipient="stranger@else.example"))
    report = read(scene, forged, forged, stranger, without_id(complaint("<x@y>")))
    assert (dict(report.kinds), report.new, report.unmatched) == ({"soft": 2}, 1, 2)
    assert kinds(scene) == {"r0000": "soft"}
    late = scene.at(scene.now + timedelta(days=31))
    assert read(late, without_id(dsn("<x@y>", recipient="r0001@reader.example"))).unmatched == 1


@pytest.mark.parametrize(
    "subject", ["Warning: could not send message for past 4 hours", "Delivery delayed"]
)
def test_delay_is_no_soft_bounce(subject: str) -> None:
    raw = PLAIN.replace(b"failure notice", subject.encode()).replace(b"5.1.1", b"4.4.1")
    assert read_report(raw).kind is ReportKind.NOTHING


@pytest.mark.parametrize("charset", ["utf\x808", "idna", "undefined", "zlib_codec", "", "x" * 900])
def test_subject_in_a_charset_that_is_none_is_read(charset: str) -> None:
    raw = f"From: ada@example.org\nSubject: =?{charset}?q?leave?=\n\nHello\n".encode("latin-1")
    assert read_report(raw).kind is ReportKind.PERSON


def test_random_bytes_are_no_report() -> None:
    dice = random.Random(7)
    whole = dsn(f"<{OURS}@survey.example>") + complaint(f"<{OURS}@survey.example>")
    for _ in range(300):
        cut = bytearray(whole[dice.randrange(len(whole)) :])
        for _ in range(20):
            if cut:
                cut[dice.randrange(len(cut))] = dice.randrange(256)
        read_report(bytes(cut))
