"""The archive alone rebuilds the papers, and the quarantine is read again."""

import gzip
import os
import tracemalloc
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.errors import UsageError
from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.announcements import store_feed
from pipeline.ingest.protocol.record import Version
from pipeline.ingest.quarantine import RetryReport, retry
from pipeline.ingest.replay import ReplayReport, feed_categories, replay
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.feed.source import parse_feed
from pipeline.ingest.sources.transport.archive import Archive, RawResponse
from pipeline.runtime.record import Run
from storage.store import OpenStore
from storage.types import QuarantinedRecord, Source
from tests.support.arxiv import CATEGORIES, fetch, ingest_services, make_record, noon
from tests.support.builders import make_paper
from tests.support.cli import survey_in_process
from tests.support.storage import migrated
from tests.support.transport import rss_feed, rss_item

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (16, 17, 18))
TABLES = ("paper", "paper_version", "change", "announcement", "feed_check", "quarantined")


def replayed(archive: Path, open_store: OpenStore) -> ReplayReport:
    """Replay an archive into a store."""
    return replay(ingest_services(open_store, noon(WEDNESDAY)), Run(), archive)


def retried(open_store: OpenStore) -> RetryReport:
    """Retry the quarantine of a store."""
    return retry(ingest_services(open_store, noon(WEDNESDAY)), Run())


def contents(open_store: OpenStore) -> dict[str, list[Any]]:
    with open_store() as store:
        return {name: sorted(store._session.rows(f"FROM {name}"), key=repr) for name in TABLES}


def test_an_empty_database_is_rebuilt_from_the_archive(
    tmp_path: Path, open_store: OpenStore
) -> None:
    papers = [make_record(n, TUESDAY, "cs.CV", "cs.CL") for n in range(1, 8)]
    papers += [make_record(n, WEDNESDAY) for n in range(8, 12)]
    faults = [
        Fault(Kind.STATUS, Channel.OAI, requests=(1,), status=503, retry_after="0"),
        Fault(Kind.TRUNCATED, Channel.OAI, requests=(2,)),
        Fault(Kind.CONTROL_CHARACTERS, Channel.OAI, requests=(4,), record=1),
        Fault(Kind.BAD_DATE, Channel.OAI, requests=(3,), record=1),
        Fault(Kind.MISSING_RANGE, Channel.OAI, first_id="2603.00009", last_id="2603.00009"),
    ]
    with ReplicaServer(papers, today=TUESDAY, page_size=3, faults=faults) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(TUESDAY))
    with ReplicaServer(papers, today=WEDNESDAY, page_size=3, faults=faults[4:]) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(WEDNESDAY))
    assert report.repaired == 1

    rebuilt = migrated(tmp_path / "rebuilt.duckdb")
    first = replayed(tmp_path / "archive", rebuilt)
    assert first.counts.new == 11
    assert contents(rebuilt) == contents(open_store)
    replayed(tmp_path / "archive", rebuilt)
    assert contents(rebuilt)["paper"] == contents(open_store)["paper"]


def test_fetch_replay_sends_no_request(tmp_path: Path, now: datetime) -> None:
    with ReplicaServer([make_record(1, TUESDAY)], today=TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, migrated(tmp_path / "first.duckdb"), noon(TUESDAY))
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=now.isoformat())
    assert survey.call("init").status == 0
    report = survey.json("fetch", "--replay", "archive")
    assert (report["counts"]["new"], report["feeds"]) == (1, 1)
    assert survey.json("status")["papers"] == 1
    empty = survey.call("fetch", "--replay", "nowhere")
    assert empty.status == 2
    assert "nowhere" in empty.err


def test_a_directory_without_answers_is_no_archive(tmp_path: Path, open_store: OpenStore) -> None:
    with pytest.raises(UsageError, match="no archived response"):
        replayed(tmp_path, open_store)


def test_a_feeds_address_names_its_categories() -> None:
    assert feed_categories("https://rss.arxiv.org/rss/cs.CV+cs.CL") == CATEGORIES
    assert feed_categories("http://127.0.0.1:1/atom/cs.CV%2Bcs.CL") == CATEGORIES
    assert feed_categories("https://oaipmh.arxiv.org/oai?verb=ListRecords") == ()


def test_readable_record_leaves_the_quarantine(tmp_path: Path, open_store: OpenStore) -> None:
    with ReplicaServer([make_record(1, TUESDAY)], today=TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, migrated(tmp_path / "other.duckdb"), noon(TUESDAY))
    raw = _archived_page(tmp_path)
    record = raw[raw.index(b"<record>") : raw.index(b"</record>") + len(b"</record>")]
    item = (
        b'<item xmlns:arxiv="http://arxiv.org/schemas/atom"><title>T</title>'
        b'<guid isPermaLink="false">oai:arXiv.org:2603.00002v1</guid><category>cs.CV</category>'
        b"<pubDate>Tue, 17 Mar 2026 00:00:00 -0400</pubDate>"
        b"<arxiv:announce_type>new</arxiv:announce_type></item>"
    )
    line = (
        b'{"id":"2603.00003","submitter":"A","authors":"A B","title":"T","comments":null,'
        b'"journal-ref":null,"doi":null,"report-no":null,"categories":"cs.CV","license":null,'
        b'"abstract":"We.","versions":[{"version":"v1","created":"Mon, 16 Mar 2026 09:30:00 GMT"}],'
        b'"update_date":"2026-03-17","authors_parsed":[["B","A",""]]}'
    )
    records = [
        _quarantined("oai", record),
        _quarantined("oai", raw),
        _quarantined("feed", item),
        _quarantined("snapshot", line),
        _quarantined("oai", record.replace(b"Paper 1", b"Paper & 1")),
        _quarantined("feed", b"<item>"),
    ]
    with open_store() as store:
        store.quarantine.add(records)
    report = retried(open_store)
    assert (report.resolved, report.left) == (4, 2)
    with open_store() as store:
        assert store.papers.held(["2603.00001", "2603.00003"]) == {"2603.00001", "2603.00003"}
        assert list(store.ledger.missing(TUESDAY)) == ["2603.00002"]
        assert store.quarantine.count() == 2
        assert store._session.number("SELECT count(*) FROM quarantined") == 6
    again = retried(open_store)
    assert (again.resolved, again.left) == (0, 2)


