"""A field above its limit costs its record, and the reason names the figure."""

import json

import pytest

from pipeline.ingest.sources.feed.source import parse_feed
from pipeline.ingest.sources.fields import sizes
from pipeline.ingest.sources.oai.page import parse_oai_page
from pipeline.ingest.sources.query.transport import check_page
from pipeline.ingest.sources.snapshot.lines import parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection
from tests.support.snapshot import make_record
from tests.support.transport import (
    AT,
    VERSION,
    atom_entry,
    atom_page,
    oai_page,
    raw_record,
    rss_feed,
    rss_item,
)

VERSIONS = "".join(VERSION.replace("v1", f"v{n}") for n in range(1, sizes.VERSIONS + 2))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("title", "x" * 2_001, "the title has 2,001 characters; at most 2,000 are read"),
        ("abstract", "x" * 20_001, "the abstract has 20,001 characters"),
        ("authors", "A, " * 10_001, "it has 10,001 authors"),
        ("authors", "x" * 2_001, "the longest name has 2,001 characters"),
        ("categories", " ".join(f"c.{n}" for n in range(101)), "it has 101 categories"),
        ("versions", VERSIONS, "it has 1,001 versions"),
        ("extra", f"<comments>{'x' * 10_001}</comments>", "the comment has 10,001"),
    ],
)
def test_oversized_field_is_quarantined(field: str, value: str, reason: str) -> None:
    faulty = raw_record("2603.00001", **{field: value})
    page = parse_oai_page(oai_page(faulty, raw_record("2603.00002")).encode(), at=AT)
    assert [paper.arxiv_id for paper in page.papers] == ["2603.00002"]
    assert reason in page.malformed[0].reason


def test_every_source_limits_the_title() -> None:
    title = "x" * 2_001
    lines = parse_lines([json.dumps(make_record(title=title)).encode()], Selection(), at=AT)
    feed = parse_feed(rss_feed(rss_item(title=title)).encode(), at=AT)
    page = check_page(atom_page(atom_entry(title=title)).encode(), at=AT)
    for malformed in (lines.malformed, feed.malformed, page.malformed):
        assert "the title has 2,001 characters" in malformed[0].reason


def test_largest_field_is_read() -> None:
    record = raw_record(title="x" * sizes.TITLE, abstract="x" * sizes.ABSTRACT)
    (paper,) = parse_oai_page(oai_page(record).encode(), at=AT).papers
    assert (len(paper.title), len(paper.abstract)) == (sizes.TITLE, sizes.ABSTRACT)
