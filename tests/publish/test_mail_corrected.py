"""A lost journal is made again honestly; a corrected issue goes to who has nothing yet."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.publish.digest.week import Week
from pipeline.publish.mail.issue_files import IssueNotMailedError
from pipeline.publish.mail.journal import journal_path, open_journal
from pipeline.publish.mail.mailing import OldIssueError, of_week
from pipeline.publish.mail.receipt import Outcome
from pipeline.publish.mail.suppression_file import read_suppressions
from pipeline.publish.mail.taken_back import TakenBackError
from storage.mail_types import MailKind
from tests.support.builders import make_paper
from tests.support.mail import IMAGE, MailScene, make_scene, people
from tests.support.smtp import DROP_TAKEN, Sink, smtp_server

R = [one.address for one in people(6)]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def scene(tmp_path: Path, sink: Sink) -> MailScene:
    return make_scene(tmp_path, sink.port, those=people(6))


def outcomes(scene: MailScene) -> dict[str, str]:
    """Outcome and detail by subscriber."""
    report = scene.survey().call("mail", "status", "--week", "2026-W12", "--json").document
    [mailing] = report["mailings"]
    return {
        one["id"].partition(":")[2]: f"{one['outcome']} {one['detail']}".strip()
        for one in mailing["recipients"]
    }


def text_of(sink: Sink, recipient: str) -> str:
    """The plain text of a person's mail, its lines joined."""
    [mail] = [one for one in sink.received if one.recipient == recipient]
    plain = mail.message.get_body(("plain",))
    assert plain is not None
    return " ".join(plain.get_content().split())


def withdraw(scene: MailScene, number: int = 0) -> str:
    """Withdraw an approved paper at arXiv; return its title."""
    with scene.services.open_store() as store:
        decision = store.decisions.approved()[number]
        paper = store.papers.get_many([decision.arxiv_id])[decision.arxiv_id].paper
        gone = replace(paper, version=paper.version + 1, withdrawn=True)
        store.papers.upsert([gone], seen_at=scene.now)
    return str(paper.arxiv_id)


def edit(scene: MailScene, lead: str) -> None:
    """Publish the issue again with another lead."""
    with scene.services.open_store() as store:
        edits = replace(store.issues.edits("2026-W12"), lead={"en": lead})
        store.issues.edit(edits, "ada", scene.now)
    scene.publish()


