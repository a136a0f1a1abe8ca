"""Tokens: made once, stored as hashes, ended by time, revocation, account and role."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from config.api_schema import ApiSettings
from config.errors import UsageError
from config.roles import Role
from config.scopes import Scope
from pipeline.review.accounts import acts
from pipeline.review.api import guard
from pipeline.review.checks import checks
from pipeline.review.tokens import (
    FORGOTTEN,
    PATTERN,
    create_token,
    hash_of,
    new_secret,
    revoke_token,
)
from storage.errors import TokenNotFoundError
from tests.support.api import ApiClient, client_of, problem, token_of
from tests.support.cli import SurveyInProcess
from tests.support.review import START, ReviewSite, Visitor
from tests.support.services import make_services


def test_secret_has_the_form_that_scanners_look_for() -> None:
    secrets = {new_secret() for _ in range(200)}
    assert len(secrets) == 200
    assert all(re.fullmatch(PATTERN, one) and hash_of(one) for one in secrets)


def test_mistyped_secret_is_known_without_the_database() -> None:
    secret = new_secret()
    other = "a" if secret[10] != "a" else "b"
    assert hash_of(secret[:10] + other + secret[11:]) is None
    assert hash_of(secret[:-1]) is None
    assert hash_of(f"{secret}\n") is None
    assert hash_of("") is None


def test_database_does_not_hold_the_secret(tmp_path: Path, site: ReviewSite) -> None:
    secret = token_of(site)
    assert secret.encode() not in (tmp_path / "survey.duckdb").read_bytes()


def test_request_without_a_token_is_refused(site: ReviewSite) -> None:
    said = problem(ApiClient(site.app(), "").get("/queue"), 401)
    assert "token create" in said["hint"]


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer ", "Basic YWRhOmFkYQ==", "Bearer ls_x", "Bearer {1}", "{0}"],
)
def test_wrong_authorization_is_refused(site: ReviewSite, authorization: str) -> None:
    token = token_of(site)
    client = ApiClient(site.app(), "")
    answer = client.get("/me", authorization=authorization.format(token, new_secret()))
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_token_in_the_address_opens_nothing(site: ReviewSite) -> None:
    token = token_of(site)
    problem(ApiClient(site.app(), "").get(f"/me?access_token={token}"), 401)


def test_session_of_a_browser_does_not_open_the_api(site: ReviewSite) -> None:
    visitor = Visitor(site.app())
    assert visitor.get("/queue").status == 200
    assert visitor.get("/api/v1/queue").status == 401


def test_token_does_not_open_pages(site: ReviewSite) -> None:
    visitor = Visitor(site.app(), cookies={})
    answer = visitor.get("/queue", {"authorization": f"Bearer {token_of(site)}"})
    assert answer.status == 403


def test_token_ends_by_itself(site: ReviewSite) -> None:
    client = ApiClient(site.app(), token_of(site, days=2))
    assert client.get("/me").status_code == 200
    site.clock.now = START + timedelta(days=2, minutes=1)  # type: ignore[attr-defined]
    assert problem(client.get("/me"), 401)["detail"] == "The token has ended."


def test_revoked_token_ends_at_once(site: ReviewSite, client: ApiClient) -> None:
    other = client_of(site, Scope.READ)
    token_id = other.get("/me").json()["token"]["token_id"]
    assert client.send("DELETE", f"/tokens/{token_id}").json()["revoked_by"] == "ada"
    problem(other.get("/me"), 401)
    assert client.send("DELETE", f"/tokens/{token_id}").status_code == 200
    problem(client.send("DELETE", "/tokens/0123456789ab"), 404)


def test_scope_that_is_missing_is_named(site: ReviewSite) -> None:
    reader = client_of(site, Scope.READ)
    assert "decide" in problem(reader.decide("2603.00001"), 403)["hint"]
    problem(reader.get("/tokens"), 403)
    decider = client_of(site, Scope.DECIDE)
    problem(decider.get("/queue"), 403)


def test_token_may_no_more_than_its_account(site: ReviewSite) -> None:
    before = client_of(site)
    with site.open_store() as store:
        store.accounts.add("ada", Role.REVIEWER, actor="root", at=START)
    problem(before.get("/tokens"), 403)
    assert before.get("/me").json()["scopes"] == ["read", "decide"]
    assert before.get("/me").json()["role"] == "reviewer"


def test_token_dies_with_its_account(site: ReviewSite) -> None:
    client, stranger = client_of(site), client_of(site, person="bo")
    with site.open_store() as store:
        store.accounts.add("ada", Role.ADMIN, actor="root", at=START)
    assert client.get("/me").status_code == 200
    problem(stranger.get("/me"), 401)
    with site.open_store() as store:
        store.accounts.disable("ada", actor="root", at=START)
    problem(client.get("/me"), 401)


def test_disabled_account_comes_back_without_its_tokens(site: ReviewSite) -> None:
    by = acts.By("root", START)
    with site.open_store() as store:
        acts.add_account(store, "root", Role.ADMIN, by)
        acts.add_account(store, "ada", Role.REVIEWER, by)
    client, other = client_of(site, Scope.READ), client_of(site, Scope.READ, person="root")
    assert client.get("/me").status_code == 200
    with site.open_store() as store:
        done = acts.disable(store, "ada", by)
        assert (done.is_new, done.tokens) == (True, 1)
        again = acts.disable(store, "ada", by)
        assert (again.is_new, again.tokens) == (False, 0)
        acts.enable(store, "ada", by)
        told = [(one.act, one.subject, one.detail) for one in store.trail.recent(100)]
        ended = next(one for one in store.api_tokens.all() if one.person == "ada")
    problem(client.get("/me"), 401)
    assert other.get("/me").status_code == 200
    assert ended.revoked_by == "root"
    assert ("token.revoked", "ada", ended.token_id) in told
    assert ("account.disabled", "ada", "0 sessions ended, 1 token revoked") in told


def test_tokens_of_an_account_disabled_earlier_end_when_it_is_enabled(site: ReviewSite) -> None:
    by = acts.By("root", START)
    with site.open_store() as store:
        acts.add_account(store, "root", Role.ADMIN, by)
        acts.add_account(store, "ada", Role.REVIEWER, by)
    client = client_of(site, Scope.READ)
    with site.open_store() as store:
        store.accounts.disable("ada", actor="root", at=START)
        acts.enable(store, "ada", by)
    problem(client.get("/me"), 401)


def test_token_follows_the_role_and_outlasts_a_new_password(site: ReviewSite) -> None:
    by = acts.By("root", START)
    with site.open_store() as store:
        acts.add_account(store, "root", Role.ADMIN, by)
        acts.add_account(store, "ada", Role.ADMIN, by)
    client = client_of(site, Scope.READ, Scope.ADMIN)
    assert client.get("/tokens").status_code == 200
    with site.open_store() as store:
        acts.set_role(store, "ada", Role.REVIEWER, by)
    problem(client.get("/tokens"), 403)
    with site.open_store() as store:
        acts.set_password(store, "ada", "hash", by, how="by command")
    assert client.get("/me").status_code == 200


def test_token_beyond_the_role_is_not_made(site: ReviewSite) -> None:
    with site.open_store() as store:
        store.accounts.add("ada", Role.REVIEWER, actor="root", at=START)
    with pytest.raises(UsageError, match="does not allow `admin`"):
        token_of(site, Scope.ADMIN)
    with pytest.raises(UsageError, match="no account"):
        token_of(site, Scope.READ, person="bo")
    assert client_of(site, Scope.READ, person="ADA").get("/me").json()["person"] == "ada"


@pytest.mark.parametrize("days", [0, 3651])
def test_token_needs_a_scope_and_a_sensible_end(site: ReviewSite, days: int) -> None:
    with pytest.raises(UsageError):
        token_of(site, days=days)
    with pytest.raises(UsageError):
        create_token(
            site.open_store,
            person="ada",
            scopes=(),
            label="",
            days=None,
            actor="ada",
            clock=site.clock,
        )
    with pytest.raises(TokenNotFoundError):
        revoke_token(site.open_store, "none", actor="ada", clock=site.clock)


def test_use_is_noted_at_most_every_ten_minutes(site: ReviewSite, client: ApiClient) -> None:
    def used() -> object:
        with site.open_store() as store:
            return store.api_tokens.all()[0].used_at

    assert used() is None
    client.get("/me")
    first = used()
    client.get("/me")
    assert used() == first
    site.clock.now += timedelta(minutes=10)  # type: ignore[attr-defined]
    client.get("/me")
    assert used() != first


def test_tokens_are_in_the_trail(site: ReviewSite, client: ApiClient) -> None:
    token_id = client.get("/me").json()["token"]["token_id"]
    revoke_token(site.open_store, token_id, actor="root", clock=site.clock)
    with site.open_store() as store:
        acts = [(one.actor, one.act, one.subject) for one in store.trail.recent(5)]
    assert acts == [("root", "token.revoked", "ada"), ("ada", "token.created", "ada")]


def test_too_many_requests_are_told_when_to_go_on(site: ReviewSite) -> None:
    site.api = ApiSettings(requests_per_minute=3)
    client = client_of(site)
    answers = [client.get("/me") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    other = ApiClient(client.app, token_of(site))
    assert other.get("/me").status_code == 200


def test_wrong_tokens_do_not_hold_up_a_right_one(
    site: ReviewSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "WRONG_PER_MINUTE", 1)
    client = client_of(site)
    wrong = ApiClient(client.app, new_secret())
    assert [wrong.get("/me").status_code for _ in range(3)] == [401, 429, 429]
    assert client.get("/me").status_code == 200


def test_doctor_names_forgotten_tokens(site: ReviewSite, client: ApiClient) -> None:
    token_id = client.get("/me").json()["token"]["token_id"]
    later = START + FORGOTTEN + timedelta(days=1)
    services = make_services(site.open_store, later, taxonomy=site.taxonomy)
    [found] = [one for one in checks(services) if one.check == "tokens"]
    assert token_id in found.what
    revoke_token(site.open_store, token_id, actor="ada", clock=site.clock)
    assert not [one for one in checks(services) if one.check == "tokens"]


def test_doctor_names_tokens_in_use_that_end_soon(site: ReviewSite) -> None:
    short, unused = (token_of(site, Scope.READ, days=20) for _ in range(2))
    client = ApiClient(site.app(), short)
    token_id = client.get("/me").json()["token"]["token_id"]
    client_of(site).get("/me")  # ends in 90 days
    for days, told in ((5, []), (7, [token_id]), (21, [])):
        services = make_services(
            site.open_store, START + timedelta(days=days), taxonomy=site.taxonomy
        )
        found = [one for one in checks(services) if one.check == "tokens"]
        assert [token_id for one in found if token_id in one.what] == told
        assert len(found) == len(told)
    assert unused not in str(found)
    services = make_services(site.open_store, START + timedelta(days=7), taxonomy=site.taxonomy)
    [found_] = [one for one in checks(services) if one.check == "tokens"]
    assert "--scope read" in found_.remedy


def test_token_commands(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    survey.json("init")
    made = survey.json("token", "create", "--scope", "read", "--label", "report", "--days", "3")
    assert re.fullmatch(PATTERN, made["secret"])
    shown = survey.call("token", "list").out
    assert made["token_id"] in shown
    assert made["secret"] not in shown
    assert survey.json("token", "revoke", made["token_id"])["changed"] is True
    assert survey.json("token", "revoke", made["token_id"])["changed"] is False
    [listed] = survey.json("token")["tokens"]
    assert listed["revoked_at"]
    assert survey.call(
        "token", "create", "--scope", "read", "--days", "3", "--never-expires"
    ).status
