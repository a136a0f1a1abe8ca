"""A survey with a published issue and confirmed readers, and a sender that does not wait."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from config.mail_schema import MailSettings
from config.publish_schema import DigestSettings, PublishSettings
from config.schema import DatabaseSettings, Settings, SurveySettings
from config.subscribers_schema import SubscribersSettings
from pipeline.publish.digest.week import Week
from pipeline.publish.mail.mailing import Asked, of_week
from pipeline.publish.mail.opening import open_post
from pipeline.publish.mail.post import Post
from pipeline.publish.mail.send import SendReport, send
from pipeline.publish.subscribers.address import address_key
from pipeline.publish.subscribers.keys import subscriber_keys
from pipeline.publish.targets import recorded_target
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services, open_services
from storage.engine.instants import to_utc
from storage.engine.parameters import rows_json
from storage.store import Store
from storage.types import Paper
from tests.support.builders import make_decision, make_paper
from tests.support.built_once import build_once
from tests.support.cli import Survey, survey_at, survey_in_process
from tests.support.publish import published
from tests.support.storage import migrated

MONDAY = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
#: the day after the week 2026-W12
NOW = datetime(2026, 3, 23, 6, 0, tzinfo=UTC)
W12 = Week(2026, 12)
PAGES = "https://pages.survey.example"
SITE = "https://survey.example/digests"
SENDER = "survey@survey.example"
IMAGE, AGENTS, VIDEO = "generation-image-llm-based", "agents", "understanding-video"

_CONTACTS = """
INSERT INTO subscriber_contact
SELECT subscriber_id, address, address_key, added_at
FROM (SELECT unnest(from_json($rows, '[{"subscriber_id": "VARCHAR", "address": "VARCHAR",
      "address_key": "VARCHAR", "added_at": "TIMESTAMP"}]'), recursive := true))
"""
_EVENTS = """
INSERT INTO subscriber_event
SELECT (SELECT coalesce(max(seq), 0) FROM subscriber_event) + row_number() OVER (), subscriber_id,
       'confirmed', 'page', subscriber_id || '-c', 'I agree.', added_at, language, sections, rhythm,
       NULL, added_at, NULL
FROM (SELECT unnest(from_json($rows, '[{"subscriber_id": "VARCHAR", "language": "VARCHAR",
      "sections": ["VARCHAR"], "rhythm": "VARCHAR", "added_at": "TIMESTAMP"}]'),
      recursive := true))
