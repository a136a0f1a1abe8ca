"""Our own sources read the replica: what went in as a file comes out as papers."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.sources.errors import BlockedError, ThrottledError
from pipeline.ingest.sources.feed.source import FeedSource
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.query.source import QuerySource
from storage.types import AnnounceType, Paper
from tests.support.replica import TUESDAY, make_record, make_records
from tests.support.transport import FakeTime, make_http


def _harvest(server: ReplicaServer, directory: Path, time: FakeTime | None = None) -> list[Paper]:
    source = OaiSource(make_http(directory, time), server.oai_url)
    pages = list(source.pages(date(2026, 3, 1), set_name="cs"))
    assert [page.malformed for page in pages] == [()] * len(pages)
    return [paper for page in pages for paper in page.papers]


RECORD = make_record(
    "2603.90009",
    title='A <b>bold</b> & "quoted" title with $x<y$',
    comment="Code: https://example.org/a?b&c",
    license="http://creativecommons.org/licenses/by/4.0/",
    withdrawn=True,
    versions=[
        {"version": 1, "submitted_at": "2026-03-16T10:00:00Z"},
        {"version": 2, "submitted_at": "2026-03-16T11:00:00Z"},
    ],
)


def test_a_harvest_gives_back_every_paper(tmp_path: Path) -> None:
    with ReplicaServer([*make_records(7), RECORD], page_size=3, today=date(2026, 3, 18)) as server:
        papers = {paper.arxiv_id: paper for paper in _harvest(server, tmp_path)}
    assert len(papers) == 8
    paper = papers["2603.90009"]
    assert paper.title == RECORD.title
    assert paper.authors == ("Ada Example", "René Sample Jr.")
    assert paper.categories == ("cs.CV", "cs.CL")
    assert (paper.version, paper.withdrawn) == (2, True)
    assert [version.withdrawn for version in paper.versions] == [False, True]
    assert (paper.comment, paper.license) == (RECORD.comment, RECORD.license)
    assert paper.submitted_at == RECORD.versions[0].submitted_at


def test_the_feed_announces_the_day(tmp_path: Path) -> None:
    with ReplicaServer([*make_records(3), RECORD], today=TUESDAY) as server:
        feed = FeedSource(make_http(tmp_path), server.rss_url).today(["cs.CL", "cs.CV"])
    assert feed.day == TUESDAY
    assert {item.arxiv_id for item in feed.announcements} == {
        "2603.90001",
        "2603.90002",
        "2603.90003",
        "2603.90009",
    }
    assert {item.announce_type for item in feed.announcements} == {AnnounceType.NEW}


def test_look_ups_sort_requested_ids(tmp_path: Path) -> None:
    with ReplicaServer(make_records(3)) as server:
        source = QuerySource(make_http(tmp_path), server.query_url)
        found = source.look_up(["2603.90001", "arXiv:2603.90002v1", "2603.99999", "nonsense"])
    assert [paper.arxiv_id for paper in found.papers] == ["2603.90001", "2603.90002"]
    assert found.unknown == ("2603.99999",)
    assert found.refused == ("nonsense",)


def test_searches_reach_the_end(tmp_path: Path) -> None:
    with ReplicaServer(make_records(130)) as server:
        answer = QuerySource(make_http(tmp_path), server.query_url).search("ti:paper", limit=500)
    assert (len(answer.papers), answer.total) == (130, 130)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.STATUS, status=503, retry_after="1", requests=(1,)),
        Fault(Kind.TRUNCATED, requests=(2,)),
        Fault(Kind.SHORT_BODY, requests=(2,)),
        Fault(Kind.RESET, requests=(3,)),
        Fault(Kind.BAD_RESUMPTION_TOKEN, requests=(2,)),
        Fault(Kind.EMPTY_PAGE, requests=(2,)),
        Fault(Kind.DUPLICATES, requests=(2,)),
        Fault(Kind.RATE_EXCEEDED, requests=(1,)),
    ],
    ids=lambda fault: str(fault.kind),
)
def test_a_passing_fault_loses_no_paper(tmp_path: Path, fault: Fault) -> None:
    with ReplicaServer(make_records(7), page_size=3, faults=[fault]) as server:
        papers = _harvest(server, tmp_path)
        assert server.log.most_in_flight == 1
    assert {paper.arxiv_id for paper in papers} == {f"2603.{90001 + n}" for n in range(7)}


def test_a_block_stops_and_a_long_throttle_is_reported(tmp_path: Path) -> None:
    blocked = Fault(Kind.STATUS, Channel.OAI, status=403)
    throttled = Fault(Kind.STATUS, Channel.QUERY, status=429, retry_after="90000")
    with ReplicaServer(make_records(1), faults=[blocked, throttled]) as server:
        with pytest.raises(BlockedError):
            _harvest(server, tmp_path / "a")
        source = QuerySource(make_http(tmp_path / "b", run_deadline_seconds=60), server.query_url)
        with pytest.raises(ThrottledError):
            source.look_up(["2603.90001"])
        assert len(server.requests) == 2
