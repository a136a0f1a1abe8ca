"""What `enrich` learns from services on loopback, and that no answer of theirs breaks it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.enrich_schema import EnrichSettings
from pipeline.enrich import asked
from pipeline.enrich.enrich import EnrichReport, enrich
from pipeline.enrich.services.courtesy import Clockwork, Courtesy
from pipeline.ingest.sources.web.service import service_client
from pipeline.ingest.sources.web.visits import web_visits
from pipeline.runtime.record import Run
from storage.enrichment import DatedFact
from storage.store import OpenStore
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess
from tests.support.scholarly import Fault, Scholarly, scholarly_services
from tests.support.services import make_services
from tests.support.storage import opener

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
ID, DOI = "2601.00001", "10.1000/kettle(1)"
WAKEFIELD = "10.1016/S0140-6736(97)11096-0"
COMMA = "10.1002/(sici)1,2-kettle"


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def services() -> Iterator[Scholarly]:
    with scholarly_services() as known:
        yield known


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return opener(tmp_path)


def hold(open_store: OpenStore, arxiv_id: str = ID, **fields: Any) -> None:
    """Store a paper and approve it."""
    with open_store() as store:
        store.papers.upsert([make_paper(arxiv_id, **fields)], seen_at=NOW)
        store.decisions.add([make_decision(arxiv_id)])


def ask(
    open_store: OpenStore,
    services: Scholarly,
    *kinds: str,
    now: datetime = NOW,
    clock: Clock | None = None,
    limit: int = 50,
    **changed: Any,
) -> EnrichReport:
    clock = clock or Clock()
    settings = EnrichSettings(
        kinds=("retraction", "venue", "code", "citations"),
        crossref_url=f"{services.url}/crossref",
        openalex_url=f"{services.url}/openalex",
        github_url=f"{services.url}/github",
        timeout_seconds=5,
        interval_seconds=0,
    ).model_copy(update=changed)
    with (
        service_client(mailto="me@list.org", timeout_seconds=settings.timeout_seconds) as client,
        web_visits(contact="", timeout_seconds=5, allow_loopback=True) as visit,
    ):
        courtesy = Courtesy(
            client,
            settings.interval_seconds,
            settings.seconds,
            Clockwork(lambda: clock.now, clock.wait),
        )
        return enrich(
            make_services(open_store, now, enrich=settings),
            asked.Services(settings, courtesy, visit, courtesy.take_turn),
            Run(),
            kinds=kinds or settings.kinds,
            limit=limit,
        )


def facts(open_store: OpenStore, kind: str) -> list[DatedFact]:
    with open_store() as store:
        return store.enrichment.facts([kind])


def states(open_store: OpenStore, kind: str) -> dict[str, str]:
    sql = "SELECT subject, state FROM enrichments WHERE kind = $kind"
    with open_store() as store:
        return dict(store._session.rows(sql, {"kind": kind}))


def update(kind: str, doi: str = "10.1000/notice", source: str = "publisher") -> dict[str, Any]:
    date = {"date-parts": [[2010, 2, 6]], "timestamp": 1265414400000}
    return {"DOI": doi, "type": kind, "label": kind.title(), "source": source, "updated": date}


def test_clean_work_is_published_and_not_retracted(
    open_store: OpenStore, services: Scholarly
) -> None:
    hold(open_store, doi=DOI)
    services.add_work(DOI)
    services.cited[DOI] = 12
    report = ask(open_store, services)
    assert report.answers == {
        "retraction": {"none": 1},
        "venue": {"published": 1},
        "code": {"none": 1},
        "citations": {"counted": 1},
    }
    [venue] = facts(open_store, "venue")
    assert venue.fact.detail["name"] == "Journal of Kettles"
    assert (venue.fact.detail["on"], venue.fact.source) == ("2026-02-03", "crossref")
    assert venue.asked_at == NOW
    [cited] = facts(open_store, "citations")
    assert cited.fact.detail["cited_by"] == 12
    assert {agent.partition(" ")[2] for agent in services.agents} == {"(+mailto:me@list.org)"}


@pytest.mark.parametrize(
    ("fields", "state", "notices"),
    [
        # the record of 10.1016/S0140-6736(97)11096-0: `update-to` is null
        (
            {
                "update-to": None,
                "updated-by": [
                    update("correction", "10.1016/s0140-6736(04)15715-2", "retraction-watch"),
                    update("retraction", "10.1016/s0140-6736(10)60175-4", "retraction-watch"),
                ],
            },
            "retracted",
            ["10.1016/s0140-6736(10)60175-4"],
        ),
        ({"updated-by": [update("erratum")]}, "corrected", ["10.1000/notice"]),
        ({"updated-by": [update("Corrigendum")]}, "corrected", ["10.1000/notice"]),
        ({"updated-by": [update("expression_of_concern")]}, "concern", ["10.1000/notice"]),
        ({"updated-by": [update("partial-retraction")]}, "concern", ["10.1000/notice"]),
        ({"updated-by": [update("new_version")]}, "none", []),
        ({"update-to": [update("retraction", WAKEFIELD)]}, "retracted", [WAKEFIELD]),
        # a notice of another work
        ({"update-to": [update("retraction", "10.1000/other")]}, "none", []),
        ({"title": ["RETRACTED ARTICLE: On kettles"]}, "retracted", [""]),
        ({"title": ["On retracted: kettles"]}, "none", []),
    ],
)
def test_updates_are_told_apart(
    open_store: OpenStore,
    services: Scholarly,
    fields: dict[str, Any],
    state: str,
    notices: list[str],
) -> None:
    hold(open_store, doi=WAKEFIELD)
    services.add_work(WAKEFIELD, **fields)
    ask(open_store, services, "retraction")
    [found] = facts(open_store, "retraction")
    assert found.fact.state == state
    assert [one["doi"].lower() for one in found.fact.detail["notices"]] == [
        doi.lower() for doi in notices
    ]


def test_notice_that_only_names_the_work_is_found(
    open_store: OpenStore, services: Scholarly
) -> None:
    hold(open_store, doi=DOI)
    services.add_work(DOI)
    services.add_notice("10.1000/erratum", DOI, "erratum")
    services.add_notice("10.1000/notice", DOI)
    ask(open_store, services, "retraction")
    [found] = facts(open_store, "retraction")
    assert found.fact.state == "retracted"
    assert found.fact.detail["notices"] == [
        {"by": "publisher", "doi": "10.1000/notice", "on": "2026-03-09", "type": "retraction"}
    ]


def test_doi_with_a_comma_is_not_called_fine(open_store: OpenStore, services: Scholarly) -> None:
    hold(open_store, doi=COMMA)
    services.add_work(COMMA, **{"updated-by": [update("retraction")]})
    ask(open_store, services, "retraction")
    assert states(open_store, "retraction") == {COMMA: "retracted"}
    assert not any("filter=" in target for target in services.asked)
    services.works.clear()
    hold(open_store, "2601.00002", doi="10.1002/a,b")
    ask(open_store, services, "retraction")
    assert states(open_store, "retraction")["10.1002/a,b"] == "unknown"


@pytest.mark.parametrize("broken", ["/crossref/works/", "/crossref/works?filter"])
def test_failure_of_either_question_is_unknown(
    open_store: OpenStore, services: Scholarly, broken: str
) -> None:
    hold(open_store, doi=DOI)
    services.add_work(DOI)
    services.faults[broken] = [(500, {}, b"oops")]
    report = ask(open_store, services, "retraction")
    assert states(open_store, "retraction") == {DOI: "unknown"}
    assert report.causes == (("crossref answers with status 500", 1),)


def test_paper_without_a_published_doi_is_unknown(
    open_store: OpenStore, services: Scholarly
) -> None:
    hold(open_store, doi="10.48550/arXiv.2601.00001")
    ask(open_store, services, "retraction")
    assert states(open_store, "retraction") == {"": "unknown"}
    assert services.asked == []


def test_later_failure_keeps_the_last_answer(open_store: OpenStore, services: Scholarly) -> None:
    hold(open_store, doi=DOI)
    services.add_work(DOI)
    ask(open_store, services, "retraction")
    services.faults["/crossref"] = [(503, {}, b"")]
    ask(open_store, services, "retraction", now=NOW + timedelta(days=30))
    sql = "SELECT state, asked_at, tried_at, fault FROM enrichments"
    with open_store() as store:
        [(state, asked_at, tried_at, fault)] = store._session.rows(sql)
    assert (state, asked_at.day, tried_at.day) == ("none", 18, 17)
    assert fault == "answers with status 503"


def hostile(body: bytes, status: int = 200, **headers: str) -> Fault:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, body


WRONG: dict[str, Fault] = {
    "nothing": hostile(b""),
    "a page": hostile(b"<html>login</html>"),
    "another work": hostile(
        json.dumps({"message": {"DOI": "10.1000/other", "updated-by": []}}).encode()
    ),
    "NaN": hostile(b'{"message": NaN}'),
    "a list": hostile(b"[]"),
    "nested": hostile(b"[" * 100_000),
    "no UTF-8": hostile(b'{"message": "\xff"}'),
    "a number for a type": hostile(
        json.dumps({"message": {"DOI": DOI, "updated-by": [{"type": 3}]}}).encode()
    ),
    "too many updates": hostile(
        json.dumps({"message": {"DOI": DOI, "updated-by": [{"type": "x"}] * 2000}}).encode()
    ),
    "too large": hostile(b" " * 2_000_001),
    "a coding": hostile(b"x", Content_Encoding="br"),
    "elsewhere": hostile(b"", 302, Location="http://localhost:9/works"),
    "a circle": hostile(b"", 301, Location="?again"),
    "refused": hostile(b"no", 401),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answer_is_unknown(open_store: OpenStore, services: Scholarly, name: str) -> None:
    hold(open_store, doi=DOI)
    services.faults["/crossref/works/"] = [WRONG[name]]
    report = ask(open_store, services, "retraction", "venue")
    assert report.answers == {"retraction": {"unknown": 1}, "venue": {"unknown": 1}}
    assert all(len(cause) < 200 for cause, _ in report.causes)


def test_venue_without_a_doi_needs_title_and_authors(
    open_store: OpenStore, services: Scholarly
) -> None:
    title = "Counting moths at night with a kettle"
    hold(open_store, title=title, authors=("Ada Lovelace", "Bo Chen"))
    hold(open_store, "2601.00002", title=title + " again", authors=("Somebody Else",))
    services.add_work(
        "10.1000/moths",
        title=["Counting <i>Moths</i> at Night with a Kettle"],
        author=[{"given": "A.", "family": "Lovelace"}, {"given": "Bo", "family": "Chen"}],
        **{"container-title": ["Proc. Moths &amp; Kettles"]},
    )
    ask(open_store, services, "venue")
    found = {one.fact.arxiv_id: one.fact for one in facts(open_store, "venue")}
    assert found["2601.00002"].state == "none"
    assert found[ID].detail["name"] == "Proc. Moths & Kettles"
    # The DOI that was found is what retractions are looked for next time.
    services.add_notice("10.1000/notice", "10.1000/moths")
    ask(open_store, services, "retraction")
    [retracted] = facts(open_store, "retraction")
    assert (retracted.fact.subject, retracted.fact.state) == ("10.1000/moths", "retracted")


def test_same_title_by_others_is_no_publication(open_store: OpenStore, services: Scholarly) -> None:
    hold(open_store, title="Some title", authors=("Grace Hopper",))
    services.add_work("10.1000/x")
    ask(open_store, services, "venue")
    assert states(open_store, "venue") == {"": "none"}


def test_posted_content_is_no_venue(open_store: OpenStore, services: Scholarly) -> None:
    hold(open_store, doi=DOI)
    services.add_work(DOI, type="posted-content")
    ask(open_store, services, "venue")
    assert states(open_store, "venue") == {DOI: "none"}


def test_citations_fall_back_to_arxivs_doi(open_store: OpenStore, services: Scholarly) -> None:
    hold(open_store, doi=DOI)
    services.cited[f"10.48550/arxiv.{ID}"] = 3
    ask(open_store, services, "citations")
    [found] = facts(open_store, "citations")
    assert found.fact.detail["doi"] == f"10.48550/arXiv.{ID}"
    assert found.fact.detail["cited_by"] == 3


def test_code_states(open_store: OpenStore, services: Scholarly) -> None:
    names = ("a/alive", "a/old", "a/renamed", "a/lost")
    abstract = "Code: " + " ".join(f"https://github.com/{name}" for name in names[:3])
    hold(open_store, abstract=abstract)
    hold(open_store, "2601.00002", abstract=f"See https://github.com/{names[3]}.")
    for name, fields in (
        ("a/alive", {"archived": False}),
        ("a/old", {"archived": True}),
        ("a/renamed", {"archived": False, "full_name": "b/new"}),
    ):
        record = {"full_name": name, "pushed_at": "2026-01-02T03:04:05Z", "disabled": False}
        services.repositories[name] = record | fields
    ask(open_store, services, "code")
    found = {url.rpartition("/")[2]: state for url, state in states(open_store, "code").items()}
    assert found == {"alive": "present", "old": "archived", "renamed": "moved", "lost": "gone"}


def test_rate_limit_of_github_is_not_a_lost_repository(
    open_store: OpenStore, services: Scholarly
) -> None:
    hold(open_store, abstract="https://github.com/a/b")
    services.faults["/github"] = [(403, {"Retry-After": "3600"}, b'{"message": "rate limit"}')]
    ask(open_store, services, "code")
    assert set(states(open_store, "code").values()) == {"unknown"}


def test_refusal_without_a_time_is_not_waited_for(
    open_store: OpenStore, services: Scholarly
) -> None:
    for number in range(1, 6):
        hold(open_store, f"2601.0000{number}", doi=f"10.1000/{number}")
    services.faults["/crossref"] = [(403, {}, b"This address may not ask.")]
    clock = Clock()
    report = ask(open_store, services, "retraction", clock=clock)
    assert clock.waits == []
    assert sum("crossref" in target for target in services.asked) == 3
    assert report.answers["retraction"] == {"unknown": 5}


def test_throttling_without_a_time_is_waited_for(
    open_store: OpenStore, services: Scholarly
) -> None:
    hold(open_store, doi=DOI)
    services.add_work(DOI)
    services.faults["/crossref/works/"] = [(429, {}, b""), (404, {}, b"Resource not found.")]
    clock = Clock()
    ask(open_store, services, "retraction", clock=clock)
    assert clock.waits == [60.0]


def test_short_retry_after_is_waited_for(open_store: OpenStore, services: Scholarly) -> None:
    hold(open_store, doi=DOI)
    services.add_work(DOI)
    services.faults["/crossref/works/"] = [
        (429, {"Retry-After": "30"}, b""),
        (404, {}, b"Resource not found."),
    ]
    clock = Clock()
    ask(open_store, services, "retraction", clock=clock)
    assert clock.waits == [30.0]


def test_long_retry_after_ends_the_questions_to_that_service(
    open_store: OpenStore, services: Scholarly
) -> None:
    for number in range(1, 5):
        hold(open_store, f"2601.0000{number}", doi=f"10.1000/{number}")
        services.cited[f"10.1000/{number}"] = number
    services.faults["/crossref"] = [(429, {"Retry-After": "7200"}, b"")]
    clock = Clock()
    report = ask(open_store, services, "retraction", "citations", clock=clock)
    assert [target for target in services.asked if "crossref" in target] != []
    assert sum("crossref" in target for target in services.asked) == 1
    # Another port of this machine is another service only by its own address.
    assert report.answers["retraction"] == {"unknown": 4}


def test_time_box_ends_the_call_and_the_next_goes_on(
    open_store: OpenStore, services: Scholarly
) -> None:
    for number in range(1, 6):
        hold(open_store, f"2601.0000{number}", doi=f"10.1000/{number}")
        services.cited[f"10.1000/{number}"] = number
    first = ask(open_store, services, "citations", interval_seconds=10, seconds=25)
    assert (first.papers, first.left, first.stopped) == (3, 2, "the time was over")
    second = ask(open_store, services, "citations")
    assert (second.papers, second.left) == (2, 0)
    assert ask(open_store, services, "citations").papers == 0
    again = ask(open_store, services, "citations", now=NOW + timedelta(days=15), limit=2)
    assert (again.papers, again.left) == (2, 3)


def test_only_approved_papers_are_asked_about(open_store: OpenStore, services: Scholarly) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper(ID, doi=DOI)], seen_at=NOW)
    assert ask(open_store, services).papers == 0
    assert services.asked == []


def test_pauses_between_requests_of_one_second_at_least() -> None:
    clock = Clock()
    calls: list[str] = []

    def asker(url: str, **_: Any) -> Any:
        from pipeline.ingest.sources.web.service import ServiceAnswer

        calls.append(url)
        return ServiceAnswer(200)

    courtesy = Courtesy(asker, 0, 100, Clockwork(lambda: clock.now, clock.wait))
    for _ in range(3):
        courtesy("https://api.example.org/x")
    assert clock.waits == [1.0, 1.0]


@pytest.fixture
def survey(tmp_path: Path, services: Scholarly, open_store: OpenStore) -> SurveyInProcess:
    hold(open_store, doi=DOI)
    services.add_work(DOI)
    return SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_NOW": "2026-03-18T12:00:00Z",
            "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
            "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
            "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
            "LIVING_SURVEY_DATABASE__PATH": str(tmp_path / "survey.duckdb"),
            "LIVING_SURVEY_ENRICH__CROSSREF_URL": f"{services.url}/crossref",
            "LIVING_SURVEY_ENRICH__OPENALEX_URL": f"{services.url}/openalex",
            "LIVING_SURVEY_ENRICH__GITHUB_URL": f"{services.url}/github",
            "LIVING_SURVEY_ENRICH__INTERVAL_SECONDS": "0",
        },
    )


def test_command_is_off_by_default(survey: SurveyInProcess, services: Scholarly) -> None:
    ended = survey.call("enrich")
    assert ended.status == 2
    assert "[enrich] kinds is empty" in ended.err
    assert services.asked == []


def test_command_reports_and_counts(survey: SurveyInProcess) -> None:
    ended = survey.call("enrich", LIVING_SURVEY_ENRICH__KINDS="retraction, venue")
    assert ended.status == 0
    assert ended.out.splitlines() == [
        "asked about 1 paper",
        "  retraction: 1 none",
        "  venue: 1 published",
    ]
    [run] = [one for one in survey.json("status")["runs"] if one["command"] == "enrich"][:1]
    assert run["counts"] == {"answered": 2, "asked": 2, "unknown": 0}


def test_command_needs_an_address_for_live_services(survey: SurveyInProcess) -> None:
    ended = survey.call(
        "enrich",
        LIVING_SURVEY_ENRICH__KINDS="citations",
        LIVING_SURVEY_ENRICH__OPENALEX_URL="https://api.openalex.org",
    )
    assert ended.status == 2
    assert "[enrich] mailto is empty" in ended.err


def test_only_a_kind_that_is_switched_on(survey: SurveyInProcess) -> None:
    ended = survey.call("enrich", "--only", "code", LIVING_SURVEY_ENRICH__KINDS="venue")
    assert ended.status == 2


def test_all_services_out_of_reach_ends_with_75(survey: SurveyInProcess) -> None:
    ended = survey.call(
        "enrich",
        LIVING_SURVEY_ENRICH__KINDS="citations",
        LIVING_SURVEY_ENRICH__OPENALEX_URL="http://127.0.0.1:9",
    )
    assert ended.status == 75
    assert "openalex cannot be reached" in ended.out
