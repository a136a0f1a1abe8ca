"""The board, assignments, absences, claims, conflicts and the trail through the API."""

from pathlib import Path

import pytest

from config.roles import Role
from config.scopes import Scope
from pipeline.review.double.rules import TeamRules
from storage.claims import Claims
from tests.support.api import ApiClient, client_of, problem
from tests.support.review import ReviewSite
from tests.support.storage import database
from tests.support.team import TeamSite, make_team

PAPERS = [f"2603.{number:05}" for number in range(1, 5)]


@pytest.fixture
def team(tmp_path: Path) -> TeamSite:
    """An admin ada and a reviewer bo, with papers."""
    place = make_team(tmp_path, "bo")
    place.site.claims = Claims(database(tmp_path))
    place.site.fill(PAPERS)
    return place


@pytest.fixture
def ada(team: TeamSite) -> ApiClient:
    return client_of(team.site)


@pytest.fixture
def bo(team: TeamSite) -> ApiClient:
    return client_of(team.site, Scope.READ, Scope.DECIDE, person="bo")


def test_section_is_assigned_and_released(ada: ApiClient, bo: ApiClient) -> None:
    body = {"person": "bo", "sections": ["make-image"]}
    made = ada.post("/assignments", body, idempotency_key="k")
    [one] = made.json()["assignments"]
    assert (made.status_code, one["person"], one["section"]) == (201, "bo", "make-image")
    assert ada.post("/assignments", body, idempotency_key="k").json() == made.json()
    assert ada.post("/assignments", body).status_code == 200
    [row] = [row for row in bo.get("/team").json()["people"] if row["person"] == "bo"]
    assert (row["sections"], row["waiting"]) == (["make-image"], len(PAPERS))
    gone = ada.send("DELETE", f"/assignments/{one['assignment']}")
    assert gone.json()["assignment"] == one["assignment"]
    assert bo.get("/assignments").json() == {"assignments": []}
    problem(ada.send("DELETE", f"/assignments/{one['assignment']}"), 404)


def test_batch_is_assigned(ada: ApiClient) -> None:
    made = ada.post("/assignments", {"person": "bo", "batch": 2}).json()["assignments"]
    assert [one["papers"] for one in made] == [PAPERS[:2]]


@pytest.mark.parametrize(
    "body",
    [
        {"person": "bo"},
        {"person": "nobody", "sections": ["make-image"]},
        {"person": "bo", "sections": ["no-such"]},
        {"person": "bo", "sections": ["no-such"], "batch": 1},
        {"person": "bo", "sections": ["make-image", "agents"], "batch": 1},
    ],
)
def test_wrong_assignment_is_refused(ada: ApiClient, body: dict[str, object]) -> None:
    problem(ada.post("/assignments", body), 422)
    assert ada.get("/assignments").json() == {"assignments": []}


def test_only_admins_assign(bo: ApiClient) -> None:
    problem(bo.post("/assignments", {"person": "bo", "batch": 1}), 403)


def test_people_note_their_own_absences(ada: ApiClient, bo: ApiClient) -> None:
    noted = bo.post("/absences", {"first_day": "2026-01-01"}).json()
    assert (noted["person"], noted["first_day"]) == ("bo", "2026-01-01")
    problem(bo.post("/absences", {"last_day": "1999-01-01"}), 422)
    [row] = [row for row in ada.get("/team").json()["people"] if row["person"] == "bo"]
    assert row["away"] is True
    problem(bo.post("/absences", {"person": "ada"}), 403)
    problem(bo.post("/absences/end", {"person": "ada"}), 403)
    assert ada.post("/absences/end", {"person": "bo"}).json()["ended"] == 1
    assert bo.post("/absences/end", {}).json()["ended"] == 0


