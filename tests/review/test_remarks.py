"""What a reviewer is told of a paper: no abstract, and that it may be there twice."""

from datetime import UTC, datetime

from pipeline.review.remarks import remarks_on
from storage.store import OpenStore
from storage.types import NewDecision, Paper, Verdict
from tests.support.builders import make_paper
from tests.support.review import ReviewSite, Visitor

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
FIRST, SECOND, THIRD = "2512.96001", "2512.96002", "2512.96003"


def hold(open_store: OpenStore, *papers: Paper, approved: str | None = None) -> None:
    with open_store() as store:
        store.papers.upsert(papers, seen_at=NOW)
        if approved:
            decision = NewDecision(approved, Verdict.APPROVED, ("agents",), "ada", NOW)
            store.decisions.add([decision])


def remarks(open_store: OpenStore, paper: Paper) -> tuple[str, ...]:
    with open_store() as store:
        return remarks_on(store, [paper]).get(paper.arxiv_id, ())


def test_equal_title_of_an_approved_paper_is_named(open_store: OpenStore) -> None:
    again = make_paper(SECOND, title="snail mail -- for couriers!")
    hold(open_store, make_paper(FIRST, title="Snail Mail for Couriers"), again, approved=FIRST)
    assert remarks(open_store, again) == (f"same title as {FIRST}, approved",)
    assert remarks(open_store, make_paper("2603.00001")) == ()


def test_equal_title_without_a_common_author_is_another_paper(open_store: OpenStore) -> None:
    other = make_paper(SECOND, title="Snail Mail", authors=("Cy Heron",))
    hold(open_store, make_paper(FIRST, title="Snail Mail"), other, approved=FIRST)
    assert remarks(open_store, other) == ()


def test_undecided_paper_with_the_title_is_named(open_store: OpenStore) -> None:
    papers = make_paper(FIRST, title="Snail Mail"), make_paper(SECOND, title="Snail Mail")
    hold(open_store, *papers)
    assert remarks(open_store, papers[0]) == (f"same title as {SECOND}, not decided",)


def test_comment_that_names_another_id_is_quoted(open_store: OpenStore) -> None:
    paper = make_paper(SECOND, comment=f"12 pages. Duplicate of arXiv:{FIRST}, see 2301.07041")
    hold(open_store, make_paper(FIRST), paper, approved=FIRST)
    said = f'its comment says "Duplicate of arXiv:{FIRST}" ({FIRST} is approved)'
    assert remarks(open_store, paper)[0] == said
    superseded = make_paper(THIRD, comment="superseded by 2301.07041v2")
    assert remarks(open_store, superseded) == (
        'its comment says "superseded by 2301.07041v2" (2301.07041 is not held)',
    )
    assert remarks(open_store, make_paper(THIRD, comment=f"code for {FIRST}")) == ()


def test_missing_abstract_is_null_and_said(open_store: OpenStore) -> None:
    paper = make_paper(SECOND, abstract="")
    hold(open_store, paper)
    assert remarks(open_store, paper) == ("arXiv has no abstract",)
    with open_store() as store:
        rows = store._session.rows(
            "SELECT abstract FROM papers WHERE arxiv_id = $id", {"id": SECOND}
        )
    assert rows == [(None,)]


def test_approved_papers_with_one_title_are_found(open_store: OpenStore) -> None:
    hold(open_store, make_paper(FIRST, title="Snail Mail"), approved=FIRST)
    hold(open_store, make_paper(SECOND, title="Snail mail."), approved=SECOND)
    hold(open_store, make_paper(THIRD, title="Snail Mail", authors=("Cy Heron",)), approved=THIRD)
    with open_store() as store:
        assert store.twins.approved() == ((FIRST, SECOND),)


def test_pages_show_the_remarks(site: ReviewSite, visitor: Visitor) -> None:
    hold(
        site.open_store,
        make_paper(FIRST, title="Snail Mail"),
        make_paper(SECOND, title="Snail Mail", abstract=""),
        approved=FIRST,
    )
    page = visitor.get(f"/paper/{SECOND}")
    assert f"same title as {FIRST}, approved" in page.text
    assert "arXiv has no abstract" in page.text
