"""What the service keeps of each person, and what roles allow."""

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request

from config.roles import Role
from config.schema import ReviewSettings
from pipeline.review.web.context import context_of, require, reviewer_of, role_of
from pipeline.review.web.people import ForbiddenError, People
from pipeline.review.web.visit import Visit, keep_visit
from tests.support.review import START, ReviewSite, make_site


def people(site: ReviewSite) -> People:
    return People(site.open_store, site.open_store, ReviewSettings(), site.clock, reviewer="ada")


def test_people_have_preferences_of_their_own(tmp_path: Path) -> None:
    known = people(make_site(tmp_path))
    ada, bo = known.named("ada", Role.ADMIN), known.named("bo", Role.REVIEWER)
    ada.preferences.change("language", lambda _own: '"zh"', START)
    ada.preferences.change("limit", lambda _own: "70", START)
    assert (ada.preferences.own().language, bo.preferences.own().language) == ("zh", "auto")
    assert (ada.limits.likely_from, bo.limits.likely_from) == (0.7, 0.5)
    assert known.named("ada", Role.REVIEWER).preferences is ada.preferences


def test_people_have_visits_of_their_own(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    known = people(site)
    ada, bo = known.named("ada", Role.ADMIN), known.named("bo", Role.REVIEWER)
    ada.preferences.note_visit(START)
    with site.open_store() as store:
        later = START + timedelta(days=1)
        assert (ada.visited_at(store, later), bo.visited_at(store, later)) == (START, None)


def test_one_person_without_accounts_may_do_everything(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    request = Request({"type": "http", "app": site.app("ada"), "headers": []})
    with pytest.raises(AssertionError):
        reviewer_of(request)  # nobody who has not passed `access` is somebody
    keep_visit(request, Visit(person=context_of(request).people.only))
    assert (reviewer_of(request), role_of(request)) == ("ada", Role.ADMIN)
    require(request, Role.ADMIN)


def test_missing_role_is_named_with_the_remedy() -> None:
    error = ForbiddenError("bo", Role.REVIEWER, Role.ADMIN)
    assert error.message == "bo is a reviewer; this needs an admin."
    assert "An admin of this survey" in error.hint
