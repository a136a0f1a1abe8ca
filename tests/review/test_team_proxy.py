"""Names and proxies of a team: which headers are believed, what TLS changes, what is refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from config.errors import ConfigError
from config.forwarded import client_of, scheme_of
from pipeline.review.web.server import listen
from tests.support.team import Browser, TeamSite, make_team

NAME = "review.example.org"
PROXY = "10.0.0.5"
TLS = {"x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https"}


@pytest.fixture
def place(tmp_path: Path) -> TeamSite:
    return make_team(tmp_path, "bo")


@pytest.fixture
def app(place: TeamSite) -> ASGIApp:
    """A service that a proxy at 10.0.0.5 passes requests of review.example.org to."""
    return place.app(hosts=(NAME,), trusted_proxies=(f"{PROXY}/32",))


def through(app: ASGIApp, **headers: str) -> Browser:
    """Return a browser behind the proxy, with TLS."""
    told = {**TLS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Browser(app, host=NAME, peer=PROXY, headers=told, scheme="https")


def test_tls_gives_secure_host_cookies_and_hsts(app: ASGIApp) -> None:
    browser = through(app)
    opened = browser.log_in("ada")
    assert opened.status == 303
    for line in opened.response.headers.get_list("set-cookie"):
        assert line.startswith("__Host-living_survey_")
        assert "Secure" in line
        assert "Path=/" in line
        assert "Domain" not in line
    page = browser.get("/queue")
    assert page.status == 200
    assert page.response.headers["strict-transport-security"] == "max-age=63072000"
    assert "127.0.0.1" not in browser.get("/account").text
    assert "192.0.2.7" in browser.get("/account").text


def test_without_tls_there_is_no_hsts_and_no_prefix(place: TeamSite) -> None:
    browser = Browser(place.app())
    opened = browser.log_in("ada")
    assert "strict-transport-security" not in opened.response.headers
    assert not any(name.startswith("__") for name in browser.cookies)


def test_plain_cookie_is_no_session_under_tls(app: ASGIApp) -> None:
    browser = through(app)
    browser.log_in("ada")
    plain = {name.removeprefix("__Host-"): value for name, value in browser.cookies.items()}
    planted = through(app)
    planted.cookies = plain
    assert planted.get("/queue").status == 303


@pytest.mark.parametrize("peer", ["192.0.2.1", "10.0.0.6", "2001:db8::1", "testclient"])
@pytest.mark.parametrize("host", [NAME, "127.0.0.1:8765"])
def test_headers_of_others_are_not_believed(app: ASGIApp, peer: str, host: str) -> None:
    forged = Browser(app, host=host, peer=peer, headers=TLS, scheme="https")
    page = forged.log_in("ada")
    assert page.status == 403
    assert forged.cookies == {}
    page = Browser(app, host=host, peer=peer, headers=TLS).get("/login")
    assert page.status == 403
    assert "These pages are opened with https only." in page.text
    assert "strict-transport-security" not in page.response.headers


def test_proxy_that_speaks_no_tls_is_refused(app: ASGIApp) -> None:
    for told in ({}, {"x-forwarded-proto": "http"}, {"x-forwarded-proto": "https, http"}):
        page = Browser(app, host=NAME, peer=PROXY, headers=told).get("/login")
        assert page.status == 403
        assert "X-Forwarded-Proto" in page.text


def test_untrusted_proxy_on_this_machine_is_refused(place: TeamSite) -> None:
    page = Browser(place.app(hosts=(NAME,)), host=NAME, headers=TLS).get("/login")
    assert page.status == 403


def test_plain_http_must_be_allowed(place: TeamSite) -> None:
    refused = Browser(place.app(hosts=(NAME,)), host=NAME, peer="192.0.2.1")
    assert refused.log_in("ada").status == 403
    allowed = Browser(place.app(hosts=(NAME,), plain_http="allowed"), host=NAME, peer="192.0.2.1")
    assert allowed.log_in("ada").status == 303
    assert allowed.get("/queue").status == 200


def test_forged_hops_do_not_hide_the_network(app: ASGIApp) -> None:
    """A client writes hops of its own in front of the one that the proxy adds."""
    answers = []
    for n in range(25):
        forged = f"198.51.100.{n}, 10.0.0.5, 192.0.2.7"
        browser = through(app, x_forwarded_for=forged)
        answers.append(browser.log_in(f"name {n}", "wrong").status)
    assert answers == [403] * 20 + [429] * 5
    assert through(app, x_forwarded_for="192.0.2.8").log_in("ada").status == 303


def test_origin_is_compared_with_the_scheme_of_the_browser(app: ASGIApp) -> None:
    browser = through(app)
    assert browser.log_in("ada").status == 303
    form = {"token": browser.token(), "act": "everywhere"}
    for origin in (f"http://{NAME}", f"https://{NAME}:8443", "https://evil.example", "null"):
        assert browser.post("/account", form, origin=origin).status == 403
    assert browser.get("/queue").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"{NAME}.evil.example",
        f"evil.example#{NAME}",
        f"{NAME}@evil.example",
        f"{NAME}:80:80",
        f"{NAME}:99999",
        f"{NAME}.",
        f"x{NAME}",
        "[::1",
        "10.0.0.5",
    ],
)
def test_other_host_names_are_refused(app: ASGIApp, host: str) -> None:
    page = through(app, host=host).get("/login")
    assert page.status == 400
    assert "evil" not in page.response.text


def test_forwarded_host_names_nothing(app: ASGIApp) -> None:
    browser = through(app, x_forwarded_host="evil.example", forwarded="host=evil.example")
    browser.log_in("ada")
    page = browser.post("/accounts", {"token": browser.token(), "act": "link", "name": "bo"})
    link = page.tree.xpath("string(//input[@id='link']/@value)")
    assert str(link).startswith(f"https://{NAME}/password?link=")
    assert "evil" not in page.response.text


def test_names_need_accounts(tmp_path: Path) -> None:
    place = make_team(tmp_path)
    with place.site.open_store() as store:
        store.accounts._session.write("DELETE FROM account_event")
    app = place.app(hosts=(NAME,), trusted_proxies=(PROXY,))
    assert through(app).get("/login").status == 400


@pytest.mark.parametrize(
    "path",
    [
        "//accounts",
        "/accounts/",
        "/./accounts",
        "/login/../accounts",
        "/static/../accounts",
        "/static/%2e%2e/accounts",
        "/static/..%2f..%2fcontext.py",
        "/%61ccounts",
        "/accounts;x=/static/",
        "/accounts%00",
        "/ACCOUNTS",
        "/login/x",
        "/password/x",
    ],
)
def test_no_spelling_of_a_path_goes_round_the_login(app: ASGIApp, path: str) -> None:
    page = through(app).get(path)
    assert page.status in {303, 307, 403, 404}
    if page.status in {303, 307}:
        assert page.location.startswith(("/login", f"https://{NAME}/login"))
    for shown in ("ada", "Add an account", "def "):
        assert shown not in page.response.text


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("10.0.0.5", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.5", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "203.0.113.9, 10.0.0.6", "203.0.113.9"),
        ("10.0.0.5", "nonsense", "10.0.0.5"),
        ("10.0.0.5", "203.0.113.9, nonsense", "10.0.0.5"),
        ("10.0.0.5", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.5", "198.51.100.1:5555", "198.51.100.1"),
        ("10.0.0.5", "fe80::1%eth0", "fe80::1"),
        ("10.0.0.5", "1.1.1.1," * 50 + "198.51.100.1", "198.51.100.1"),
        ("testclient", "198.51.100.1", "None"),
    ],
)
def test_client_is_whom_the_last_trusted_proxy_names(
    peer: str, forwarded: str, client: str
) -> None:
    assert str(client_of(peer, forwarded, ("10.0.0.0/24",))) == client


@pytest.mark.parametrize(
    ("peer", "told", "scheme"),
    [
        ("10.0.0.5", "https", "https"),
        ("10.0.0.5", "HTTPS ", "https"),
        ("10.0.0.5", "http,https", "https"),
        ("10.0.0.5", "https,http", "http"),
        ("10.0.0.5", "", "http"),
        ("10.0.0.5", "ftp", "http"),
        ("192.0.2.1", "https", "http"),
    ],
)
def test_scheme_is_that_of_the_last_proxy(peer: str, told: str, scheme: str) -> None:
    assert scheme_of(peer, told, ("10.0.0.0/24",)) == scheme


def test_address_for_others_needs_accounts_and_tls() -> None:
    from config.access_schema import AccessSettings

    settings: Mapping[str, AccessSettings] = {
        "none": AccessSettings(),
        "proxy": AccessSettings(trusted_proxies=("10.0.0.5/32",)),
        "plain": AccessSettings(plain_http="allowed"),
    }
    with pytest.raises(ConfigError, match="no accounts yet") as refused:
        listen("0.0.0.0", 0, settings=settings["proxy"])
    assert "reviewer add NAME --role admin" in refused.value.hint
    with pytest.raises(ConfigError, match="plain http") as refused:
        listen("0.0.0.0", 0, team=True, settings=settings["none"])
    assert "docs/guides/team.md" in refused.value.hint
    for name in ("proxy", "plain"):
        listen("0.0.0.0", 0, team=True, settings=settings[name]).close()


def test_tokens_of_programs_are_not_taken_without_tls(app: ASGIApp) -> None:
    """They could be read on the way as passwords could."""
    address = "/api/v1/openapi.json"
    assert through(app).get(address).status == 200
    for browser in (
        Browser(app, host=NAME, peer="192.0.2.1", headers=TLS),
        Browser(app, host=NAME, peer=PROXY, headers={"x-forwarded-proto": "http"}),
    ):
        refused = browser.get(address)
        assert refused.status == 403
        assert refused.response.headers["content-type"] == "application/problem+json"
    assert through(app, host="evil.example").get(address).status == 400
