from datetime import timedelta
from pathlib import Path

import pytest

from config.schema import ArxivSettings
from pipeline.ingest.sources.transport.archive import Archive, RawResponse
from pipeline.operate.trace import trace
from pipeline.publish.publish import Asked, publish
from pipeline.publish.targets import recorded_target
from pipeline.runtime.record import recorded
from storage.errors import PaperNotFoundError
from storage.highlights import Highlight
from storage.issue_types import IssueEdits
from storage.store import OpenStore
from storage.types import RunStatus, TermWeight, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import SurveyInProcess
from tests.support.digest import MONDAY, TAXONOMY
from tests.support.publish import LATER
from tests.support.services import make_services
from tests.support.storage import add_predictions, opener

ONE, TWO = "2603.00001", "2603.00002"
DECIDED = MONDAY + timedelta(days=1)
URL = "http://127.0.0.1:9/oai?verb=ListRecords"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Three responses of the day; the second holds the paper."""
    found = Archive(tmp_path / "archive")
    for minute, body in ((0, b"<a>2603.99999</a>"), (1, f"<id>{ONE}</id>".encode()), (2, b"<c/>")):
        at = MONDAY + timedelta(minutes=minute)
        found.keep(RawResponse(URL, 200, {}, body, at))
    return found


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """A paper that was fetched, predicted, rejected, approved, edited and published."""
    found = opener(tmp_path)
    with found() as store:
        run_id = store.runs.start("fetch", MONDAY - timedelta(minutes=1))
        store.papers.upsert([make_paper(ONE), make_paper(TWO)], seen_at=MONDAY)
        store.runs.finish(
            run_id,
            finished_at=MONDAY + timedelta(minutes=3),
            status=RunStatus.DONE,
            counts={},
        )
        terms = (TermWeight("language model", 1.5), TermWeight("survey", -0.5))
        for model, at in (("first", MONDAY), ("second", DECIDED + timedelta(days=30))):
            add_predictions(
                store, [make_prediction(ONE, model_id=model, predicted_at=at, terms=terms)]
            )
        store.decisions.add(
            [
                make_decision(
                    ONE, verdict=Verdict.REJECTED, reason="off-topic", decided_at=DECIDED
                ),
                make_decision(
                    ONE,
                    sections=("agents",),
                    note="Reads it twice.",
                    reviewer="bo",
                    decided_at=DECIDED + timedelta(minutes=1),
                ),
            ]
        )
        store.highlights.set(Highlight(ONE, "bo", "A clean split.", DECIDED))
        store.issues.edit(IssueEdits("2026-W12", notes={ONE: "See figure 3."}), "cy", LATER)
    return found


def test_trace_goes_from_the_response_to_the_issue(
    open_store: OpenStore, archive: Archive, tmp_path: Path
) -> None:
    services = make_services(
        open_store,
        LATER,
        taxonomy=TAXONOMY,
        root=tmp_path,
        arxiv=ArxivSettings(archive=archive.directory),
    )
    with recorded("publish", open_store, services.clock) as run:
        publish(
            services,
            run,
            [recorded_target("digest:2026-W12", services.settings)],
            Asked("ada"),
        )

    found = trace(services, ONE)

    (fetched,) = found.fetched
    assert [one.command for one in fetched.runs] == ["fetch"]
    assert fetched.response is not None
    assert fetched.response.name == "080100.000000-000000.gz"
    assert fetched.url == URL
    rejected, approved = found.judged
    assert (rejected.decision.verdict, rejected.decision.reason) == ("rejected", "off-topic")
    assert (approved.decision.reviewer, approved.decision.note) == ("bo", "Reads it twice.")
    assert approved.score is not None
    assert approved.score.model_id == "first"
    assert [one.term for one in approved.score.terms] == ["language model", "survey"]
    assert [one.sentence for one in found.highlights] == ["A clean split."]
    assert ("2026-W12", "See figure 3.") in [(week, one.content) for week, one in found.edits]
    (carried,) = found.published
    assert (carried.target, carried.sections) == ("digest:2026-W12", ("agents",))
    assert (carried.person, carried.run_id) == ("ada", run.run_id)
    assert [target for target, _, _ in found.first_published] == ["digest:2026-W12"]


def test_unknown_paper_is_refused(open_store: OpenStore, archive: Archive) -> None:
    services = make_services(open_store, LATER, arxiv=ArxivSettings(archive=archive.directory))
    with pytest.raises(PaperNotFoundError):
        trace(services, "2603.99999")


def test_command_names_every_step(open_store: OpenStore, tmp_path: Path) -> None:
    survey = SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_NOW": LATER.isoformat(),
            "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
            "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
            "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
            "LIVING_SURVEY_DATABASE__PATH": "survey.duckdb",
        },
    )
    assert survey.call("publish", "--target", "digest", "--reviewer", "ada").status == 0
    ended = survey.call("trace", f"https://arxiv.org/abs/{ONE}v1")
    assert ended.status == 0, ended.err
    for said in (
        "fetched    2026-03-16 08:00 UTC by fetch ",
        "no archived response of that day holds it",
        "by first: in scope 0.90",
        "language model +1.50, survey -0.50",
        "by ada: rejected in generation-image-llm-based (off-topic)",
        "by bo: approved in agents",
        "highlight  2026-03-17 08:00 UTC by bo: A clean split.",
        "by cy: 2026-W12 note: See figure 3.",
        "in digest:2026-W12, agents, by ada, run ",
        "var/digests/2026-W12.md  sha256 ",
    ):
        assert said in ended.out
    assert survey.json("trace", ONE)["published"][0]["target"] == "digest:2026-W12"
    assert survey.call("publish", "--target", "site", "--reviewer", "ada").status == 0
    _, _, site = survey.call("trace", ONE).out.partition(" in site, ")
    named = [line.split()[0] for line in site.splitlines() if " sha256 " in line]
    assert named == [f"var/digests/papers/{ONE}.html", f"var/digests/papers/{ONE}.md"]
    assert "other files; --json names all" in site
    assert len(survey.json("trace", ONE)["published"][1]["files"]) > len(named)
    assert "published  nowhere yet" in survey.call("trace", TWO).out
    assert survey.call("trace", "2603.99999").status == 2
