"""Hostile input costs neither time nor more than its own record."""

import contextlib
import json

import pytest

from config.tex.accents import decode_accents
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.feed.source import parse_feed
from pipeline.ingest.sources.fields.authors import split_authors
from pipeline.ingest.sources.fields.dates import parse_iso, parse_rfc2822
from pipeline.ingest.sources.fields.text import paragraphs, says_withdrawn
from pipeline.ingest.sources.oai.page import parse_oai_page
from pipeline.ingest.sources.query.transport import check_page
from pipeline.ingest.sources.snapshot.lines import parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.client import retry_after_seconds, user_agent
from pipeline.ingest.sources.transport.limiter import LONGEST_WAIT_SECONDS
from storage.arxiv_id import parse_arxiv_id
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

LONG = 100_000
DIGITS = "9" * 5_000


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "sign", ["\\", "$", "{", "(", ")", ",", " ", "\n", "\\'", "\n ", "(a,", "~", "$x"]
)
def test_long_runs_of_any_character_take_linear_time(sign: str) -> None:
    text = sign * LONG
    for reader in (decode_accents, split_authors, paragraphs, says_withdrawn):
        reader(text)
        reader(text + " withdrawn")


@pytest.mark.parametrize(
    "text",
    [
        f"Mon, 16 Mar {DIGITS} 09:30:00 GMT",
        "Mon, 16 Mar 99999999999999999999 09:30:00 GMT",
        "Mon, 16 Mar 2026 99:99:99 GMT",
        "\u0661\u0662, 1",
        "Fri, 31 Dec 9999 23:00:00 GMT",
        "Fri, 31 Dec 9999 23:00:00 -0500",
        "Sat, 1 Jan 1066 00:00:00 GMT",
    ],
)
def test_impossible_dates_are_value_errors(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_rfc2822(text)


def test_extreme_iso_date_is_a_value_error() -> None:
    for text in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00Z"):
        with pytest.raises(ValueError, match="out of range"):
            parse_iso(text)


@pytest.mark.parametrize("number", ["v0", "v99999", f"v{DIGITS}", "v1\u0661", "1", "v-1", ""])
def test_impossible_versions_cost_one_record(number: str) -> None:
    versions = VERSION.replace("'v1'", f"'{number}'")
    body = oai_page(raw_record(versions=versions), raw_record("2603.00002")).encode()
    page = parse_oai_page(body, at=AT)
    assert [paper.arxiv_id for paper in page.papers] == ["2603.00002"]
    assert len(page.malformed) == 1


@pytest.mark.parametrize(
    "arxiv_id",
    [
        "2699.12345",
        "9999.99999",
        "\u0662\u0666\u0660\u0663.\u0660\u0660\u0660\u0660\u0667",
        "xx/0001001",
    ],
)
def test_every_source_quarantines_an_invalid_id(arxiv_id: str) -> None:
    page = parse_oai_page(oai_page(raw_record(arxiv_id)).encode(), at=AT)
    assert (page.papers, len(page.malformed)) == ((), 1)
    lines = parse_lines([json.dumps(make_record(arxiv_id)).encode()], Selection(), at=AT)
    assert (lines.papers, len(lines.malformed)) == ((), 1)
    feed = parse_feed(rss_feed(rss_item(arxiv_id)).encode(), at=AT)
    assert (feed.announcements, len(feed.malformed)) == ((), 1)
    entries = check_page(atom_page(atom_entry(arxiv_id)).encode(), at=AT)
    assert (entries.readable, len(entries.malformed)) == (0, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<title>A title", "<title>A <b>bold</b> title"),
        ("<title>", "<title>Another</title><title>"),
        ("<abstract>", "<abstract>We <i>say</i> "),
        ("<abstract>", "<abstract>x</abstract><abstract>"),
        ("<authors>", "<authors>Eve <sup>1</sup>, "),
        ("<id>", "<id>2603.00009</id><id>"),
        ("<date>", "<date><b/>"),
        ("<size>", "<size>0kb</size><size>"),
        ("<header>", "<header/><header>"),
        ("<datestamp>", "<datestamp>2020-01-01</datestamp><datestamp>"),
        ("</arXivRaw>", "</arXivRaw><other/>"),
        ("</metadata>", "</metadata><metadata><other/></metadata>"),
    ],
)
def test_markup_or_a_second_field_costs_one_oai_record(old: str, new: str) -> None:
    faulty = raw_record("2603.00001").replace(old, new, 1)
    assert faulty != raw_record("2603.00001")
    page = parse_oai_page(oai_page(faulty, raw_record("2603.00002")).encode(), at=AT)
    assert [paper.arxiv_id for paper in page.papers] == ["2603.00002"]
    (record,) = page.malformed
    assert "markup" in record.reason or "two" in record.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<title>A title", "<title>A <b>bold</b> title"),
        ("<title>", "<title>Another</title><title>"),
        ("<pubDate>", "<pubDate>Tue, 17 Mar 2020 00:00:00 -0400</pubDate><pubDate>"),
        ('<guid isPermaLink="false">', '<guid isPermaLink="false"><b/>'),
    ],
)
def test_markup_or_a_second_field_costs_one_feed_item(old: str, new: str) -> None:
    faulty = rss_item("2603.00001").replace(old, new, 1)
    feed = parse_feed(rss_feed(faulty, rss_item("2603.00002")).encode(), at=AT)
    assert "2603.00002" in [item.arxiv_id for item in feed.announcements]
    (record,) = feed.malformed
    assert "markup" in record.reason or "two" in record.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<summary>", "<summary>We <b>say</b> "),
        ("<summary>", "<summary>x</summary><summary>"),
        ("<title>", "<title>Another</title><title>"),
        ("<name>", "<name>Eve <b/>"),
        ("<name>", "<name>Eve</name><name>"),
        ("<updated>", "<updated>2020-01-01T00:00:00Z</updated><updated>"),
    ],
)
def test_markup_or_a_second_field_costs_one_query_entry(old: str, new: str) -> None:
    faulty = atom_entry("2603.00001").replace(old, new, 1)
    page = check_page(atom_page(faulty, atom_entry("2603.00002")).encode(), at=AT)
    assert page.readable == 1
    assert "markup" in page.malformed[0].reason or "two" in page.malformed[0].reason


