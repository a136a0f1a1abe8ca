"""Confirmations reach a real SMTP server, from the form of a page to the button."""

import re
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from config.mail_schema import MailSettings
from config.schema import DatabaseSettings, SurveySettings
from pipeline.cli.mail_confirmations import send_waiting
from pipeline.publish.mail.suppression import event_id
from pipeline.publish.mail.suppression_file import add_suppressions
from pipeline.publish.subscribers.address import address_key
from pipeline.publish.subscribers.outbox import OutboxReport
from pipeline.runtime.services import Services
from storage.mail_types import (
    FrozenRecipient,
    MailEvent,
    Mailing,
    MailKind,
    RecordedMailing,
    SuppressionEvent,
    SuppressionKind,
)
from tests.support.cli import PATIENCE_SECONDS, SurveyInProcess
from tests.support.services import make_services
from tests.support.smtp import DROP_TAKEN, DROP_UNTAKEN, Received, Sink, smtp_server
from tests.support.storage import database, migrated
from tests.support.subscribers import ORIGIN, START, PublicPages, public_pages

ADA = "ada@example.org"
SENDER = "survey@example.org"


class Arrivals(list[Received]):
    """What arrived; `wait` returns when there is something."""

    def __init__(self) -> None:
        super().__init__()
        self._there = threading.Event()

    def append(self, one: Received) -> None:
        super().append(one)
        self._there.set()

    def wait(self, number: int = 1) -> Received:
        while len(self) < number:
            self._there.clear()
            assert len(self) >= number or self._there.wait(PATIENCE_SECONDS)
        return self[0]


@pytest.fixture
def pages(tmp_path: Path) -> PublicPages:
    return public_pages(tmp_path)


def services_of(pages: PublicPages, sink: Sink, **mail: Any) -> Services:
    stated = {"host": "127.0.0.1", "port": sink.port, "security": "none", "from_address": SENDER}
    return make_services(
        pages.open_store,
        pages.clock(),
        subscribers=pages.settings,
        database=DatabaseSettings(path=database(pages.folder)),
        survey=SurveySettings(title="Talking Pictures"),
        mail=MailSettings(**{**stated, "journal": pages.folder / "mail", **mail}),
    )


def ask(pages: PublicPages, *addresses: str, **form: str) -> None:
    for number, address in enumerate(addresses):
        client = pages.client(peer=f"198.51.{number}.1")
        assert client.post("/subscribe", {"address": address, **form}).status_code == 200


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Please confirm: Talking Pictures by mail"),
        ("zh", "请确认：邮件订阅 Talking Pictures"),
    ],
)
def test_mail_is_whole_and_leads_to_the_button(
    pages: PublicPages, language: str, subject: str
) -> None:
    ask(pages, "Ada@Bücher.example", language=language)
    with smtp_server() as sink:
        deliver = partial(send_waiting, services_of(pages, sink), {})
        assert deliver() == OutboxReport(sent=1)
        assert deliver() == OutboxReport()
        [received] = sink.received
    assert received.sender == SENDER
    assert received.recipient == "Ada@xn--bcher-kva.example"
    message = received.message
    assert message["Subject"] == subject
    assert message["From"] == f"Talking Pictures <{SENDER}>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.org>")
    assert max(map(len, received.content.split(b"\r\n"))) <= 998
    text = message.get_content()
    assert "Ada@bücher.example" in text
    [link, _] = re.findall(r"https://\S+", text)
    assert pages.client().post(pages.path(link)).status_code == 200
    assert [one.address for one in pages.recipients()] == ["Ada@xn--bcher-kva.example"]


def test_each_answer_of_the_server_has_its_outcome(pages: PublicPages) -> None:
    names = ("a", "b", "c", "d", "e", "f")
    a, b, c, d, e, f = (f"{name}@x.org" for name in names)
    ask(pages, a, b, c, d, e, f)
    key = address_key(f, pages.keys.salt)
    kind = SuppressionKind.COMPLAINT
    event = SuppressionEvent(event_id(key, kind, "x"), key, kind, START, "webhook", "", ())
    add_suppressions(pages.folder / "mail", [event])
    rcpt = {a: "550 5.1.1 unknown", b: "451 4.7.1 greylisted"}
    with smtp_server(rcpt=rcpt, body={c: DROP_TAKEN, d: DROP_UNTAKEN}) as sink:
        deliver = partial(send_waiting, services_of(pages, sink), {})
        assert deliver() == OutboxReport(sent=1, failed=2, uncertain=2, deferred=1)
        assert f not in sink.named
        assert sink.recipients == [c, e]
    assert [one.address for one in pages.waiting()] == [b]


