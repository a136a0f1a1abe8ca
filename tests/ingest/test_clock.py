"""A clock that jumps: what arXiv confirms, what is refused, and what is removed afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from config.errors import UsageError
from config.schema import ArxivSettings
from config.taxonomy import taxonomy_text
from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest import fetch as fetching
from pipeline.ingest.announcements import read_feed
from pipeline.ingest.fetch import FetchReport
from pipeline.ingest.prune import prune
from pipeline.ingest.replay import replay
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.oai.page import parse_oai_page
from pipeline.ingest.sources.open import arxiv_sources
from pipeline.ingest.sources.query.transport import check_page
from pipeline.ingest.sources.snapshot.lines import parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.clock_check import ClockCheck
from pipeline.runtime.clock import WrongClockError, check_clock, confirm, last_confirmed
from pipeline.runtime.record import Run
from storage.store import OpenStore, store_opener
from storage.types import RunStatus
from tests.support.arxiv import ingest_services, make_record, noon, sources
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.services import make_services
from tests.support.snapshot import make_record as make_snapshot_record
from tests.support.transport import VERSION, atom_entry, atom_page, oai_page, raw_record, rss_feed

TUESDAY = date(2026, 3, 17)
NOON = noon(TUESDAY)
YEARS_AHEAD = datetime(2190, 1, 1, tzinfo=UTC)
LATER = [timedelta(days=1), timedelta(weeks=3), timedelta(days=92)]


def response(body: str = "", *, at: datetime = NOON, sent: datetime | None = None) -> RawResponse:
    headers = {} if sent is None else {"date": format_datetime(sent, usegmt=True)}
    return RawResponse("http://127.0.0.1/oai", 200, headers, body.encode(), at)


@contextmanager
def local_arxiv(today: date, *faults: Fault) -> Iterator[ReplicaServer]:
    with ReplicaServer([make_record(1, TUESDAY)], today=today, faults=faults) as arxiv:
        yield arxiv


def fetch(
    arxiv: ReplicaServer, directory: Path, open_store: OpenStore, now: datetime
) -> FetchReport:
    """Fetch as `living-survey run` does: with what the database knows about the clock."""
    with open_store() as store:
        known = last_confirmed(store)
    with sources(arxiv, directory, now, clock_confirmed_at=known) as opened:
        return fetching.fetch(ingest_services(open_store, now), opened, Run())


def days_held(open_store: OpenStore) -> set[date]:
    with open_store() as store:
        return {day.day for day in store.ledger.days(date(1, 1, 1))}


@pytest.mark.parametrize("pause", LATER)
def test_pause_is_confirmed_by_arxiv(
    tmp_path: Path, open_store: OpenStore, pause: timedelta
) -> None:
    with local_arxiv(TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, NOON)
    with local_arxiv(TUESDAY + pause) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, NOON + pause)
    assert report.failures == ()
    with open_store() as store:
        assert last_confirmed(store) == NOON + pause
        assert store.ledger.days(TUESDAY + pause)


@pytest.mark.parametrize("now", [YEARS_AHEAD, NOON + timedelta(days=5), NOON - timedelta(days=9)])
def test_clock_that_arxiv_contradicts_stores_nothing(
    tmp_path: Path, open_store: OpenStore, now: datetime
) -> None:
    with local_arxiv(TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, NOON)
        before = days_held(open_store)
        with pytest.raises(WrongClockError, match="2026-03-17") as caught:
            fetch(arxiv, tmp_path, open_store, now)
        assert caught.value.exit_status == 75
        assert "clock" in caught.value.hint
        assert days_held(open_store) == before
        assert not (tmp_path / "archive" / "2190").exists()
        assert fetch(arxiv, tmp_path, open_store, NOON).failures == ()


def test_jump_without_an_answer_of_arxiv_is_refused(tmp_path: Path, open_store: OpenStore) -> None:
    with local_arxiv(TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, NOON)
    silent = Fault(Kind.STATUS, status=400)
    with (
        local_arxiv(TUESDAY, silent) as arxiv,
        pytest.raises(WrongClockError, match="not confirmed"),
    ):
        fetch(arxiv, tmp_path, open_store, YEARS_AHEAD)
    assert max(days_held(open_store)) == TUESDAY


def test_run_that_failed_in_the_wrong_year_is_no_evidence(open_store: OpenStore) -> None:
    with open_store() as store:
        for started, status in ((NOON, RunStatus.DONE), (YEARS_AHEAD, RunStatus.FAILED)):
            run_id = store.runs.start("run", started)
            store.runs.finish(run_id, finished_at=started, status=status, counts={})
        assert last_confirmed(store) == NOON
        confirm(store, NOON + timedelta(days=1), is_set=False)
        assert last_confirmed(store) == NOON + timedelta(days=1)


def test_date_header_of_the_live_arxiv_counts_against_the_clock() -> None:
    sent = response(sent=NOON - timedelta(days=9))
    ClockCheck().compare(sent)  # a local arXiv may have its own calendar
    with pytest.raises(WrongClockError, match="2026-03-08"):
        ClockCheck(live=True).compare(sent)
    with pytest.raises(WrongClockError, match="2026-03-08"):
        ClockCheck(NOON - timedelta(days=1), live=True).compare(sent)


@pytest.mark.parametrize(
    "agreeing",
    [
        response(sent=NOON),
        response("<responseDate>2026-03-17T04:00:00Z</responseDate>"),
        response(rss_feed()),
        response(atom_page(), sent=NOON - timedelta(days=900)),
    ],
)
def test_any_time_that_agrees_confirms_the_clock(agreeing: RawResponse) -> None:
    check = ClockCheck(NOON - timedelta(days=92), live=True)
    check.compare(agreeing)
    assert check.confirmed
    check.require(NOON)


@pytest.mark.parametrize("claim", ["", "<updated>soon, very soon</updated>", "<pubDate>9"])
def test_response_without_a_time_decides_nothing(claim: str) -> None:
    check = ClockCheck(NOON - timedelta(days=92), live=True)
    check.compare(response(claim))
    assert not check.confirmed
    with pytest.raises(WrongClockError):
        check.require(NOON)


def test_decision_needs_a_clock_near_the_last_confirmation(open_store: OpenStore) -> None:
    with open_store() as store:
        check_clock(store, YEARS_AHEAD)  # nothing is known
        confirm(store, NOON, is_set=False)
        for days in (0, 360, -30):
            check_clock(store, NOON + timedelta(days=days))
        for now in (YEARS_AHEAD, NOON + timedelta(days=367), NOON - timedelta(days=32)):
            with pytest.raises(WrongClockError, match="Nothing was recorded") as caught:
                check_clock(store, now)
            assert "living-survey run" in caught.value.hint


def test_demo_takes_decisions_years_later(open_store: OpenStore) -> None:
    """Its clock was set by LIVING_SURVEY_NOW, so it says nothing about this machine's clock."""
    with open_store() as store:
        confirm(store, NOON, is_set=True)
        check_clock(store, NOON + timedelta(days=3_000))
        for now in (YEARS_AHEAD, NOON - timedelta(days=32)):
            with pytest.raises(WrongClockError):
                check_clock(store, now)