def test_second_field_of_a_snapshot_line_is_quarantined() -> None:
    line = json.dumps(make_record()).replace('"title"', '"title": "Another", "title"').encode()
    lines = parse_lines([line], Selection(), at=AT)
    assert [record.reason for record in lines.malformed] == ["a field occurs twice"]


@pytest.mark.parametrize("title", ["\u3164", "\u2800 \u2800", "\u202e\u200b", " "])
def test_title_without_a_visible_character_is_quarantined(title: str) -> None:
    page = parse_oai_page(oai_page(raw_record(title=title)).encode(), at=AT)
    assert [record.reason for record in page.malformed] == ["the record has no title"]
    lines = parse_lines([json.dumps(make_record(title=title)).encode()], Selection(), at=AT)
    assert [record.reason for record in lines.malformed] == ["the record has no title"]
    entries = check_page(atom_page(atom_entry(title=title)).encode(), at=AT)
    assert [record.reason for record in entries.malformed] == ["the entry has no title"]


def test_overlong_identifiers_are_refused() -> None:
    assert parse_arxiv_id(f"2603.00001v{DIGITS}") is None
    assert parse_arxiv_id("2603.00001v99999") is None
    feed = rss_feed(rss_item().replace("00001v1</guid>", f"00001v{DIGITS}</guid>"))
    assert len(parse_feed(feed.encode(), at=AT).malformed) == 1
    entry = atom_entry().replace("00001v1</id>", f"00001v{DIGITS}</id>")
    assert len(check_page(atom_page(entry).encode(), at=AT).malformed) == 1


@pytest.mark.parametrize("total", ["\u00b2", "-1", "", "1e9", DIGITS])
def test_impossible_totals_are_bad_responses(total: str) -> None:
    body = atom_page().replace(">0</opensearch:total", f">{total}</opensearch:total")
    with pytest.raises(BadResponseError, match="how many"):
        check_page(body.encode(), at=AT)


@pytest.mark.parametrize(
    ("value", "seconds"), [("\u00b2", None), ("-5", None), (DIGITS, LONGEST_WAIT_SECONDS)]
)
def test_impossible_waits_are_capped(value: str, seconds: float | None) -> None:
    response = RawResponse("http://127.0.0.1/", 503, {"retry-after": value}, b"", AT)
    assert retry_after_seconds(response) == seconds


def test_contact_cannot_break_the_header() -> None:
    assert user_agent("Zo\u00eb\r\nX-Evil: 1").endswith(" (+ZoX-Evil: 1)")


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "unit", ["<record>", "<record ", "<record>a</record ", "<record></record>", "<identifier> "]
)
def test_records_of_a_broken_page_take_linear_time(unit: str) -> None:
    """The page is complete but not well-formed, so it is read record by record."""
    body = f"<OAI-PMH>{unit * LONG}&</OAI-PMH>".encode()
    with contextlib.suppress(BadResponseError):
        parse_oai_page(body, at=AT)


@pytest.mark.timeout(120)
def test_blanks_in_an_identifier_take_linear_time() -> None:
    record = f"<record><identifier>{' ' * 10 * LONG}<x></record>"
    body = oai_page(record, raw_record()).encode()
    assert [paper.arxiv_id for paper in parse_oai_page(body, at=AT).papers] == ["2603.00001"]


def test_page_with_two_faults_reports_both() -> None:
    bad = raw_record("2603.00001", title="S&P")
    body = oai_page(bad, raw_record("2603.00002", title="A\x01B")).encode()
    page = parse_oai_page(body, at=AT)
    assert [paper.arxiv_id for paper in page.papers] == ["2603.00002"]
    assert page.cleaned
    assert [record.raw for record in page.malformed] == [bad.encode(), body]
    assert page.records == 2
