"""Secrets that commands are given appear in no output, log, page, record or file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from storage.store import store_opener
from tests.support.chat import Chat, chat_endpoint
from tests.support.cli import Survey
from tests.support.mail import MailScene, make_scene, people
from tests.support.scholarly import Scholarly, scholarly_services
from tests.support.smtp import CERTIFICATE, PASSWORD, Sink, smtp_server

OPENALEX, CHAT, METRICS = "planted-openalex-7f3a", "planted-chat-91bc", "planted-metrics-2d44e"
WRONG = "planted-smtp-5e0d"
SECRETS = (OPENALEX, CHAT, METRICS, WRONG, PASSWORD)
READER = "r0001@reader.example"

pytestmark = pytest.mark.slow


@dataclass
class Planted:
    """A survey with secrets in files and in the environment, and what its commands said."""

    scene: MailScene
    survey: Survey
    environment: dict[str, str]
    known: Scholarly
    chat: Chat
    said: list[str] = field(default_factory=list)
    #: standard error and log only
    logged: list[str] = field(default_factory=list)

    def call(self, *words: str, **environment: str) -> int:
        """Call a command with everything it logs."""
        given = {**self.environment, **environment}
        ended = self.survey.call(*words, "--debug", **given)
        self.said.append(f"{words}\n{ended.out}\n{ended.err}")
        self.logged.append(ended.err)
        return ended.status


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server(tls=True, auth=True) as found:
        yield found


@pytest.fixture
def planted(tmp_path: Path, sink: Sink) -> Iterator[Planted]:
    """Return a survey whose services answer badly."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, text in (("openalex", OPENALEX), ("chat", CHAT), ("smtp", WRONG)):
        (secrets / name).write_text(text + "\n", encoding="utf-8")
        (secrets / name).chmod(0o600)
    folder = tmp_path / "survey"
    folder.mkdir()
    scene = make_scene(
        folder, sink.port, those=people(3), username="ada", password_file=secrets / "smtp"
    )
    with scholarly_services() as known, chat_endpoint() as chat:
        # Some services repeat the key that they refuse.
        known.faults["/openalex"] = [(403, {}, f"api_key={OPENALEX} is not valid".encode())]
        chat.status = 401
        chat.body = b'{"error": {"message": "Incorrect API key provided: %b"}}' % CHAT.encode()
        environment = {
            "METRICS_TOKEN": METRICS,
            "LIVING_SURVEY_LOG__LEVEL": "debug",
            "LIVING_SURVEY_MAIL__SECURITY": "starttls",
            "LIVING_SURVEY_MAIL__CA_FILE": str(CERTIFICATE),
            "LIVING_SURVEY_ENRICH__MAILTO": "me@list.org",
            "LIVING_SURVEY_ENRICH__INTERVAL_SECONDS": "0",
            "LIVING_SURVEY_ENRICH__OPENALEX_KEY_FILE": str(secrets / "openalex"),
            "LIVING_SURVEY_ENRICH__KINDS": '["citations"]',
            "LIVING_SURVEY_ENRICH__OPENALEX_URL": f"{known.url}/openalex",
            "LIVING_SURVEY_TRANSLATE__KEY_FILE": str(secrets / "chat"),
            "LIVING_SURVEY_TRANSLATE__URL": chat.url,
            "LIVING_SURVEY_TRANSLATE__MODEL": "m",
        }
        yield Planted(scene, scene.survey(in_process=False), environment, known, chat)


def written(folder: Path) -> dict[str, bytes]:
    """Return every file of a survey."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_planted_secrets_appear_nowhere(planted: Planted, sink: Sink) -> None:
    statuses = {
        words: planted.call(*words)
        for words in (
            ("enrich",),
            ("translate",),
            ("mail", "send"),
            ("doctor",),
            ("doctor", "mail"),
            ("status", "--json"),
            ("schedule", "--print", "systemd"),
            ("run",),
            ("backup",),
        )
    }
    # All were sent, or the test would say nothing.
    assert any(OPENALEX in address for address in planted.known.asked)
    assert any(CHAT in key for key in planted.chat.keys)
    assert statuses["mail", "send"] != 0
    assert "535" in "\n".join(planted.said)
    assert sink.received == []
    everything = "\n".join(planted.said)
    files = written(planted.scene.directory)
    for secret in SECRETS:
        assert secret not in everything
        assert [name for name, held in files.items() if secret.encode() in held] == []


def test_logs_and_runs_name_no_reader(planted: Planted, sink: Sink) -> None:
    smtp = planted.scene.settings.mail.password_file
    assert smtp is not None
    smtp.write_text(f"{PASSWORD}\n", encoding="utf-8")
    sink.rcpt = {READER: f"550 5.1.1 <{READER}> unknown"}
    planted.call("mail", "send")
    assert len(sink.received) == 2
    planted.call("status", "--json")
    planted.call("doctor")
    assert READER not in "\n".join(planted.logged)
    with store_opener(planted.scene.settings.database.path)() as store:
        rows = store._session.rows("SELECT error, words, counts FROM runs")
    assert rows
    assert "reader.example" not in f"{rows}"