AHEAD, BEHIND = "2190-01-01T00:00:00Z", "2025-12-01T00:00:00Z"


@pytest.mark.parametrize("now", [AHEAD, BEHIND])
@pytest.mark.parametrize(
    "words",
    [
        ("import", "snapshot.json"),
        ("train", "--force"),
        ("classify",),
        ("digest",),
        ("fetch", "--replay", "archive"),
        ("bootstrap", "--list", "list.md"),
        ("backfill", "--from", "2026-03-02", "--until", "2026-03-03"),
        ("add", "2603.00001"),
        ("drift",),
        ("model", "rollback"),
        ("quarantine", "retry"),
        ("taxonomy", "migrate", "new.toml", "--apply"),
        ("archive", "--tidy"),
    ],
    ids=" ".join,
)
def test_commands_refuse_to_date_anything_by_a_clock_that_jumped(
    confirmed: SurveyInProcess, now: str, words: tuple[str, ...]
) -> None:
    before = confirmed.json("status")["runs"]
    ended = confirmed.call(*words, LIVING_SURVEY_NOW=now)
    assert (ended.status, ended.out) == (75, "")
    assert "Nothing was recorded: it is" in ended.err
    assert confirmed.json("status")["runs"] == before
    assert not (confirmed.directory / "var" / "digests").exists()


