"""Decisions through the API: the rules of the pages, once for each key, never twice."""

import threading
from pathlib import Path

import pytest

from tests.support.api import ApiClient, client_of, problem
from tests.support.builders import make_paper, make_prediction
from tests.support.review import ReviewSite, Visitor, scores
from tests.support.storage import start_process

PAPERS = [f"2603.0000{number}" for number in range(1, 6)]


@pytest.fixture
def filled(site: ReviewSite) -> ReviewSite:
    """The site with five waiting papers."""
    site.fill(PAPERS)
    return site


def test_decision_is_recorded_under_the_tokens_person(filled: ReviewSite) -> None:
    client = client_of(filled, person="bo")
    answer = client.decide(PAPERS[0], "approved", sections=["make-image"], note="why not")
    assert answer.status_code == 201
    said = answer.json()["decision"]
    assert (said["reviewer"], said["sections"], said["note"]) == ("bo", ["make-image"], "why not")
    assert answer.headers["location"] == f"/api/v1/decisions/{said['decision_id']}"
    [recorded] = filled.decisions(PAPERS[0])
    assert recorded.decision_id == said["decision_id"]


def test_page_and_api_see_each_others_decisions(filled: ReviewSite, client: ApiClient) -> None:
    client.decide(PAPERS[0])
    assert PAPERS[0] not in Visitor(client.app).get("/queue").ids
    assert PAPERS[0] not in [one["arxiv_id"] for one in client.get("/queue").json()["papers"]]


def test_same_decision_again_is_unchanged(filled: ReviewSite, client: ApiClient) -> None:
    first, again = client.decide(PAPERS[0]), client.decide(PAPERS[0])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["outcome"] == "unchanged"
    assert len(filled.decisions(PAPERS[0])) == 1


def test_stale_decision_answers_with_the_one_that_stands(
    filled: ReviewSite, client: ApiClient
) -> None:
    client.decide(PAPERS[0])
    said = problem(client.decide(PAPERS[0], "deferred", seen={"standing": "none"}), 409)
    assert said["type"].endswith(":stale")
    assert said["current"]["verdict"] == "rejected"
    changed = client.decide(PAPERS[1], seen={"content_hash": "0" * 64})
    assert "current" not in problem(changed, 409)
    seen = client.get(f"/papers/{PAPERS[1]}").json()["content_hash"]
    assert client.decide(PAPERS[1], seen={"content_hash": seen}).status_code == 201


def test_if_match_compares_the_paper(filled: ReviewSite, client: ApiClient) -> None:
    tag = client.get(f"/papers/{PAPERS[0]}").headers["etag"]
    body = {"arxiv_id": PAPERS[0], "verdict": "rejected", "reason": "other"}
    weak = client.post("/decisions", body, if_match=f"W/{tag}")
    problem(weak, 412)
    assert client.post("/decisions", body, if_match=f'"x", {tag}').status_code == 201
    late = client.post("/decisions", {**body, "verdict": "deferred"}, if_match=tag)
    assert problem(late, 412)["current"]["verdict"] == "rejected"
    assert late.headers["etag"] == client.get(f"/papers/{PAPERS[0]}").headers["etag"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"verdict": "approved"}, "/sections"),
        ({"verdict": "approved", "sections": ["make-imag"]}, "/sections"),
        ({"verdict": "rejected", "reason": "no-such"}, "/reason"),
        ({"verdict": "maybe"}, "/verdict"),
        ({"verdict": "rejected", "sections": "make-image"}, "/sections"),
        ({"verdict": "rejected", "reason": "other", "note": "x" * 2001}, "/note"),
        ({"verdict": "rejected", "reason": "other", "seen": {"standing": 1}}, "/seen/standing"),
        (
            {"verdict": "rejected", "reason": "other", "accept_suggestion": True},
            "/accept_suggestion",
        ),
        ({"verdict": "deferred", "return_on": "tomorrow"}, "/return_on"),
        (
            {"verdict": "rejected", "reason": "other", "until_new_version": "yes"},
            "/until_new_version",
        ),
    ],
)
def test_wrong_member_is_pointed_at(
    filled: ReviewSite, client: ApiClient, body: dict[str, object], pointer: str
) -> None:
    said = problem(client.post("/decisions", {"arxiv_id": PAPERS[0], **body}), 422)
    assert pointer in [one["pointer"] for one in said["errors"]]
    assert not filled.decisions(PAPERS[0])


