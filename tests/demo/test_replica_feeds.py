"""The feed channel, read back with feedparser and compared with recorded feeds."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from pipeline.demo.replica.records import read_record
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.protocol.record import Record
from tests.support import http
from tests.support.replica import TUESDAY, make_record, make_records, shape

FRIDAY = date(2023, 10, 27)
MOVING = {"lastBuildDate", "updated"}


def _types(server: ReplicaServer, wanted: str, form: str = "rss") -> list[tuple[str, str]]:
    root = etree.fromstring(http.get(f"{server.rss_url}/{form}/{wanted}").content)
    items = [*root.iter("item"), *root.iter("{*}entry")]
    return [
        (
            str(item.findtext("guid") or item.findtext("{*}id")).rpartition(":")[2],
            str(item.findtext("{*}announce_type")),
        )
        for item in items
    ]


def test_types_are_relative_to_what_is_asked_for() -> None:
    replaced = make_record(
        "2603.80009",
        day="2026-03-10",
        versions=[
            {"version": 1, "submitted_at": "2026-03-09T10:00:00Z"},
            {"version": 2, "submitted_at": "2026-03-16T10:00:00Z"},
        ],
    )
    records = [make_record("2603.90002"), make_record("2603.90001"), replaced]
    with ReplicaServer(records, today=TUESDAY) as server:
        assert _types(server, "cs.CV") == [
            ("2603.90001v1", "new"),
            ("2603.90002v1", "new"),
            ("2603.80009v2", "replace"),
        ]
        assert [kind for _, kind in _types(server, "cs.CL")] == ["cross", "cross", "replace-cross"]
        assert [kind for _, kind in _types(server, "cs.cl+CS.cv", "atom")] == [
            "new",
            "new",
            "replace",
        ]
        assert _types(server, "eess") == []


def test_aliases_find_each_other() -> None:
    with ReplicaServer([make_record(categories=["cs.SY"])], today=TUESDAY) as server:
        assert _types(server, "eess.SY") == [("2603.90001v1", "new")]


def test_late_replacements_are_left_out() -> None:
    def versions(last: int) -> list[dict[str, object]]:
        days = [f"2026-03-{3 + n:02d}T10:00:00Z" for n in range(last - 1)]
        return [
            {"version": n, "submitted_at": when}
            for n, when in enumerate([*days, "2026-03-16T10:00:00Z"], start=1)
        ]

    records = [
        make_record("2603.80005", day="2026-03-04", versions=versions(5)),
        make_record("2603.80006", day="2026-03-04", versions=versions(6)),
    ]
    with ReplicaServer(records, today=TUESDAY) as server:
        assert _types(server, "cs") == [("2603.80005v5", "replace")]


def test_two_thousand_items_and_no_more() -> None:
    records = [
        *make_records(1999),
        make_record("2603.99990"),
        make_record("2603.80001", categories=["eess.AS", "cs.SD"]),
    ]
    with ReplicaServer(records, today=TUESDAY) as server:
        types = [kind for _, kind in _types(server, "cs")]
    assert types == ["new"] * 2000


def test_only_today_in_new_york_is_announced() -> None:
    late_evening = datetime(2026, 3, 18, 3, 30, tzinfo=UTC)  # still the 17th over there
    with ReplicaServer(make_records(1), today=lambda: late_evening) as server:
        assert len(_types(server, "cs")) == 1
    with ReplicaServer(make_records(1), today=date(2026, 3, 18)) as server:
        assert _types(server, "cs") == []


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_reads_it(form: str) -> None:
    record = make_record(
        license="http://creativecommons.org/licenses/by/4.0/", doi="10.5555/1", journal_ref="J 1"
    )
    with ReplicaServer([record], today=TUESDAY) as server:
        answer = http.get(f"{server.rss_url}/{form}/cs.CV+cs.CL")
    feed = feedparser.parse(answer.content, sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo
    assert feed.feed.title == "cs.CV, cs.CL updates on arXiv.org"
    [entry] = feed.entries
    assert entry.id == "oai:arXiv.org:2603.90001v1"
    assert entry.arxiv_announce_type == "new"
    assert entry.arxiv_doi == "10.5555/1"
    assert [tag.term for tag in entry.tags] == ["cs.CV", "cs.CL"]
    assert entry.summary.startswith("arXiv:2603.90001v1 Announce Type: new")
    assert entry.rights == record.license


def test_headers_are_those_of_the_application() -> None:
    with ReplicaServer([], today=TUESDAY) as server:
        answer = http.get(f"{server.rss_url}/rss/cs")
    assert answer.headers["ETag"] == hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["Content-Type"] == "application/rss+xml"
    assert answer.headers["Cache-Control"] == f"max-age={12 * 3600}"
    assert "Last-Modified" not in answer.headers


# ------- against recorded feeds


def _recorded_papers() -> list[Record]:
    rows = [
        {
            "arxiv_id": "2310.16106",
            "day": "2023-10-27",
            "title": "Decentralized Learning over Wireless Networks with Broadcast-Based "
            "Subgraph Sampling",
            "abstract": "(text)",
            "authors": ["Daniel P\\\\'erez Herrera", "Zheng Chen", "Erik G. Larsson"],
            "categories": ["cs.IT"],
            "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        },
        {
            "arxiv_id": "1234.56570",
            "day": "2023-10-27",
            "title": "Mysteries of the Universe",
            "abstract": "This whole concept is abstract.",
            "authors": ["Very Real Sr. (Cornell University)"],
            "categories": ["astro-ph", "math.NT"],
            "license": "http://creativecommons.org/licenses/by/4.0/",
            "doi": "10.0000/00-AAA0000",
        },
    ]
    rows[1]["arxiv_id"] = "1212.5657"  # the recorded one is no arXiv id
    return [read_record(row) for row in rows]


def _fixture(shared_fixtures: Path, name: str) -> tuple[str, int, etree._Element]:
    directory = shared_fixtures / "feed_server"
    about = json.loads((directory / f"{name}.headers.json").read_text())
    data = (directory / f"{name}.xml").read_bytes().replace(b"1234.5657", b"1212.5657")
    return about["path"], about["status"], etree.fromstring(data)


@pytest.mark.parametrize("form", ["rss", "atom"])
@pytest.mark.parametrize("case", ["math_7days", "multi", "lowercase", "empty_weekend"])
def test_feeds_have_the_recorded_form(shared_fixtures: Path, form: str, case: str) -> None:
    path, _, expected = _fixture(shared_fixtures, f"{form}_{case}")
    papers = [] if case in {"lowercase", "empty_weekend"} else _recorded_papers()
    day = date(2023, 10, 28) if case == "empty_weekend" else FRIDAY
    with ReplicaServer(papers, today=day) as server:
        got = etree.fromstring(http.get(f"{server.url}{path}").content)
    ignore = MOVING | {"description", "summary"}
    assert shape(got, ignore) == shape(expected, ignore)


@pytest.mark.parametrize(
    "name",
    [
        "rss_err_bad_archive",
        "rss_err_bad_subject",
        "rss_err_trailing_plus",
        "rss_version_091",
        "atom_err_bad_archive",
        "atom_err_bad_subject",
        "atom_err_trailing_plus",
    ],
)
def test_error_feeds_are_those_recorded(shared_fixtures: Path, name: str) -> None:
    path, status, expected = _fixture(shared_fixtures, name)
    with ReplicaServer([], today=FRIDAY) as server:
        answer = http.get(f"{server.url}{path}")
    assert answer.status_code == status == 400
    assert shape(etree.fromstring(answer.content), MOVING) == shape(expected, MOVING)


def test_the_status_page() -> None:
    with ReplicaServer([]) as server:
        assert http.get(f"{server.url}/feed/status").text == "Status: GOOD Version: 1.1"
        assert http.get(f"{server.url}/elsewhere").status_code == 404