@pytest.fixture
def confirmed(tmp_path: Path) -> SurveyInProcess:
    """Return a survey whose clock was confirmed at NOON."""
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOON.isoformat())
    assert survey.call("init").status == 0
    with store_opener(tmp_path / "var" / "survey.duckdb")() as store:
        confirm(store, NOON, is_set=False)
    (tmp_path / "snapshot.json").write_text(json.dumps(make_snapshot_record()))
    (tmp_path / "list.md").write_text("- **[A title](https://arxiv.org/abs/2603.00001)**\n")
    changed = taxonomy_text().replace('title = "', 'title = "Another ', 1)
    (tmp_path / "new.toml").write_text(changed)
    return survey


@pytest.mark.parametrize(
    "day", [date(1971, 1, 1), TUESDAY - timedelta(days=15), TUESDAY + timedelta(days=1)]
)
def test_feed_of_another_age_writes_nothing(
    tmp_path: Path, open_store: OpenStore, day: date
) -> None:
    with local_arxiv(TUESDAY) as arxiv, sources(arxiv, tmp_path, NOON) as opened:
        feed = replace(opened.feed.today(["cs.CV", "cs.CL"]), day=day)
        source = type("Old", (), {"today": lambda _self, _categories: feed})()
        with pytest.raises(BadResponseError, match=f"dated {day}"):
            read_feed(ingest_services(open_store, NOON), source)
        report = fetching.fetch(
            ingest_services(open_store, NOON), replace(opened, feed=source), Run()
        )
    assert [failure.source for failure in report.failures] == ["feed"]
    assert days_held(open_store) <= {TUESDAY}


def test_replay_passes_over_a_feed_of_another_age(tmp_path: Path, open_store: OpenStore) -> None:
    with local_arxiv(TUESDAY) as arxiv, sources(arxiv, tmp_path, NOON) as opened:
        opened.feed.today(["cs.CV"])
    (sidecar,) = (tmp_path / "archive").rglob("*.json")
    sidecar.write_text(sidecar.read_text().replace("2026-03-17T", "2036-03-17T"))
    replay(ingest_services(open_store, NOON), Run(), tmp_path / "archive")
    assert days_held(open_store) == set()


def test_record_of_another_age_is_quarantined() -> None:
    future = VERSION.replace("2026", "2098").replace("Mon, ", "")
    page = parse_oai_page(oai_page(raw_record(versions=future)).encode(), at=NOON)
    assert page.papers == ()
    assert "years ahead" in page.malformed[0].reason
    stamped = raw_record().replace("<datestamp>2026", "<datestamp>2098")
    page = parse_oai_page(oai_page(stamped).encode(), at=NOON)
    assert page.papers == ()
    assert "2098-03-17 is years ahead" in page.malformed[0].reason
    line = json.dumps(make_snapshot_record(update_date="2098-03-17")).encode()
    lines = parse_lines([line], Selection(), at=NOON)
    assert lines.papers == ()
    assert "2098-03-17 is years ahead" in lines.malformed[0].reason
    entry = atom_entry(published="2098-03-16T09:30:00Z")
    found = check_page(atom_page(entry).encode(), at=NOON)
    assert "years ahead" in found.malformed[0].reason