def test_unknown_member_names_the_nearest(filled: ReviewSite, client: ApiClient) -> None:
    said = problem(client.decide(PAPERS[0], sectoins=[]), 422)
    assert said["errors"] == [
        {"detail": "It does not exist. Did you mean sections?", "pointer": "/sectoins"}
    ]
    inner = problem(client.decide(PAPERS[0], seen={"standng": "none"}), 422)
    assert "standing?" in inner["errors"][0]["detail"]


def test_unknown_paper_is_not_found(client: ApiClient) -> None:
    problem(client.decide("2603.09999"), 404)
    problem(client.decide("2703.00001"), 422)  # a month that has not begun


def test_double_names_the_other_paper(filled: ReviewSite, client: ApiClient) -> None:
    twin = make_paper("2603.00009", title=f"A study of paper {PAPERS[0]}")
    filled.put(twin, make_prediction("2603.00009", sections=scores(make_image=0.8)))
    client.decide(PAPERS[0], "approved", sections=["make-image"])
    said = problem(client.decide("2603.00009", "approved", sections=["make-image"]), 409)
    assert said["others"] == [PAPERS[0]]
    also = client.decide("2603.00009", "approved", sections=["make-image"], also=[PAPERS[0]])
    assert also.status_code == 201


def test_suggestion_is_accepted(filled: ReviewSite, client: ApiClient) -> None:
    answer = client.decide(PAPERS[0], "approved", accept_suggestion=True)
    assert answer.json()["decision"]["sections"] == ["make-image"]


def test_act_records_what_is_as_expected_and_names_the_rest(
    filled: ReviewSite, client: ApiClient
) -> None:
    client.decide(PAPERS[0])
    seen = {"standing": "none"}
    body = [{"arxiv_id": key, "verdict": "deferred", "seen": seen} for key in PAPERS[:3]]
    answer = client.post("/acts", {"decisions": body})
    assert answer.status_code == 201
    done = answer.json()
    assert [one["arxiv_id"] for one in done["recorded"]] == PAPERS[1:3]
    assert [one["arxiv_id"] for one in done["left_out"]] == [PAPERS[0]]
    assert len(client.get(f"/acts/{done['act_id']}").json()["recorded"]) == 2
    undone = client.post(f"/acts/{done['act_id']}/undo").json()
    assert (undone["outcome"], len(undone["undone"])) == ("undone", 2)
    assert client.post(f"/acts/{done['act_id']}/undo").json()["outcome"] == "unchanged"


def test_act_of_only_stale_papers_is_a_conflict(filled: ReviewSite, client: ApiClient) -> None:
    client.decide(PAPERS[0])
    one = {"arxiv_id": PAPERS[0], "verdict": "deferred", "seen": {"standing": "none"}}
    said = problem(client.post("/acts", {"decisions": [one]}), 409)
    assert said["errors"][0]["pointer"] == "/decisions/0"


def test_act_takes_each_paper_once(filled: ReviewSite, client: ApiClient) -> None:
    one = {"arxiv_id": PAPERS[0], "verdict": "rejected", "reason": "other"}
    said = problem(client.post("/acts", {"decisions": [one, one]}), 422)
    assert said["errors"][0]["pointer"] == "/decisions/1/arxiv_id"
    problem(client.post("/acts", {"decisions": []}), 422)


def test_undo_takes_back_one_decision(filled: ReviewSite, client: ApiClient) -> None:
    made = client.decide(PAPERS[0]).json()["decision"]["decision_id"]
    assert client.post(f"/decisions/{made}/undo").json()["outcome"] == "undone"
    assert client.post(f"/decisions/{made}/undo").json()["outcome"] == "unchanged"
    problem(client.post("/decisions/0123456789abcdef/undo"), 404)


