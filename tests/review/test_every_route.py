"""Every address of the review site and the API: who may use it, and that each one is stated here.

A new address without an entry in a table fails, so that nobody forgets to say who may use it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from config.roles import Role
from config.scopes import NEEDED, Scope
from pipeline.review.accounts import acts
from pipeline.review.api.table import OPERATIONS
from pipeline.review.tokens import new_secret
from tests.support.api import ApiClient, token_of
from tests.support.review import Page, kept_site
from tests.support.team import Browser, TeamSite, make_team

PAPER = "2603.00001"
#: without a session
OPEN = None
#: address of a page -> the lowest role that may open it
PAGES: dict[str, Role | None] = {
    "/": Role.REVIEWER,
    "/account": Role.REVIEWER,
    "/accounts": Role.ADMIN,
    "/agreement": Role.REVIEWER,
    "/alike/{arxiv_id:path}": Role.REVIEWER,
    "/audit": Role.REVIEWER,
    "/board": Role.REVIEWER,
    "/conflicts": Role.REVIEWER,
    "/decisions": Role.REVIEWER,
    "/deferred": Role.REVIEWER,
    "/doubles": Role.REVIEWER,
    "/health": OPEN,
    "/inbox": Role.REVIEWER,
    "/incomplete": Role.REVIEWER,
    "/issue/{week}": Role.REVIEWER,
    "/issue/{week}/{name}": Role.REVIEWER,
    "/issues": Role.REVIEWER,
    "/login": OPEN,
    "/metrics": OPEN,
    "/paper/{arxiv_id:path}": Role.REVIEWER,
    "/password": OPEN,
    "/plan": Role.REVIEWER,
    "/preferences": Role.REVIEWER,
    "/queue": Role.REVIEWER,
    "/queue-health": Role.REVIEWER,
    "/ready": OPEN,
    "/retrain": Role.REVIEWER,
    "/rulings": Role.REVIEWER,
    "/second-look": Role.REVIEWER,
    "/status": Role.REVIEWER,
    "/suggestions": Role.REVIEWER,
    "/trail": Role.ADMIN,
    "/undo/ask": Role.REVIEWER,
}
#: address of a form and what distinguishes its acts -> the lowest role that may send it
FORMS: dict[tuple[str, str], Role | None] = {
    ("/account", ""): Role.REVIEWER,
    ("/accounts", ""): Role.ADMIN,
    ("/board/assign", ""): Role.ADMIN,
    ("/board/away", "to=gone"): Role.ADMIN,
    ("/board/release", ""): Role.ADMIN,
    ("/claims", ""): Role.REVIEWER,
    ("/conflicts", ""): Role.REVIEWER,
    ("/conflicts/lone", ""): Role.ADMIN,
    ("/decide", ""): Role.REVIEWER,
    ("/decide", f"arxiv_id={PAPER}&verdict=deferred&ruling=1&note=why"): Role.PUBLISHER,
    ("/decide-many", ""): Role.REVIEWER,
    ("/doubles", ""): Role.REVIEWER,
    ("/doubles/undo", ""): Role.REVIEWER,
    ("/inbox", ""): Role.REVIEWER,
    ("/inbox/keep-alike", ""): Role.REVIEWER,
    ("/inbox/undo", ""): Role.REVIEWER,
    ("/issue/{week}", ""): Role.PUBLISHER,
    ("/login", ""): OPEN,
    ("/logout", ""): Role.REVIEWER,
    ("/password", ""): OPEN,
    ("/plan", ""): Role.REVIEWER,
    ("/preferences", ""): Role.REVIEWER,
    ("/queue-health/limit", ""): Role.REVIEWER,
    ("/retrain", ""): Role.REVIEWER,
    ("/rulings/change", ""): Role.PUBLISHER,
    ("/second-look/keep", ""): Role.REVIEWER,
    ("/suggestions", ""): Role.REVIEWER,
    ("/suggestions", "act=answer"): Role.PUBLISHER,
    ("/suggestions/undo", ""): Role.REVIEWER,
    ("/undo", ""): Role.REVIEWER,
    ("/views", ""): Role.REVIEWER,
}
#: operation of the API -> the scope that it needs
SCOPES: dict[tuple[str, str], Scope] = {
    ("POST", "/absences"): Scope.DECIDE,
    ("POST", "/absences/end"): Scope.DECIDE,
    ("POST", "/acts"): Scope.DECIDE,
    ("GET", "/acts/{act_id}"): Scope.READ,
    ("POST", "/acts/{act_id}/undo"): Scope.DECIDE,
    ("GET", "/assignments"): Scope.READ,
    ("POST", "/assignments"): Scope.ADMIN,
    ("DELETE", "/assignments/{assignment}"): Scope.ADMIN,
    ("GET", "/audit"): Scope.READ,
    ("GET", "/claims"): Scope.READ,
    ("DELETE", "/claims/{arxiv_id:path}"): Scope.DECIDE,
    ("PUT", "/claims/{arxiv_id:path}"): Scope.DECIDE,
    ("GET", "/conflicts"): Scope.READ,
    ("POST", "/conflicts/{arxiv_id:path}"): Scope.DECIDE,
    ("GET", "/decisions"): Scope.READ,
    ("POST", "/decisions"): Scope.DECIDE,
    ("GET", "/decisions/{decision_id}"): Scope.READ,
    ("POST", "/decisions/{decision_id}/undo"): Scope.DECIDE,
    ("GET", "/issues"): Scope.READ,
    ("GET", "/issues/{week}"): Scope.READ,
    ("DELETE", "/issues/{week}/approval"): Scope.PUBLISH,
    ("POST", "/issues/{week}/approval"): Scope.PUBLISH,
    ("POST", "/issues/{week}/build"): Scope.PUBLISH,
    ("POST", "/issues/{week}/edits"): Scope.PUBLISH,
    ("GET", "/me"): Scope.READ,
    ("GET", "/papers"): Scope.READ,
    ("GET", "/papers/{arxiv_id:path}"): Scope.READ,
    ("GET", "/papers/{arxiv_id:path}/why"): Scope.READ,
    ("GET", "/published"): Scope.READ,
    ("GET", "/queue"): Scope.READ,
    ("GET", "/queue/summary"): Scope.READ,
    ("GET", "/rules"): Scope.READ,
    ("GET", "/rules/{rule}"): Scope.READ,
    ("GET", "/rulings"): Scope.READ,
    ("DELETE", "/rulings/{arxiv_id:path}"): Scope.PUBLISH,
    ("GET", "/rulings/{arxiv_id:path}"): Scope.READ,
    ("PUT", "/rulings/{arxiv_id:path}"): Scope.PUBLISH,
    ("GET", "/runs"): Scope.READ,
    ("GET", "/sections"): Scope.READ,
    ("GET", "/status"): Scope.READ,
    ("GET", "/suggestions"): Scope.READ,
    ("GET", "/suggestions/{suggestion_id}"): Scope.READ,
    ("POST", "/suggestions/{suggestion_id}/accept"): Scope.DECIDE,
    ("POST", "/suggestions/{suggestion_id}/answer"): Scope.PUBLISH,
    ("POST", "/suggestions/{suggestion_id}/refuse"): Scope.DECIDE,
    ("POST", "/suggestions/{suggestion_id}/reopen"): Scope.DECIDE,
    ("GET", "/team"): Scope.READ,
    ("GET", "/tokens"): Scope.ADMIN,
    ("DELETE", "/tokens/{token_id}"): Scope.ADMIN,
    ("GET", "/trail"): Scope.ADMIN,
}
#: who has which role
PEOPLE = {"rae": Role.REVIEWER, "pat": Role.PUBLISHER, "ada": Role.ADMIN}
FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
)
#: a page of another site sends the first without asking; the token within is not read from them
OTHER_TYPES = ("text/plain", "application/json", "")


@dataclass(frozen=True)
class Walk:
    """A site with a browser of each person."""

    place: TeamSite
    app: Starlette
    browsers: dict[str, Browser]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("walk")
    with kept_site(folder) as site:
        yield made_walk(make_team(folder, "rae", "gone", site=site))


def made_walk(place: TeamSite) -> Walk:
    place.team.add("pat", Role.PUBLISHER)
    place.site.fill([PAPER])
    app = place.app()
    assert isinstance(app, Starlette)
    browsers = {name: Browser(app) for name in PEOPLE}
    for name, browser in browsers.items():
        assert browser.log_in(name).status == 303
    return Walk(place, app, browsers)


def addresses(routes: list[BaseRoute], method: str) -> Iterator[str]:
    """Yield the addresses that take a method."""
    for route in routes:
        if isinstance(route, Route) and method in (route.methods or ()):
            yield route.path


def filled(path: str) -> str:
    """Return an address with something in the place of its parameters."""
    values = {
        "{arxiv_id:path}": PAPER,
        "{week}": "2026-W11",
        "{name}": "2026-W11.md",
        "{act_id}": "0" * 16,
        "{decision_id}": "0" * 16,
        "{token_id}": "0" * 12,
        "{suggestion_id}": "0" * 32,
        "{assignment}": "1",
        "{rule}": "far-from-scope",
    }
    for name, value in values.items():
        path = path.replace(name, value)
    return path


def sent(browser: Browser, path: str, fields: str, token: str, **headers: str) -> Page:
    """Send a form that has these fields."""
    form = dict(part.split("=") for part in fields.split("&") if part)
    return browser.post(filled(path), {**form, "token": token}, **headers)


def test_every_address_is_stated(walk: Walk) -> None:
    routes = list(walk.app.routes)
    assert sorted(set(addresses(routes, "GET"))) == sorted(PAGES)
    assert sorted(set(addresses(routes, "POST"))) == sorted({path for path, _ in FORMS})
    mounted = {route.path for route in routes if isinstance(route, Mount)}
    assert mounted == {"/api/v1", "/static"}
    others = [route for route in routes if not isinstance(route, Mount | Route)]
    assert others == []
    assert {(one.method, one.path) for one in OPERATIONS} == set(SCOPES)


def test_each_page_opens_to_its_roles_only(walk: Walk) -> None:
    stranger = Browser(walk.app)
    wrong = []
    for path, needed in PAGES.items():
        page = stranger.get(filled(path))
        led = page.status == 303 and page.location.startswith("/login")
        if led is (needed is None):
            wrong.append((path, "nobody", page.status))
        for name, role in PEOPLE.items():
            status = walk.browsers[name].get(filled(path)).status
            allowed = needed is None or role.includes(needed)
            if (status != 403) is not allowed or status >= 500:
                wrong.append((path, name, status))
    assert wrong == []


def test_each_form_is_taken_from_its_roles_only(walk: Walk) -> None:
    wrong = []
    for (path, fields), needed in FORMS.items():
        if needed is None:
            continue
        status = sent(Browser(walk.app), path, fields, "").status
        if status != 403:
            wrong.append((path, "nobody", status))
        for name, role in PEOPLE.items():
            browser = walk.browsers[name]
            if path == "/logout":  # the walk goes on with the others
                browser = Browser(walk.app)
                browser.log_in(name)
            status = sent(browser, path, fields, browser.token()).status
            if (status != 403) is not role.includes(needed) or status >= 500:
                wrong.append((path, name, status))
    assert wrong == []


def test_each_form_of_another_site_or_without_a_token_is_refused(walk: Walk) -> None:
    browser = walk.browsers["ada"]
    token = browser.token()
    taken = []
    for (path, fields), needed in FORMS.items():
        tokens = () if needed is None else ("", token[:-1], walk.browsers["rae"].token())
        tries = [*((token, headers) for headers in FOREIGN), *((one, {}) for one in tokens)]
        tries += [] if needed is None else [(token, {"content_type": one}) for one in OTHER_TYPES]
        taken += [
            (path, tried, headers)
            for tried, headers in tries
            if sent(browser, path, fields, tried, **headers).status != 403
        ]
    assert taken == []
    assert browser.get("/account").status == 200


def test_no_address_answers_other_hosts(walk: Walk) -> None:
    browser = walk.browsers["ada"]
    client = ApiClient(walk.app, token_of(walk.place.site, Scope.READ, person="ada"))
    pages = [filled(path) for path in [*PAGES, *(path for path, _ in FORMS), "/static/base.css"]]
    for host in ("evil.example", "127.0.0.1.evil.example"):
        answers = {path: browser.get(path, host=host).status for path in pages}
        answers |= {path: browser.post(path, {}, host=host).status for path in pages}
        answers |= {
            path: client.send(method, filled(path), headers={"host": host}).status_code
            for method, path in SCOPES
        }
        assert set(answers.values()) == {400}, answers


@pytest.mark.parametrize("how", ["disabled", "idle", "old", "ended"])
def test_no_address_opens_after_a_session(tmp_path: Path, how: str) -> None:
    place = make_team(tmp_path, "bo")
    browser = Browser(place.app())
    browser.log_in("bo")
    token = browser.token()
    if how == "disabled":
        acts_by(place, "disable")
    elif how == "ended":
        acts_by(place, "end_sessions")
    else:
        place.clock.move(**({"minutes": 30} if how == "idle" else {"hours": 12}))
    for path, needed in PAGES.items():
        if needed is not None:
            assert browser.get(filled(path)).location.startswith("/login"), path
    for (path, fields), needed in FORMS.items():
        if needed is not None:
            assert sent(browser, path, fields, token).status == 403, path


def acts_by(place: TeamSite, act: str) -> None:
    """Disable bo, or end the sessions, as another process does."""
    with place.site.open_store() as store:
        getattr(acts, act)(store, "bo", place.team.by())


def test_each_operation_takes_its_scope_only(walk: Walk) -> None:
    clients = {
        (name, scope): ApiClient(walk.app, token_of(walk.place.site, scope, person=name))
        for name, role in PEOPLE.items()
        for scope in Scope
        if role.includes(NEEDED[scope])
    }
    wrong = []
    for (method, path), needed in SCOPES.items():
        for token in ("", new_secret()):
            status = ApiClient(walk.app, token).send(method, filled(path)).status_code
            if status != 401:
                wrong.append((method, path, "nobody", status))
        for (name, scope), client in clients.items():
            status = client.send(method, filled(path)).status_code
            if status == 401 or status >= 500 or (status != 403) is not (scope is needed):
                wrong.append((method, path, f"{name} with {scope}", status))
    assert wrong == []
