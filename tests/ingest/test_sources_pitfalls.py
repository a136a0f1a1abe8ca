"""Pitfalls of arXiv's interfaces that concern the sources, one test each.

The numbers are those of docs/explanation/arxiv-pitfalls.md. Servers are on loopback; waiting is
instant.
"""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from config.errors import ConfigError
from config.schema import ArxivSettings
from pipeline.ingest.announcements import store_feed
from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BadRequestError,
    BadResponseError,
    BadResumptionTokenError,
    BlockedError,
    IncompleteResponseError,
    MalformedRecordError,
    OaiError,
    ThrottledError,
)
from pipeline.ingest.sources.feed.source import ITEM_CAP, FeedSource, parse_feed
from pipeline.ingest.sources.fields.authors import split_authors
from pipeline.ingest.sources.fields.categories import canonical_categories
from pipeline.ingest.sources.oai.page import parse_oai_page
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.query import terms as query_terms
from pipeline.ingest.sources.query.source import LAST_RESULT, REQUEST_LINE_BYTES, QuerySource
from pipeline.ingest.sources.query.transport import check_page
from pipeline.ingest.sources.snapshot.lines import paper_from_line
from pipeline.ingest.sources.transport.addresses import origin, redirect_url
from storage.arxiv_id import id_month
from storage.store import store_opener
from storage.types import AnnounceType, Paper, Source
from tests.support.snapshot import line_of, make_record
from tests.support.storage import changes_in
from tests.support.transport import (
    AT,
    INTERVAL,
    RAW_OK,
    FakeTime,
    Script,
    atom_entry,
    atom_error,
    atom_page,
    fault,
    fetch,
    fresh_client,
    make_http,
    oai_error,
    oai_page,
    raw_record,
    raw_server,
    rss_feed,
    rss_item,
)

DAY = date(2026, 3, 16)


def oai(directory: Path, script: Script, time: FakeTime | None = None) -> OaiSource:
    return OaiSource(make_http(directory, time), script.url("/oai"))


def query(directory: Path, script: Script) -> QuerySource:
    return QuerySource(make_http(directory), script.url("/api/query"))


def only_paper(page: str) -> Paper:
    (paper,) = parse_oai_page(page.encode(), at=AT).papers
    return paper


def version(number: int, day: str = "Mon, 16 Mar 2026 09:30:00 GMT", extra: str = "") -> str:
    return f"<version version='v{number}'><date>{day}</date><size>9kb</size>{extra}</version>"


def test_pitfall_01_only_https(tmp_path: Path) -> None:
    """Plain http hangs or redirects."""
    with pytest.raises(ConfigError, match="https only"):
        fetch(make_http(tmp_path), "http://oaipmh.arxiv.org/oai")


def test_pitfall_02_old_oai_address_leads_to_the_new_host() -> None:
    """export.arxiv.org/oai2 redirects to another host."""
    assert ArxivSettings().oai_url == "https://oaipmh.arxiv.org/oai"
    new = "https://oaipmh.arxiv.org/oai"
    assert redirect_url("https://export.arxiv.org/oai2", new, ()) == new


def test_pitfall_03_submission_date_is_that_of_version_1() -> None:
    """The format `arXiv` gives the current version's date as `created`."""
    versions = version(1, "Fri, 2 Jan 2015 10:00:00 GMT") + version(2)
    paper = only_paper(oai_page(raw_record(versions=versions)))
    assert paper.submitted_at == datetime(2015, 1, 2, 10, tzinfo=UTC)
    assert paper.updated_at == datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    other = raw_record().replace("arXivRaw", "arXiv")
    page = parse_oai_page(oai_page(other).encode(), at=AT)
    assert not page.papers
    assert "not arXivRaw" in page.malformed[0].reason


def test_pitfall_04_datestamp_differs_from_the_papers_dates() -> None:
    """An OAI datestamp is the day of the last metadata change."""
    paper = only_paper(oai_page(raw_record(versions=version(1, "Fri, 2 Jan 2015 10:00:00 GMT"))))
    assert paper.datestamp == date(2026, 3, 17)
    assert paper.submitted_at is not None
    assert paper.submitted_at.year == 2015


def test_pitfall_07_server_clock_is_returned() -> None:
    """The next window starts from the server's responseDate."""
    page = parse_oai_page(oai_page(raw_record()).encode(), at=AT)
    assert page.response_date == datetime(2026, 3, 17, 4, tzinfo=UTC)