def test_same_key_gives_the_same_answer(filled: ReviewSite, client: ApiClient) -> None:
    body = {"arxiv_id": PAPERS[0], "verdict": "rejected", "reason": "other"}
    first = client.post("/decisions", body, idempotency_key="k1")
    client.decide(PAPERS[0], "deferred")
    again = client.post("/decisions", body, idempotency_key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert len(filled.decisions(PAPERS[0])) == 2
    other = client.post("/decisions", {**body, "note": "x"}, idempotency_key="k1")
    assert problem(other, 422)["type"].endswith(":key-reused")


def test_key_of_another_person_is_another_key(filled: ReviewSite, client: ApiClient) -> None:
    body = {"arxiv_id": PAPERS[0], "verdict": "rejected", "reason": "other"}
    client.post("/decisions", body, idempotency_key="k1")
    other = client_of(filled, person="bo").post("/decisions", body, idempotency_key="k1")
    assert other.json()["decision"]["reviewer"] == "bo"


def test_refused_request_does_not_use_up_its_key(filled: ReviewSite, client: ApiClient) -> None:
    body = {"arxiv_id": PAPERS[0], "verdict": "approved", "sections": ["nothing"]}
    problem(client.post("/decisions", body, idempotency_key="k1"), 422)
    right = client.post("/decisions", {**body, "sections": ["agents"]}, idempotency_key="k1")
    assert right.status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there"])
def test_unreadable_key_is_refused(filled: ReviewSite, client: ApiClient, key: str) -> None:
    body = {"arxiv_id": PAPERS[0], "verdict": "rejected", "reason": "other"}
    problem(client.post("/decisions", body, idempotency_key=key), 400)
    assert not filled.decisions(PAPERS[0])


def test_kept_answers_are_forgotten_after_some_days(filled: ReviewSite, client: ApiClient) -> None:
    body = {"arxiv_id": PAPERS[0], "verdict": "rejected", "reason": "other"}
    client.post("/decisions", body, idempotency_key="k1")
    filled.clock.now = filled.clock.now.replace(day=27)  # type: ignore[attr-defined]
    again = client.post("/decisions", body, idempotency_key="k1")
    assert again.json()["outcome"] == "unchanged"
    with filled.open_store() as store:
        assert store._session.number("SELECT count(*) FROM api_answer") == 1


def test_twenty_requests_with_one_key_record_one_decision(
    filled: ReviewSite, client: ApiClient
) -> None:
    body = {"arxiv_id": PAPERS[0], "verdict": "rejected", "reason": "other"}
    answers: list[tuple[int, str]] = []

    def send() -> None:
        answer = client.post("/decisions", body, idempotency_key="race")
        answers.append((answer.status_code, answer.text))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert len(filled.decisions(PAPERS[0])) == 1


_KILLED = """
import os, signal, sys
from pathlib import Path
from storage import api_answers
from tests.support.api import ApiClient
from tests.support.review import make_site
site = make_site(Path(sys.argv[1]))
real = api_answers.ApiAnswers.add
def add(self, *arguments, **named):
    if sys.argv[3] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, *arguments, **named)
api_answers.ApiAnswers.add = add
body = {"arxiv_id": "2603.00001", "verdict": "rejected", "reason": "other"}
ApiClient(site.app(), sys.argv[2]).post("/decisions", body, idempotency_key="k1")
print("recorded", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("when", "left"), [("before", 0), ("after", 1)])
def test_killed_request_again_records_once(
    tmp_path: Path, filled: ReviewSite, client: ApiClient, when: str, left: int
) -> None:
    process = start_process(_KILLED, str(tmp_path), client.token, when)
    out, _ = process.communicate()
    assert out.split() == ["recorded"] * left
    assert len(filled.decisions(PAPERS[0])) == left
    body = {"arxiv_id": PAPERS[0], "verdict": "rejected", "reason": "other"}
    again = client.post("/decisions", body, idempotency_key="k1")
    assert again.status_code == 201
    assert ("idempotent-replayed" in again.headers) == bool(left)
    assert len(filled.decisions(PAPERS[0])) == 1


def test_decisions_are_listed_page_by_page(filled: ReviewSite, client: ApiClient) -> None:
    for key in PAPERS:
        client.decide(key)
    client.decide(PAPERS[0], "deferred")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"/decisions?limit=2&cursor={cursor}").json()
        found += [one["arxiv_id"] for one in page["decisions"]]
        cursor = page["next"]
        client.decide(PAPERS[1], "deferred")  # a later decision moves no page
    assert found == [PAPERS[0], *reversed(PAPERS)]
    standing = client.get("/decisions?standing=true&verdict=rejected").json()["decisions"]
    assert [one["arxiv_id"] for one in standing] == list(reversed(PAPERS[2:]))
    assert all(one["standing"] for one in standing)
