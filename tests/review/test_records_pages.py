"""Pages of decisions and deferred papers: filters, pages, imports as groups, undo that asks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.review.account import tally_text
from storage.batches import BatchKind, NewBatch
from storage.decision_account import DecisionTally
from storage.types import LIST_REVIEWER, Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.review import Page, ReviewSite, Visitor

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
DAY = timedelta(days=1)
IDS = [f"2603.{n:05}" for n in range(1, 131)]


@pytest.fixture
def site(site: ReviewSite) -> ReviewSite:
    """A site with 20 decisions of an import and 110 rejections, one an hour."""
    with site.open_store() as store:
        store.papers.upsert([make_paper(one) for one in IDS], seen_at=NOON)
        store.decisions.add(
            [
                make_decision(one, reviewer=LIST_REVIEWER, decided_at=NOON - 900 * DAY)
                for one in IDS[:20]
            ],
            NewBatch(BatchKind.LIST, "ada", NOON),
        )
        store.decisions.add(
            [
                make_decision(
                    one,
                    verdict=Verdict.REJECTED,
                    sections=(),
                    reason="other" if n % 4 == 0 else "no-language",
                    decided_at=NOON - timedelta(hours=110 - n),
                )
                for n, one in enumerate(IDS[20:])
            ]
        )
    return site


@pytest.fixture
def visitor(site: ReviewSite) -> Visitor:
    """A visitor of `site`."""
    return Visitor(site.app())


def listed(page: Page) -> list[str]:
    return [one.split("-")[1] for one in page.tree.xpath('//ol[@class="decisions"]/li/@id')]


def test_decisions_have_pages_without_end(visitor: Visitor) -> None:
    page, seen = visitor.get("/decisions"), []
    while True:
        seen += listed(page)
        following = page.tree.xpath('//nav[@class="pager"]/a[@rel="next"]/@href')
        if not following:
            break
        page = visitor.get(following[0])
    assert seen == IDS[:19:-1]


def test_imports_are_one_line_until_they_are_shown(visitor: Visitor) -> None:
    page = visitor.get("/decisions")
    assert "130 stand (110 by reviewers)" in page.text
    assert "20 decisions imported from the list, 2026-03-17 12:00 UTC." in page.text
    [show] = page.tree.xpath('//ul[@class="imports"]//a/@href')
    assert set(listed(visitor.get(show))) == set(IDS[:20])


def test_filters_combine_and_are_kept_by_the_next_page(visitor: Visitor) -> None:
    page = visitor.get("/decisions?verdict=rejected&reason=no-language")
    assert "82 stand" in page.text
    [following] = page.tree.xpath('//nav[@class="pager"]/a[@rel="next"]/@href')
    assert "reason=no-language" in following
    one_day = visitor.get("/decisions?from=2026-03-16&until=2026-03-16&reviewer=ada")
    assert len(listed(one_day)) == 24
    found = visitor.get("/decisions?search=2603.00077")
    assert listed(found) == ["2603.00077"]
    assert found.tree.xpath('//input[@name="search"]')[0].value == "2603.00077"
    nothing = visitor.get("/decisions?search=radar")
    assert "No decision is like that." in nothing.text


@pytest.mark.parametrize(
    "query", ["verdict=perhaps", "reason=no-langage", "section=nowhere", "from=16.3.", "before=x"]
)
def test_wrong_filter_is_named(visitor: Visitor, query: str) -> None:
    page = visitor.get(f"/decisions?{query}")
    assert page.status == 400
    assert query.partition("=")[2] in page.text


def test_much_other_is_said(visitor: Visitor) -> None:
    assert '25 % of the reasons given are "other"' in visitor.get("/decisions").text


def test_single_undo_does_not_ask(visitor: Visitor, site: ReviewSite) -> None:
    page = visitor.get("/decisions?search=2603.00077")
    undone = visitor.post("/undo", page.form("/undo"))
    assert undone.status == 303
    assert "Taken back" in visitor.follow(undone).text
    assert site.decisions("2603.00077")[0].undone_by == "ada"


def test_undo_of_an_import_asks(visitor: Visitor, site: ReviewSite) -> None:
    [show] = visitor.get("/decisions").tree.xpath('//ul[@class="imports"]//a/@href')
    whole, single, *_ = visitor.get(show).forms("/undo")
    for form, count in ((single, "1 decision"), (whole, "20 decisions")):
        asked = visitor.post("/undo", form)
        assert asked.status == 303
        question = visitor.follow(asked)
        assert f"Take back {count}?" in question.text
        assert "Imported from the curated list." in question.text
        with site.open_store() as store:
            assert store.account.tally().taken_back == 0
    done = visitor.post("/undo", question.form("/undo"))
    assert done.status == 303
    with site.open_store() as store:
        assert store.account.tally().taken_back == 20
    again = visitor.post("/undo", question.form("/undo"))
    assert again.status == 409
    assert "Nothing was taken back" in again.text


def test_question_names_an_unknown_act(visitor: Visitor) -> None:
    assert visitor.get("/undo/ask?batch_id=123456789abc").status in {400, 404}
    assert visitor.get("/undo/ask?decision_id=nothing").status == 404


def test_script_is_led_to_the_question(visitor: Visitor) -> None:
    [show] = visitor.get("/decisions").tree.xpath('//ul[@class="imports"]//a/@href')
    whole = visitor.get(show).form("/undo")
    answer = visitor.post("/undo", whole, {"accept": "application/json"}).response.json()
    assert answer["recorded"] is False
    assert "Take back 20 decisions?" in visitor.get(answer["next"]).text


def test_deferred_papers_have_pages_and_say_until_when(site: ReviewSite, visitor: Visitor) -> None:
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    one,
                    verdict=Verdict.DEFERRED,
                    sections=(),
                    decided_at=NOON + timedelta(minutes=n),
                    return_on=date(2026, 4, 1) if n == 0 else date(2026, 3, 1) if n == 1 else None,
                    return_after_version=1 if n == 2 else None,
                )
                for n, one in enumerate(IDS[:60])
            ]
        )
    first = visitor.get("/deferred")
    assert "60 deferred papers" in first.text
    rows = [" ".join(row.text_content().split()) for row in first.tree.xpath("//ol/li")]
    assert len(rows) == 50
    assert "until 2026-04-01" in rows[0]
    assert "until 2026-03-01; waits in the queue again" in rows[1]
    assert "until version 2" in rows[2]
    assert "waits in the queue again" not in rows[0] + rows[2]
    [following] = first.tree.xpath('//nav[@class="pager"]/a[@rel="next"]/@href')
    second = visitor.get(following)
    assert second.tree.xpath("//ol/li/@data-paper") == IDS[50:60]


def test_imported_deferrals_stand_among_the_deferred(site: ReviewSite, visitor: Visitor) -> None:
    with site.open_store() as store:
        store.decisions.add(
            [make_decision(IDS[0], verdict=Verdict.DEFERRED, sections=(), decided_at=NOON)],
            NewBatch(BatchKind.FILE, "ada", NOON),
        )
    page = visitor.get("/deferred")
    assert "1 deferred paper," in page.text
    assert page.tree.xpath("//ol/li/@data-paper") == IDS[:1]


def test_many_decisions_are_counted_in_thousands() -> None:
    tally = DecisionTally(standing=10_178, by_reviewers=1_117, taken_back=10_001, replaced=2_000)
    assert tally_text(tally) == (
        "10,178 stand (1,117 by reviewers), 10,001 taken back, 2,000 replaced by a later one"
    )
