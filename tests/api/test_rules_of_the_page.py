"""What the page asks of a decision, the API asks too: a reason, and a draw that happened."""

import pytest

from config.schema import ReviewSettings
from storage.queue_filter import QueueFilter
from tests.support.api import ApiClient, client_of, problem
from tests.support.review import START, ReviewSite

PAPERS = [f"2603.{number:05}" for number in range(1, 8)]


@pytest.fixture
def filled(site: ReviewSite) -> ReviewSite:
    site.fill(PAPERS)
    return site


def test_rejection_needs_a_reason(filled: ReviewSite, client: ApiClient) -> None:
    said = problem(client.decide(PAPERS[0], reason=None), 422)
    assert said["type"].endswith(":missing-reason")
    assert said["errors"] == [{"detail": "A rejection needs a reason.", "pointer": "/reason"}]
    assert "off-topic" in said["hint"] or "other" in said["hint"]
    assert filled.decisions(PAPERS[0]) == []


def test_rejections_of_an_act_need_reasons(filled: ReviewSite, client: ApiClient) -> None:
    body = [
        {"arxiv_id": PAPERS[0], "verdict": "deferred"},
        {"arxiv_id": PAPERS[1], "verdict": "rejected", "reason": " "},
    ]
    said = problem(client.post("/acts", {"decisions": body}), 422)
    assert said["errors"][0]["pointer"] == "/decisions/1/reason"
    assert filled.decisions(PAPERS[0]) == []


def test_survey_without_reasons_asks_for_none(filled: ReviewSite) -> None:
    filled.settings = ReviewSettings(reasons=())
    assert client_of(filled).decide(PAPERS[0], reason=None).status_code == 201


def drawn(site: ReviewSite) -> list[str]:
    """Return the audit's sample."""
    with site.open_store() as store:
        sample = store.audit.sample(100)
    return ["approved"] * sample.approved + ["rejected"] * sample.rejected


def test_paper_of_the_random_order_belongs_to_the_sample(
    filled: ReviewSite, client: ApiClient
) -> None:
    listed = client.get("/queue?order=random&limit=2").json()["papers"]
    for one in listed:
        assert client.decide(one["arxiv_id"], drawn=True).status_code == 201
    assert drawn(filled) == ["rejected", "rejected"]


def test_chosen_paper_is_not_drawn(
    filled: ReviewSite, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.review.audit.DRAWN", 3)
    with filled.open_store() as store:
        order = store.queue.ids(QueueFilter(order="random"), limit=7, today=START.date())
    said = problem(client.decide(order[-1], drawn=True), 422)
    assert said["errors"][0]["pointer"] == "/drawn"
    assert drawn(filled) == []
    assert client.decide(order[-1]).status_code == 201


def test_decided_paper_is_not_drawn_again(filled: ReviewSite, client: ApiClient) -> None:
    client.decide(PAPERS[0], drawn=True)
    assert client.decide(PAPERS[0], drawn=True).json()["outcome"] == "unchanged"
    client.decide(PAPERS[1])
    client.decide(PAPERS[1], "deferred", drawn=True)
    assert drawn(filled) == ["rejected"]
