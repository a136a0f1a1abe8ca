"""`run` as cron calls it: few requests, changes named as what they are, days proven, politeness."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.cli.fetch import feed_text
from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.announcements import FeedReport
from pipeline.ingest.protocol.record import Record, Version
from storage.store import store_opener
from tests.support.arxiv import make_record, noon
from tests.support.cli import PATIENCE_SECONDS, Survey, survey_at
from tests.support.storage import changes_in

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 16), date(2026, 3, 17), date(2026, 3, 18)
FRIDAY = date(2026, 3, 20)
INTERVAL = 0.2

pytestmark = pytest.mark.slow


def on(day: date, arxiv: ReplicaServer, directory: Path, **settings: str) -> Survey:
    """Return the survey in `directory` on the morning of a day."""
    return survey_at(directory, url=arxiv.url, now=noon(day).isoformat(), **settings)


def changes_since(directory: Path, day: date) -> list[tuple[str, str]]:
    with store_opener(directory / "var/survey.duckdb")() as store:
        since = datetime.combine(day, datetime.min.time(), UTC)
        return [
            (change.arxiv_id, change.kind)
            for change in changes_in(store)
            if change.seen_at >= since
        ]


def test_a_run_with_nothing_new_asks_one_feed_and_one_list_a_set(tmp_path: Path) -> None:
    papers = [make_record(n, TUESDAY, "cs.CV", "eess.IV") for n in range(1, 6)]
    with ReplicaServer(papers, today=TUESDAY) as arxiv:
        survey = on(TUESDAY, arxiv, tmp_path)
        first = survey.json("run")
        assert first["fetch"]["harvests"][0]["counts"]["new"] == 5
        before = len(arxiv.requests)
        again = survey.json("run")
        asked = [request.channel for request in arxiv.requests[before:]]
    assert asked == [Channel.FEED, Channel.OAI, Channel.OAI]  # sets cs and eess
    assert again["classify"]["classified"] == 0
    assert {h["counts"]["new"] for h in again["fetch"]["harvests"]} == {0}


def test_pitfall_64_65_changes_are_named_as_what_they_are_once(tmp_path: Path) -> None:
    first = [make_record(n, MONDAY) for n in range(1, 7)]
    text = replace(first[0], title="Ondes \\'electriques")
    first[0] = text
    second = list(first)
    second[0] = _revised(text, TUESDAY, title="Ondes \\'electriques, revised")
    second[1] = replace(first[1], journal_ref="J. Ex. 1", doi="10.1/x", datestamp=TUESDAY)
    second[2] = replace(first[2], categories=("cs.CV", "cs.SY"), datestamp=TUESDAY)
    second[3] = _revised(first[3], TUESDAY, withdrawn=True, comment="withdrawn by the authors")
    second[4] = replace(first[4], abstract="We propose another thing.", datestamp=TUESDAY)
    third = list(second)
    third[3] = _revised(second[3], WEDNESDAY, comment="corrected")

    with ReplicaServer(first, today=MONDAY) as arxiv:
        survey = on(MONDAY, arxiv, tmp_path)
        survey.json("run")
        for number in (1, 2):
            survey.json(
                *("decide", f"2603.{number:05d}", "approve", "--section", "agents"),
                *("--reviewer", "ada"),
            )
    with ReplicaServer(second, today=TUESDAY) as arxiv:
        survey = on(TUESDAY, arxiv, tmp_path)
        report = survey.json("run")
        expected = [
            *(("2603.00001", kind) for kind in ("new_version", "title")),
            *(("2603.00002", kind) for kind in ("doi", "journal_ref")),
            ("2603.00003", "categories"),
            *(("2603.00004", kind) for kind in ("comment", "new_version", "withdrawn")),
            ("2603.00005", "abstract"),
        ]
        assert changes_since(tmp_path, TUESDAY) == expected
        assert report["fetch"]["corrections"] == {
            "doi": 1,
            "journal_ref": 1,
            "new_version": 1,
            "title": 1,
        }
        # the same record once more, and its text as the query API converts it: nothing changed
        survey.json("run")
        survey.json("add", "2603.00001")
        assert changes_since(tmp_path, TUESDAY) == expected
        status = survey.json("status")
        assert status["corrections"] == report["fetch"]["corrections"]
    with ReplicaServer(third, today=WEDNESDAY) as arxiv:
        on(WEDNESDAY, arxiv, tmp_path).json("run")
    assert changes_since(tmp_path, WEDNESDAY) == [
        ("2603.00004", kind) for kind in ("comment", "new_version", "restored")
    ]
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        held = store.papers.get_many([record.arxiv_id for record in third])
    history = held["2603.00004"].paper.versions
    assert [(v.version, v.withdrawn) for v in history] == [(1, False), (2, True), (3, False)]
    assert held["2603.00001"].paper.title == "Ondes électriques, revised"
    assert held["2603.00003"].paper.categories == ("cs.CV", "eess.SY")  # not its alias


def test_overdue_day_fails_one_run_and_is_then_an_alarm(tmp_path: Path) -> None:
    gone = [
        Fault(Kind.MISSING_RANGE, channel, first_id="2603.00002", last_id="2603.00002")
        for channel in (Channel.OAI, Channel.QUERY)
    ]
    papers = [make_record(1, TUESDAY), make_record(2, TUESDAY)]
    papers += [make_record(3, WEDNESDAY), make_record(4, FRIDAY)]
    with ReplicaServer(papers, today=TUESDAY, faults=gone) as arxiv:
        ended = on(TUESDAY, arxiv, tmp_path).call("run")
        assert ended.status == 0, ended.err
        assert "missing    1 announced" in ended.out
    with ReplicaServer(papers, today=FRIDAY, faults=gone) as arxiv:
        survey = on(FRIDAY, arxiv, tmp_path)
        ended = survey.call("run")
        assert ended.status == 1
        assert "2 announcement days are not complete after 36 hours" in ended.err
        assert "2026-03-17 (missing 2603.00002)" in ended.err
        assert "living-survey add 2603.00002" in ended.err
        assert "living-survey backfill --from 2026-03-18 --until 2026-03-18" in ended.err
        assert "2 alarms stand (day:2026-03-18, day:2026-03-17)" in ended.err
        again = survey.call("run")
        assert again.status == 0, again.err
        assert "2 alarms stand (day:2026-03-18, day:2026-03-17)" in again.err
        assert "2 announcement days are not complete after 36 hours" in again.err
        shown = survey.call("status")
        assert "Tue 2026-03-17" in shown.out
        assert "no feed was read\n" in shown.out
        assert "no feed was read" in survey.call("status", "--by", "category").out
        doctor = survey.call("doctor")
        assert doctor.status == 1
        assert "ledger: 2 announcement days are not complete" in doctor.out
    with ReplicaServer(papers, today=FRIDAY) as arxiv:
        survey = on(FRIDAY, arxiv, tmp_path)
        survey.json("backfill", "--from", "2026-03-18", "--until", "2026-03-18")
        healed = survey.json("run")
    assert healed["fetch"]["ledger"]["overdue"] == []
    assert survey.json("alerts")["alerts"] == []
    assert {row["status"] for row in survey.json("alerts", "list", "--all")["alerts"]} == {"over"}
    assert healed["fetch"]["repaired"] == 0  # OAI's overlap brought it
    lines = survey.call("status").out.splitlines()
    [settled] = [line for line in lines if "2026-03-18" in line and "unknown" in line]
    assert settled.endswith("no feed was read; harvested since")
    days = {day["day"]: day["status"] for day in survey.json("status")["days"]}
    assert days == {
        "2026-03-17": "complete",
        "2026-03-18": "unknown",
        "2026-03-19": "unknown",
        "2026-03-20": "complete",
    }


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (FeedReport(TUESDAY, 0, ()), "announced  0 papers on 2026-03-17\n"),
        (FeedReport(TUESDAY, 1, ()), "announced  1 paper on 2026-03-17\n"),
        (
            FeedReport(TUESDAY, 0, ("cs.CV", "cs.CL"), repeated=167),
            (
                "stale      cs.CV, cs.CL: the feed of 2026-03-17 only repeats an earlier day"
                " (167 papers); the next run requests it again\n"
            ),
        ),
        (
            FeedReport(TUESDAY, 3, ("cs.CV",)),
            (
                "announced  3 papers on 2026-03-17\n"
                "stale      cs.CV: the feed of 2026-03-17 only repeats an earlier day;"
                " the next run requests it again\n"
            ),
        ),
        (
            FeedReport(TUESDAY, 3, (), untold=1),
            (
                "announced  3 papers on 2026-03-17\n"
                "unproven   the feed of 2026-03-17 could not be read whole:"
                " that day is complete when OAI's list of it has come\n"
            ),
        ),
    ],
)
def test_feed_text(report: FeedReport, text: str) -> None:
    assert "".join(f"{line}\n" for line in feed_text(report)) == text


def test_four_processes_are_one_polite_client_to_arxiv(tmp_path: Path) -> None:
    papers = [make_record(n, TUESDAY - timedelta(days=n % 14), "cs.CV") for n in range(1, 60)]
    with ReplicaServer(papers, today=TUESDAY, page_size=10) as arxiv:
        polite = {
            "LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": str(INTERVAL),
            "LIVING_SURVEY_ARXIV__LIMITER": str(tmp_path / "limiter"),
        }
        commands: Sequence[Sequence[str]] = (
            ("run",),
            ("backfill", "--from", "2026-03-02", "--until", "2026-03-15"),
            ("add", "2603.00001"),
            ("add", "2603.00002", "2603.00003"),
        )
        processes = []
        for number, words in enumerate(commands):
            directory = tmp_path / str(min(number, 2))  # the two `add` share a database
            directory.mkdir(exist_ok=True)
            survey = on(TUESDAY, arxiv, directory, **polite)
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "pipeline", *words],
                    cwd=directory,
                    env=survey.env(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
            )
        for process in processes:
            _, said = process.communicate(timeout=PATIENCE_SECONDS)
            assert process.returncode == 0, said
        channels = {request.channel for request in arxiv.requests}
        assert channels == {Channel.FEED, Channel.OAI, Channel.QUERY}
        assert len(arxiv.requests) >= 8
        assert arxiv.log.most_in_flight == 1
        assert max(request.open_connections for request in arxiv.requests) == 1
        # Real time, because it is the property itself: how close two requests came as the server
        # saw them. Only the lower bound is asserted, so a slow machine cannot fail it; and the
        # server notes a request some microseconds after the limiter let it go.
        assert arxiv.log.smallest_gap is not None
        assert arxiv.log.smallest_gap > INTERVAL - 0.005


def _revised(record: Record, day: date, *, withdrawn: bool = False, **changed: object) -> Record:
    number = len(record.versions) + 1
    version = Version(number, noon(day - timedelta(days=1)), day, withdrawn)
    fields = {**changed, "versions": (*record.versions, version), "datestamp": day}
    return replace(record, **fields)  # type: ignore[arg-type]  # fields by name