def test_pitfall_08_broken_chain_never_looks_finished(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Callers save a cursor once the iterator ends."""
    script = Script(httpserver, oai_page(raw_record(), token="t1"), *[fault(503)] * 4)
    pages = oai(tmp_path, script).pages(DAY)
    assert len(next(pages).papers) == 1
    with pytest.raises(ThrottledError):
        next(pages)


@pytest.mark.parametrize("token", [None, ""])
def test_pitfall_09_absent_or_empty_token_ends_the_list(
    tmp_path: Path, httpserver: HTTPServer, token: str | None
) -> None:
    """Single-page lists have no token element; chains end with an empty one."""
    script = Script(httpserver, oai_page(raw_record(), token=token))
    assert len(list(oai(tmp_path, script).pages(DAY))) == 1


def test_pitfall_10_records_are_counted_locally(tmp_path: Path, httpserver: HTTPServer) -> None:
    """`cursor` and `completeListSize` are gone since 2025."""
    page = oai_page(raw_record(), token="t").replace(
        "<resumptionToken>", "<resumptionToken cursor='0' completeListSize='1'>"
    )
    script = Script(httpserver, page, oai_page(raw_record("2603.00002"), token=""))
    pages = list(oai(tmp_path, script).pages(DAY))
    assert [page.records for page in pages] == [1, 1]


def test_pitfall_11_refused_token_restarts_the_window_once(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Tokens expire within a day."""
    bad = oai_error("badResumptionToken")
    first = oai_page(raw_record(), token="t1")
    last = oai_page(raw_record("2603.00002"), token="")
    script = Script(httpserver, first, bad, first, last)
    pages = list(oai(tmp_path, script).pages(DAY))
    assert [page.papers[0].arxiv_id for page in pages] == ["2603.00001", "2603.00001", "2603.00002"]
    assert [request.args.get("from") for request in script.requests] == [
        "2026-03-16", None, "2026-03-16", None,
    ]  # fmt: skip


def test_pitfall_11_token_refused_twice_is_an_error(tmp_path: Path, httpserver: HTTPServer) -> None:
    """A second restart could go on for ever."""
    script = Script(
        httpserver, *[oai_page(raw_record(), token="t1"), oai_error("badResumptionToken")] * 2
    )
    with pytest.raises(BadResumptionTokenError):
        list(oai(tmp_path, script).pages(DAY))


def test_pitfall_12_any_page_size_is_accepted(tmp_path: Path, httpserver: HTTPServer) -> None:
    """arXiv changes the page size, so only tokens count."""
    script = Script(
        httpserver,
        oai_page(*[raw_record(f"2603.0000{n}") for n in range(3)], token="t1"),
        oai_page(raw_record("2603.00009"), token="t2"),
        oai_page(*[raw_record(f"2603.0001{n}") for n in range(5)], token=""),
    )
    assert [page.records for page in oai(tmp_path, script).pages(DAY)] == [3, 1, 5]


def test_pitfall_13_oai_errors_are_checked_first(tmp_path: Path, httpserver: HTTPServer) -> None:
    """OAI errors come with HTTP 200; `noRecordsMatch` is success with zero."""
    script = Script(httpserver, oai_error("noRecordsMatch"), oai_error("badArgument", "set"))
    source = oai(tmp_path, script)
    (page,) = source.pages(DAY)
    assert (page.records, page.no_records_match) == (0, True)
    with pytest.raises(OaiError, match="set") as caught:
        list(source.pages(DAY))
    assert caught.value.code == "badArgument"


def test_pitfall_14_empty_day_differs_from_a_failed_request() -> None:
    """`noRecordsMatch` can stay in the CDN cache, so callers must see it."""
    page = parse_oai_page(oai_error("noRecordsMatch").encode(), at=AT)
    assert page.no_records_match
    assert page.response_date is not None


def test_pitfall_15_wrong_set_error_names_the_setting() -> None:
    """`cs:AI` does not exist; the set is `cs:cs:AI`."""
    with pytest.raises(OaiError) as caught:
        parse_oai_page(oai_error("badArgument", "Set does not exist").encode(), at=AT)
    assert "sets" in caught.value.hint


def test_pitfall_16_acm_class_is_ignored() -> None:
    """The server writes the MSC value into `acm-class`."""
    extra = "<msc-class>68T45</msc-class><acm-class>68T45</acm-class>"
    assert only_paper(oai_page(raw_record(extra=extra))) == only_paper(oai_page(raw_record()))


def test_pitfall_17_record_marked_deleted_is_reported() -> None:
    """The protocol allows it, although arXiv does not use it."""
    gone = (
        '<record><header status="deleted"><identifier>oai:arXiv.org:2603.00009</identifier>'
        "<datestamp>2026-03-17</datestamp></header></record>"
    )
    page = parse_oai_page(oai_page(gone, raw_record()).encode(), at=AT)
    assert page.deleted == ("2603.00009",)
    assert len(page.papers) == 1
    assert not page.malformed


def test_pitfall_19_feed_at_its_cap_is_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    """arXiv cuts a joined feed at 2,000 items without notice."""
    assert ITEM_CAP == 2000
    monkeypatch.setattr("pipeline.ingest.sources.feed.source.ITEM_CAP", 4)
    items = [rss_item(f"2603.{number:05d}") for number in range(4)]
    assert parse_feed(rss_feed(*items).encode(), at=AT).capped
    assert not parse_feed(rss_feed(*items[1:]).encode(), at=AT).capped


def test_pitfall_20_21_announcements_of_all_types_are_kept() -> None:
    """The type is relative to the requested feed."""
    kinds = ["new", "cross", "replace", "replace-cross"]
    items = [rss_item(f"2603.0000{n}", announce_type=kind) for n, kind in enumerate(kinds)]
    feed = parse_feed(rss_feed(*items).encode(), at=AT)
    assert [one.announce_type for one in feed.announcements] == [
        AnnounceType(kind) for kind in kinds
    ]


def test_pitfall_22_empty_feed_has_a_day() -> None:
    """Zero items are right on a Saturday and wrong on a Tuesday."""
    feed = parse_feed(rss_feed(day="Sat, 21 Mar 2026 00:00:00 -0400").encode(), at=AT)
    assert (feed.day, feed.announcements) == (date(2026, 3, 21), ())


def test_pitfall_24_feed_dates_are_announcement_days() -> None:
    """pubDate is midnight in New York, in winter and in summer."""
    winter = rss_feed(day="Tue, 13 Jan 2026 00:00:00 -0500")
    assert parse_feed(winter.encode(), at=AT).day == date(2026, 1, 13)
    assert parse_feed(rss_feed(rss_item()).encode(), at=AT).announcements[0].day == date(
        2026, 3, 17
    )


def test_pitfall_25_repeated_batch_is_recognised_by_papers(
    tmp_path: Path,
) -> None:
    """Body, order and ETag change with every build of the feed."""
    items = [rss_item("2603.00001"), rss_item("2603.00002")]
    next_day = "Wed, 18 Mar 2026 00:00:00 -0400"
    again = rss_feed(*reversed(items), day=next_day).replace("04:00:03", "09:12:55")
    other = rss_feed(rss_item("2603.00003"), rss_item("2603.00002"), day=next_day)
    stale = []
    with store_opener(tmp_path / "survey.duckdb")() as store:
        for body in (rss_feed(*items), again, other):
            feed = parse_feed(body.encode(), at=AT)
            stale.append(store_feed(store, ["cs.CV"], feed, checked_at=AT + timedelta(days=1)))
    assert stale == [(), ("cs.CV",), ()]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (
            "G. David Forney, Jr. and Pascal O. Vontobel",
            ("G. David Forney, Jr.", "Pascal O. Vontobel"),
        ),
        ("A. One (Inst. of X, Y (Z), and W), B. Two", ("A. One", "B. Two")),
        ("A. One (1), B. Two (1 and 2) ((1) Here, (2) There)", ("A. One", "B. Two")),
        ("The D0 Collaboration: V.M. Abazov, et al", ("The D0 Collaboration", "V.M. Abazov")),
        (
            "A. One, B. Two, and the XYZ Collaboration",
            ("A. One", "B. Two", "the XYZ Collaboration"),
        ),
        ("A. One, on behalf of the XYZ Collaboration", ("A. One", "the XYZ Collaboration")),
        (
            "Thomas N. Gautier III, A. Abdumalikov Jr.",
            ("Thomas N. Gautier III", "A. Abdumalikov Jr."),
        ),
        (r"Gordan \v{Z}itkovi\'c; S{\o}ren Andersen", ("Gordan Žitković", "Søren Andersen")),
        ("Naihong Hu, Dong Liu and and Linsheng Zhu", ("Naihong Hu", "Dong Liu", "Linsheng Zhu")),
        (" A. Leading, Blank", ("A. Leading", "Blank")),
        ("A. Unclosed (Inst, B. Two", ("A. Unclosed Inst", "B. Two")),
        ("Alexander Anderson, Sandy And", ("Alexander Anderson", "Sandy And")),
        ("", ()),
    ],
)
def test_pitfall_26_author_lines_do_not_split_at_every_comma(
    line: str, names: tuple[str, ...]
) -> None:
    """Authors type suffixes, affiliations with commas and collaborations."""
    assert split_authors(line) == names


