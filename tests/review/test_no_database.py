"""A database that goes while the service runs: every address says so, without its path."""

import logging
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from config.errors import LivingSurveyError
from pipeline.review.unusable import unusable
from pipeline.runtime.fault_log import FaultLog
from pipeline.runtime.services import NoDatabaseError
from storage.engine.interrupted import check_not_gone, own_files
from storage.errors import StorageError, StoreBusyError, StoreDamagedError
from storage.store import Store
from tests.review.test_every_route import FORMS, PAGES, SCOPES, filled
from tests.support.api import ApiClient, token_of
from tests.support.team import Browser, TeamSite, make_team

MONITORING = ("/health", "/ready", "/metrics")


@pytest.fixture
def team(tmp_path: Path) -> TeamSite:
    place = make_team(tmp_path)
    opened = place.site.open_store

    def checked() -> AbstractContextManager[Store]:
        check_not_gone(place.path, own_files(place.path))
        return opened()

    place.site.open_store = checked
    return place


def test_every_address_says_that_the_database_is_missing(
    team: TeamSite, caplog: pytest.LogCaptureFixture
) -> None:
    token = token_of(team.site)
    app = team.app()
    browser = Browser(app)
    assert browser.log_in("ada").status == 303
    form = browser.token()
    kept = team.path.with_suffix(".away")
    team.path.rename(kept)
    client = ApiClient(app, token)
    pages = {path: browser.get(filled(path)) for path in PAGES if path not in MONITORING}
    pages |= {f"POST {path}": browser.post(filled(path), {"token": form}) for path, _ in FORMS}
    answers = {one: client.send(one[0], filled(one[1])) for one in SCOPES}
    assert {page.status for page in pages.values()} == {503}
    assert {answer.status_code for answer in answers.values()} == {503}
    for page in pages.values():
        assert "The database is missing." in page.text
        assert "`" not in page.text
        assert str(team.path.parent) not in page.response.text
    for answer in answers.values():
        assert answer.json()["detail"] == "The database is missing."
        assert answer.headers["retry-after"] == "5"
        assert str(team.path.parent) not in answer.text
    assert not team.path.exists()
    logged = [record.error for record in caplog.records if "cannot be used" in record.message]  # type: ignore[attr-defined]
    assert str(team.path) in logged[0]
    assert len(logged) < len(pages)
    kept.rename(team.path)
    assert browser.get("/queue").status == 200
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("error", "said", "lines"),
    [
        (StoreBusyError("7 holds it"), "The database is busy.", 0),
        (NoDatabaseError("no file"), "The database is missing.", 1),
        (StoreDamagedError("bad block"), "The database is damaged.", 1),
        (StorageError("no permission"), "The database cannot be used.", 1),
    ],
)
def test_cause_is_logged_and_its_kind_is_said(
    error: LivingSurveyError, said: str, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert unusable(error) == said
        assert unusable(error) == said
    assert len(caplog.records) == lines


def test_same_fault_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    faults = FaultLog(logging.getLogger("faults"), lambda: now[0])
    for now[0] in (0.0, 0.0, 1.0, 59.0, 61.0):
        faults.write("failed", StorageError("one"))
    faults.write("failed", StorageError("another"))
    said = [record.error for record in caplog.records]  # type: ignore[attr-defined]
    assert said == ["one", "one", "another"]