def test_list_dated_ahead_proves_no_day_to_come(
    tmp_path: Path, open_store: OpenStore, httpserver: HTTPServer
) -> None:
    fetch_list(tmp_path, open_store, httpserver, "2098-03-17")
    with open_store() as store:
        [harvest] = store.harvests.all()
        assert store.cursors.get("oai:cs") == TUESDAY.isoformat()
    assert (harvest.until_day, harvest.answered_at) == (TUESDAY, NOON)


def test_list_of_another_age_moves_no_cursor_back(
    tmp_path: Path, open_store: OpenStore, httpserver: HTTPServer
) -> None:
    report = fetch_list(tmp_path, open_store, httpserver, "1971-03-17")
    [failure] = (one for one in report.failures if one.source == "OAI set cs")
    assert "is dated 1971-03-17, long before 2026-03-1" in failure.reason
    with open_store() as store:
        assert store.harvests.all() == []
        assert store.cursors.get("oai:cs") is None
        assert store.papers.get("2603.00001") is not None


def fetch_list(
    tmp_path: Path, open_store: OpenStore, httpserver: HTTPServer, dated: str
) -> FetchReport:
    """Fetch from a server that lists one record and has no feed."""
    body = oai_page(raw_record()).replace("<responseDate>2026-03-17", f"<responseDate>{dated}")
    httpserver.expect_request("/rss/cs.CV").respond_with_data("", status=404)
    httpserver.expect_request("/oai").respond_with_data(body, content_type="text/xml")
    settings = ArxivSettings(
        sets=("cs",),
        categories=("cs.CV",),
        hub_url=httpserver.url_for("").rstrip("/"),
        min_interval_seconds=0.001,
        archive=tmp_path / "archive",
        limiter=tmp_path / "limiter",
    )
    services = make_services(open_store, NOON, arxiv=settings)
    with arxiv_sources(settings, services.clock) as opened:
        return fetching.fetch(services, opened, Run())


def test_ledger_expects_no_more_than_a_year(tmp_path: Path, open_store: OpenStore) -> None:
    with open_store() as store:
        store.ledger.expect([(date(1971, 1, 1), "cs.CV")], noted_at=NOON)
    with local_arxiv(TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, NOON)
    assert len(days_held(open_store)) < 270


def test_prune_shows_first_and_then_removes(tmp_path: Path, open_store: OpenStore) -> None:
    with local_arxiv(TUESDAY) as arxiv:
        fetch(arxiv, tmp_path, open_store, NOON)
    ancient, to_come = date(1971, 1, 1), date(2189, 12, 31)
    with open_store() as store:
        store.ledger.expect(((day, "cs.CV") for day in (ancient, to_come)), noted_at=NOON)
        store.announcements.add(
            ancient, ["cs.CL"], (), checked_at=NOON, calendar_quiet=False, untold=[()]
        )
    services = ingest_services(open_store, NOON)
    shown = prune(services, before=TUESDAY, after=TUESDAY, apply=False)
    assert (shown.first, shown.last, shown.days, shown.applied) == (ancient, to_come, 2, False)
    assert days_held(open_store) == {ancient, TUESDAY, to_come}
    prune(services, before=TUESDAY, after=None, apply=True)
    assert days_held(open_store) == {TUESDAY, to_come}
    prune(services, before=None, after=TUESDAY, apply=True)
    assert days_held(open_store) == {TUESDAY}
    assert prune(services, before=TUESDAY, after=TUESDAY, apply=False).days == 0
    with open_store() as store:
        assert store.papers.count() == 1
        assert store.ledger.first_days() == {"cs.CV": TUESDAY, "cs.CL": TUESDAY}


def test_prune_refuses_to_remove_everything(open_store: OpenStore) -> None:
    services = ingest_services(open_store, NOON)
    for before, after in ((None, None), (TUESDAY, TUESDAY - timedelta(days=1))):
        with pytest.raises(UsageError):
            prune(services, before=before, after=after, apply=True)
