"""Twenty clients at once on suggestions, desk and API of real services: nothing lost or doubled."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.scopes import Scope
from pipeline.review.proposal import NOT_DECIDED
from pipeline.review.tokens import create_token
from storage.store import store_opener
from storage.suggestion_types import NewSuggestion, SuggestionKind, SuggestionState
from storage.types import Verdict
from tests.end_to_end.test_team_restart import log_in, served
from tests.publish.test_suggestion_kill import serving
from tests.support.accounts import PASSWORD
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import PATIENCE_SECONDS, Survey, survey_in_process
from tests.support.review import Page
from tests.support.storage import add_predictions
from tests.support.subscribers import ORIGIN
from tests.support.suggestions import token_in

pytestmark = pytest.mark.slow

BEGAN, NOW = "2026-03-17T12:00:00+00:00", "2026-03-17T12:05:00+00:00"
LISTED = [f"2602.{number:05d}" for number in range(1, 7)]
WAITING = [f"2603.{number:05d}" for number in range(1, 25)]
DESK = ("ada", "bo", "cy", "di", "eva", "fay")
APPS = tuple(f"app {number}" for number in range(6))
READERS = tuple(f"reader {number}" for number in range(8))
#: suggestions of each reader
EACH = 1
#: times that a busy service is asked
_ASKED = 200


@dataclass
class Tally:
    """What the services answered."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    #: papers of decisions that were answered as recorded
    decided: Counter[str] = field(default_factory=Counter)
    #: corrections that were answered as taken up
    taken_up: Counter[str] = field(default_factory=Counter)
    #: addresses of the pages of suggestions
    pages: Counter[str] = field(default_factory=Counter)
    others: Counter[int] = field(default_factory=Counter)

    def note(self, counter: Counter[str], key: str, answer: httpx.Response, *done: int) -> None:
        """Count an answer."""
        with self.lock:
            if answer.status_code in done:
                counter[key] += 1
            else:
                self.others[answer.status_code] += 1


class _Patient(httpx.Client):
    """Asks again while a service is busy, as its answer says.

    A page answers so after it has waited some seconds for the database.
    """

    def request(self, *args: Any, **options: Any) -> httpx.Response:
        for _ in range(_ASKED):
            answer = super().request(*args, **options)
            if answer.status_code != 503:
                break
        return answer


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    made = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=BEGAN)
    environment = {
        **made.environment,
        "LIVING_SURVEY_REVIEW__REVIEWER": "ada",
        "LIVING_SURVEY_SUBSCRIBERS__URL": ORIGIN,
        "LIVING_SURVEY_SUGGESTIONS__ENABLED": "true",
        "LIVING_SURVEY_SUGGESTIONS__PER_NETWORK": "1000",
        "LIVING_SURVEY_SUGGESTIONS__PER_HOUR": "1000",
        "LIVING_SURVEY_API__REQUESTS_PER_MINUTE": "1000",
        "LIVING_SURVEY_DATABASE__BUSY_TIMEOUT_SECONDS": "600",
    }
    made = type(made)(tmp_path, environment)
    assert made.call("init").status == 0
    now = datetime.fromisoformat(BEGAN)
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        store.papers.upsert([make_paper(key) for key in (*LISTED, *WAITING)], seen_at=now)
        add_predictions(store, [make_prediction(key) for key in WAITING])
        store.decisions.add([make_decision(key, decided_at=now) for key in LISTED])
        for number, key in enumerate(LISTED):
            new = NewSuggestion(
                f"{number:x}" * 32, SuggestionKind.WRONG_SECTION, key, new_value="agents"
            )
            store.suggestions.add(new, now)
    (tmp_path / "secret").write_text(PASSWORD + "\n", encoding="utf-8")
    for name in DESK:
        role = "admin" if name == "ada" else "reviewer"
        add = ("reviewer", "add", name, "--role", role, "--password-file", "secret")
        assert made.call(*add).status == 0
    return Survey(tmp_path, environment)


def decide_at_the_desk(url: str, name: str, tally: Tally, begin: threading.Barrier) -> None:
    with _Patient(
        base_url=url, timeout=PATIENCE_SECONDS, headers={"origin": url.rstrip("/")}
    ) as http:
        with tally.lock:  # a service checks few passwords at a time
            assert log_in(http, url, name).status_code == 303
        begin.wait()
        script = {"accept": "application/json"}
        for key in _turned(WAITING, DESK.index(name)):
            page = Page(http.get("/queue", params={"at_least": "0", "paper": key, "part": "paper"}))
            if page.paper != key:  # decided meanwhile
                continue
            # a note of one's own, because the same decision again is answered as recorded
            said = {"verdict": "rejected", "reason": "other", "note": name}
            form = page.form("/decide", key)
            if not str(form["state"]).endswith(f":{NOT_DECIDED}"):  # it would be decided again
                continue
            fields = {**form, **said}
            answer = http.post("/decide", data=fields, headers=script)
            tally.note(tally.decided, key, answer, 200)
        for number, key in enumerate(LISTED):
            case = Page(http.get("/suggestions", params={"paper": f"wrong-section:{key}"}))
            forms = [one for one in case.forms("/suggestions") if "seen" in one]
            if not forms:
                continue
            fields = {**forms[0], "apply": f"{number:x}" * 32}
            tally.note(tally.taken_up, key, http.post("/suggestions", data=fields), 303)


