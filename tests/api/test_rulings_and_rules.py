"""Rulings and rules through the API."""

from pathlib import Path

import pytest

from config.roles import Role
from config.rules_schema import Rule
from config.schema import ReviewSettings
from config.scopes import Scope
from pipeline.review.rules.fitness import fingerprint
from storage.rule_types import Pair, RuleReplay
from tests.support.api import ApiClient, client_of, problem
from tests.support.review import START, ReviewSite
from tests.support.team import make_team

PAPERS = [f"2603.{number:05}" for number in range(1, 5)]
RULE = Rule(id="far", scope_below=5, no_words=True)


@pytest.fixture
def decided(site: ReviewSite) -> ReviewSite:
    """Papers, all but the last of them approved."""
    site.fill(PAPERS)
    client = client_of(site)
    for key in PAPERS[:-1]:
        client.decide(key, "approved", sections=["make-image"])
    return site


def put(client: ApiClient, key: str, sentence: str = "Why.", **headers: str) -> object:
    """Send a ruling; return its outcome."""
    return client.send(
        "PUT", f"/rulings/{key}", json={"sentence": sentence}, headers=headers
    ).json()["outcome"]


def test_ruling_is_made_revised_and_withdrawn(decided: ReviewSite, client: ApiClient) -> None:
    key = PAPERS[0]
    assert put(client, key, idempotency_key="k") == "made"
    assert put(client, key, idempotency_key="k") == "made"
    assert put(client, key) == "unchanged"
    assert put(client, key, "Because.") == "revised"
    found = client.get(f"/rulings/{key}")
    assert (found.json()["sentence"], found.json()["ruled_by"]) == ("Because.", "ada")
    assert client.get(f"/rulings/{key}", if_none_match=found.headers["etag"]).status_code == 304
    assert client.send("DELETE", f"/rulings/{key}").json()["outcome"] == "withdrawn"
    problem(client.send("DELETE", f"/rulings/{key}"), 409)
    assert client.get("/rulings").json()["rulings"] == []
    [gone] = client.get("/rulings?standing=false").json()["rulings"]
    assert gone["stands"] is False


def test_ruling_is_found_in_any_notation_of_its_paper(
    decided: ReviewSite, client: ApiClient
) -> None:
    written = f"https://arxiv.org/abs/{PAPERS[0]}v1"
    assert put(client, written) == "made"
    assert put(client, PAPERS[0]) == "unchanged"
    assert client.get(f"/rulings/{written}").json()["arxiv_id"] == PAPERS[0]


def test_rulings_are_listed_page_by_page(decided: ReviewSite, client: ApiClient) -> None:
    for key in PAPERS[:3]:
        put(client, key)
    first = client.get("/rulings?limit=2&section=make-image").json()
    path = f"/rulings?limit=2&section=make-image&cursor={first['next']}"
    second = client.get(path).json()
    listed = [one["arxiv_id"] for one in (*first["rulings"], *second["rulings"])]
    assert (listed, second["next"]) == (PAPERS[2::-1], None)
    assert client.get("/rulings?section=agents").json()["rulings"] == []


def test_undecided_paper_has_no_ruling(decided: ReviewSite, client: ApiClient) -> None:
    path = f"/rulings/{PAPERS[-1]}"
    problem(client.send("PUT", path, json={"sentence": "Why."}), 422)
    problem(client.get(path), 404)
    problem(client.send("DELETE", path), 404)
    problem(client.send("PUT", path, json={"sentence": " "}), 422)


def test_reviewers_make_no_rulings(tmp_path: Path) -> None:
    place = make_team(tmp_path, "bo")
    place.team.add("pat", Role.PUBLISHER)
    place.site.fill(PAPERS)
    bo = client_of(place.site, Scope.READ, Scope.DECIDE, person="bo")
    bo.decide(PAPERS[0], "approved", sections=["agents"])
    problem(bo.send("PUT", f"/rulings/{PAPERS[0]}", json={"sentence": "Why."}), 403)
    pat = client_of(place.site, Scope.PUBLISH, person="pat")
    assert put(pat, PAPERS[0]) == "made"


def test_rule_is_shown_with_its_replay(site: ReviewSite) -> None:
    site.settings = ReviewSettings(rules=(RULE,))
    client = client_of(site)
    [before] = client.get("/rules").json()["rules"]
    assert (before["acts"], before["replay"]) == (False, None)
    assert before["signals"] == ["model", "words"]
    made = RuleReplay(
        rule="far",
        fingerprint=fingerprint(RULE, site.taxonomy),
        decided=1000,
        approved=300,
        missing=2,
        acted=612,
        wrong=("2603.00001", "2603.00002"),
        low=0.001,
        high=0.0117,
        pairs=(Pair("model", "words", 300, 3, 5, 2, 0.4),),
        person="ada",
        happened_at=START,
    )
    with site.open_store() as store:
        store.rules.add_replay(made)
    answer = client.get("/rules/far")
    replay = answer.json()["replay"]
    assert (replay["acted"], replay["wrong"]) == (612, ["2603.00001", "2603.00002"])
    assert replay["may_act"] is False
    assert "correlation 0.40" in replay["cause"]
    assert client.get("/rules/far", if_none_match=answer.headers["etag"]).status_code == 304
    problem(client.get("/rules/near"), 404)
