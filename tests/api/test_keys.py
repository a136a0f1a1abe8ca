"""Every operation that writes takes an Idempotency-Key: it acts once, and answers the same."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from pipeline.review.api.table import OPERATIONS
from tests.support.api import ApiClient, client_of, problem
from tests.support.review import ReviewSite

WEEK = "2026-W12"
AFTER = datetime(2026, 3, 24, 12, tzinfo=UTC)


def test_every_operation_that_writes_takes_a_key() -> None:
    assert [one.name for one in OPERATIONS if one.keyed is (one.method == "GET")] == []


@pytest.fixture
def editor(site: ReviewSite) -> ApiClient:
    """A client after the week in which a paper was approved."""
    site.fill(["2603.00001"])
    client = client_of(site)
    client.decide("2603.00001", "approved", sections=["make-image"])
    site.clock.now = AFTER  # type: ignore[attr-defined]
    return client


def test_acts_on_an_issue_happen_once(editor: ApiClient) -> None:
    path = f"/issues/{WEEK}"
    steps = [
        ("POST", f"{path}/edits", {"lead": {"en": "A week."}}),
        ("POST", f"{path}/build", None),
        ("POST", f"{path}/approval", {"seen": ""}),
        ("DELETE", f"{path}/approval", None),
    ]
    for number, (method, address, sent) in enumerate(steps):
        body: Mapping[str, object] | None = sent
        headers = {"idempotency-key": f"key-{number}"}
        if body and "seen" in body:
            body = {"seen": editor.get(path).json()["digest"]}
        first = editor.send(method, address, json=body, headers=headers)
        assert first.status_code == 200, first.text
        # the second withdrawal alone would be a conflict, the second build another act
        again = editor.send(method, address, json=body, headers=headers)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["idempotent-replayed"] == "true"
    problem(editor.send("DELETE", f"{path}/approval"), 409)


def test_key_of_another_act_on_an_issue_is_refused(editor: ApiClient) -> None:
    path = f"/issues/{WEEK}/build"
    assert editor.post(path, idempotency_key="k").status_code == 200
    said = problem(
        editor.post(f"/issues/{WEEK}/edits", {"lead": {"en": "x"}}, idempotency_key="k"), 422
    )
    assert said["type"].endswith(":key-reused")


def test_refused_act_on_an_issue_uses_no_key_and_changes_nothing(editor: ApiClient) -> None:
    body = {"lead": {"en": "x"}, "notes": {"2603.09999": "unknown"}}
    problem(editor.post(f"/issues/{WEEK}/edits", body, idempotency_key="k"), 404)
    assert editor.get(f"/issues/{WEEK}").json()["lead"] == {}
    good = {"lead": {"en": "x"}}
    assert editor.post(f"/issues/{WEEK}/edits", good, idempotency_key="k").status_code == 200


def test_token_is_revoked_once(site: ReviewSite, client: ApiClient) -> None:
    client_of(site)
    [other] = [
        one["token_id"]
        for one in client.get("/tokens").json()["tokens"]
        if one["token_id"] != client.get("/me").json()["token"]["token_id"]
    ]
    headers = {"idempotency-key": "k"}
    first = client.send("DELETE", f"/tokens/{other}", headers=headers)
    again = client.send("DELETE", f"/tokens/{other}", headers=headers)
    assert (first.json(), again.headers["idempotent-replayed"]) == (again.json(), "true")


def test_claim_with_a_key_answers_the_same(site: ReviewSite) -> None:
    site.fill(["2603.00001"])
    client = client_of(site)
    first = client.send("PUT", "/claims/2603.00001", json={}, headers={"idempotency-key": "k"})
    again = client.send("PUT", "/claims/2603.00001", json={}, headers={"idempotency-key": "k"})
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["idempotent-replayed"] == "true"
