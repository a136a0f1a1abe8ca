"""Security of the review site: hosts, origins, tokens, sizes, hostile text, a busy database."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.review.web.app import create_app
from pipeline.review.web.sessions import login_token
from storage.types import TermWeight
from tests.support.builders import make_paper, make_prediction
from tests.support.review import ReviewSite, Visitor, make_site, scores


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "[::1]:8765", "LOCALHOST:80"])
def test_names_of_this_machine_are_allowed(visitor: Visitor, host: str) -> None:
    assert visitor.get("/queue", {"host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "[::1", ""),
        *("evil.example@127.0.0.1", "127.0.0.1/evil", "127.0.0.1:80#evil.example", "127.0.0.1?x"),
        *("127.0.0.1:99999", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:80:80", "[127.0.0.1]"),
        *("127.0.0.1 ", " 127.0.0.1", "127.0.0.1.", "127.1", "2130706433", "0x7f.0.0.1", "::1"),
        "127.0.0.2",
    ],
)
def test_other_host_names_are_refused(visitor: Visitor, host: str) -> None:
    page = visitor.get("/queue", {"host": host})
    assert page.status == 400
    assert "answers only to 127.0.0.1, ::1, localhost" in page.response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_forms_of_other_sites_are_refused(
    site: ReviewSite, visitor: Visitor, headers: dict[str, str]
) -> None:
    site.fill(["2603.00001"])
    form = {**visitor.get("/queue").form(), "verdict": "rejected", "reason": "other"}
    answer = visitor.post("/decide", form, headers)
    assert answer.status == 403
    assert "this form was sent from another site" in answer.response.text
    assert site.decisions("2603.00001") == []


@pytest.mark.parametrize("token", ["", "made-up", "\N{SNOWMAN}"])
def test_form_without_valid_token_is_refused(
    site: ReviewSite, visitor: Visitor, token: str
) -> None:
    site.fill(["2603.00001"])
    answer = visitor.decide(visitor.get("/queue"), "2603.00001", "rejected", token=token)
    assert answer.status == 403
    assert "this form belongs to an earlier session" in answer.text
    assert site.decisions("2603.00001") == []


def test_token_of_another_session_is_refused(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    stolen = visitor.get("/queue").form()["token"]
    thief = Visitor(visitor.app)
    assert thief.decide(thief.get("/queue"), "2603.00001", "rejected", token=stolen).status == 403
    cookieless = Visitor(visitor.app, {})
    answer = cookieless.post("/undo", {"token": stolen})
    assert answer.status == 403
    assert "Nothing was recorded" in answer.text


def test_two_surveys_on_one_machine_have_their_own_cookies(
    site: ReviewSite, visitor: Visitor
) -> None:
    visitor.get("/queue")
    review = visitor.app.state.review  # type: ignore[attr-defined]  # an ASGIApp to the type checker
    other = create_app(
        site.open_store,
        review.taxonomy,
        reviewer="ada",
        secret=b"another secret",
        clock=site.clock,
        survey_title="Other",
        issues=site.desk(),
        state=site.state,
    )
    neighbour = Visitor(other, visitor.cookies)
    assert neighbour.get("/queue").status == 403
    neighbour.get(f"/?token={login_token(b'another secret')}")
    assert neighbour.get("/queue").status == 200
    assert visitor.get("/queue").status == 200
    assert len(visitor.cookies) == 2


@pytest.mark.parametrize(
    "address",
    ["/queue", "/paper/2603.99999", "/health", "/no-such", "/queue?page=x", "/static/base.css"],
)
def test_every_response_has_security_headers(visitor: Visitor, address: str) -> None:
    headers = visitor.get(address).response.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    kind = headers["content-type"]
    assert kind == "application/json" or re.fullmatch(r"text/(html|plain|css); charset=utf-8", kind)
    if not address.startswith("/static/"):
        assert headers["cache-control"] == "no-store"


def test_refusals_have_security_headers(visitor: Visitor) -> None:
    for answer in (
        visitor.get("/queue", {"host": "evil.example"}),
        visitor.post("/decide", {}, {"origin": "https://evil.example"}),
        visitor.post("/decide", {"note": "x" * 70_000}),
    ):
        assert answer.status in {400, 403, 413}
        assert "default-src 'none'" in answer.response.headers["content-security-policy"]


def test_large_form_is_refused(site: ReviewSite, visitor: Visitor) -> None:
    site.fill(["2603.00001"])
    page = visitor.get("/queue")
    assert visitor.decide(page, "2603.00001", "rejected", note="x" * 70_000).status == 413


def test_path_outside_static_files_is_404(visitor: Visitor) -> None:
    assert visitor.get("/static/..%2fapp.py").status == 404


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{7*7}}'


def test_text_from_arxiv_is_escaped(site: ReviewSite, visitor: Visitor) -> None:
    paper = make_paper(
        "2603.00001",
        title=HOSTILE,
        abstract=f"{HOSTILE} </p></article> https://github.com/a/<b>\"onclick='x",
        authors=(HOSTILE,),
        categories=("cs.CV", "<b>"),
        comment=f"{HOSTILE} javascript://github.com/a http://github.com@evil.example/",
    )
    terms = (TermWeight("script", 1.0), TermWeight("<img", 0.5), TermWeight("(?i)(a+)+", -0.5))
    site.put(paper, make_prediction(sections=scores(make_image=0.9), terms=terms))
    for address in ("/queue", "/paper/2603.00001"):
        page = visitor.get(address)
        source = page.response.text
        assert page.status == 200
        assert "<script>" not in source
        assert "<img src=x" not in source
        assert 'href="javascript' not in source
        assert "evil.example/" not in source.replace("@evil.example/", "")
        assert HOSTILE in page.text
        assert source.count("<article") == source.count("</article>") == 1
    visitor.decide(visitor.get("/queue"), "2603.00001", "rejected", note=HOSTILE)
    for address in ("/decisions", "/paper/2603.00001"):
        source = visitor.get(address).response.text
        assert "<script>" not in source
        assert "<img src=x" not in source


def test_addresses_are_escaped(visitor: Visitor) -> None:
    for address in (
        "/queue?section=%3Cscript%3E",
        "/queue?order=%3Cscript%3E",
        "/paper/%3Cscript%3E",
        "/queue?done=%3Cscript%3E",
    ):
        assert "<script>" not in visitor.get(address).response.text


def test_busy_database_is_503_with_remedy(tmp_path: Path) -> None:
    site = make_site(tmp_path, busy_timeout_seconds=0.05)
    site.fill(["2603.00001"])
    visitor = Visitor(site.app())
    page = visitor.get("/queue")
    with held_elsewhere(site):
        answer = visitor.get("/queue")
        assert answer.status == 503
        assert int(answer.response.headers["retry-after"]) > 0
        assert "Try again" in answer.text
        assert visitor.get("/ready").response.json()["status"] == "unavailable"
        assert visitor.decide(page, "2603.00001", "rejected").status == 503
    assert site.decisions("2603.00001") == []
    assert visitor.decide(page, "2603.00001", "rejected").status == 303


def test_unexpected_error_shows_no_traceback(
    site: ReviewSite, caplog: pytest.LogCaptureFixture
) -> None:
    @contextmanager
    def broken() -> Iterator[None]:
        raise ZeroDivisionError("an inner detail")
        yield

    site.open_store = broken  # type: ignore[assignment]  # broken on purpose
    page = Visitor(site.app()).get("/queue")
    assert page.status == 500
    assert "An unexpected error occurred." in page.text
    assert "inner detail" not in page.response.text
    assert "default-src 'none'" in page.response.headers["content-security-policy"]


@contextmanager
def held_elsewhere(site: ReviewSite) -> Iterator[None]:
    """Hold the database in another thread, as another process does."""
    held, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with site.open_store():
            held.set()
            enough.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(60)
    try:
        yield
    finally:
        enough.set()
        holder.join(600)
