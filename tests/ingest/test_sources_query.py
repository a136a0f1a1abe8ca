"""The query API through the arxiv package: entries and searches."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipeline.ingest.sources.errors import (
    BadRequestError,
    BadResponseError,
    IncompleteResponseError,
)
from pipeline.ingest.sources.query.source import QuerySource, batches
from pipeline.ingest.sources.query.transport import check_page, results_of
from storage.types import Paper, Source
from tests.support.transport import AT, Script, atom_entry, atom_page, make_http


def source(directory: Path, script: Script) -> QuerySource:
    return QuerySource(make_http(directory), script.url("/api/query"))


def test_entry_becomes_a_paper(tmp_path: Path, httpserver: HTTPServer) -> None:
    extra = (
        "<arxiv:comment>12 pages,\n  withdrawn by the authors</arxiv:comment>"
        "<arxiv:journal_ref>J. X 1</arxiv:journal_ref><arxiv:doi>10.1/x</arxiv:doi>"
    )
    entry = atom_entry("2603.00001", 2, title="\n  Poincar\\'e\n  maps", extra=extra)
    found = source(tmp_path, Script(httpserver, atom_page(entry))).look_up(["2603.00001"])
    moment = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    assert found.papers == (
        Paper(
            arxiv_id="2603.00001",
            version=2,
            title="Poincaré maps",
            abstract="We draw images.",
            authors=("Ada Example",),
            categories=("cs.CV",),
            primary_category="cs.CV",
            source=Source.QUERY,
            comment="12 pages, withdrawn by the authors",
            doi="10.1/x",
            journal_ref="J. X 1",
            submitted_at=moment,
            updated_at=moment,
            withdrawn=True,
        ),
    )


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (atom_entry(published=""), "published"),
        (atom_entry(published="last Monday"), "last Monday"),
        (atom_entry(title=""), "no title"),
        (atom_entry(title="Some <b>bold</b> claims"), "markup"),
        (atom_entry("nonsense"), "not an arXiv ID"),
    ],
)
def test_entry_the_package_would_lose_is_quarantined(
    tmp_path: Path, httpserver: HTTPServer, entry: str, reason: str
) -> None:
    script = Script(httpserver, atom_page(entry, atom_entry("2603.00002")))
    found = source(tmp_path, script).look_up(["2603.00001", "2603.00002"])
    assert [paper.arxiv_id for paper in found.papers] == ["2603.00002"]
    (quarantined,) = found.malformed
    assert reason in quarantined.reason
    assert quarantined.raw.startswith(b"<entry")
    if quarantined.arxiv_id:
        assert found.unknown == (), "what came and cannot be read is not unknown"


def test_page_with_control_characters_is_cleaned_and_kept() -> None:
    body = atom_page(atom_entry(title="A&#x2;title")).encode()
    page = check_page(body, at=AT)
    assert results_of(page)[0].title == "A\N{REPLACEMENT CHARACTER}title"
    assert page.malformed[0].raw == body


def test_unknown_entity_does_not_end_a_title() -> None:
    with pytest.raises(IncompleteResponseError):
        check_page(atom_page(atom_entry(title="Testing &nbsp; x")).encode(), at=AT)


@pytest.mark.parametrize("body", ["<html/>", "<rss/>"])
def test_other_documents_are_not_pages(body: str) -> None:
    with pytest.raises(BadResponseError, match="root"):
        check_page(body.encode(), at=AT)


def test_count_above_the_entries_sent_is_an_error(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, *[atom_page(atom_entry("2603.00001"), total=2)] * 9)
    with pytest.raises(IncompleteResponseError, match="1 are missing"):
        source(tmp_path, script).look_up(["2603.00001", "2603.00002"])


def test_search_requests_no_more_than_its_limit(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver, atom_page(atom_entry("2603.00001"), total=700))
    found = source(tmp_path, script).search("cat:cs.CV", limit=1)
    assert (len(found.papers), found.total) == (1, 700)
    assert found.executed.startswith("arXiv Query:")
    assert script.requests[0].args["max_results"] == "1"
    assert script.requests[0].args["search_query"] == "cat:cs.CV"


def test_search_without_results_is_empty(tmp_path: Path, httpserver: HTTPServer) -> None:
    found = source(tmp_path, Script(httpserver, atom_page())).search("cat:cs.CV")
    assert (found.papers, found.total) == ((), 0)


def test_max_results_of_zero_is_never_sent(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(httpserver)
    with pytest.raises(BadRequestError, match="at least one"):
        source(tmp_path, script).search("cat:cs.CV", limit=0)
    assert not script.requests


def test_batches_hold_each_id_once_and_in_order() -> None:
    ids = [f"2603.{number:05d}" for number in range(450)]
    cut = list(batches(ids))
    assert [one for batch in cut for one in batch] == ids
    assert [len(batch) for batch in cut] == [100, 100, 100, 100, 50]
    assert list(batches([])) == []
