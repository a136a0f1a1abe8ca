"""Which requests reach the review site: the printed address, foreign sites, sizes, other hosts."""

import logging
import time

import pytest

from config.host_header import host_name, served_names
from pipeline.review.web.access import Limits
from pipeline.review.web.sessions import Sessions, login_token
from tests.support.review import SECRET, ReviewSite, Visitor

TOKEN = login_token(SECRET)
PAGES = ["/", "/queue", "/deferred", "/decisions", "/audit", "/paper/2603.00001", "/no-such"]


@pytest.fixture
def stranger(site: ReviewSite) -> Visitor:
    """A browser that has not opened the printed address."""
    return Visitor(site.app(), {})


@pytest.mark.parametrize("address", PAGES)
def test_pages_need_a_session(site: ReviewSite, stranger: Visitor, address: str) -> None:
    site.fill(["2603.00001"])
    page = stranger.get(address)
    assert page.status == 403
    assert "Open the queue with its printed address." in page.text
    assert page.tree.xpath("//p/code/text()") == ["living-survey serve"]
    for shown in ("2603.00001", "Deciding as", "Talking Pictures"):
        assert shown not in page.response.text
    assert stranger.cookies == {}


def test_forms_need_a_session(site: ReviewSite, stranger: Visitor) -> None:
    site.fill(["2603.00001"])
    form = {**Visitor(stranger.app).get("/queue").form(), "verdict": "rejected"}
    refused = stranger.post("/decide", form)
    assert refused.status == 403
    assert "Nothing was recorded. Open the queue" in refused.text
    # the script puts its own sentence before what the server says
    to_script = stranger.post("/decide", form, {"accept": "application/json"})
    assert "Nothing was recorded" not in to_script.text
    assert site.decisions("2603.00001") == []


def test_the_printed_address_opens_a_session_once_per_browser(stranger: Visitor) -> None:
    opened = stranger.get(f"/?token={TOKEN}")
    assert (opened.status, opened.location) == (303, "/queue")
    cookie = opened.response.headers["set-cookie"]
    for attribute in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age="):
        assert attribute in cookie
    assert TOKEN not in cookie
    assert stranger.follow(opened).status == 200
    again = stranger.get(f"/?token={TOKEN}")
    assert again.status == 303
    assert "set-cookie" not in again.response.headers


def test_a_session_survives_a_restart(site: ReviewSite, stranger: Visitor) -> None:
    stranger.get(f"/?token={TOKEN}")
    assert Visitor(site.app(), stranger.cookies).get("/queue").status == 200


@pytest.mark.parametrize(("days", "status"), [(89, 200), (91, 403), (-1, 403)])
def test_session_ends_after_three_months_also_in_a_kept_cookie(
    site: ReviewSite, days: int, status: int
) -> None:
    """A browser forgets the cookie then; whoever copied it does not."""
    opened = Sessions(SECRET, clock=lambda: time.time() - days * 24 * 3600)
    visitor = Visitor(site.app(), {opened.cookie: opened.begin()[1]})
    assert visitor.get("/queue").status == status


@pytest.mark.parametrize("token", ["x", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "\N{SNOWMAN}"])
def test_a_wrong_token_opens_nothing_and_is_logged(
    stranger: Visitor, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    with caplog.at_level(logging.WARNING):
        assert stranger.get(f"/?token={token}").status == 403
    assert stranger.cookies == {}
    [record] = caplog.records
    assert (record.getMessage(), vars(record)["cause"]) == ("request refused", "wrong-token")
    assert token not in str([vars(record) for record in caplog.records if token != "x"])


@pytest.mark.parametrize(
    "address", ["/queue?token=", "/queue//evil.example?token=", "/health?token="]
)
def test_a_token_opens_no_other_address(stranger: Visitor, address: str) -> None:
    page = stranger.get(f"{address}{TOKEN}")
    assert page.status != 303
    assert stranger.cookies == {}


def test_a_token_is_not_accepted_in_a_form(stranger: Visitor) -> None:
    assert stranger.post(f"/?token={TOKEN}", {}).status == 403
    assert stranger.cookies == {}


@pytest.mark.parametrize("value", ["", "x", "x.y", "x.y.z", "x..", "a" * 60])
def test_a_forged_cookie_is_refused(visitor: Visitor, value: str) -> None:
    [name] = visitor.cookies
    assert Visitor(visitor.app, {name: value}).get("/queue").status == 403


def test_monitoring_needs_no_session_and_shows_counts(site: ReviewSite, stranger: Visitor) -> None:
    site.fill(["2603.00001"])
    assert stranger.get("/health").response.json() == {"status": "ok"}
    ready = stranger.get("/ready").response.json()
    assert ready == {"status": "ok", "queue": 1, "jobs": {}, "alarms": 0}
    assert stranger.get("/static/base.css").status == 200
    assert stranger.get("/healthy").status == 403


NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize("site_", ["cross-site", "same-site", "unheard-of"])
@pytest.mark.parametrize(
    "how",
    [
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        {"sec-fetch-mode": "navigate", "sec-fetch-dest": "object"},
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "document"},
        {},
    ],
)
@pytest.mark.parametrize(
    "address", ["/queue", "/paper/" + "a" * 1000, "/health", "/static/icon.svg"]
)
def test_requests_of_other_sites_are_refused(
    visitor: Visitor, site_: str, how: dict[str, str], address: str
) -> None:
    page = visitor.get(address, {"sec-fetch-site": site_, **how})
    assert page.status == 403
    assert page.response.text == "This request was sent by another site.\n"