def test_pitfall_27_paper_names_the_source_of_its_text(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """OAI text is raw TeX; the query API's is converted."""
    script = Script(httpserver, atom_page(atom_entry()))
    assert query(tmp_path, script).look_up(["2603.00001"]).papers[0].source is Source.QUERY
    assert only_paper(oai_page(raw_record())).source is Source.OAI


def test_pitfall_27_other_source_does_not_change_the_paper(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """A paper looked up and harvested later has two titles and no correction."""
    script = Script(httpserver, atom_page(atom_entry().replace("A title", "An \u03b1-rule")))
    converted = query(tmp_path, script).look_up(["2603.00001"]).papers
    raw = only_paper(oai_page(raw_record(title=r"An $\alpha$-rule")))
    with store_opener(tmp_path / "survey.duckdb")() as store:
        store.papers.upsert(converted, seen_at=AT)
        store.papers.upsert([raw], seen_at=AT)
        store.papers.upsert(converted, seen_at=AT)
        held = store.papers.get("2603.00001")
        changed = [change.kind for change in changes_in(store)]
    assert converted[0].title == "An \u03b1-rule"
    assert held is not None
    assert held.paper.title == raw.title == r"An $\alpha$-rule"
    assert changed == []


def test_pitfall_28_text_like_markup_is_kept() -> None:
    """feedparser's defaults delete `<...>` from feeds."""
    feed = parse_feed(rss_feed(rss_item(title="4500&lt;Teff&lt;9000 K")).encode(), at=AT)
    assert feed.announcements[0].title == "4500<Teff<9000 K"
    paper = only_paper(oai_page(raw_record(abstract="for 4500&lt;Teff&lt;9000 K")))
    assert paper.abstract == "for 4500<Teff<9000 K"


def test_pitfall_29_feed_descriptions_are_ignored() -> None:
    """They begin with `arXiv:... Announce Type: ... Abstract:`."""
    body = rss_feed(rss_item(announce_type="replace-cross", abstract="We draw."))
    assert "Announce Type: replace-cross" in body
    (announcement,) = parse_feed(body.encode(), at=AT).announcements
    assert "We draw." not in repr(announcement)
    assert "Announce Type" not in repr(announcement)


def test_pitfall_30_status_400_with_a_feed_is_an_error(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Error feeds are valid and empty."""
    body = rss_feed(title="Feed error for query: cs.QQ").replace("updates on", "Bad subject in")
    script = Script(httpserver, fault(400, body))
    with pytest.raises(BadRequestError, match="Bad subject"):
        FeedSource(make_http(tmp_path), script.url("")).today(["cs.QQ"])
    with pytest.raises(BadRequestError):
        parse_feed(body.encode(), at=AT)


@pytest.mark.parametrize("status", [200, 400])
def test_pitfall_31_error_entry_is_not_a_paper(
    tmp_path: Path, httpserver: HTTPServer, status: int
) -> None:
    """It has status 200 (until 2025) or 400 and an ID of its own kind."""
    script = Script(httpserver, fault(status, atom_error("Invalid query string")))
    with pytest.raises(BadRequestError, match="Invalid query string"):
        query(tmp_path, script).search("(")
    assert len(script.requests) == 1


def test_pitfall_32_throttle_page_is_not_zero_results(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """`Rate exceeded.` comes with status 200."""
    script = Script(httpserver, fault(200, "Rate exceeded."), atom_page(atom_entry()))
    time = FakeTime()
    source = QuerySource(make_http(tmp_path, time), script.url("/api/query"))
    assert len(source.look_up(["2603.00001"]).papers) == 1
    assert time.waits == [2 * INTERVAL]
    with pytest.raises(BadResponseError, match="how many"):
        check_page(re.sub("<opensearch:total.*Results>", "", atom_page()).encode(), at=AT)
    httpserver.clear()
    script = Script(httpserver, *["<html>x</html>"] * 9)
    with pytest.raises(IncompleteResponseError, match="web page"):
        fetch(make_http(tmp_path, time), script.url("/oai"))
    assert len(script.requests) == 4


def test_pitfall_33_400_and_403_are_never_retried(tmp_path: Path, httpserver: HTTPServer) -> None:
    """arXiv takes a retry after 403 for an attack."""
    script = Script(httpserver, fault(400, "bad"), fault(403, "denied"), oai_page())
    time = FakeTime()
    http = make_http(tmp_path, time)
    with pytest.raises(BadRequestError):
        fetch(http, script.url("/oai"))
    with pytest.raises(BlockedError) as caught:
        fetch(http, script.url("/oai"))
    assert caught.value.exit_status == 1
    time.seconds += 23 * 3600
    with pytest.raises(BlockedError, match="refused us"):
        fetch(make_http(tmp_path, time), script.url("/oai"))
    assert len(script.requests) == 2, "no further request"


@pytest.mark.parametrize("status", [429, 406, 503])
def test_pitfall_34_throttling_cools_down_all_processes(
    tmp_path: Path, httpserver: HTTPServer, status: int
) -> None:
    """One process's 429 holds all back for as long as Retry-After says."""
    script = Script(httpserver, fault(status, Retry_After="7200"), "<ok/>")
    time = FakeTime()
    with pytest.raises(ThrottledError):
        fetch(make_http(tmp_path, time), script.url("/oai"))
    with pytest.raises(ThrottledError) as caught:
        fetch(make_http(tmp_path, time), script.url("/rss/cs"))
    assert caught.value.retry_after == 7200
    assert len(script.requests) == 1


def test_pitfall_35_request_has_accept_and_user_agent(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Without Accept arXiv returns 406; generic agents are throttled more."""
    script = Script(httpserver, atom_page(atom_entry()))
    http = make_http(tmp_path, contact="mailto:a@example.org")
    QuerySource(http, script.url("/api/query")).look_up(["2603.00001"])
    headers = script.requests[0].headers
    assert "application/atom+xml" in headers["Accept"]
    assert re.fullmatch(r"living-survey/\S+ \(\+mailto:a@example\.org\)", headers["User-Agent"])


def test_pitfall_36_silent_connection_times_out_and_is_replaced(tmp_path: Path) -> None:
    """A pooled connection can go silent without a reset."""
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<"
    url, thread, seen = raw_server(half, RAW_OK, silent=1)
    with fresh_client(first_read_timeout=0.05) as client:
        assert fetch(make_http(tmp_path, client=client), url).body == b"<ok>"
    thread.join(600)
    assert len(seen) == 2
    with pytest.raises(ArxivUnreachableError):
        fetch(make_http(tmp_path), url)


def test_pitfall_39_search_stops_at_the_last_result(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond 10,000 the server returns 500."""
    monkeypatch.setattr("pipeline.ingest.sources.query.source.LAST_RESULT", 150)
    assert LAST_RESULT == 10_000
    entries = [atom_entry(f"2603.{number:05d}") for number in range(150)]
    script = Script(
        httpserver,
        atom_page(*entries[:100], total=90_000),
        atom_page(*entries[100:], total=90_000),
    )
    found = query(tmp_path, script).search("cat:cs.CV", limit=100_000)
    assert (len(found.papers), found.total) == (150, 90_000)
    asked = [(int(r.args["start"]), int(r.args["max_results"])) for r in script.requests]
    assert asked == [(0, 100), (100, 50)]


def test_pitfall_40_short_or_empty_page_is_not_the_end(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Pages can be short or empty in the middle of a list."""
    entries = [atom_entry(f"2603.0000{number}") for number in range(5)]
    script = Script(
        httpserver,
        atom_page(*entries[:3], total=5),
        atom_page(total=5),
        atom_page(*entries[3:], total=5),
    )
    found = query(tmp_path, script).search("cat:cs.CV", limit=50)
    assert len(found.papers) == 5
    assert [int(r.args["start"]) for r in script.requests] == [0, 3, 3]
    sizes = [int(r.args["max_results"]) for r in script.requests]
    assert sizes[2] < sizes[1], "the retry asks for a smaller page"
    httpserver.clear()
    empty = Script(httpserver, *[atom_page(total=5)] * 3)
    with pytest.raises(IncompleteResponseError, match="counts 5"):
        query(tmp_path / "other", empty).search("cat:cs.CV")


def test_pitfall_41_searches_are_sorted_and_deduplicated(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Relevance is not stable between pages, and new papers shift them."""
    one, two, three, new = (atom_entry(f"2603.0000{number}") for number in (1, 2, 3, 4))
    script = Script(
        httpserver,
        atom_page(three, two, total=3),
        atom_page(two, one, total=4),
        atom_page(new, three, two, one, total=4),
    )
    found = query(tmp_path, script).search("cat:cs.CV", limit=50)
    assert sorted(p.arxiv_id[-1] for p in found.papers) == ["1", "2", "3", "4"]
    assert {r.args["sortBy"] for r in script.requests} == {"submittedDate"}
    assert script.requests[-1].args["start"] == "0", "the total grew: the head is read again"


def test_pitfall_42_booleans_are_parenthesised() -> None:
    """arXiv reads `A AND B OR C` from the right."""
    both = query_terms.all_of(["cat:cs.CV", query_terms.any_of(["ti:a", "ti:b"])])
    assert both == "(cat:cs.CV AND (ti:a OR ti:b))"


def test_pitfall_43_values_of_several_words_are_quoted() -> None:
    """Unquoted words become an OR of words; a quote inside cannot be escaped."""
    assert query_terms.phrase("ti", 'All  you "need"') == 'ti:"All you need"'


def test_pitfall_44_45_submission_windows_lose_no_minute() -> None:
    """`2359` means 23:59:00."""
    assert query_terms.submitted_between(date(2026, 2, 27), date(2026, 2, 28)) == (
        "submittedDate:[202602270000 TO 202603010000]"
    )


def test_pitfall_47_id_list_is_sent_with_max_results(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Without it arXiv cuts the list at ten."""
    ids = [f"2603.{number:05d}" for number in range(25)]
    script = Script(httpserver, atom_page(*map(atom_entry, ids)))
    assert len(query(tmp_path, script).look_up(ids).papers) == 25
    assert script.requests[0].args["max_results"] == "25"
    assert query(tmp_path, script).look_up([]).papers == ()
    assert len(script.requests) == 1, "nothing to look up is not asked"


def test_pitfall_48_bad_id_does_not_fail_the_batch(tmp_path: Path, httpserver: HTTPServer) -> None:
    """arXiv refuses the whole list and names the bad ID."""
    script = Script(
        httpserver,
        fault(400, atom_error("incorrect id format for cs/0001001")),
        atom_page(atom_entry("2603.00001"), atom_entry("2603.00002")),
    )
    found = query(tmp_path, script).look_up(["2603.00001", "cs/0001001", "2603.00002", "nonsense"])
    assert [paper.arxiv_id for paper in found.papers] == ["2603.00001", "2603.00002"]
    assert found.refused == ("nonsense", "cs/0001001")
    assert found.unknown == ()
    assert script.requests[1].args["id_list"] == "2603.00001,2603.00002"


def test_pitfall_48_unnamed_bad_id_is_found_by_halving(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """The message may not name the ID."""
    bad = fault(400, atom_error("something is wrong"))
    script = Script(httpserver, bad, atom_page(atom_entry("2603.00001")), bad)
    found = query(tmp_path, script).look_up(["2603.00001", "cs/0001001"])
    assert [paper.arxiv_id for paper in found.papers] == ["2603.00001"]
    assert found.refused == ("cs/0001001",)


def test_pitfall_49_batches_are_limited_by_bytes(tmp_path: Path, httpserver: HTTPServer) -> None:
    """arXiv refuses request lines above 4,094 bytes; a comma takes three."""
    ids = [f"cond-mat/{number:07d}" for number in range(9901001, 9901301)]
    script = Script(httpserver, *[atom_page()] * 9)
    found = query(tmp_path, script).look_up(ids, max_ids=1000)
    assert len(found.unknown) == 300
    lines = [f"GET {r.full_path} HTTP/1.1" for r in script.requests]
    raw = [r.environ["QUERY_STRING"] for r in script.requests]
    assert len(lines) == 2
    assert all(len(text) < REQUEST_LINE_BYTES for text in raw)
    httpserver.clear()
    script = Script(httpserver, *[atom_page()] * 9)
    query(tmp_path / "other", script).look_up(ids)
    assert [len(r.args["id_list"].split(",")) for r in script.requests] == [100, 100, 100]


def test_pitfall_50_missing_ids_are_reported(tmp_path: Path, httpserver: HTTPServer) -> None:
    """Unknown IDs are absent from the response."""
    script = Script(httpserver, atom_page(atom_entry("2603.00002")))
    found = query(tmp_path, script).look_up(["2603.00001", "2603.00002"])
    assert found.unknown == ("2603.00001",)


def test_pitfall_50_page_shorter_than_its_count_is_retried(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """What arXiv counts and does not send is not unknown."""
    script = Script(
        httpserver,
        atom_page(atom_entry("2603.00002"), total=2),
        atom_page(atom_entry("2603.00001")),
    )
    found = query(tmp_path, script).look_up(["2603.00001", "2603.00002"])
    assert len(found.papers) == 2
    assert script.requests[1].args["id_list"] == "2603.00001"


def test_pitfall_51_ids_are_normalised_before_sending(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """arXiv finds nothing for `arXiv:`, subject classes and upper case."""
    script = Script(httpserver, atom_page(atom_entry("2603.00001"), atom_entry("math/0309136")))
    given = ["arXiv:2603.00001v3", "https://arxiv.org/abs/2603.00001", "MATH.GT/0309136"]
    found = query(tmp_path, script).look_up(given)
    assert script.requests[0].args["id_list"] == "2603.00001,math/0309136"
    assert [paper.arxiv_id for paper in found.papers] == ["2603.00001", "math/0309136"]


def test_pitfall_52_ids_are_text() -> None:
    """`1501.00010` as a number loses a zero; old IDs have a slash."""
    assert only_paper(oai_page(raw_record("1501.00010"))).arxiv_id == "1501.00010"
    with pytest.raises(MalformedRecordError, match="'id'"):
        paper_from_line(line_of(make_record(id=1501.00010)))
    assert only_paper(oai_page(raw_record("hep-th/9901002"))).arxiv_id == "hep-th/9901002"


def test_pitfall_53_old_ids_are_of_the_20th_century() -> None:
    """Years from 91 on are 19YY."""
    assert id_month("hep-th/9901001") == (1999, 1)
    assert id_month("0704.0001") == (2007, 4)


def test_pitfall_54_entry_ids_are_urls_with_a_version(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """The key is the identifier without version."""
    script = Script(httpserver, atom_page(atom_entry("2603.00001", 7)))
    (paper,) = query(tmp_path, script).look_up(["2603.00001"]).papers
    assert (paper.arxiv_id, paper.version) == ("2603.00001", 7)


def test_pitfall_55_entries_without_links_are_read(tmp_path: Path, httpserver: HTTPServer) -> None:
    """Order, titles and presence of links have changed before."""
    bare = re.sub(r"<link[^>]*/>", "", atom_entry())
    script = Script(httpserver, atom_page(bare))
    assert len(query(tmp_path, script).look_up(["2603.00001"]).papers) == 1


def test_pitfall_56_affiliations_are_not_in_names(tmp_path: Path, httpserver: HTTPServer) -> None:
    """feedparser merges several affiliations."""
    extra = (
        "<author><name>Bo Sample</name><arxiv:affiliation>X, Y</arxiv:affiliation>"
        "<arxiv:affiliation>Z</arxiv:affiliation></author>"
    )
    script = Script(httpserver, atom_page(atom_entry(extra=extra)))
    (paper,) = query(tmp_path, script).look_up(["2603.00001"]).papers
    assert set(paper.authors) == {"Ada Example", "Bo Sample"}


def test_pitfall_57_categories_are_canonical_or_unknown(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Aliases and subsumed archives are renamed; ACM and MSC classes are dropped."""
    assert canonical_categories(["cs.NA", "math.NA", "cmp-lg", "cs.ZZ"]) == (
        "math.NA", "cs.CL", "cs.ZZ",
    )  # fmt: skip
    extra = '<category term="I.2.7"/><category term="68T50; 68T45"/><category term="cs.SY"/>'
    script = Script(httpserver, atom_page(atom_entry(extra=extra)))
    (paper,) = query(tmp_path, script).look_up(["2603.00001"]).papers
    assert paper.categories == ("cs.CV", "eess.SY")


def test_pitfall_58_primary_category_is_the_marked_one(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """The query API marks it; in OAI it is the first."""
    entry = atom_entry(extra='<category term="cs.AI"/>').replace(
        'primary_category term="cs.CV"', 'primary_category term="cs.AI"'
    )
    script = Script(httpserver, atom_page(entry))
    (paper,) = query(tmp_path, script).look_up(["2603.00001"]).papers
    assert (paper.primary_category, paper.categories) == ("cs.AI", ("cs.AI", "cs.CV"))
    assert only_paper(oai_page(raw_record(categories="cs.CL cs.CV"))).primary_category == "cs.CL"


def test_pitfall_59_optional_fields_may_be_missing() -> None:
    """Licence, comments, doi, abstract and authors are missing in real records."""
    bare = re.sub(r"<(authors|abstract|submitter)>.*?</\1>", "", raw_record(), flags=re.DOTALL)
    paper = only_paper(oai_page(bare))
    assert (paper.authors, paper.abstract) == ((), "")
    assert (paper.license, paper.comment, paper.doi, paper.journal_ref) == (None,) * 4


def test_pitfall_60_long_author_list_is_read_whole() -> None:
    """589 authors with affiliations, 12.7 kB."""
    line = ", ".join(f"A. Author{number} ({number % 40})" for number in range(5000))
    names = split_authors(line + " ((1) Here, (2) There)")
    assert len(names) == 5000
    assert names[-1] == "A. Author4999"
    assert split_authors("(" * 50_000) == ()
    assert split_authors(")" * 50_000) == ()


@pytest.mark.parametrize("bad", ["\x0b", "&#x1;", "&#0;"])
def test_pitfall_61_control_characters_are_replaced(bad: str) -> None:
    """A strict parser refuses the page, which is quarantined and read once cleaned."""
    body = oai_page(raw_record(title=f"A{bad}title"), raw_record("2603.00002")).encode()
    page = parse_oai_page(body, at=AT, raw_path="archive/x.gz")
    assert page.cleaned
    assert [paper.title for paper in page.papers] == ["A\N{REPLACEMENT CHARACTER}title", "A title"]
    (record,) = page.malformed
    assert (record.raw, record.raw_path) == (body, "archive/x.gz")
    assert page.records == 2


def test_pitfall_61_bytes_that_are_not_utf_8_are_replaced() -> None:
    """One Latin-1 byte among a thousand records."""
    body = oai_page(raw_record(title="caf?")).encode().replace(b"caf?", b"caf\xe9")
    page = parse_oai_page(body, at=AT)
    assert page.cleaned
    assert page.papers[0].title == "caf\N{REPLACEMENT CHARACTER}"


def test_pitfall_61_bare_ampersand_costs_one_record() -> None:
    """Only that record is quarantined, with its own bytes."""
    bad = raw_record("2603.00001", title="S&P <500")
    body = oai_page(bad, raw_record("2603.00002"), token="t1").encode()
    page = parse_oai_page(body, at=AT)
    assert [paper.arxiv_id for paper in page.papers] == ["2603.00002"]
    assert page.resumption_token == "t1"
    (record,) = page.malformed
    assert record.raw == bad.encode()
    assert record.arxiv_id == "2603.00001"


def test_pitfall_62_truncated_page_is_refused(tmp_path: Path, httpserver: HTTPServer) -> None:
    """A recovering parser makes an author `Ni` of `Nick`."""
    whole = atom_page(atom_entry("2603.00001"), atom_entry("2603.00002"))
    cut = whole[: whole.rindex("Example") + 2]
    script = Script(httpserver, cut, whole)
    found = query(tmp_path, script).look_up(["2603.00001", "2603.00002"])
    assert [paper.authors for paper in found.papers] == [("Ada Example",)] * 2
    page = oai_page(raw_record(), raw_record("2603.00002"))
    for end in range(len(page) - 30, 200, -97):
        with pytest.raises(IncompleteResponseError):
            parse_oai_page(page[:end].encode(), at=AT)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    ],
)
def test_pitfall_63_entities_and_doctypes_are_refused(doctype: str) -> None:
    """Entities, files and addresses in a page must not be opened."""
    body = oai_page(raw_record(title="&a;")).replace("?>", "?>" + doctype, 1)
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(BadResponseError, match=r"\[arxiv\]") as caught:
            parse_oai_page(body.replace("UTF-8", encoding).encode(encoding), at=AT)
        assert caught.value.exit_status == 1  # not a fault that passes


WITHDRAWN = "<source_type>I</source_type>"


@pytest.mark.parametrize(
    ("versions", "comment", "withdrawn"),
    [
        (version(1) + version(2, extra=WITHDRAWN), "", True),
        (version(1) + version(2, extra=WITHDRAWN) + version(3), "21 pages", False),
        (version(1), "This paper has been withdrawn by the author due to an error", True),
        (version(1), "Withdrawn", True),
        (version(1), "arXiv admin note: this version has been withdrawn by arXiv", True),
        (version(1), "Replaces a withdrawn paper of 2020", False),
        (version(1), "The previous version was withdrawn because of a misprint", False),
        (version(1), "This paper has not been withdrawn", False),
        (version(1), "7 pages", False),
    ],
)
def test_pitfall_64_withdrawals_are_recognised_and_undone(
    versions: str, comment: str, *, withdrawn: bool
) -> None:
    """Source type I of the last version counts, then the comment."""
    extra = f"<comments>{comment}</comments>" if comment else ""
    paper = only_paper(oai_page(raw_record(versions=versions, extra=extra)))
    assert paper.withdrawn is withdrawn
    assert paper.versions[-1].withdrawn is withdrawn


def test_pitfall_65_all_versions_are_returned_in_order() -> None:
    """A new version does not overwrite history."""
    versions = version(2) + version(1, "Fri, 2 Jan 2015 10:00:00 GMT") + version(10)
    paper = only_paper(oai_page(raw_record(versions=versions)))
    assert [one.version for one in paper.versions] == [1, 2, 10]
    assert paper.version == 10


def test_pitfall_66_records_may_come_twice_in_a_chain(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """Offsets shift under a chain."""
    one, two, three = (raw_record(f"2603.0000{number}") for number in (1, 2, 3))
    script = Script(httpserver, oai_page(one, two, token="t1"), oai_page(two, three, token=""))
    pages = list(oai(tmp_path, script).pages(DAY))
    assert [paper.arxiv_id for page in pages for paper in page.papers] == [
        "2603.00001", "2603.00002", "2603.00002", "2603.00003",
    ]  # fmt: skip


def test_pitfall_67_every_datetime_is_aware_and_utc() -> None:
    """Dates in other zones are converted, dates without zone are refused."""
    there = version(1, "Mon, 16 Mar 2026 05:30:00 -0400")
    paper = only_paper(oai_page(raw_record(versions=there)))
    assert paper.submitted_at == datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    assert paper.submitted_at is not None
    assert paper.submitted_at.tzinfo is UTC
    nowhere = oai_page(raw_record(versions=version(1, "Mon, 16 Mar 2026 05:30:00")))
    assert "date" in parse_oai_page(nowhere.encode(), at=AT).malformed[0].reason


@pytest.mark.parametrize(
    ("here", "there", "followed"),
    [
        ("https://export.arxiv.org/api/query", "https://arxiv.org/api/query", True),
        ("https://export.arxiv.org/api/query", "http://arxiv.org/api/query", False),
        ("https://export.arxiv.org/api/query", "https://evil.example/", False),
        ("https://export.arxiv.org/api/query", "https://arxiv.org.evil.example/", False),
        ("https://export.arxiv.org/api/query", "http://127.0.0.1/", False),
        ("https://export.arxiv.org/api/query", "ftp://arxiv.org/", False),
        ("http://127.0.0.1:1/a", "http://127.0.0.1:1/b", True),
        ("http://127.0.0.1:1/a", "http://127.0.0.1:2/b", False),
        ("http://127.0.0.1:1/a", "https://arxiv.org/b", False),
    ],
)
def test_pitfall_69_redirects_outside_arxiv_are_refused(
    here: str, there: str, *, followed: bool
) -> None:
    """A redirect to another host or to plain http is not followed."""
    if followed:
        assert redirect_url(here, there, {origin(here)}) == there
    else:
        with pytest.raises(BadResponseError, match="not followed"):
            redirect_url(here, there, {origin(here)})


def test_pitfall_69_redirect_takes_its_own_turn(tmp_path: Path, httpserver: HTTPServer) -> None:
    """It is limited and archived like any request."""
    script = Script(httpserver, fault(301, Location="/there"), "<ok/>")
    time = FakeTime()
    assert fetch(make_http(tmp_path, time), script.url("/here")).url.endswith("/there")
    assert time.waits == [INTERVAL]
