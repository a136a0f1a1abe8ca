"""What `doctor` says of accounts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.roles import Role
from config.schema import ReviewSettings
from pipeline.review.accounts import acts
from pipeline.review.accounts.checks import checks
from tests.support.accounts import Hands, Team
from tests.support.review import START
from tests.support.services import make_services
from tests.support.storage import opener


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(opener(tmp_path), Hands())


def said(team: Team, **settings: Any) -> list[tuple[str, bool]]:
    services = make_services(team.open_store, team.clock())
    review = ReviewSettings.model_validate(settings)
    services = replace(services, settings=services.settings.model_copy(update={"review": review}))
    return [(finding.what + finding.remedy, finding.wrong) for finding in checks(services)]


def test_sound_accounts_give_no_finding(team: Team) -> None:
    assert said(team) == []
    team.add("ada", Role.ADMIN)
    assert said(team) == []
    assert said(team, hosts=("r.example.org",), trusted_proxies=("127.0.0.1",)) == []


def test_missing_admin_is_wrong(team: Team) -> None:
    team.add("ada", Role.ADMIN)
    with team.open_store() as store:  # as another program would
        store.accounts.disable("ada", actor="root", at=START)
    [(text, wrong)] = said(team)
    assert "is an admin" in text
    assert "reviewer role ada admin" in text
    assert wrong


def test_account_without_password_is_named_after_its_link(team: Team) -> None:
    team.add("ada", Role.ADMIN)
    team.add("bo", password="")
    with team.open_store() as store:
        acts.make_link(store, "bo", team.by(), lasts=timedelta(hours=24))
    assert said(team) == []
    assert isinstance(team.clock, Hands)
    team.clock.move(hours=25)
    [(text, wrong)] = said(team)
    assert "1 account has no password" in text
    assert "reviewer password bo --link" in text
    assert not wrong


def test_plain_http_and_names_without_a_proxy_are_told(team: Team) -> None:
    [(text, _)] = said(team, hosts=("r.example.org",))
    assert "no accounts" in text
    team.add("ada", Role.ADMIN)
    [(text, wrong)] = said(team, plain_http="allowed")
    assert "can be read on the way" in text
    assert not wrong
    [(text, wrong)] = said(team, hosts=("r.example.org",))
    assert "trusted_proxies" in text
    assert wrong
