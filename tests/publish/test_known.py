"""What other services told of a paper: on its page, in lists and in feeds; unknown is not fine."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from pipeline.publish.report import Outcome
from storage.enrichment import Fact
from tests.support.site import NOW, PublishedSite, make_site, publish_site

ID = "2603.00001"
DAY = timedelta(days=1)
NOTICE = {"type": "retraction", "doi": "10.1/notice", "on": "2026-03-20", "by": "publisher"}


@pytest.fixture
def site(tmp_path: Path) -> PublishedSite:
    publish = {"targets": ("digest", "site", "feeds")}
    return make_site(tmp_path, hostile=False, publish=publish)


def tell(
    site: PublishedSite, kind: str, state: str, at: datetime = NOW, subject: str = "", **detail: Any
) -> None:
    """Store an answer."""
    source = {"citations": "openalex", "code": "github"}.get(kind, "crossref")
    with site.services.open_store() as store:
        store.enrichment.add([Fact(ID, kind, subject, state, detail, source)], at, None)


def told(site: PublishedSite) -> str:
    """Publish and return what the page says of other services' answers."""
    assert publish_site(site.services).outcome in {Outcome.PUBLISHED, Outcome.UNCHANGED}
    found = _tree(site, f"papers/{ID}.html").xpath("//section[contains(@class, 'found')]")
    return " ".join(" ".join(" ".join(one.itertext()).split()) for one in found)


def _tree(site: PublishedSite, path: str) -> Any:
    return html.fromstring(site.text(path))


def test_nothing_is_said_where_nobody_was_asked(site: PublishedSite) -> None:
    assert told(site) == ""


def test_retraction_is_marked_on_page_and_in_lists(site: PublishedSite) -> None:
    tell(site, "retraction", "retracted", subject="10.1/x", notices=[NOTICE])
    assert "Retraction Retracted, 2026-03-20 Crossref, 24 March 2026" in told(site)
    page = _tree(site, f"papers/{ID}.html")
    assert page.xpath("string(//p[@class='warning'])").strip() == (
        "Retracted, according to Crossref on 24 March 2026."
    )
    assert page.xpath("//section[contains(@class, 'found')]//a/@href") == [
        "https://doi.org/10.1/notice"
    ]
    for place in ("index.html", "issues/2026-W12.html"):
        entry = _tree(site, place).xpath(f"//li[@data-paper='{ID}']//strong[@class='flag']")
        assert [one.text for one in entry] == ["Retracted"], place
    assert '"Retracted"]' in site.text("assets/search-index.js")
    assert "**Retracted, according to Crossref" in site.text(f"papers/{ID}.md")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("none", "Retraction No notice known Crossref, 24 March 2026"),
        ("unknown", "Retraction Unknown, no answer Crossref, 24 March 2026"),
        ("corrected", "Retraction Corrected Crossref, 24 March 2026"),
    ],
)
def test_other_answers_are_said_and_warn_of_nothing(
    site: PublishedSite, state: str, said: str
) -> None:
    tell(site, "retraction", state, subject="10.1/x")
    assert said in told(site)
    assert _tree(site, f"papers/{ID}.html").xpath("//p[@class='warning']") == []


def test_last_definite_answer_outlasts_a_failed_try(site: PublishedSite) -> None:
    tell(site, "retraction", "none", NOW - 9 * DAY, subject="10.1/x")
    tell(site, "retraction", "unknown", NOW, subject="10.1/x", cause="does not answer")
    assert "No notice known Crossref, 15 March 2026" in told(site)


def test_venue_citations_and_code_have_source_and_date(site: PublishedSite) -> None:
    tell(site, "venue", "published", name="Annals of <b>Kettles</b>", on="2026-02", doi="10.1/k")
    tell(site, "citations", "counted", cited_by=1234)
    code = "https://github.com/fictional-lab/brush"
    tell(site, "code", "gone", subject=code)
    tell(site, "code", "present", subject="https://github.com/of-an/earlier-version")
    said = told(site)
    assert "Published Annals of <b>Kettles</b>, 2026-02 Crossref, 24 March 2026" in said
    assert "Cited by 1,234 OpenAlex, 24 March 2026" in said
    assert "GitHub Gone GitHub, 24 March 2026" in said
    assert "earlier-version" not in site.text(f"papers/{ID}.html")
    [entry] = _tree(site, "index.html").xpath(f"//li[@data-paper='{ID}']/p[@class='meta']")
    assert "Code GitHub (Gone)" in " ".join(entry.text_content().split())


def test_site_is_unchanged_while_answers_stay(site: PublishedSite) -> None:
    tell(site, "retraction", "none", subject="10.1/x")
    told(site)
    assert publish_site(site.services).outcome is Outcome.UNCHANGED