@pytest.mark.parametrize("site_", ["cross-site", "same-site", "same-origin", "none"])
def test_links_on_other_sites_are_followed(visitor: Visitor, site_: str) -> None:
    assert visitor.get("/queue", {"sec-fetch-site": site_, **NAVIGATION}).status == 200


def test_a_link_that_carries_no_session_leads_to_the_queue(stranger: Visitor) -> None:
    """Browsers keep a strict cookie from requests that another site starts."""
    page = stranger.get("/queue", {"sec-fetch-site": "cross-site", **NAVIGATION})
    assert page.tree.xpath("//a/@href") == ["/queue"]


LIMITS = Limits()


@pytest.mark.parametrize(
    ("address", "headers", "status", "said"),
    [
        ("/paper/" + "a" * LIMITS.path, {}, 414, "2,048 bytes"),
        ("/" + "%41" * 700, {}, 414, "2,048 bytes"),
        ("/queue?x=" + "a" * LIMITS.query, {}, 414, "4,096 after"),
        ("/queue", {"x": "a" * LIMITS.headers}, 431, "16,384 bytes"),
        ("/queue", {f"x-{n}": "a" for n in range(LIMITS.header_count)}, 431, "100 with"),
        ("/static/" + "a" * LIMITS.path, {}, 414, "2,048 bytes"),
        ("/health?" + "a" * 5000, {}, 414, "4,096 after"),
    ],
)
@pytest.mark.parametrize("cookies", [True, False])
def test_large_requests_are_refused_with_the_limit(
    visitor: Visitor,
    address: str,
    headers: dict[str, str],
    status: int,
    said: str,
    *,
    cookies: bool,
) -> None:
    if not cookies:
        visitor.cookies.clear()
    page = visitor.get(address, headers)
    assert page.status == status
    assert said in page.text
    assert "default-src 'none'" in page.response.headers["content-security-policy"]


def test_a_large_form_is_refused_with_the_limit(visitor: Visitor) -> None:
    page = visitor.post("/decide", {"note": "x" * LIMITS.body})
    assert page.status == 413
    assert "65,536 bytes" in page.text


def test_a_path_below_the_limit_that_is_no_id_is_404(visitor: Visitor) -> None:
    page = visitor.get("/paper/" + "a" * 1900)
    assert page.status == 404
    assert "is not in the database" in page.text


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("LocalHost:8765", "localhost"),
        ("[::1]:65535", "::1"),
        ("a@127.0.0.1", None),
        ("127.0.0.1:65536", None),
        ("127.0.0.1:080000", None),
        ("[::1]x", None),
        ("127.0.0.1\n", None),
        ("\u0661\u0662\u0667.0.0.1", None),
        ("127.0.0.1:\u0668\u0660", None),
        ("a" * 100_000, None),
    ],
)
def test_host_name_is_read_strictly(host: str, name: str | None) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize(
    ("host", "more"),
    [("127.0.0.2", {"127.0.0.2"}), ("localhost", set()), ("::1", set()), ("[::1]", set())],
)
def test_the_address_that_is_listened_on_is_served(host: str, more: set[str]) -> None:
    assert served_names(host) == {"127.0.0.1", "localhost", "::1"} | more
