"""`doctor` and the board say when too few people are present for double review."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from config.roles import Role
from config.team_schema import TeamSettings
from pipeline.review.checks import checks
from pipeline.review.double.rules import TeamRules
from storage.absences import Absence
from tests.support.api import ApiClient, token_of
from tests.support.review import START
from tests.support.services import make_services
from tests.support.storage import opener
from tests.support.team import Browser, make_team


def test_doctor_says_when_no_second_person_can_read(tmp_path: Path) -> None:
    open_store = opener(tmp_path)
    services = make_services(open_store, START)

    def said(percent: int = 20) -> list[str]:
        team = {"team": TeamSettings(double_review=percent)}
        stated = replace(services, settings=services.settings.model_copy(update=team))
        return [one.what for one in checks(stated) if one.check == "double review"]

    assert said() == []  # without accounts one person reads, as before
    with open_store() as store:
        for name in ("ada", "bo"):
            store.accounts.add(name, Role.ADMIN, actor="ada", at=START)
    assert said() == []
    with open_store() as store:
        store.absences.add(
            Absence("bo", START.date(), START.date() + timedelta(days=3)), actor="ada", at=START
        )
    [finding] = said()
    assert finding.startswith("1 person can read just now")
    assert said(percent=0) == []


def test_board_says_when_no_second_person_can_read(tmp_path: Path) -> None:
    place = make_team(tmp_path, "bo")
    place.site.rules = TeamRules(percent=20)
    ada = Browser(place.app())
    ada.log_in("ada")
    said = "1 person can read just now, and two must agree on some papers"
    api = ApiClient(ada.app, token_of(place.site))
    assert said not in ada.get("/board").text
    assert api.get("/team").json()["too_few"] is None
    with place.site.open_store() as store:
        store.absences.add(Absence("bo", START.date(), START.date()), actor="ada", at=START)
    assert said in ada.get("/board").text
    assert api.get("/team").json()["too_few"] == 1