def test_paper_is_claimed_by_one(ada: ApiClient, bo: ApiClient) -> None:
    path = f"/claims/{PAPERS[0]}"
    mine = bo.send("PUT", path, json={}).json()["claim"]
    assert (mine["person"], mine["ahead"]) == ("bo", False)
    assert problem(ada.send("PUT", path, json={}), 409)["type"].endswith(":claimed")
    assert [one["person"] for one in ada.get("/claims").json()["claims"]] == ["bo"]
    assert ada.send("PUT", path, json={"over": True}).json()["claim"]["person"] == "ada"
    bo.send("DELETE", path)  # no longer bo's to end
    assert [one["person"] for one in bo.get("/claims").json()["claims"]] == ["ada"]
    ada.send("DELETE", path)
    assert bo.get("/claims").json() == {"claims": []}


def test_address_names_a_paper_in_any_notation(ada: ApiClient, bo: ApiClient) -> None:
    path = f"/claims/https://arxiv.org/abs/{PAPERS[0]}v1"
    assert ada.send("PUT", path, json={}).json()["claim"]["arxiv_id"] == PAPERS[0]
    problem(bo.send("PUT", f"/claims/arXiv:{PAPERS[0]}", json={}), 409)
    assert ada.send("DELETE", path).json() == {"claim": None}
    assert bo.get("/claims").json()["claims"] == []


def test_decision_ends_the_claim(bo: ApiClient) -> None:
    bo.send("PUT", f"/claims/{PAPERS[0]}", json={})
    bo.decide(PAPERS[0])
    assert bo.get("/claims").json() == {"claims": []}
    problem(bo.send("PUT", f"/claims/{PAPERS[0]}", json={}), 404)


def test_one_person_alone_claims_nothing(site: ReviewSite, tmp_path: Path) -> None:
    site.claims = Claims(database(tmp_path))
    site.fill(PAPERS)
    assert client_of(site).send("PUT", f"/claims/{PAPERS[0]}", json={}).json() == {"claim": None}


def test_conflict_is_decided_by_a_third(tmp_path: Path) -> None:
    place = make_team(tmp_path, "bo", "cy")
    place.team.add("pat", Role.PUBLISHER)
    place.site.rules = TeamRules(percent=100)
    place.site.fill(PAPERS)
    bo, cy, pat = (
        client_of(place.site, Scope.READ, Scope.DECIDE, person=name) for name in ("bo", "cy", "pat")
    )
    for key in PAPERS[:2]:
        bo.decide(key, "approved", sections=["make-image"])
        cy.decide(key)
    page = pat.get("/conflicts?limit=1").json()
    [one] = page["conflicts"]
    assert (one["arxiv_id"], one["yours"]) == (PAPERS[0], True)
    assert [word["reviewer"] for word in one["words"]] == ["bo", "cy"]
    [second] = pat.get(f"/conflicts?limit=1&cursor={page['next']}").json()["conflicts"]
    assert second["arxiv_id"] == PAPERS[1]
    assert bo.get("/conflicts").json()["conflicts"][0]["yours"] is False
    path = f"/conflicts/{PAPERS[0]}"
    word = {"verdict": "approved", "sections": ["agents"], "content_hash": one["content_hash"]}
    problem(bo.post(path, word), 403)
    problem(pat.post(path, {"verdict": "rejected"}), 422)
    problem(pat.post(path, {**word, "content_hash": "0" * 64}), 409)
    done = pat.post(path, word, idempotency_key="k")
    assert (done.status_code, done.json()["decision"]["sections"]) == (201, ["agents"])
    assert pat.post(path, word, idempotency_key="k").json() == done.json()
    problem(pat.post(path, word), 404)


def test_trail_is_read_by_admins_page_by_page(ada: ApiClient, bo: ApiClient) -> None:
    problem(bo.get("/trail"), 403)
    ada.post("/assignments", {"person": "bo", "sections": ["agents"]})
    page = ada.get("/trail?limit=2").json()
    assert page["acts"][0]["act"] == "section.assigned"
    following = ada.get(f"/trail?limit=2&cursor={page['next']}").json()["acts"]
    assert following[0]["seq"] == page["acts"][-1]["seq"] - 1
    assert {one["subject"] for one in ada.get("/trail?about=agents").json()["acts"]} == {"agents"}
