"""The login of a team: sessions, their cookies, their end, and requests of others."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.roles import Role
from pipeline.review.accounts import acts
from pipeline.review.web.accounts.login_page import safe_address
from pipeline.review.web.sessions import login_token
from tests.support.accounts import PASSWORD
from tests.support.review import SECRET, Visitor, kept_site, session_cookie
from tests.support.team import Browser, TeamSite, make_team


@pytest.fixture
def place(tmp_path: Path) -> Iterator[TeamSite]:
    with kept_site(tmp_path) as site:
        yield make_team(tmp_path, "bo", site=site)


@pytest.fixture
def browser(place: TeamSite) -> Browser:
    return Browser(place.app())


def test_pages_lead_to_the_login_and_back(place: TeamSite, browser: Browser) -> None:
    place.site.fill(["2603.00001"])
    asked = browser.get("/queue?order=random")
    assert (asked.status, asked.location) == (303, "/login?next=/queue%3Forder%3Drandom")
    login = browser.follow(asked)
    assert login.status == 200
    assert "2603.00001" not in login.response.text
    [form] = login.forms("/login")
    opened = browser.post("/login", {**form, "name": "ada", "password": PASSWORD})
    assert (opened.status, opened.location) == (303, "/queue?order=random")
    desk = browser.follow(opened)
    assert desk.status == 200
    assert "Deciding as ada" in desk.text


def test_decisions_carry_the_name_of_who_is_logged_in(place: TeamSite, browser: Browser) -> None:
    place.site.fill(["2603.00001", "2603.00002"])
    browser.log_in("BO")
    desk = browser.get("/queue")
    form = {**desk.form("/decide"), "verdict": "rejected", "reason": "other"}
    assert browser.post("/decide", form).status == 303
    assert [one.reviewer for one in place.site.decisions(desk.paper)] == ["bo"]


def test_two_browsers_have_what_is_their_own(place: TeamSite, browser: Browser) -> None:
    other = Browser(browser.app)
    browser.log_in("ada")
    other.log_in("bo")
    form = {"token": browser.token("/preferences"), "language": "zh"}
    keys = browser.get("/preferences").form("/preferences")
    assert browser.post("/preferences", {**keys, **form}).status == 303
    assert browser.get("/preferences").tree.get("lang") == "zh"
    assert other.get("/preferences").tree.get("lang") == "en"


def test_printed_address_and_its_sessions_open_nothing(place: TeamSite, browser: Browser) -> None:
    token = login_token(SECRET)
    for cookies in ({}, session_cookie()):
        visitor = Visitor(browser.app, dict(cookies))
        page = visitor.get(f"/?token={token}")
        assert page.status == 303
        assert page.location.startswith("/login")
        assert visitor.get("/queue").location.startswith("/login")


def test_first_account_ends_the_open_desk(tmp_path: Path) -> None:
    place = make_team(tmp_path)
    with place.site.open_store() as store:
        for table in ("account_event", "account_password"):
            store.accounts._session.write(f"DELETE FROM {table}")
    visitor = Visitor(place.app())
    assert visitor.get("/queue").status == 200
    place.team.add("cy", Role.ADMIN)
    assert visitor.get("/queue").location.startswith("/login")


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong"), ("nobody", PASSWORD), ("", ""), ("ada\0", PASSWORD)]
)
def test_wrong_logins_have_one_answer(browser: Browser, name: str, password: str) -> None:
    page = browser.log_in(name, password)
    assert page.status == 403
    assert "Name and password do not fit each other, or the account is disabled." in page.text
    assert browser.cookies == {}


def test_delay_names_its_time(browser: Browser) -> None:
    for _ in range(5):
        browser.log_in("ada", "wrong")
    page = browser.log_in("ada")
    assert (page.status, page.response.headers["retry-after"]) == (429, "30")
    assert "Too many failed logins. Try again in 30 seconds." in page.text
    assert "An admin of the survey can make a link" in page.text


def test_known_browser_is_not_kept_out_by_strangers(place: TeamSite) -> None:
    app = place.app(plain_http="allowed")
    browser = Browser(app)
    browser.log_in("ada")
    assert browser.post("/logout", {"token": browser.token()}).status == 303
    for n in range(6):
        Browser(app, peer=f"192.0.2.{n}").log_in("ada", "wrong")
    assert Browser(app, peer="203.0.113.9").log_in("ada").status == 429
    assert Browser(app).log_in("ada").status == 303  # from the network of the first login
    assert browser.log_in("ada").status == 303
    assert Browser(app).log_in("bo").status == 303  # another account


def test_session_in_force_outlasts_the_delay(browser: Browser) -> None:
    browser.log_in("ada")
    for _ in range(6):
        Browser(browser.app).log_in("ada", "wrong")
    assert browser.get("/queue").status == 200


def test_login_gives_a_new_session_and_ends_the_former(browser: Browser) -> None:
    """A session that somebody planted before the login is not used (fixation)."""
    browser.log_in("ada")
    [name] = [one for one in browser.cookies if "session" in one]
    first = browser.cookies[name]
    planted = Browser(browser.app, cookies={name: "planted"})
    planted.log_in("ada")
    assert planted.cookies[name] not in {"planted", first}
    assert Browser(browser.app, cookies={name: "planted"}).get("/queue").status == 303
    browser.log_in("ada")
    assert browser.cookies[name] != first
    assert Browser(browser.app, cookies={name: first}).get("/queue").status == 303


def test_cookies_are_hidden_from_scripts_and_other_sites(browser: Browser) -> None:
    lines = browser.log_in("ada").response.headers.get_list("set-cookie")
    assert len(lines) == 2
    for line in lines:
        assert "HttpOnly" in line
        assert "SameSite=strict" in line
        assert "Path=/" in line
        assert "Domain" not in line
        assert "ada" not in line
    session = next(line for line in lines if "_session_" in line)
    assert "Max-Age" not in session
    value = session.partition("=")[2].partition(";")[0]
    assert re.fullmatch(r"[\w-]{43}", value)


def test_logout_ends_the_stolen_cookie_too(browser: Browser) -> None:
    browser.log_in("ada")
    thief = Browser(browser.app, cookies=dict(browser.cookies))
    assert thief.get("/queue").status == 200
    left = browser.post("/logout", {"token": browser.token()})
    assert (left.status, left.location) == (303, "/login")
    assert left.response.headers["clear-site-data"] == '"cache", "storage"'
    assert not any("_session_" in name for name in browser.cookies)
    assert thief.get("/queue").status == 303


@pytest.mark.parametrize("how", ["disable", "everywhere", "password"])
def test_sessions_end_with_their_reason(place: TeamSite, browser: Browser, how: str) -> None:
    place.site.fill(["2603.00001"])
    browser.log_in("bo")
    form = {**browser.get("/queue").form("/decide"), "verdict": "rejected", "reason": "other"}
    with place.site.open_store() as store:
        if how == "disable":
            acts.disable(store, "bo", place.team.by())
        elif how == "everywhere":
            acts.end_sessions(store, "bo", place.team.by())
        else:
            acts.set_password(store, "bo", "x", place.team.by(), how="by test")
    refused = browser.post("/decide", form)
    assert refused.status == 403
    assert "Nothing was recorded. The session has ended." in refused.text
    assert place.site.decisions("2603.00001") == []
    assert browser.get("/queue").status == 303


def test_session_ends_when_idle(place: TeamSite, browser: Browser) -> None:
    browser.log_in("ada")
    for _ in range(4):
        place.clock.move(minutes=20)
        assert browser.get("/queue").status == 200
    place.clock.move(minutes=31)
    assert browser.get("/queue").status == 303


def test_sessions_survive_a_restart_and_others_limits(place: TeamSite, browser: Browser) -> None:
    browser.log_in("ada")
    assert Browser(place.app(), cookies=browser.cookies).get("/queue").status == 200
    place.clock.move(minutes=2)
    short = Browser(place.app(idle_minutes=1), cookies=browser.cookies)
    assert short.get("/queue").status == 303


def test_form_token_of_another_session_is_refused(place: TeamSite, browser: Browser) -> None:
    place.site.fill(["2603.00001"])
    other = Browser(browser.app)
    browser.log_in("ada")
    other.log_in("bo")
    form = {**other.get("/queue").form("/decide"), "verdict": "rejected", "reason": "other"}
    assert browser.post("/decide", form).status == 403
    for token in ("", "x", form["token"][0][:-1]):
        assert browser.post("/decide", {**form, "token": token}).status == 403
    assert place.site.decisions("2603.00001") == []


@pytest.mark.parametrize("path", ["/login", "/logout", "/password", "/account", "/accounts"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_forms_of_other_sites_are_refused(
    place: TeamSite, browser: Browser, path: str, headers: dict[str, str]
) -> None:
    browser.log_in("ada")
    before = place.team.acts()
    form = {"token": browser.token(), "name": "bo", "password": PASSWORD, "act": "everywhere"}
    assert browser.post(path, form, **headers).status == 403
    assert place.team.acts() == before


def test_nothing_changes_on_a_get(place: TeamSite, browser: Browser) -> None:
    browser.log_in("ada")
    before = place.team.acts()
    browser.get("/logout")
    browser.get("/account?act=everywhere")
    browser.get("/accounts?act=disable&name=bo")
    browser.get(f"/login?name=bo&password={PASSWORD.replace(' ', '+')}")
    assert place.team.acts() == before
    assert browser.get("/queue").status == 200


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("/queue?order=random", "/queue?order=random"),
        ("/paper/2603.00001?from=/queue", "/paper/2603.00001?from=/queue"),
        *(
            (text, "/queue")
            for text in (
                "",
                "/",
                "queue",
                "//evil.example/queue",
                "/\\evil.example",
                "\\\\evil.example",
                "https://evil.example/",
                "https:evil.example",
                "javascript:alert(1)",
                "/queue\r\nSet-Cookie: a=b",
                "/queue\0",
                "/login?next=/login",
                "/password?link=x",
                "/" + "a" * 1_001,
                "//[",
            )
        ),
    ],
)
def test_login_leads_to_pages_of_ours_only(text: str, there: str) -> None:
    assert safe_address(text) == there


def test_next_cannot_lead_away(browser: Browser) -> None:
    opened = browser.log_in("ada", next="//evil.example/")
    assert opened.location == "/queue"


def test_script_gets_no_login_page(browser: Browser) -> None:
    page = browser.get("/queue?part=paper", accept="application/json")
    assert page.status == 403
    assert "The session has ended." in page.text


def test_link_from_another_site_shows_the_way(browser: Browser) -> None:
    page = browser.get(
        "/login", sec_fetch_site="cross-site", sec_fetch_mode="navigate", sec_fetch_dest="document"
    )
    assert "a link from another site does not carry your session" in page.text
    assert "does not carry" not in browser.get("/login").text


def test_login_page_leads_on_who_has_a_session(browser: Browser) -> None:
    browser.log_in("ada")
    assert browser.get("/login").location == "/queue"


def test_hostile_name_is_escaped(browser: Browser) -> None:
    page = browser.log_in('"><script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}', "x")
    assert "<script>alert" not in page.response.text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page.response.text


def test_health_needs_no_session(browser: Browser) -> None:
    assert browser.get("/health").response.json() == {"status": "ok"}
    assert browser.get("/static/accounts.css").status == 200
