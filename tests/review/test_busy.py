"""Pages while another program holds the database: nothing recorded, nothing retyped."""

from pathlib import Path

import pytest

from tests.support.review import ReviewSite, Visitor, make_site

KEY = "2603.00001"


@pytest.fixture
def site(tmp_path: Path) -> ReviewSite:
    """A site with one paper that waits a twentieth of a second for its database."""
    site = make_site(tmp_path, busy_timeout_seconds=0.05)
    site.fill([KEY])
    return site


def test_form_is_kept_and_sent_again(site: ReviewSite) -> None:
    visitor = Visitor(site.app())
    page = visitor.get("/queue")
    with site.open_store():
        busy = visitor.decide(
            page, KEY, "rejected", reason="no-language", note="Only \u201cradar\u201d <b>"
        )
    assert busy.status == 503
    assert busy.response.headers["retry-after"] == "5"
    assert busy.text.count("Nothing was recorded.") == 1
    assert "Your note is kept:" in busy.text
    assert site.decisions(KEY) == []
    again = visitor.post("/decide", busy.form("/decide"))
    assert again.status == 303
    [decision] = site.decisions(KEY)
    assert (decision.reason, decision.note) == ("no-language", "Only \u201cradar\u201d <b>")


def test_technical_line_is_apart_and_without_backticks(site: ReviewSite) -> None:
    visitor = Visitor(site.app())
    page = visitor.get("/queue")
    with site.open_store():
        busy = visitor.decide(page, KEY, "deferred")
    assert "What you chose is kept." in busy.text
    [technical] = busy.tree.find_class("technical")
    assert "survey.duckdb has been held" in technical.text_content()
    assert "`" not in busy.text
    assert busy.tree.xpath("//h1")[0].text_content() == "Nothing was recorded."


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/undo", {"decision_id": "0" * 16, "view": "/queue"}),
        ("/plan", {"minutes": "15"}),
        ("/queue-health/limit", {"limit": "30"}),
    ],
)
def test_every_form_can_be_sent_again(site: ReviewSite, address: str, form: dict[str, str]) -> None:
    visitor = Visitor(site.app())
    token = visitor.get("/queue").form()["token"][0]
    with site.open_store():
        busy = visitor.post(address, {**form, "token": token})
    assert busy.status == 503
    assert busy.form(address) == {name: [text] for name, text in {**form, "token": token}.items()}


def test_script_is_told_why_nothing_was_recorded(site: ReviewSite) -> None:
    visitor = Visitor(site.app())
    form = visitor.get("/queue").form()
    with site.open_store():
        busy = visitor.post(
            "/decide", {**form, "verdict": "deferred"}, {"accept": "application/json"}
        )
    assert busy.status == 503
    answer = busy.response.json()
    assert answer["recorded"] is False
    # the script says itself that nothing was recorded
    assert answer["message"] == "Another program holds the database."
    zh = {"accept": "application/json", "accept-language": "zh"}
    with site.open_store():
        busy = visitor.post("/decide", {**form, "verdict": "deferred"}, zh)
    assert busy.response.json()["message"] == "另一个程序正在使用数据库。"


@pytest.mark.parametrize("address", ["/queue?order=newest", "/decisions", "/queue-health", "/plan"])
def test_page_offers_itself_again(site: ReviewSite, address: str) -> None:
    visitor = Visitor(site.app())
    with site.open_store():
        busy = visitor.get(address)
    assert busy.status == 503
    assert "The database is busy." in busy.text
    assert busy.tree.xpath('//a[text()="Try again"]/@href') == [address]
    assert visitor.get(address).status == 200
