"""The page of the service with the state of the survey."""

import html

from pipeline.runtime.facts import Fact, FactGroup, FactTable, StateOfSurvey
from storage.types import RunStatus
from tests.support.review import START, ReviewSite, Visitor

HOSTILE = "<script>alert(1)</script> `rm` \u202e{} reversed"


def test_page_says_every_fact_of_the_command(site: ReviewSite, visitor: Visitor) -> None:
    page = visitor.get("/status")
    assert page.status == 200
    state = site.state()
    for group in state.groups:
        assert group.name in page.text
        for fact in group.facts:
            if fact.name != "disk":  # other tests write meanwhile
                assert f"{fact.said}".replace("`", "") in page.text


def test_status_is_one_of_the_places(visitor: Visitor) -> None:
    page = visitor.get("/status")
    [link] = page.tree.xpath('//nav[@id="places"]//a[@aria-current="page"]')
    assert (link.get("href"), link.text) == ("/status", "Status")
    assert '"s": "/status"' in html.unescape(page.response.text).replace('":"', '": "')


def test_page_needs_a_session(visitor: Visitor) -> None:
    stranger = Visitor(visitor.app, {})
    page = stranger.get("/status")
    assert page.status == 403
    assert "backup" not in page.response.text


def test_what_needs_somebody_is_marked_in_words(visitor: Visitor) -> None:
    page = visitor.get("/status")
    [mark] = page.tree.xpath('//dl/div[@class="act"]')
    assert " ".join(mark.text_content().split()).startswith("backup look none yet")


def test_error_of_a_run_is_text(site: ReviewSite, visitor: Visitor) -> None:
    with site.open_store() as store:
        run = store.runs.start("run", START)
        store.runs.finish(run, finished_at=START, status=RunStatus.FAILED, counts={}, error=HOSTILE)
    for language in ("en", "zh"):
        page = visitor.get("/status", {"accept-language": language})
        assert page.tree.xpath("//main//script") == []
        assert "<script>alert(1)</script>" in page.text
        assert "\u202e" not in page.response.text


def test_page_shows_only_what_it_is_given(site: ReviewSite) -> None:
    facts = FactGroup("Papers", (Fact("papers", "7"),))
    table = FactTable("Runs", ("last runs", ""), (("run", "done"),))
    site.state = lambda: StateOfSurvey((facts,), (table,))  # type: ignore[method-assign]
    page = Visitor(site.app()).get("/status", {"accept-language": "zh"})
    assert "论文 论文 7" in page.text
    assert "最近运行 run 完成" in page.text
