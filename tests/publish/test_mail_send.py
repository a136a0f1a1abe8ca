"""Every recipient of an issue is accounted for, and nobody gets it twice."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError, UsageError
from config.publish_schema import PublishSettings
from pipeline.publish.digest.week import Week
from pipeline.publish.mail.books import ReceiptDiffersError
from pipeline.publish.mail.issue_files import IssueNotMailedError
from pipeline.publish.mail.journal import JournalError, journal_path
from pipeline.publish.mail.mailing import OldIssueError, of_month, of_week
from pipeline.publish.mail.pace import Limits
from pipeline.publish.mail.receipt import Outcome, Receipt
from pipeline.publish.mail.resolve import resolve
from pipeline.publish.subscribers.keys import key_path
from storage.mail_types import MailKind
from storage.subscriber_types import How
from tests.support.builders import make_paper
from tests.support.mail import (
    AGENTS,
    IMAGE,
    MONDAY,
    VIDEO,
    W12,
    MailScene,
    Person,
    make_scene,
    people,
)
from tests.support.smtp import (
    DROP_AT_RCPT,
    DROP_TAKEN,
    DROP_UNTAKEN,
    STALL,
    STALL_AT_RCPT,
    Sink,
    smtp_server,
)

R = [one.address for one in people(12)]
DAY = timedelta(days=1)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def scene(tmp_path: Path, sink: Sink) -> MailScene:
    return make_scene(tmp_path, sink.port, those=people(12))


def counts(receipt: Receipt) -> tuple[int, int, int, int, int]:
    """Sent, suppressed, failed, uncertain, pending."""
    found = receipt.counts()
    assert sum(found.values()) == len(receipt.standings)
    return (
        found[Outcome.SENT],
        found[Outcome.SUPPRESSED],
        found[Outcome.FAILED],
        found[Outcome.UNCERTAIN],
        found[Outcome.PENDING],
    )


def test_everybody_gets_the_issue_once(scene: MailScene, sink: Sink) -> None:
    report = scene.send()
    again = scene.send()
    assert sink.recipients == R
    assert report.receipt.identity() == (
        "12 confirmed = 12 sent + 0 suppressed + 0 failed + 0 uncertain"
    )
    assert (report.exit_status, report.sent, again.sent) == (0, 12, 0)
    assert again.receipt == report.receipt
    with scene.services.open_store() as store:
        assert store.mailings.counts("2026-W12") == {
            "confirmed": 12, "sent": 12, "suppressed": 0, "failed": 0, "uncertain": 0, "pending": 0
        }  # fmt: skip


def test_one_bad_recipient_harms_no_other(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {
        R[1]: "550 5.1.1 no such user <r0001@reader.example>",
        R[3]: DROP_AT_RCPT,
        R[5]: "451 4.7.1 greylisted",
        R[7]: STALL_AT_RCPT,
    }
    sink.body = {R[9]: "554 5.7.1 no", R[10]: DROP_UNTAKEN}
    report = scene.with_mail(timeout_seconds=0.5).send()
    assert sink.recipients == [one for n, one in enumerate(R) if n not in {1, 3, 5, 7, 9, 10}]
    assert counts(report.receipt) == (6, 0, 5, 1, 0)
    assert report.receipt.identity() == (
        "12 confirmed = 6 sent + 0 suppressed + 5 failed + 1 uncertain"
    )
    assert report.exit_status == 75  # three of them failed for the moment only
    assert report.left == 3


def test_second_call_completes_only_what_may_be_tried(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {R[1]: "550 5.1.1 unknown", R[5]: "451 4.7.1 greylisted", R[6]: DROP_AT_RCPT}
    sink.body = {R[10]: DROP_TAKEN}
    sink.times = {R[5]: 1, R[6]: 2}
    first = scene.send()
    named = len(sink.named)
    second = scene.send()
    assert counts(first.receipt) == (8, 0, 3, 1, 0)
    assert sink.named[named:] == [R[5], R[6]]
    assert counts(second.receipt) == (10, 0, 1, 1, 0)
    assert len(set(sink.recipients)) == len(sink.recipients) == 11


def test_mail_put_off_too_often_is_not_tried_again(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {R[5]: "451 4.7.1 later"}
    reports = [scene.send() for _ in range(4)]
    assert [one.left for one in reports] == [1, 1, 0, 0]
    assert sink.named.count(R[5]) == 3
    assert reports[-1].exit_status == 0


def test_uncertain_mail_is_decided_by_a_person_only(scene: MailScene, sink: Sink) -> None:
    sink.body = {R[2]: DROP_TAKEN, R[6]: DROP_UNTAKEN}
    first = scene.send()
    assert (counts(first.receipt), first.exit_status) == ((10, 0, 0, 2, 0), 1)
    resolve(scene.services, ["2026-W12:r0002"], MailKind.SENT)
    resolve(scene.services, ["2026-W12:r0006"], MailKind.AGAIN)
    sink.body = {}
    second = scene.send()
    assert (counts(second.receipt), second.exit_status) == ((12, 0, 0, 0, 0), 0)
    assert sink.recipients == R
    for wrong in ("2026-W12:r0000", "2026-W12:nobody", "2026-W11"):
        with pytest.raises(UsageError):
            resolve(scene.services, [wrong], MailKind.AGAIN)


def test_address_with_letters_ends_with_the_reason_where_they_are_not_taken(
    scene: MailScene, sink: Sink
) -> None:
    scene.add(Person("añda@reader.example"))
    report = scene.send()
    assert counts(report.receipt) == (12, 0, 1, 0, 0)
    [failed] = [one for one in report.receipt.standings if one.outcome is Outcome.FAILED]
    assert failed.last is not None
    assert "SMTPUTF8" in failed.last.detail
    assert (report.left, report.exit_status) == (0, 0)
    assert "añda@reader.example" not in sink.named
    with scene.services.open_store() as store:
        assert store.mailings.suppressions() == ()


def test_address_with_letters_gets_its_mail(tmp_path: Path) -> None:
    with smtp_server(smtputf8=True) as sink:
        scene = make_scene(tmp_path, sink.port, those=[Person("añda@reader.example"), *people(2)])
        assert counts(scene.send().receipt) == (3, 0, 0, 0, 0)
    [mail] = [one for one in sink.received if not one.recipient.isascii()]
    assert "To: añda@reader.example\r\n".encode() in mail.content


def test_pause_with_an_end_ends(scene: MailScene, sink: Sink) -> None:
    with scene.services.open_store() as store:
        for person, days in (("r0001", 7), ("r0002", 8), ("r0003", None)):
            until = days and (scene.now + days * DAY).date()
            assert store.subscribers.pause(person, How.PAGE, scene.now, until=until or None)
            assert not store.subscribers.pause(person, How.PAGE, scene.now, until=until or None)
    assert len(scene.send().receipt.standings) == 9
    later = scene.at(scene.now + 7 * DAY)
    later.approve([make_paper("2603.00099")], [IMAGE], at=scene.now)
    later.publish(Week(2026, 13))
    later.send(of_week(Week(2026, 13)))
    assert sink.recipients.count(R[1]) == 1
    assert not {R[2], R[3]} & set(sink.recipients)


def test_server_that_answers_nobody_is_left_alone(scene: MailScene, sink: Sink) -> None:
    sink.body = dict.fromkeys(R, STALL)
    report = scene.with_mail(timeout_seconds=0.3).send()
    assert counts(report.receipt) == (0, 0, 0, 3, 9)
    assert "3 mails in a row" in report.stopped
    assert report.exit_status == 75


def test_refused_sender_fails_nobody(scene: MailScene, sink: Sink) -> None:
    sink.mail = "550 5.7.1 <survey@survey.example> not allowed"
    report = scene.send()
    assert counts(report.receipt) == (0, 0, 0, 0, 12)
    assert report.stopped.startswith("The server does not accept the sender: 550")
    assert SENDER_HIDDEN not in report.stopped


SENDER_HIDDEN = "survey@survey.example"


def test_server_out_of_reach_leaves_all_for_later(tmp_path: Path) -> None:
    with smtp_server() as gone:
        port = gone.port
    scene = make_scene(tmp_path, port, those=people(3))
    report = scene.send()
    assert (counts(report.receipt), report.exit_status) == ((0, 0, 0, 0, 3), 75)
    assert "cannot be used now" in report.stopped


def test_recipients_are_fixed_by_the_first_call(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {R[11]: "451 4.7.1 later"}
    sink.times = {R[11]: 1}
    scene.send()
    scene.add(Person("late@reader.example"))
    scene.send()
    assert sink.recipients == R


def test_who_leaves_meanwhile_gets_nothing(scene: MailScene, sink: Sink) -> None:
    left: list[str] = []

    def leave(_: float) -> None:
        if not left and len(sink.received) == 5:
            left.append(R[8])
            with scene.services.open_store() as store:
                store.subscribers.leave("r0008", How.ONE_CLICK, scene.now)

    post = replace(scene.post(), limits=Limits(per_minute=60), wait=leave)
    report = scene.send(post=post)
    assert sink.recipients == R[:8] + R[9:]
    assert counts(report.receipt) == (11, 1, 0, 0, 0)
    [standing] = [one for one in report.receipt.standings if one.outcome is Outcome.SUPPRESSED]
    assert standing.last is not None
    assert standing.last.detail == "left"


def test_reader_of_other_sections_gets_no_empty_mail(scene: MailScene, sink: Sink) -> None:
    scene.add(Person("video@reader.example", sections=(VIDEO,)))
    scene.add(Person("agents@reader.example", sections=(AGENTS,)))
    report = scene.send()
    assert counts(report.receipt) == (13, 1, 0, 0, 0)
    assert "video@reader.example" not in sink.recipients


def test_restored_database_sends_nothing_again(scene: MailScene, sink: Sink) -> None:
    copy = scene.directory / "before.duckdb"
    database = scene.settings.database.path
    kept = [path for path in database.parent.glob("survey.duckdb*") if path.is_file()]
    for path in kept:
        shutil.copy(path, copy.with_name(path.name.replace("survey", "before")))
    scene.send()
    for path in database.parent.glob("before.duckdb*"):
        shutil.copy(path, path.with_name(path.name.replace("before", "survey")))
    with scene.services.open_store() as store:
        assert store.mailings.names() == ()
    report = scene.send()
    assert (report.sent, counts(report.receipt)) == (0, (12, 0, 0, 0, 0))
    assert sink.recipients == R
    with scene.services.open_store() as store:
        assert store.mailings.counts("2026-W12")["sent"] == 12


def test_lost_receipt_is_made_again_without_sending(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {R[4]: "451 4.7.1 later"}
    scene.send()
    path = journal_path(scene.settings.mail.journal, "2026-W12")
    path.unlink()
    resumed = scene.send()
    assert counts(resumed.receipt) == (11, 0, 1, 0, 0)
    assert sink.recipients == R[:4] + R[5:]


def test_lost_receipt_makes_the_unknown_uncertain(scene: MailScene, sink: Sink) -> None:
    scene.with_mail(per_day=5).send()
    journal_path(scene.settings.mail.journal, "2026-W12").unlink()
    report = scene.send()
    assert counts(report.receipt) == (5, 0, 0, 7, 0)
    assert len(sink.recipients) == 5


def test_older_receipt_than_the_database_stops_sending(scene: MailScene, sink: Sink) -> None:
    scene.with_mail(per_day=5).send()
    path = journal_path(scene.settings.mail.journal, "2026-W12")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-4]))
    with pytest.raises(ReceiptDiffersError):
        scene.send()
    path.write_bytes(b"not ours\n")
    with pytest.raises(JournalError, match="line 1"):
        scene.send()
    assert len(sink.recipients) == 5


def test_old_issue_is_not_sent_by_itself(scene: MailScene, sink: Sink) -> None:
    late = scene.at(scene.now + 12 * DAY)
    with pytest.raises(OldIssueError, match="ended 13 days ago"):
        late.send()
    assert sink.received == []
    assert late.send(late=True).sent == 12


def test_older_issue_than_the_last_is_not_sent_by_itself(scene: MailScene, sink: Sink) -> None:
    scene.approve([make_paper("2603.00099")], [IMAGE], at=MONDAY - 7 * DAY)
    scene.publish(Week(2026, 11))
    scene.send()
    with pytest.raises(OldIssueError, match="2026-W12 was mailed already"):
        scene.send(of_week(Week(2026, 11)))
    assert len(sink.received) == 12


def test_backfilled_year_mails_nothing(scene: MailScene, sink: Sink) -> None:
    for week in (Week(2025, 30), Week(2025, 52), Week(2026, 2)):
        with pytest.raises(OldIssueError):
            scene.send(of_week(week))
    assert sink.received == []


def test_unfinished_week_is_not_sent(scene: MailScene) -> None:
    with pytest.raises(UsageError, match="ends on 2026-03-29"):
        scene.send(of_week(Week(2026, 13)))


def test_only_what_is_published_is_sent(scene: MailScene, sink: Sink) -> None:
    week = Week(2026, 11)
    with pytest.raises(IssueNotMailedError, match="is not published"):
        scene.send(of_week(week))
    page = scene.directory / "digests" / "2026-W12.html"
    page.write_bytes(page.read_bytes() + b"<!-- changed -->")
    with pytest.raises(IssueNotMailedError, match="was changed since"):
        scene.send()
    assert sink.received == []


def test_issue_without_approval_is_not_sent_where_it_is_asked(scene: MailScene) -> None:
    publish = scene.settings.publish.model_copy(update={"issues": "approved"})
    assert isinstance(publish, PublishSettings)
    asking = replace(scene, settings=scene.settings.model_copy(update={"publish": publish}))
    with pytest.raises(IssueNotMailedError, match="without an approval"):
        asking.send()
    with scene.services.open_store() as store:
        digest = store.issues.get("2026-W12").digest
        assert digest is not None
        store.issues.built(store.issues.edits("2026-W12"), "other", {}, "ada", scene.now)
        store.issues.built(store.issues.edits("2026-W12"), digest, {}, "ada", scene.now)
        store.issues.approve("2026-W12", digest, "ada", scene.now)
        store.issues.published("2026-W12", digest, "ada", scene.now)
    assert asking.send().sent == 12


def test_everybody_gets_the_issue_as_it_was_at_the_start(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {R[11]: "451 4.7.1 later"}
    sink.times = {R[11]: 1}
    scene.send()
    scene.approve([make_paper("2603.00077", title="Added afterwards")], [IMAGE])
    scene.publish()
    scene.send()
    [last] = [one for one in sink.received if one.recipient == R[11]]
    assert "Added afterwards" not in last.message.as_string()


def test_warm_up_lets_more_go_each_day(scene: MailScene, sink: Sink) -> None:
    scene = scene.with_mail(warm_up=(2, 4), per_day=5)
    sent = []
    for day in range(4):
        today = scene.at(scene.now + day * DAY)
        report = today.send()
        sent.append((report.sent, report.exit_status))
        assert today.send().sent == 0
    assert sent == [(2, 75), (4, 75), (5, 75), (1, 0)]
    assert sink.recipients == R


def test_month_is_one_mail_with_its_issues(scene: MailScene, sink: Sink) -> None:
    scene.add(Person("monthly@reader.example", rhythm="monthly"))
    for number, week in ((9, Week(2026, 11)), (8, Week(2026, 13))):
        day = week.start + timedelta(hours=8)
        scene.at(week.end).approve(
            [make_paper(f"2603.0009{number}", title=f"Of {week}")], [IMAGE], at=day
        )
        scene.at(week.end + DAY).publish(week)
    with pytest.raises(UsageError, match="ends on 2026-03-29"):
        scene.send(of_month("2026-03"))
    april = scene.at(Week(2026, 13).end + DAY)
    report = april.send(of_month("2026-03"))
    assert report.receipt.weeks == ("2026-W11", "2026-W12", "2026-W13")
    [mail] = sink.received
    assert mail.recipient == "monthly@reader.example"
    assert mail.message["Subject"] == "Talking Pictures: A Survey: 6 papers, March 2026"
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert [text.index(f"2026-W{n}: ") for n in (11, 12, 13)] == sorted(
        text.index(f"2026-W{n}: ") for n in (11, 12, 13)
    )
    april.send(of_week(Week(2026, 13)))
    assert len(sink.received) == 13


def test_mail_without_a_page_to_link_is_refused(scene: MailScene) -> None:
    publish = scene.settings.publish.model_copy(update={"base_url": ""})
    bare = replace(scene, settings=scene.settings.model_copy(update={"publish": publish}))
    with pytest.raises(ConfigError, match="base_url is empty"):
        bare.send()


def test_weeks_of_a_month_are_those_that_end_in_it() -> None:
    assert [str(week) for week in of_month("2026-03").weeks] == [
        "2026-W09", "2026-W10", "2026-W11", "2026-W12", "2026-W13",
    ]  # fmt: skip
    assert of_week(W12).name == "2026-W12"
    with pytest.raises(UsageError):
        of_month("2026-13")


@pytest.mark.parametrize("begun", [False, True])
def test_issue_with_a_paper_taken_back_is_not_mailed(
    scene: MailScene, sink: Sink, *, begun: bool
) -> None:
    if begun:
        sink.rcpt = {R[5]: "451 4.7.1 later"}
        scene.send()
    with scene.services.open_store() as store:
        [decision, *_] = store.decisions.approved()
        store.decisions.undo(reviewer="ada", undone_at=scene.now, decision_id=decision.decision_id)
    sent = len(sink.recipients)
    with pytest.raises(IssueNotMailedError) as refused:
        scene.send()
    assert str(refused.value.message) == (
        f"{decision.arxiv_id} is no longer approved since the issue was published."
    )
    assert len(sink.recipients) == sent


def test_issue_with_a_withdrawn_paper_is_not_mailed(scene: MailScene, sink: Sink) -> None:
    with scene.services.open_store() as store:
        [decision, *_] = store.decisions.approved()
        paper = store.papers.get_many([decision.arxiv_id])[decision.arxiv_id].paper
        gone = replace(paper, version=paper.version + 1, withdrawn=True)
        store.papers.upsert([gone], seen_at=scene.now)
    with pytest.raises(IssueNotMailedError, match="is withdrawn at arXiv since"):
        scene.send()
    assert sink.recipients == []


def test_no_mail_goes_out_with_another_key(scene: MailScene, sink: Sink) -> None:
    key = key_path(scene.settings.database.path)
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(ConfigError, match=r"is missing\. It held the key"):
        scene.send()
    assert not key.exists()
    key.write_text("another key, of the same length as it should be")
    key.chmod(0o600)
    with pytest.raises(ConfigError):
        scene.send()
    key.write_bytes(kept)
    key.chmod(0o600)
    assert sink.recipients == []
    assert scene.send().sent == len(R)