def test_item_with_only_a_readable_id_stays_quarantined(
    open_store: OpenStore,
) -> None:
    feed = parse_feed(rss_feed(rss_item(announce_type="withdraw")).encode(), at=noon(TUESDAY))
    with open_store() as store:
        store_feed(store, CATEGORIES, feed, checked_at=noon(TUESDAY))
        store.quarantine.add(feed.malformed)
        assert list(store.ledger.missing(TUESDAY)) == ["2603.00001"]
    report = retried(open_store)
    assert (report.resolved, report.left) == (0, 1)


def test_a_feed_that_was_cut_off_proves_nothing_when_replayed(
    tmp_path: Path, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.sources.feed.source.ITEM_CAP", 2)
    with ReplicaServer([make_record(n, TUESDAY) for n in (1, 2, 3)], today=TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(TUESDAY), ("cs.CV",))
    rebuilt = migrated(tmp_path / "rebuilt.duckdb")
    replayed(tmp_path / "archive", rebuilt)
    for opener in (open_store, rebuilt):
        with opener() as store:
            [day] = store.ledger.days(TUESDAY)
        assert (day.status, day.announced, day.held, day.untold) == ("unknown", 3, 3, 1)


def test_a_record_that_came_whole_later_leaves_the_quarantine(
    tmp_path: Path, open_store: OpenStore
) -> None:
    with open_store() as store:
        store.quarantine.add([_quarantined("oai", b"<record>", "2603.00001")])
    with ReplicaServer([make_record(1, TUESDAY)], today=TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(WEDNESDAY))
    report = retried(open_store)
    assert (report.resolved, report.superseded) == (1, 1)


def test_a_revision_that_came_whole_later_leaves_the_quarantine(
    tmp_path: Path, open_store: OpenStore
) -> None:
    first = make_record(1, MONDAY)
    with ReplicaServer([first], today=MONDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(MONDAY))
    faulty = _quarantined("oai", b"<record>", "2603.00001")  # of Tuesday
    with open_store() as store:
        store.quarantine.add([faulty])
        # what the query API says of the new version is not the record that is missing
        newer = make_paper("2603.00001", version=2, source=Source.QUERY)
        counts = store.papers.upsert([newer], seen_at=noon(WEDNESDAY))
        assert counts.revised == 1
    report = retried(open_store)
    assert (report.superseded, report.left) == (0, 1)
    second = Version(2, noon(MONDAY), TUESDAY)
    revised = replace(first, versions=(*first.versions, second), datestamp=TUESDAY)
    with ReplicaServer([revised], today=WEDNESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(WEDNESDAY))
    report = retried(open_store)
    assert (report.superseded, report.left) == (1, 0)


def test_the_quarantine_is_listed_and_retried_from_a_terminal(
    tmp_path: Path, now: datetime
) -> None:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=now.isoformat())
    assert survey.call("init").status == 0
    with migrated(tmp_path / "var/survey.duckdb")() as store:
        store.quarantine.add([_quarantined("oai", b"<record>", "2603.00001")])
    listed = survey.json("quarantine", "list")
    assert listed["count"] == 1
    assert listed["records"][0]["arxiv_id"] == "2603.00001"
    shown = survey.call("quarantine")
    assert "2603.00001" in shown.out
    assert "a reason" in shown.out
    assert survey.json("quarantine", "retry")["left"] == 1


def _quarantined(source: str, raw: bytes, arxiv_id: str | None = None) -> QuarantinedRecord:
    return QuarantinedRecord(source, "a reason", raw, None, arxiv_id, noon(TUESDAY))


def _archived_page(directory: Path) -> bytes:
    import gzip

    pages = [gzip.decompress(path.read_bytes()) for path in directory.glob("archive/**/*.gz")]
    [page] = [page for page in pages if b"<OAI-PMH" in page]
    return page


@pytest.mark.parametrize("suffix", [".gz", ".json"])
@pytest.mark.parametrize("kind", ["pipe", "bomb", "cut"])
def test_archive_from_elsewhere_is_refused_where_it_is_no_archive(
    tmp_path: Path, suffix: str, kind: str
) -> None:
    archive = Archive(tmp_path)
    body = archive.keep(RawResponse("http://127.0.0.1/oai", 200, {}, b"<a/>" * 99, noon(MONDAY)))
    path = body.with_suffix(suffix)
    content = path.read_bytes()
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "bomb":
        path.write_bytes(gzip.compress(bytes(160 << 20)) if suffix == ".gz" else bytes(2 << 20))
    else:
        path.write_bytes(content[:-12])
    tracemalloc.start()
    with pytest.raises(BadResponseError, match="is damaged"):
        list(archive.replay())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 96 << 20