"""


@dataclass(frozen=True)
class Person:
    """A confirmed reader."""

    address: str
    language: str = "en"
    sections: tuple[str, ...] = ()
    rhythm: str = "weekly"

    @property
    def subscriber_id(self) -> str:
        """The ID, which is readable here."""
        return self.address.partition("@")[0].encode("ascii", "replace").decode().replace("?", "_")


def people(number: int) -> list[Person]:
    """Return so many readers, in the order in which they get mail."""
    return [Person(f"r{one:04}@reader.example") for one in range(number)]


def add_people(store: Store, those: Iterable[Person], salt: bytes) -> None:
    """Store confirmed readers."""
    rows = [
        {
            "subscriber_id": one.subscriber_id,
            "address": one.address,
            "address_key": address_key(one.address, salt),
            "added_at": to_utc(MONDAY - timedelta(days=30)),
            "language": one.language,
            "sections": list(one.sections),
            "rhythm": one.rhythm,
        }
        for one in those
    ]
    with store.transaction():
        store._session.write(_CONTACTS, {"rows": rows_json(rows)})
        store._session.write(_EVENTS, {"rows": rows_json(rows)})


@dataclass(frozen=True)
class MailScene:
    """A survey, and the server that takes its mails."""

    directory: Path
    settings: Settings
    now: datetime = NOW

    @cached_property
    def services(self) -> Services:
        """Services with a fixed clock."""
        return replace(open_services(self.settings), clock=lambda: self.now)

    def at(self, now: datetime) -> "MailScene":
        """Return the same survey at another time."""
        return replace(self, now=now)

    def with_mail(self, **mail: Any) -> "MailScene":
        """Return the same survey with other [mail] settings."""
        changed = self.settings.mail.model_copy(update=mail)
        return replace(self, settings=self.settings.model_copy(update={"mail": changed}))

    def add(self, *those: Person) -> None:
        """Store confirmed readers."""
        with self.services.open_store() as store:
            add_people(store, those, subscriber_keys(self.settings.database.path).salt)

    def approve(
        self, papers: Sequence[Paper], sections: Sequence[str], at: datetime = MONDAY
    ) -> None:
        """Store papers and approve them in turn into the sections."""
        with self.services.open_store() as store:
            store.papers.upsert(papers, seen_at=at)
            store.decisions.add(
                [
                    make_decision(
                        one.arxiv_id,
                        decided_at=at + timedelta(seconds=number),
                        sections=(sections[number % len(sections)],),
                    )
                    for number, one in enumerate(papers)
                ]
            )

    def survey(self, *, in_process: bool = True) -> Survey:
        """Return the survey for commands, with its settings in a file."""
        lines = []
        for section in ("survey", "database", "digest", "publish", "subscribers", "mail"):
            values = getattr(self.settings, section).model_dump(mode="json", exclude_unset=True)
            lines += [f"[{section}]", *(f"{key} = {json.dumps(v)}" for key, v in values.items())]
        (self.directory / "living-survey.toml").write_text("\n".join(lines), encoding="utf-8")
        make = survey_in_process if in_process else survey_at
        return make(self.directory, url="http://127.0.0.1:9", now=self.now.isoformat())

    def publish(self, week: Week = W12) -> None:
        """Publish an issue."""
        report = published(self.services, recorded_target(f"digest:{week}", self.settings))
        assert report.exit_status == 0, report

    def post(self) -> Post:
        """Return what sending needs; nothing waits."""
        return open_post(self.services, {}, monotonic=lambda: 0.0, wait=lambda _: None)

    def send(
        self,
        asked: Asked | None = None,
        *,
        post: Post | None = None,
        late: bool = False,
        corrected: bool = False,
    ) -> SendReport:
        """Send an issue."""
        return send(
            self.services,
            Run(),
            post or self.post(),
            asked or of_week(W12),
            late=late,
            corrected=corrected,
        )


def make_scene(
    directory: Path,
    port: int = 9,
    *,
    those: Iterable[Person] = (),
    papers: Sequence[Paper] | None = None,
    sections: Sequence[str] = (IMAGE, AGENTS),
    **mail: Any,
) -> MailScene:
    """Return a survey whose issue 2026-W12 is published, with these readers."""
    if papers is None:
        papers = [make_paper(f"2603.0000{n}") for n in range(1, 5)]
    build_once(directory, _publish_issue, tuple(papers), tuple(sections))
    scene = MailScene(directory, _settings(directory, port, **mail))
    scene.add(*those)
    return scene


def _publish_issue(directory: Path, papers: Sequence[Paper], sections: Sequence[str]) -> None:
    settings = _settings(directory)
    migrated(settings.database.path)
    scene = MailScene(directory, settings)
    scene.approve(papers, sections)
    scene.publish()


def _settings(directory: Path, port: int = 9, **mail: Any) -> Settings:
    """Return the settings of a scene; only those of [mail] differ, which no issue shows."""
    return Settings(
        root=directory,
        survey=SurveySettings(title="Talking Pictures: A Survey"),
        database=DatabaseSettings(path=directory / "survey.duckdb"),
        digest=DigestSettings(output=directory / "digests", languages=("en", "zh")),
        publish=PublishSettings(
            base_url=SITE, list_url="https://survey.example/list", editor="Ada Vole"
        ),
        subscribers=SubscribersSettings(url=PAGES),
        mail=MailSettings.model_validate(
            {
                "host": "127.0.0.1",
                "port": port,
                "security": "none",
                "from_address": SENDER,
                "timeout_seconds": 30.0,
                "per_minute": 0,
                "journal": directory / "mail",
                **mail,
            }
        ),
    )
