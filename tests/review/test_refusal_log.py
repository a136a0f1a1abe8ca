"""Refused requests are logged with account, network and cause, bounded and without secrets."""

import logging
from pathlib import Path
from typing import Any

import pytest

from config.scopes import Scope
from pipeline.review.api.responses import JSON
from pipeline.review.refused import RefusalLog, because
from pipeline.review.tokens import new_secret
from tests.support.api import ApiClient, token_of
from tests.support.review import session_cookie
from tests.support.team import Browser, TeamSite, make_team

PAPER = "2603.00001"


@pytest.fixture
def place(tmp_path: Path) -> TeamSite:
    place = make_team(tmp_path, "bo")
    place.site.fill([PAPER])
    return place


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return what was logged of refused requests."""
    return [vars(one) for one in caplog.records if one.getMessage() == "request refused"]


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[object, ...]]:
    """Return status, cause, account and network of refused requests."""
    found = lines(caplog)
    return [(one["status"], one["cause"], one["account"], one["network"]) for one in found]


def test_pages_refused_to_a_person_are_logged(
    place: TeamSite, caplog: pytest.LogCaptureFixture
) -> None:
    bo = Browser(place.app())
    bo.log_in("bo")
    bo.get("/trail")
    bo.post("/decide", {"arxiv_id": PAPER, "token": "forged"})
    bo.post("/decide", {"arxiv_id": PAPER}, origin="https://evil.example")
    bo.post("/trail", {"token": bo.token()})
    assert said(caplog) == [
        (403, "role", "bo", "127.0.0.1"),
        (403, "form-token", "bo", "127.0.0.1"),
        (403, "another-site", "unknown", "127.0.0.1"),
        (405, "method", "bo", "127.0.0.1"),
    ]
    assert [one["path"] for one in lines(caplog)] == ["/trail", "/decide", "/decide", "/trail"]


def test_logins_that_fail_are_logged(place: TeamSite, caplog: pytest.LogCaptureFixture) -> None:
    stranger = Browser(place.app())
    for _ in range(6):
        stranger.log_in("bo", "a wrong secret")
    causes = [cause for _, cause, _, _ in said(caplog)]
    assert causes == ["wrong-password"] * 5 + ["login-delayed"]


def test_refused_tokens_of_programs_are_logged(
    place: TeamSite, caplog: pytest.LogCaptureFixture
) -> None:
    app = place.app()
    ApiClient(app, "").get("/me")
    ApiClient(app, new_secret()).get("/me")
    ended = ApiClient(app, token_of(place.site, Scope.READ, person="bo", days=1))
    reader = ApiClient(app, token_of(place.site, Scope.READ, person="bo"))
    reader.post("/decisions", {"arxiv_id": PAPER, "verdict": "deferred"})
    reader.send("PATCH", "/me")
    place.clock.move(days=2)
    ended.get("/me")
    assert [one[:3] for one in said(caplog)] == [
        (401, "no-token", "unknown"),
        (401, "no-token", "unknown"),
        (403, "not-allowed", "bo"),
        (405, "method", "unknown"),
        (401, "no-token", "bo"),
    ]


def test_refused_input_is_logged(place: TeamSite, caplog: pytest.LogCaptureFixture) -> None:
    app = place.app()
    bo = Browser(app)
    bo.log_in("bo")
    client = ApiClient(app, token_of(place.site, Scope.DECIDE, person="bo"))
    with caplog.at_level(logging.INFO):
        bo.post("/decide", {"arxiv_id": PAPER, "token": bo.token(), "verdict": "explode"})
        client.decide("a text of the client")
        client.send("POST", "/decisions", content=b"[", headers={"content-type": JSON})
        bo.get(f"/queue?search={'x' * 5_000}")
    assert [one[:2] for one in said(caplog)] == [
        (400, "input"),
        (422, "invalid"),
        (400, "not-json"),
        (414, "too-large"),
    ]
    assert {one["levelname"] for one in lines(caplog)} == {"INFO"}
    assert {one["account"] for one in lines(caplog)[:3]} == {"bo"}
    assert "a text of the client" not in str(lines(caplog))


def test_no_secret_is_logged(place: TeamSite, caplog: pytest.LogCaptureFixture) -> None:
    app, secret = place.app(), new_secret()
    with caplog.at_level(logging.DEBUG):
        stranger = Browser(app, cookies=session_cookie())
        stranger.log_in("bo", "a wrong secret")
        stranger.post("/password?link=a-secret-link", {"password": "a new secret"})
        ApiClient(app, secret).get(f"/me?token={secret}")
        Browser(app).get("/trail?token=a-secret-token", sec_fetch_site="cross-site")
    logged = str([vars(one) for one in caplog.records if one.name.startswith("pipeline.")])
    assert "request refused" in logged
    for text in ("a wrong secret", "a-secret-link", "a new secret", secret, "a-secret-token"):
        assert text not in logged


def test_answered_requests_are_not_logged(
    place: TeamSite, caplog: pytest.LogCaptureFixture
) -> None:
    bo = Browser(place.app())
    bo.log_in("bo")
    bo.get("/queue")
    bo.get("/no-such-page")
    assert lines(caplog) == []


def test_flood_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    seconds = 0.0
    log = RefusalLog(lambda: seconds)

    def refused(network: str) -> None:
        scope = {"method": "GET", "path": f"/{'x' * 9_999}"}
        because(scope, "role", "bo")
        log.write(scope, 403, network=network, account="")

    for _ in range(1_000):
        refused("198.51.100.7")
    assert len(lines(caplog)) == 20
    for number in range(1_000):
        refused(f"198.51.100.{number}")
    assert len(lines(caplog)) == 120
    assert max(len(one["path"]) for one in lines(caplog)) == 200
    seconds = 60.0
    refused("203.0.113.1")
    assert sum(one.get("left_out", 0) for one in lines(caplog)) == 2_000 - 120