def test_lost_directory_leaves_the_issue_sendable(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {R[2]: "451 4.7.1 later", R[3]: "550 5.1.1 unknown"}
    scene.send()
    before = read_suppressions(scene.settings.mail.journal)
    shutil.rmtree(scene.settings.mail.journal)
    sink.rcpt = {}
    report = scene.send()
    assert report.receipt.identity() == (
        "6 confirmed = 5 sent + 0 suppressed + 1 failed + 0 uncertain"
    )
    assert sorted(sink.recipients) == [*R[:3], *R[4:]]
    assert read_suppressions(scene.settings.mail.journal) == before != ()


def test_what_only_the_journal_knew_becomes_uncertain(scene: MailScene, sink: Sink) -> None:
    scene.with_mail(per_day=2).send()
    directory = scene.settings.mail.journal
    with open_journal(directory, "2026-W12") as journal:  # a call that was killed
        journal.note("r0002", MailKind.HANDING_OVER, scene.now)
        journal.note("r0002", MailKind.SENT, scene.now)
    shutil.rmtree(directory)
    seen = outcomes(scene)
    report = scene.send()
    assert outcomes(scene) == seen
    assert seen == {
        "r0000": "sent", "r0001": "sent",
        **dict.fromkeys(("r0002", "r0003", "r0004", "r0005"), "uncertain receipt lost"),
    }  # fmt: skip
    assert (report.sent, report.exit_status, len(sink.received)) == (0, 1, 2)


def test_every_lost_receipt_is_made_again(scene: MailScene, sink: Sink) -> None:
    scene.send()
    shutil.rmtree(scene.settings.mail.journal)
    scene.approve([make_paper("2603.00050")], [IMAGE], at=scene.now)
    later = scene.at(scene.now.replace(day=30))
    later.publish(Week(2026, 13))
    later.with_mail(per_day=4).send(of_week(Week(2026, 13)))
    assert journal_path(scene.settings.mail.journal, "2026-W12").exists()


def test_lost_copies_of_a_changed_issue_can_be_closed(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {R[4]: "451 4.7.1 later"}
    scene.with_mail(per_day=3).send()
    scene.with_mail(per_day=4).send()
    shutil.rmtree(scene.settings.mail.journal / "2026-W12-issue")
    edit(scene, "What is said better.")
    with pytest.raises(IssueNotMailedError, match="are lost, and the issue was published") as error:
        scene.send()
    assert "mail close 2026-W12" in str(error.value.hint)
    closed = scene.survey().json("mail", "close", "2026-W12")
    sent = len(sink.received)
    again = scene.send()
    assert again.receipt.identity() == closed["identity"]
    assert again.receipt.counts()[Outcome.PENDING] == 0
    assert {one for one in outcomes(scene).values() if one != "sent"} == {
        "suppressed closed by a person"
    }
    assert len(sink.received) == sent


def test_closing_ends_what_was_put_off_and_keeps_the_uncertain(
    scene: MailScene, sink: Sink
) -> None:
    sink.rcpt = {R[1]: "451 4.7.1 later"}
    sink.body = {R[2]: DROP_TAKEN}
    scene.send()
    before = outcomes(scene)
    survey = scene.survey()
    for _ in range(2):
        survey.json("mail", "close", "2026-W12")
    assert outcomes(scene) == before
    assert scene.send().left == 0
    assert survey.call("mail", "close", "2026-W10").status == 2


@pytest.mark.parametrize("begun", [False, True])
def test_corrected_issue_goes_to_who_has_nothing(
    scene: MailScene, sink: Sink, *, begun: bool
) -> None:
    if begun:
        scene.with_mail(per_day=2).send()
    arxiv_id = withdraw(scene)
    with pytest.raises(TakenBackError, match=f"{arxiv_id} is withdrawn at arXiv since"):
        scene.send()
    report = scene.send(corrected=True)
    assert report.receipt.counts()[Outcome.SENT] == 6
    assert sorted(sink.recipients) == R
    text = text_of(sink, R[5])
    listed, corrections = text.split("Corrections", 1)[0], text.rsplit("Corrections", 1)[1]
    assert "1 paper was taken back since this issue was published." in listed
    assert f"abs/{arxiv_id}" not in listed
    assert f"abs/{arxiv_id}" in corrections
    html = next(one for one in sink.received if one.recipient == R[5]).message.get_body(("html",))
    assert html is not None
    assert html.get_content().count(f"abs/{arxiv_id}") == 1
    if begun:
        assert "taken back" not in text_of(sink, R[0])


def test_correction_holds_for_later_calls_and_a_further_one_is_refused(
    scene: MailScene, sink: Sink
) -> None:
    first = withdraw(scene)
    scene.with_mail(per_day=2).send(corrected=True)
    scene.with_mail(per_day=3).send()
    second = withdraw(scene, 1)
    with pytest.raises(TakenBackError) as error:
        scene.send()
    assert first not in str(error.value)
    scene.send(corrected=True)
    assert "2 papers were taken back" in text_of(sink, R[5])
    assert "1 paper was taken back" in text_of(sink, R[2])
    assert f"abs/{second}" in text_of(sink, R[5])


def test_issue_published_again_goes_to_who_has_nothing(scene: MailScene, sink: Sink) -> None:
    scene.with_mail(per_day=2).send()
    edit(scene, "What is said better.")
    scene.with_mail(per_day=3).send()
    assert "What is said better." not in text_of(sink, R[2])
    scene.with_mail(per_day=4).send(corrected=True)
    scene.send()
    assert sorted(sink.recipients) == R
    assert "What is said better." in text_of(sink, R[3])
    assert "What is said better." in text_of(sink, R[5])


def test_issue_without_any_standing_paper_is_not_sent(scene: MailScene, sink: Sink) -> None:
    for number in range(4):
        withdraw(scene, number)
    with pytest.raises(IssueNotMailedError, match="No paper of the issue stands"):
        scene.send(corrected=True)
    assert sink.received == []


def test_preview_and_test_show_the_corrected_mail(scene: MailScene, sink: Sink) -> None:
    withdraw(scene)
    survey = scene.survey()
    refused = survey.call("mail", "preview", "out")
    assert "since the issue was published" in refused.err
    made = survey.json("mail", "preview", "out", "--corrected")
    assert len(made["papers"]) == 3
    sent = survey.json("mail", "test", "eve@reader.example", "--corrected")
    assert sent["papers"] == made["papers"]
    assert sink.recipients == ["eve@reader.example"]
    assert not (scene.settings.mail.journal / "2026-W12.jsonl").exists()


def test_restored_survey_asks_before_an_issue_that_may_be_out(scene: MailScene, sink: Sink) -> None:
    survey = scene.survey()
    backup = survey.json("backup")["path"]
    scene.send()
    shutil.rmtree(scene.settings.mail.journal)  # lost with the disk
    survey.json("restore", backup, "--force")
    with pytest.raises(OldIssueError, match="no receipt says whether it was mailed"):
        scene.send()
    assert len(sink.received) == 6
    assert scene.send(late=True).sent == 6
    later = scene.at(scene.now.replace(day=30))
    later.approve([make_paper("2603.00050")], [IMAGE], at=scene.now)
    later.publish(Week(2026, 13))
    assert later.send(of_week(Week(2026, 13))).sent == 6  # ended after the restore