def test_server_out_of_reach_keeps_everything(pages: PublicPages) -> None:
    ask(pages, "a@x.org", "b@x.org")
    with smtp_server() as sink:
        services = services_of(pages, sink)
    assert send_waiting(services, {}) == OutboxReport(deferred=1, stopped=True)
    assert len(pages.waiting()) == 2


def test_service_sends_what_the_form_asks_for(tmp_path: Path) -> None:
    with migrated(tmp_path / "var" / "survey.duckdb")():
        pass
    arrivals = Arrivals()
    with smtp_server(received=arrivals) as sink:
        survey = SurveyInProcess(
            tmp_path,
            {
                "LIVING_SURVEY_SUBSCRIBERS__URL": ORIGIN,
                "LIVING_SURVEY_MAIL__HOST": "127.0.0.1",
                "LIVING_SURVEY_MAIL__PORT": str(sink.port),
                "LIVING_SURVEY_MAIL__SECURITY": "none",
                "LIVING_SURVEY_MAIL__FROM_ADDRESS": SENDER,
                "MAIL_WEBHOOK_SECRET": "a-secret-of-the-webhook",
            },
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "serve", "--public", "--port", "0"],
            cwd=survey.directory,
            env=survey.env(),
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            url = process.stderr.readline().split()[3]
            assert process.stderr.readline() == f"Readers open {ORIGIN}\n"
            with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as client:
                headers = {"origin": ORIGIN}
                asked = client.post("/subscribe", data={"address": ADA}, headers=headers)
                assert asked.status_code == 200
                text = arrivals.wait().message.get_content()
                [link, _] = re.findall(r"https://\S+", text)
                assert client.post(link.removeprefix(ORIGIN)).status_code == 200
                bounce = {"type": "hard", "address": ADA}
                posted = client.post("/reports/mail/a-secret-of-the-webhook", json=bounce)
                assert posted.text == "ok\n"
                # the next round of the service begins when this mail waits
                client.post("/subscribe", data={"address": "cy@x.org"}, headers=headers)
                arrivals.wait(2)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0
        finally:
            process.kill()
            process.communicate()
        listed = survey.json("subscribers", "list")["subscribers"]
        assert [(one["address"], one["state"]) for one in listed] == [
            (ADA, "confirmed"),
            ("cy@x.org", "waiting"),
        ]
        # nobody has confirmed these choices
        lines = survey.call("subscribers", "list").out.splitlines()
        assert ["cy@x.org", "waiting"] in [line.split() for line in lines]
        [suppressed] = survey.json("mail", "suppress")["suppressed"]
        assert suppressed["kind"] == "hard"
        survey.json("subscribers", "add", "bo@example.org", "--language", "zh")
        assert survey.json("mail", "confirmations")["sent"] == 1
        with duckdb.connect(tmp_path / "var" / "survey.duckdb", read_only=True) as database:
            wordings = dict(
                database.execute("SELECT language, wording FROM confirmations").fetchall()
            )
        # the page on which they confirm shows the sentence in their language
        assert wordings["zh"].startswith("请把 ")
    assert sorted(sink.recipients) == [ADA, "bo@example.org", "cy@x.org"]
    survey.json("subscribers", "add", "cy@example.org")
    assert survey.call("mail", "confirmations").status == 75


def test_outcomes_of_mails_are_among_what_is_held(pages: PublicPages) -> None:
    key = pages.join(ADA)
    with pages.open_store() as store:
        store.mailings.record(
            RecordedMailing(
                Mailing(
                    "2026-W12",
                    "m",
                    START,
                    ("2026-W12",),
                    "0" * 64,
                    (FrozenRecipient(key, "k", "en"),),
                ),
                (MailEvent(1, key, MailKind.SENT, START),),
            )
        )
    held = pages.client().get(pages.path(pages.links.preferences(key)) + "/data").json()
    at = START.isoformat()
    assert held["mails"] == [{"issue": "2026-W12", "outcome": "sent", "at": at}]
