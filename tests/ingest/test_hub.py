"""A hub and its surveys: each holds what it would hold if it had asked arXiv itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.add import add
from pipeline.ingest.candidates import import_candidates
from pipeline.ingest.hub_state import hub_state
from pipeline.ingest.protocol.record import Record, Version
from pipeline.ingest.sources.errors import BadRequestError
from pipeline.ingest.sources.open import arxiv_sources
from pipeline.runtime.record import Run
from storage.types import LedgerStatus
from tests.support import http
from tests.support.arxiv import make_record, noon
from tests.support.hub import Member, differences, hub_of, member

MONDAY = date(2026, 3, 16)
_DAY = timedelta(days=1)


@dataclass
class World:
    """A small arXiv with a clock that the test sets."""

    arxiv: ReplicaServer
    directory: Path
    now: datetime = field(default_factory=lambda: noon(MONDAY))

    def clock(self) -> datetime:
        return self.now

    def direct(self, name: str, **settings: Any) -> Member:
        arxiv = self.arxiv
        return member(
            self.directory / name,
            self.clock,
            oai_url=arxiv.oai_url,
            rss_url=arxiv.rss_url,
            query_url=arxiv.query_url,
            **settings,
        )

    def behind(self, name: str, url: str, **settings: Any) -> Member:
        return member(self.directory / name, self.clock, hub_url=url, **settings)


def _days(count: int) -> list[date]:
    return [MONDAY + number * _DAY for number in range(count)]


def _records() -> list[Record]:
    records = []
    for number, day in enumerate(_days(12)):
        if day.isoweekday() > 5:
            continue
        base = 100 * number
        for k in range(1, 8):
            names = [("cs.CV",), ("cs.CL", "cs.CV"), ("math.CO", "cs.CL"), ("cs.AI",)][k % 4]
            records.append(
                make_record(
                    base + k,
                    day,
                    *names,
                    title=f"An \\'{{E}}tude of {{M}}odels {k}: $\\alpha_{k}$ & <more> \\{{x\\}}",
                    abstract=f"First \\o ne, 5 % of ``it''.\n  Second  paragraph {k},\nwrapped.",
                    authors=("Ren\\'e Sample", "Ada Example, Jr.", "The ATLAS Collaboration"),
                    authors_text="Ren\\'e Sample and Ada Example, Jr. (MIT (US)), for the ATLAS"
                    " Collaboration",
                    comment="9 pages, \\v{c}",
                    journal_ref="J. 1 (2026)",
                    doi="10.1/x",
                    license="http://creativecommons.org/licenses/by/4.0/",
                )
            )
    # a new version two days later, and a withdrawal
    first, second, *rest = records
    later = noon(MONDAY + _DAY)
    announced = MONDAY + 2 * _DAY
    revised = replace(
        first,
        versions=(*first.versions, Version(2, later, announced)),
        datestamp=announced,
    )
    withdrawn = replace(
        second,
        versions=(*second.versions, Version(2, later, announced, withdrawn=True)),
        datestamp=announced,
    )
    return [revised, withdrawn, *rest]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made: list[World] = []
    with ReplicaServer(_records(), today=lambda: made[0].now, page_size=5) as arxiv:
        made.append(World(arxiv, tmp_path))
        yield made[0]


def test_five_surveys_hold_what_asking_arxiv_brings_and_arxiv_sees_one(world: World) -> None:
    hub, direct = world.direct("hub"), world.direct("direct")
    with hub_of(hub, page_size=4) as url:
        surveys = [world.behind(f"survey-{number}", url) for number in range(5)]
        for number in (0, 1, 2, 5, 7):  # Saturday is quiet
            world.now = noon(MONDAY + number * _DAY)
            direct.fetch()
            before = len(world.arxiv.requests)
            hub.fetch()
            of_hub = len(world.arxiv.requests) - before
            for survey in surveys:
                report = survey.fetch()
                assert report.exit_status == 0
                assert report.hub is not None
                assert report.hub.until == world.now
                assert not report.hub.late
            assert len(world.arxiv.requests) - before == of_hub
    expected = direct.held()
    assert len(expected["papers"]) > 30
    versions = [row for row in expected["paper_versions"] if row[0] == "2603.00002"]
    assert [row[1] for row in versions] == [1, 2]
    assert {row[5] for row in expected["ledger"]} == {"complete", "quiet", "unknown"}
    for survey in (hub, *surveys):
        assert differences(survey.held(), expected) == {}


def test_late_hub_proves_no_later_day_and_loses_nothing(world: World) -> None:
    hub = world.direct("hub")
    with hub_of(hub) as url:
        survey = world.behind("survey", url)
        hub.fetch()
        survey.fetch()
        for day in _days(8)[1:]:  # the hub is off for a week
            world.now = noon(day)
            report = survey.fetch()
            assert report.hub is not None
            assert report.hub.until == noon(MONDAY)
            late = report.hub
        assert late.late
        assert "itself has fetched until 2026-03-16 12:00 UTC and is late" in late.sentence
        assert report.exit_status == 1  # the ledger counts days that were not complete in time
        with survey.open_store() as store:
            assert store.cursors.get("oai:cs") == "2026-03-16"
            days = {one.day: one.status for one in store.ledger.days(MONDAY)}
        assert days[MONDAY + _DAY] is LedgerStatus.UNKNOWN
        world.now = noon(MONDAY + 8 * _DAY)
        hub.fetch()
        report = survey.fetch()
        assert not report.hub.late  # type: ignore[union-attr]
    without = ("feeds", "windows", "cursors", "papers", "paper_versions", "changes")
    assert survey.held(*without)["ledger"][0] == hub.held(*without)["ledger"][0]
    with hub.open_store() as one, survey.open_store() as other:
        assert other.papers.count() == one.papers.count() > 30


def test_hub_that_is_down_is_named_and_nothing_moves(world: World) -> None:
    hub = world.direct("hub")
    hub.fetch()
    with hub_of(hub) as url:
        survey = world.behind("survey", url)
        survey.fetch()
    held = survey.held()
    world.now += _DAY
    report = survey.fetch()
    assert report.exit_status == 75
    assert url.removeprefix("http://") in report.failures[0].reason
    assert report.failures[0].reason.startswith("The hub at ")
    assert survey.held("ledger")["cursors"] == held["cursors"]


def test_another_hub_has_not_answered_what_the_hub_before_did(world: World) -> None:
    hub = world.direct("hub")
    hub.fetch()
    with hub_of(hub) as url:
        survey = world.behind("survey", url)
        survey.fetch()
    gone, direct = "http://127.0.0.1:9", world.direct("survey")
    behind_gone = world.behind("survey", gone)
    state = behind_gone.fetch().hub
    assert state is not None
    assert (state.until, state.late) == (None, False)
    assert state.sentence == f"the hub {gone} has not answered yet."
    assert direct.fetch().hub is None
    with survey.open_store() as store:  # arXiv itself was asked since
        since = hub_state(store, survey.arxiv, world.now)
    assert since is not None
    assert since.until is None
    with hub_of(hub) as url:
        again = world.behind("survey", url).fetch().hub
    assert again is not None
    assert again.until == world.now


def test_second_hop_holds_the_same(world: World) -> None:
    first, direct = world.direct("first"), world.direct("direct")
    with hub_of(first) as url:
        second = world.behind("second", url)
        with hub_of(second, page_size=3) as further:
            survey = world.behind("survey", further)
            for day in _days(4):
                world.now = noon(day)
                for one in (direct, first, second, survey):
                    one.fetch()
    assert differences(survey.held(), direct.held()) == {}


def test_unreadable_records_and_items_are_handed_on(world: World) -> None:
    world.arxiv.faults = (
        Fault(Kind.BAD_DATE, Channel.OAI, record=1),
        Fault(Kind.MISSING_FIELD, Channel.FEED, record=0, field="guid"),
    )
    hub, direct = world.direct("hub"), world.direct("direct")
    with hub_of(hub) as url:
        survey = world.behind("survey", url)
        for one in (direct, hub, survey):
            report = one.fetch()
            assert report.harvests[0].unread == 2  # one of each page
    assert len(direct.held()["quarantine"]) == 2
    assert len(direct.held()["gaps"]) > 0
    assert differences(survey.held(), direct.held()) == {}


def test_announced_papers_that_oai_lacks_are_looked_up_at_the_hub(world: World) -> None:
    world.arxiv.faults = (
        Fault(Kind.MISSING_RANGE, Channel.OAI, first_id="2603.00001", last_id="2603.00002"),
        Fault(Kind.MISSING_RANGE, Channel.QUERY, first_id="2603.00001", last_id="2603.00001"),
    )
    hub, direct = world.direct("hub"), world.direct("direct")
    with hub_of(hub) as url:
        survey = world.behind("survey", url)
        reports = [one.fetch() for one in (direct, hub, survey)]
    assert {report.missing for report in reports} == {("2603.00001",)}
    assert {report.repaired for report in reports} == {1}
    assert differences(survey.held(), direct.held()) == {}


def test_what_a_hub_does_not_hold_is_refused_and_named(world: World) -> None:
    hub = world.direct("hub")
    hub.fetch()
    with hub_of(hub) as url:
        other = world.behind("other", url, sets=("math",), categories=("math.CO",))
        report = other.fetch()
        reasons = " ".join(failure.reason for failure in report.failures)
        assert "This hub does not harvest the set math; it harvests cs" in reasons
        assert "This hub reads no feed of math.CO; it reads cs.CV, cs.CL" in reasons
        assert report.exit_status == 1
        with other.open_store() as store:
            assert store.harvests.all() == []
            assert store.cursors.get("oai:math") is None
        early = http.get(
            f"{url}/oai?verb=ListRecords&metadataPrefix=arXivRaw&set=cs&from=2026-01-01"
        )
        assert "badArgument" in early.text
        assert "This hub holds records since 2026-03-13" in early.text
        found = http.get(f"{url}/api/query?id_list=2603.00001,2405.00001")
        assert found.status_code == 400
        assert "This hub does not hold 2405.00001." in found.text
        searched = http.get(f"{url}/api/query?search_query=all:models")
        assert searched.status_code == 400
        assert "no searches" in searched.text


def test_paper_that_the_hub_lacks_is_not_called_unknown(world: World) -> None:
    hub = world.direct("hub")
    hub.fetch()
    with hub_of(hub) as url:
        survey = world.behind("survey", url)
        with arxiv_sources(survey.arxiv, world.clock) as sources:
            added = add(survey.services, sources, Run(), ["2603.00001", "2405.00001"])
            assert (added.added, added.unheld) == (("2603.00001",), ("2405.00001",))
            assert added.unknown == ()
            assert "The hub does not hold 2405.00001. Set query_url" in added.not_added[0]
            brought = import_candidates(
                survey.services,
                sources,
                Run(),
                "scores",
                ["2603.00001", "2603.00002", "2405.00001"],
                works_of=lambda _: {},
                unnamed=0,
                limit=10,
            )
            assert (brought.added, brought.held) == (("2603.00002",), 1)
            assert (brought.unheld, brought.unknown) == (("2405.00001",), ())
            assert brought.totals["not_asked"] == 1
            with pytest.raises(BadRequestError, match=r"The hub refuses .* no searches"):
                sources.query.titled(["A title"])


def test_sets_that_are_listed_are_those_held(served: tuple[str, Member]) -> None:
    listed = http.get(f"{served[0]}/oai?verb=ListSets").text
    assert "<setSpec>cs:cs:CV</setSpec>" in listed
    assert "<setSpec>math" not in listed


def test_gap_of_the_hub_is_an_error_and_not_an_empty_list(world: World) -> None:
    hub = world.direct("hub")
    hub.fetch()
    with hub.open_store() as store:
        store.cursors.save("oai:cs", "2026-03-26", world.now)
    world.now = noon(date(2026, 3, 26))
    hub.fetch()
    with hub_of(hub) as url:
        asked = "verb=ListRecords&metadataPrefix=arXivRaw&set=cs"
        gap = http.get(f"{url}/oai?{asked}&from=2026-03-16&until=2026-03-20")
        assert "This hub never read cs of 2026-03-16 to 2026-03-20" in gap.text
        assert "backfill --from" in gap.text
        whole = http.get(f"{url}/oai?{asked}&from=2026-03-23")
        assert "<record>" in whole.text
        assert "<error" not in whole.text


def test_list_in_progress_loses_no_record_while_others_come_and_change(world: World) -> None:
    hub = world.direct("hub")
    world.now = noon(MONDAY + _DAY)
    hub.fetch()
    with hub_of(hub, page_size=2) as url:
        first = f"{url}/oai?verb=ListIdentifiers&metadataPrefix=arXivRaw&set=cs&from=2026-03-14"
        records = f"{url}/oai?verb=ListRecords&metadataPrefix=arXivRaw&set=cs&from=2026-03-14"
        wanted = set(_identifiers(http.get(first).text))
        page = http.get(records).text
        seen = _identifiers(page)
        world.now = noon(MONDAY + 2 * _DAY)
        hub.fetch()  # revises two records of the first page and brings seven
        while token := _token(page):
            page = http.get(f"{url}/oai?verb=ListRecords&resumptionToken={token}").text
            seen += _identifiers(page)
    assert wanted <= set(seen)
    assert "2603.00001" in seen[2:]  # once more, in its new version


def _identifiers(text: str) -> list[str]:
    return [part.split("<")[0] for part in text.split("<identifier>oai:arXiv.org:")[1:]]


def _token(text: str) -> str:
    _, _, rest = text.partition("<resumptionToken expirationDate='")
    return rest.partition(">")[2].partition("<")[0]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("", "badVerb"),
        ("verb=Delete", "badVerb"),
        ("verb=Identify&verb=Identify", "badArgument"),
        ("verb=Identify&x=1", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc&set=cs", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=arXivRaw", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=nothing", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=cs&from=2026-02-31", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=cs&until=2999-01-01", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=arXivRaw&set=cs&from=2026-03-15&until=2026-03-14",
            "badArgument",
        ),
        (
            "verb=ListRecords&metadataPrefix=arXivRaw&set=cs&from=2026-03-14&until=2026-03-14",
            "noRecordsMatch",
        ),
        ("verb=ListRecords&resumptionToken=6825723|1001", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=%00%ff", "badResumptionToken"),
        (
            "verb=ListRecords&resumptionToken=verb%3DListRecords%26set%3Dcs%26after%3D';DROP",
            "badResumptionToken",
        ),
        ("verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:x", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=arXivRaw&identifier=<script>", "idDoesNotExist"),
    ],
)
def test_wrong_requests_get_the_errors_of_the_protocol(
    served: tuple[str, Member], asked: str, code: str
) -> None:
    url, hub = served
    before = hub.held()
    answer = http.get(f"{url}/oai?{asked}")
    assert answer.status_code == 200
    assert f"<error code='{code}'>" in answer.text
    assert "<script>" not in answer.text
    assert hub.held() == before


@pytest.fixture
def served(world: World) -> Iterator[tuple[str, Member]]:
    hub = world.direct("hub")
    hub.fetch()
    with hub_of(hub) as url:
        yield url, hub


def test_hub_only_reads_and_limits_what_is_sent(served: tuple[str, Member]) -> None:
    url, _ = served
    for method in ("PUT", "DELETE", "PATCH"):
        assert http.request(method, f"{url}/oai").status_code == 405
    assert http.post(f"{url}/oai", data={"verb": "Identify"}).status_code == 200
    assert http.post(f"{url}/oai", content=b"x" * 20_000).status_code == 413
    assert http.get(f"{url}/oai?{'a=1&' * 30}").status_code == 400
    assert http.get(f"{url}/nothing").status_code == 404
    assert http.get(f"{url}/health").text == "ok\n"
    about = http.get(f"{url}/")
    assert about.headers["content-type"] == "text/plain; charset=utf-8"
    assert about.text.startswith("Hub, since 2026-03-13\n\nIt serves the sets ")
    assert f'hub_url = "{url}"' in about.text
    identity = http.get(f"{url}/oai?verb=Identify").text
    assert "<earliestDatestamp>2026-03-13</earliestDatestamp>" in identity
    assert "<granularity>YYYY-MM-DD</granularity>" in identity


def test_busy_hub_says_when_to_ask_again(world: World) -> None:
    hub = world.direct("hub")
    hub.fetch()
    with hub_of(hub, busy_timeout_seconds=0.05) as url:
        with hub.open_store():
            answer = http.get(f"{url}/oai?verb=Identify")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert http.get(f"{url}/oai?verb=Identify").status_code == 200


def test_moment_of_an_answer_is_utc(world: World) -> None:
    hub = world.direct("hub")
    hub.fetch()
    world.now = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
    with hub_of(hub) as url:
        asked = "verb=ListRecords&metadataPrefix=arXivRaw&set=cs&from=2026-03-14"
        assert "<responseDate>2026-03-16T12:00:00Z<" in http.get(f"{url}/oai?{asked}").text
