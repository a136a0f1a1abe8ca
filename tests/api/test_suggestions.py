"""Suggestions through the API: listed page by page, taken up, refused, answered, opened again."""

from datetime import timedelta

import pytest

from config.scopes import Scope
from pipeline.review.double.rules import TeamRules
from storage.suggestion_types import NewSuggestion, SuggestionKind
from storage.types import Verdict
from tests.support.api import ApiClient, client_of, problem
from tests.support.review import START, ReviewSite

PAPER, OTHER = "2603.00001", "2603.00002"


def suggest(site: ReviewSite, number: int, **changes: object) -> str:
    """Store a suggestion; return its ID."""
    stated = {
        "suggestion_id": f"{number:032x}",
        "kind": SuggestionKind.WRONG_SECTION,
        "arxiv_id": PAPER,
        "old_value": "make-image",
        "new_value": "cut-video",
        "note": "It edits.",
        "name": "Ada \u202eB",
    }
    new = NewSuggestion(**{**stated, **changes})  # type: ignore[arg-type]
    with site.open_store() as store:
        store.suggestions.add(new, START - timedelta(minutes=60 - number))
    return new.suggestion_id


@pytest.fixture
def asked(site: ReviewSite) -> ReviewSite:
    """A site on which an approved paper has suggestions."""
    site.fill([PAPER, OTHER])
    client_of(site).decide(PAPER, "approved", sections=["make-image"])
    for number in range(1, 4):
        suggest(site, number)
    suggest(site, 4, new_value="agents")
    return site


def test_suggestions_are_listed_page_by_page(asked: ReviewSite, client: ApiClient) -> None:
    found, path = [], "/suggestions?limit=3"
    while path:
        page = client.get(path).json()
        found += page["suggestions"]
        path = f"/suggestions?limit=3&cursor={page['next']}" if page["next"] else ""
    assert [int(one["suggestion_id"], 16) for one in found] == [4, 3, 2, 1]
    assert found[0]["name"] == "Ada B"
    assert found[0]["state"] == "waiting"
    assert found[0]["case"] == f"wrong-section:{PAPER}"


def test_suggestions_are_filtered(asked: ReviewSite, client: ApiClient) -> None:
    suggest(asked, 9, kind=SuggestionKind.MISSING_PAPER, arxiv_id=OTHER, new_value="")
    counts = {
        query: len(client.get(f"/suggestions?{query}").json()["suggestions"])
        for query in (
            "",
            "state=waiting",
            "state=applied",
            "kind=missing-paper",
            f"arxiv_id={PAPER}",
        )
    }
    assert list(counts.values()) == [5, 5, 0, 1, 4]
    problem(client.get("/suggestions?state=open"), 422)


def test_accepted_suggestion_becomes_a_decision(asked: ReviewSite, client: ApiClient) -> None:
    path = f"/suggestions/{1:032x}"
    tag = client.get(path).headers["etag"]
    seen = asked.decisions(PAPER)[-1].decision_id
    done = client.post(f"{path}/accept", {"seen": seen}, idempotency_key="k").json()
    assert (done["outcome"], done["decision"]["sections"]) == ("applied", ["cut-video"])
    # those who said the same are answered too, the one who said something else waits
    assert {int(one["suggestion_id"], 16) for one in done["suggestions"]} == {1, 2, 3}
    assert {one["state"] for one in done["suggestions"]} == {"applied"}
    assert client.post(f"{path}/accept", {"seen": seen}, idempotency_key="k").json() == done
    assert len(asked.decisions(PAPER)) == 2
    assert client.get(path, if_none_match=tag).status_code == 200
    assert client.get(f"/suggestions/{4:032x}").json()["state"] == "waiting"


def test_accepted_suggestion_is_taken_back(asked: ReviewSite, client: ApiClient) -> None:
    path = f"/suggestions/{1:032x}"
    client.post(f"{path}/accept", {"sections": ["agents"]})
    problem(client.post(f"{path}/accept", {}), 409)
    assert client.post(f"{path}/reopen").json()["outcome"] == "waiting"
    [standing] = [one for one in asked.decisions(PAPER) if one.undone_by is None]
    assert (standing.verdict, standing.sections) == (Verdict.APPROVED, ("make-image",))
    problem(client.post(f"{path}/reopen"), 409)


def test_suggestion_is_kept_where_two_must_agree(asked: ReviewSite) -> None:
    asked.rules = TeamRules(percent=100)
    path, body = f"/suggestions/{1:032x}/accept", {"sections": ["agents"]}
    first = client_of(asked).post(path, body, idempotency_key="k")
    assert (first.status_code, first.json()["outcome"]) == (202, "kept")
    assert first.json()["word"]["sections"] == ["agents"]
    assert client_of(asked).post(path, body, idempotency_key="k").json() == first.json()
    assert len(asked.decisions(PAPER)) == 1
    second = client_of(asked, person="bo").post(path, body).json()
    assert (second["outcome"], second["decision"]["sections"]) == ("applied", ["agents"])


def test_stale_suggestion_names_what_stands(asked: ReviewSite, client: ApiClient) -> None:
    said = problem(client.post(f"/suggestions/{1:032x}/accept", {"seen": "none"}), 409)
    assert said["type"].endswith(":stale")
    assert said["current"]["sections"] == ["make-image"]


def test_refusal_is_of_one_or_of_its_case(asked: ReviewSite, client: ApiClient) -> None:
    body = {"because": "It generates."}
    one = client.post(f"/suggestions/{1:032x}/refuse", body).json()
    assert [(each["state"], each["detail"]) for each in one["suggestions"]] == [
        ("refused", "It generates.")
    ]
    all_ = client.post(f"/suggestions/{2:032x}/refuse", {**body, "close": True, "whole_case": True})
    assert [each["state"] for each in all_.json()["suggestions"]] == ["closed"] * 3
    problem(client.post(f"/suggestions/{2:032x}/refuse", body), 409)
    problem(client.post(f"/suggestions/{2:032x}/refuse", {"because": ""}), 422)


def test_answer_settles_nothing(asked: ReviewSite, client: ApiClient) -> None:
    done = client.post(f"/suggestions/{1:032x}/answer", {"text": "Which?"}).json()
    assert [(one["answer"], one["state"]) for one in done["suggestions"]] == [("Which?", "waiting")]


def test_missing_paper_is_decided_not_accepted(asked: ReviewSite, client: ApiClient) -> None:
    key = suggest(asked, 9, kind=SuggestionKind.MISSING_PAPER, arxiv_id=OTHER, new_value="")
    said = problem(client.post(f"/suggestions/{key}/accept", {}), 422)
    assert "decided" in said["detail"]
    client.decide(OTHER)
    assert client.get(f"/suggestions/{key}").json()["state"] == "not-listed"


def test_unknown_suggestion_is_not_found(client: ApiClient) -> None:
    for path, body in (("", None), ("/accept", {}), ("/refuse", {"because": "x"})):
        address = f"/suggestions/{'0' * 32}{path}"
        answer = client.get(address) if body is None else client.post(address, body)
        problem(answer, 404)


def test_scopes_of_suggestions(asked: ReviewSite) -> None:
    reader = client_of(asked, Scope.READ)
    assert reader.get("/suggestions").status_code == 200
    problem(reader.post(f"/suggestions/{1:032x}/accept", {}), 403)
    decider = client_of(asked, Scope.DECIDE)
    problem(decider.post(f"/suggestions/{1:032x}/answer", {"text": "x"}), 403)
