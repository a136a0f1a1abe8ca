"""Issues through the API: read, edited by two, built, approved, withdrawn."""

from datetime import UTC, datetime

import pytest

from config.roles import Role
from config.scopes import Scope
from tests.support.api import ApiClient, client_of, problem
from tests.support.review import START, ReviewSite

WEEK = "2026-W12"
AFTER = datetime(2026, 3, 24, 12, tzinfo=UTC)


@pytest.fixture
def editor(site: ReviewSite) -> ApiClient:
    """A client after the week in which a paper was approved."""
    site.fill(["2603.00001"])
    client = client_of(site)
    client.decide("2603.00001", "approved", sections=["make-image"])
    site.clock.now = AFTER  # type: ignore[attr-defined]
    return client


def test_issue_is_edited_built_approved_and_withdrawn(editor: ApiClient) -> None:
    issue = editor.get(f"/issues/{WEEK}").json()
    assert [one["arxiv_id"] for one in issue["papers"]] == ["2603.00001"]
    assert issue["state"] == "none"
    body = {"seen": issue["edition"], "lead": {"en": "A week."}, "notes": {"2603.00001": "New."}}
    edited = editor.post(f"/issues/{WEEK}/edits", body).json()
    assert (edited["lead"], edited["notes"]) == ({"en": "A week."}, {"2603.00001": "New."})
    built = editor.post(f"/issues/{WEEK}/build").json()
    assert built["state"] == "built"
    approved = editor.post(f"/issues/{WEEK}/approval", {"seen": built["digest"]})
    assert (approved.json()["state"], approved.json()["approved_by"]) == ("approved", "ada")
    assert [one["state"] for one in editor.get("/issues").json()["issues"]] == ["approved"]
    withdrawn = editor.send("DELETE", f"/issues/{WEEK}/approval").json()
    assert withdrawn["state"] == "built"
    problem(editor.send("DELETE", f"/issues/{WEEK}/approval"), 409)


def test_edits_of_two_are_joined_unless_they_touch_the_same(
    site: ReviewSite, editor: ApiClient
) -> None:
    seen = editor.get(f"/issues/{WEEK}").json()["edition"]
    other = client_of(site, person="bo")
    path = f"/issues/{WEEK}/edits"
    other.post(path, {"seen": seen, "lead": {"en": "Of bo."}})
    assert editor.post(path, {"seen": seen, "lead": {"zh": "周"}}).json()["lead"]["en"] == "Of bo."
    said = problem(editor.post(path, {"seen": seen, "lead": {"en": "Of ada."}}), 409)
    assert said["errors"] == [{"detail": "Of bo.", "pointer": "/lead/en"}]


def test_highlights_stay_unless_they_are_sent(editor: ApiClient) -> None:
    path = f"/issues/{WEEK}/edits"
    assert editor.post(path, {"highlights": ["2603.00001"]}).json()["highlights"] == ["2603.00001"]
    assert editor.post(path, {"lead": {"en": "x"}}).json()["highlights"] == ["2603.00001"]
    assert editor.post(path, {"highlights": []}).json()["highlights"] == []


def test_other_build_is_not_approved(editor: ApiClient) -> None:
    editor.post(f"/issues/{WEEK}/build")
    problem(editor.post(f"/issues/{WEEK}/approval", {"seen": "0" * 64}), 409)
    problem(editor.post(f"/issues/{WEEK}/edits", {"lead": {"en": "x" * 601}}), 422)
    problem(editor.post(f"/issues/{WEEK}/edits", {"notes": {"2603.09999": "x"}}), 404)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"lead": {"fr": "Une semaine."}}, "/lead/fr"),
        ({"notes": {"a/b~c": "x"}}, "/notes/a~1b~0c"),
        ({"highlights": ["nothing"]}, "/highlights/nothing"),
    ],
)
def test_fields_that_an_issue_lacks_are_named(
    editor: ApiClient, body: dict[str, object], pointer: str
) -> None:
    said = problem(editor.post(f"/issues/{WEEK}/edits", body), 422)
    assert said["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("week", ["2026-W53", "2030-W01", "nothing", "0000-W00"])
def test_week_that_does_not_exist_is_not_found(editor: ApiClient, week: str) -> None:
    problem(editor.get(f"/issues/{week}"), 404)


def test_issues_need_scope_and_role(site: ReviewSite, editor: ApiClient) -> None:
    path = f"/issues/{WEEK}/build"
    problem(client_of(site, Scope.READ, Scope.DECIDE).post(path), 403)
    with site.open_store() as store:
        store.accounts.add("ada", Role.REVIEWER, actor="root", at=START)
    said = problem(editor.post(path), 403)
    assert said["detail"] == "ada is reviewer, which does not allow `publish`."


def test_publishers_of_the_settings_are_asked(site: ReviewSite, editor: ApiClient) -> None:
    site.publishers = ("bo",)
    client = ApiClient(site.app(), editor.token)
    digest = client.post(f"/issues/{WEEK}/build").json()["digest"]
    problem(client.post(f"/issues/{WEEK}/approval", {"seen": digest}), 403)