def decide_by_the_api(url: str, secret: str, tally: Tally, begin: threading.Barrier) -> None:
    with _Patient(
        base_url=f"{url}api/v1",
        timeout=PATIENCE_SECONDS,
        headers={"authorization": f"Bearer {secret}"},
    ) as http:
        begin.wait()
        for key in _turned(WAITING[::-1], len(secret)):
            body = {
                "arxiv_id": key, "verdict": "rejected", "reason": "other",
                "note": secret[-12:], "seen": {"standing": "none"},
            }  # fmt: skip
            named = {"idempotency-key": f"{secret[-12:]}-{key}"}
            first, again = (http.post("/decisions", json=body, headers=named) for _ in range(2))
            tally.note(tally.decided, key, first, 201)
            assert again.status_code == first.status_code
            assert again.content == first.content or first.status_code == 409


def suggest(url: str, name: str, token: str, tally: Tally, begin: threading.Barrier) -> None:
    with _Patient(base_url=url, timeout=PATIENCE_SECONDS, headers={"origin": ORIGIN}) as http:
        begin.wait()
        for number in range(EACH):
            key = f"2601.{READERS.index(name) * EACH + number + 1:05d}"
            form = {"form": token, "kind": "missing-paper", "paper": key, "name": name}
            first, again = (http.post("/suggestions", data=form) for _ in range(2))
            tally.note(tally.pages, first.headers.get("location", ""), first, 303)
            assert again.headers.get("location") == first.headers.get("location")


def _turned(those: Sequence[str], by: int) -> list[str]:
    """Return the same papers, begun elsewhere, so that clients meet."""
    start = by * 5 % len(those)
    return [*those[start:], *those[:start]]


def test_twenty_clients_lose_and_double_nothing(survey: Survey) -> None:
    open_store = store_opener(survey.directory / "var/survey.duckdb")
    then = datetime.fromisoformat(NOW)
    secrets = [
        create_token(
            open_store, person="bo", scopes=(Scope.READ, Scope.DECIDE), label=name, days=9,
            actor="ada", clock=lambda: then - timedelta(minutes=5),
        ).secret
        for name in APPS
    ]  # fmt: skip
    with serving(survey, BEGAN) as (client, _):
        token = token_in(client.get("/suggestions?kind=missing-paper").text)
    tally, begin = Tally(), threading.Barrier(len(DESK) + len(APPS) + len(READERS))
    with (
        serving(survey, NOW) as (public, _),
        served(survey, LIVING_SURVEY_NOW=NOW) as (desk, _),
        ThreadPoolExecutor(begin.parties) as pool,
    ):
        pages = str(public.base_url)
        work: list[Callable[[], None]] = [
            *(lambda name=name: decide_at_the_desk(desk, name, tally, begin) for name in DESK),
            *(lambda one=one: decide_by_the_api(desk, one, tally, begin) for one in secrets),
            *(lambda name=name: suggest(pages, name, token, tally, begin) for name in READERS),
        ]
        for done in as_completed([pool.submit(one) for one in work]):
            try:
                done.result()
            except BaseException:
                begin.abort()  # the others would wait for this one
                raise
    assert tally.decided == Counter(WAITING)
    assert tally.taken_up == Counter(LISTED)
    assert set(tally.pages.values()) == {1}
    assert len(tally.pages) == EACH * len(READERS)
    assert tally.others.keys() <= {400, 409}  # settled or decided by somebody else
    with open_store() as store:
        for key in WAITING:
            [decision] = store.decisions.of_paper(key)
            assert decision.verdict is Verdict.REJECTED
        assert all(len(store.decisions.of_paper(key)) == 2 for key in LISTED)
        applied = store.suggestions.all([SuggestionState.APPLIED], 100)
        assert sorted(one.arxiv_id for one in applied) == LISTED
        suggested = store.suggestions.all([SuggestionState.NOT_HELD], 100)
        assert len({one.arxiv_id for one in suggested}) == len(suggested) == EACH * len(READERS)
