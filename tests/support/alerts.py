"""Alarms for tests: ways that remember, a survey with something wrong, a webhook on loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from config.alerts_schema import AlertsSettings
from config.mail_schema import MailSettings
from config.schema import ArxivSettings, ClassifierSettings, DatabaseSettings, Settings
from pipeline.operate.alerts.message import Message
from pipeline.operate.alerts.ways.way import Told, Way
from pipeline.runtime.services import Services, open_services
from storage.alert_types import AlertKind
from storage.store import OpenStore
from tests.support.builders import make_paper
from tests.support.storage import database, opener

FRIDAY, MONDAY, TUESDAY = date(2026, 3, 13), date(2026, 3, 16), date(2026, 3, 17)
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def settings_at(folder: Path, now: datetime = NOON, **sections: Any) -> Settings:
    """Return settings whose clock is set and whose arXiv is a closed port."""
    given: dict[str, Any] = {
        "arxiv": ArxivSettings(
            oai_url="http://127.0.0.1:9/oai",
            rss_url="http://127.0.0.1:9",
            query_url="http://127.0.0.1:9/api/query",
            limiter=folder / "limiter",
            categories=("cs.CV",),
        ),
        "database": DatabaseSettings(path=database(folder)),
        "classifier": ClassifierSettings(models=folder / "models", reports=folder / "reports"),
        "alerts": AlertsSettings(free_gigabytes=0),
        "mail": MailSettings(journal=folder / "mail"),
    }
    return Settings(**{**given, **sections}, now=now, root=folder)


def services_at(folder: Path, now: datetime = NOON, **sections: Any) -> Services:
    """Return services of these settings."""
    return open_services(settings_at(folder, now, **sections))


def silent_survey(folder: Path) -> OpenStore:
    """Return a survey that read feeds, and whose newest paper came on Friday, 13 March."""
    found = opener(folder)
    with found() as store:
        store.announcements.add(
            FRIDAY, ["cs.CV"], [], checked_at=datetime(2026, 3, 13, 12, tzinfo=UTC),
            calendar_quiet=True,
        )  # fmt: skip
        store.papers.upsert([make_paper()], seen_at=datetime(2026, 3, 13, 12, tzinfo=UTC))
    return found


def paper_arrives(open_store: OpenStore, at: datetime, arxiv_id: str = "2603.00777") -> None:
    """Store a new paper, which ends a silence."""
    with open_store() as store:
        store.papers.upsert([make_paper(arxiv_id)], seen_at=at)


@dataclass
class Ear:
    """A way of telling that remembers, and answers as it is set."""

    name: str = "ear"
    heard: list[Message] = field(default_factory=list)
    outcome: AlertKind = AlertKind.TOLD

    @property
    def way(self) -> Way:
        """The way."""
        return Way(self.name, self._tell)

    @property
    def causes(self) -> list[list[str]]:
        """Cause and kind of news of every message, sorted."""
        found = []
        for message in self.heard:
            alarms: Any = message.data["alarms"]
            found.append(sorted(f"{one['cause']} {one['what']}" for one in alarms))
        return found

    def _tell(self, message: Message) -> Told:
        self.heard.append(message)
        return Told(self.outcome, f"said {self.outcome.value}")


@dataclass
class Hook:
    """A web server that keeps what it is sent."""

    url: str = ""
    status: int = 200
    answer: bytes = b""
    #: (method, path, headers, body)
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def documents(self) -> list[Any]:
        """The JSON documents that were posted."""
        return [json.loads(body) for method, _, _, body in self.requests if method == "POST"]


@contextmanager
def hook_server() -> Iterator[Hook]:
    """Run the server on a free port of loopback."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hook.requests.append((self.command, self.path, dict(self.headers), body))
            self.send_response(hook.status)
            self.send_header("Content-Length", str(len(hook.answer)))
            self.end_headers()
            self.wfile.write(hook.answer)

        do_GET = do_POST = _take  # noqa: N815  # its own names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its own name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
