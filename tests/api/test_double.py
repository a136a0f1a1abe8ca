"""A double review through the API: words are kept, and no one learns of another's."""

from pathlib import Path

import pytest

from pipeline.review.double.rules import TeamRules
from tests.support.api import ApiClient, client_of, problem
from tests.support.review import ReviewSite, make_site

PAPER = "2603.00001"
READ = (
    f"/papers/{PAPER}",
    "/papers?search=study",
    f"/papers?search={PAPER}",
    "/queue",
    "/queue?order=newest&announced=newest",
    "/queue/summary",
    "/decisions",
    f"/decisions?arxiv_id={PAPER}",
    "/audit",
    "/published",
)


@pytest.fixture
def site(tmp_path: Path) -> ReviewSite:
    """A site on which two people read every paper."""
    site = make_site(tmp_path)
    site.rules = TeamRules(percent=100)
    site.fill([PAPER, "2603.00002", "2603.00003"])
    return site


@pytest.fixture
def ada(site: ReviewSite) -> ApiClient:
    return client_of(site)


@pytest.fixture
def bo(site: ReviewSite) -> ApiClient:
    return client_of(site, person="bo")


def test_first_word_is_kept_and_decides_nothing(site: ReviewSite, bo: ApiClient) -> None:
    answer = bo.decide(PAPER)
    assert answer.status_code == 202
    said = answer.json()
    assert (said["outcome"], said["decision"], said["word"]["reviewer"]) == ("kept", None, "bo")
    assert not site.decisions(PAPER)
    again = bo.decide(PAPER)
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")


def test_nothing_that_another_reads_changes_with_a_word(ada: ApiClient, bo: ApiClient) -> None:
    before = {path: ada.get(path).content for path in READ}
    word = bo.decide(PAPER, note="a secret of bo").json()["word"]["word_id"]
    act = [{"arxiv_id": "2603.00002", "verdict": "rejected", "reason": "other"}]
    act_id = bo.post("/acts", {"decisions": act}).json()["act_id"]
    assert {path: ada.get(path).content for path in READ} == before
    problem(ada.get(f"/decisions/{word}"), 404)
    problem(ada.post(f"/decisions/{word}/undo"), 404)
    assert "bo" not in ada.get(f"/acts/{act_id}").text
    assert ada.post(f"/acts/{act_id}/undo").json()["words"] == []


def test_own_word_leaves_the_own_queue(bo: ApiClient) -> None:
    bo.decide(PAPER)
    papers = bo.get("/queue").json()["papers"]
    assert PAPER not in [one["arxiv_id"] for one in papers]
    assert bo.get("/queue/summary").json()["selected"] == 2


def test_second_word_that_agrees_is_recorded(
    site: ReviewSite, ada: ApiClient, bo: ApiClient
) -> None:
    tag = ada.get(f"/papers/{PAPER}").headers["etag"]
    bo.decide(PAPER)
    body = {
        "arxiv_id": PAPER,
        "verdict": "rejected",
        "reason": "other",
        "seen": {"standing": "none"},
    }
    answer = ada.post("/decisions", body, if_match=tag)
    assert answer.status_code == 201
    assert [one.reviewer for one in site.decisions(PAPER)] == ["ada"]


def test_second_word_that_differs_is_answered_as_a_first(ada: ApiClient, bo: ApiClient) -> None:
    first = bo.decide(PAPER)
    second = ada.decide(PAPER, "approved", sections=["agents"])
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json().keys() == second.json().keys()
    assert first.json()["word"].keys() == second.json()["word"].keys()
    assert "bo" not in second.text


def test_own_word_is_taken_back(ada: ApiClient, bo: ApiClient) -> None:
    word = bo.decide(PAPER).json()["word"]["word_id"]
    undone = bo.post(f"/decisions/{word}/undo").json()
    assert (undone["outcome"], [one["word_id"] for one in undone["words"]]) == ("undone", [word])
    assert ada.decide(PAPER).status_code == 202


def test_words_of_an_act_are_named(site: ReviewSite, bo: ApiClient) -> None:
    act = [
        {"arxiv_id": key, "verdict": "rejected", "reason": "other"} for key in (PAPER, "2603.00002")
    ]
    answer = bo.post("/acts", {"decisions": act}, idempotency_key="k")
    assert answer.status_code == 202
    assert [one["arxiv_id"] for one in answer.json()["kept"]] == [PAPER, "2603.00002"]
    assert bo.post("/acts", {"decisions": act}, idempotency_key="k").json() == answer.json()
    undone = bo.post(f"/acts/{answer.json()['act_id']}/undo").json()
    assert len(undone["words"]) == 2
