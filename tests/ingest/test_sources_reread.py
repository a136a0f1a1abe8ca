"""Archived responses and quarantined records are parsed again offline."""

from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipeline.ingest.sources.errors import MalformedRecordError
from pipeline.ingest.sources.feed.source import FeedSource
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.query.source import QuerySource
from pipeline.ingest.sources.query.transport import check_page
from pipeline.ingest.sources.reread import reread_archive, reread_record
from pipeline.ingest.sources.transport.archive import Archive
from storage.types import QuarantinedRecord
from tests.support.transport import (
    AT,
    Script,
    atom_entry,
    atom_page,
    fault,
    make_http,
    oai_page,
    raw_record,
    rss_feed,
    rss_item,
)


def quarantined(source: str, raw: str) -> QuarantinedRecord:
    return QuarantinedRecord(source, "a reason", raw.encode(), None, None, AT)


def test_archive_restores_what_was_fetched(tmp_path: Path, httpserver: HTTPServer) -> None:
    script = Script(
        httpserver,
        fault(429, "Rate exceeded."),
        oai_page(raw_record("2603.00001"), token="t"),
        oai_page(raw_record("2603.00002"))[:-30],
        oai_page(raw_record("2603.00002")),
        rss_feed(rss_item("2603.00003")),
        atom_page(atom_entry("2603.00004"), atom_entry("2603.00005", published="")),
    )
    http = make_http(tmp_path, archive=True)
    pages = list(OaiSource(http, script.url("/oai")).pages(date(2026, 3, 16)))
    feed = FeedSource(http, script.url("")).today(["cs.CV"])
    found = QuerySource(http, script.url("/q")).look_up(["2603.00004", "2603.00005"])
    again = list(reread_archive(Archive(tmp_path / "archive")))
    papers = [paper for one in again for paper in one.papers]
    assert papers == [paper for page in pages for paper in page.papers] + list(found.papers)
    assert [one.feed for one in again if one.feed] == [feed]
    assert [record for one in again for record in one.malformed] == list(found.malformed)


def test_quarantined_records_are_read_again() -> None:
    (paper,) = reread_record(quarantined("oai", raw_record("2603.00001")))
    assert paper.arxiv_id == "2603.00001"
    whole = oai_page(raw_record("2603.00001"), raw_record("2603.00002"))
    assert len(reread_record(quarantined("oai", whole))) == 2
    page = check_page(atom_page(atom_entry(published="x")).encode(), at=AT)
    corrected = page.malformed[0].raw.replace(b">x<", b">2026-03-16T09:30:00Z<").decode()
    (paper,) = reread_record(quarantined("query", corrected))
    assert paper.arxiv_id == "2603.00001"


@pytest.mark.parametrize(
    ("source", "raw"),
    [
        ("oai", raw_record(title="")),
        ("oai", "<record>"),
        ("query", atom_entry(published="x").replace("arxiv:", "")),
        ("query", "<entry>"),
        ("feed", rss_item()),
    ],
)
def test_unreadable_quarantined_record_states_the_reason(source: str, raw: str) -> None:
    with pytest.raises(MalformedRecordError) as caught:
        reread_record(quarantined(source, raw))
    assert str(caught.value)
