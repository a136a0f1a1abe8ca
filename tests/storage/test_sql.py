import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from config.roles import Role
from storage.absences import Absence
from storage.acceptances import Acceptance
from storage.alert_types import AlertKind, NewAlertEvent
from storage.api_tokens import NewToken
from storage.arrivals import LateArrival
from storage.batches import BatchKind, NewBatch
from storage.correction_types import NewResolution, Resolution
from storage.enrichment import Fact
from storage.freezes import Freeze
from storage.harvests import Harvest
from storage.highlights import Highlight
from storage.hub_pings import HubPing
from storage.issue_types import IssueEdits
from storage.mail_types import (
    FrozenRecipient,
    MailEvent,
    Mailing,
    MailKind,
    RecordedMailing,
    SuppressionEvent,
    SuppressionKind,
)
from storage.opinion_types import NewOpinion, OpinionKind
from storage.publication_types import NewPublication
from storage.rule_types import RuleAct, RuleDraw, RuleEvent, RuleReplay
from storage.same_work import Answer
from storage.second_looks import CrossScore
from storage.store import Store
from storage.subscriber_types import Choices, How, OptInLimits, OptInRequest
from storage.suggestion_types import NewSuggestion, SuggestionKind
from storage.taxonomy_types import MoveKind, NewTaxonomyChange, SectionMove
from storage.translations import Translation
from storage.types import (
    Announcement,
    AnnounceType,
    Decision,
    FacetScore,
    QuarantinedRecord,
    RunStatus,
    Verdict,
)
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.rulings import make_ruling
from tests.support.storage import ROOT, add_predictions, database, opener

TEXT = (ROOT / "docs" / "reference" / "views.md").read_text(encoding="utf-8")
DOCUMENTED = {
    part.split("\n", 1)[0].strip(): part for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
}
EXAMPLES = re.findall(r"```sql\n(.*?)```", TEXT, flags=re.DOTALL)

# columns that other people's queries rely on
CONTRACT = {
    "papers": "arxiv_id version title abstract authors categories primary_category comment doi"
    " journal_ref license submitted_at updated_at withdrawn first_seen_at content_hash",
    "paper_versions": "arxiv_id version submitted_at seen_at withdrawn",
    "predictions": "arxiv_id model_id in_scope sections facets predicted_at",
    "queue": "arxiv_id in_scope top_section priority predicted_at",
    "decisions": "decision_id arxiv_id verdict sections reviewer note decided_at undone_by",
    "published": "arxiv_id target section published_at",
    "ledger": "day category announced held missing status",
    "quarantine": "quarantined_at source reason raw_path arxiv_id",
    "runs": "run_id command started_at finished_at status counts error",
}


def kept_as_it_is(decision: Decision, now: datetime) -> NewResolution:
    return NewResolution(
        decision.arxiv_id, decision.decision_id, Resolution.KEPT, ("title",), "ada", now
    )


def _add_readers(store: Store, now: datetime) -> None:
    """Add a subscriber with a mail, and what other services said of a paper."""
    store.confirmations.ask(
        OptInRequest("c1", "s1", "ada@example.org", "k1", "k1", None, Choices(), "Yes."),
        OptInLimits(),
        now,
    )
    store.subscribers.record("s1", "confirmed", How.PAGE, now, choices=Choices(), consent_id="c1")
    mailing = Mailing(
        "2026-W12", "m1", now, ("2026-W12",), "d1", (FrozenRecipient("s1", "k1", "en"),)
    )
    store.mailings.record(RecordedMailing(mailing, [MailEvent(1, "s1", MailKind.SENT, now)]))
    store.mailings.suppress([SuppressionEvent("b1", "k1", SuppressionKind.HARD, now, "bounce")])
    fact = Fact("2405.19334", "retraction", "", "none", {}, "crossref")
    store.enrichment.add([fact], now, None)
    parts = ("2405.19334", "title", "zh", "h1", "Ti", "model", "host.example", "p1", now)
    store.translations.add([Translation(*parts)], None)
    topic = "https://a.example/feeds/all.atom"
    store.hub_pings.add([HubPing("https://hub.example", topic, "d1", now)])
    store.freezes.add(Freeze(now.date(), "Thank you.", "ada", now))
    store.accounts.add("ada", Role.ADMIN, actor="root", at=now)
    store.trail.add(at=now, actor="root", act="account.added", subject="ada")
    store.api_tokens.add(
        NewToken("4f1d09ab33c2", "ada", "report", ("read",), "0" * 64, "ada", now, None)
    )


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """An analyst's read-only connection to a database with a row in every view."""
    folder = tmp_path_factory.mktemp("analyst")
    now = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
    with opener(folder)() as store:
        store.papers.upsert(
            [make_paper("2405.19334"), make_paper("2603.00001"), make_paper("2603.00002")],
            seen_at=now,
        )
        store.papers.upsert(
            [make_paper("2603.00001", version=2, withdrawn=True, comment="wrong")], seen_at=now
        )
        add_predictions(
            store,
            [
                make_prediction("2405.19334", facets=(FacetScore("task", "survey", 0.9),)),
                make_prediction("2603.00001"),
                make_prediction("2603.00002"),
            ],
        )
        [drawn, decided] = store.decisions.add(
            [make_decision("2603.00001"), make_decision("2405.19334")],
            NewBatch(BatchKind.FILE, "ada", now, "decisions.csv"),
        )
        store.papers.upsert([make_paper("2405.19334", title="Another Title")], seen_at=now)
        store.decisions.keep_texts(["2405.19334"])
        store.corrections.resolve([kept_as_it_is(decided, now)])
        store.papers.upsert([make_paper("2405.19334", title="A Third Title")], seen_at=now)
        ids = ("2603.00001", "2603.00002")
        store.same_work.answer(*ids, Answer.DIFFERENT, reviewer="ada", now=now)
        store.highlights.set(Highlight("2405.19334", "ada", "Clear.", now))
        store.rulings.add([make_ruling("2405.19334")])
        word = (OpinionKind.FIRST, Verdict.REJECTED, (), "ada", now)
        store.opinions.add([NewOpinion("2603.00001", *word)])
        store.suggestions.add(
            NewSuggestion("a" * 32, SuggestionKind.WRONG_SECTION, "2603.00001"), now
        )
        store.second_looks.replace_scores(
            [CrossScore("2603.00001", drawn.decision_id, 0.2, (), "f", now)],
            taxonomy="f",
            scored_at=now,
        )
        store.second_looks.confirm([drawn.decision_id], person="ada", now=now)
        store.rules.record(RuleEvent("far", RuleAct.ENABLED, "f", "ada", now))
        store.rules.add_replay(
            RuleReplay("far", "f", 9, 5, 0, 1, ("2603.00001",), 0.0, 1.0, (), "ada", now)
        )
        store.rules.draw([RuleDraw("far", "2026-W12", "2603.00001", drawn.decision_id, now)])
        store.assignments.assign("ada", section="generation-image-llm-based", actor="bo", at=now)
        store.absences.add(Absence("bo", now.date(), None), actor="bo", at=now)
        store.issues.edit(IssueEdits("2026-W12", {"en": "A quiet week."}), "ada", now)
        store.issues.built(store.issues.edits("2026-W12"), "d1", {}, "ada", now)
        store.audit.draw(drawn)
        store.announcements.add(
            now.date(),
            ["cs.CV"],
            [Announcement(now.date(), "2603.9", 1, AnnounceType.NEW, "T", ("cs.CV",))],
            checked_at=now,
            calendar_quiet=False,
        )
        late = LateArrival("2603.00002", now.date(), now.date() + timedelta(days=3))
        store.arrivals.note_late([late], noted_at=now)
        store.quarantine.add([QuarantinedRecord("oai", "no id", b"<x>", None, None, now)])
        entries = (("2405.19334", "survey-llm"),)
        sent = NewPublication("list", "ada", now, entries, {"papers": 1}, ())
        store.publications.finish(store.publications.begin(sent), now)
        store.publications.refuse("list", ["It shrinks."], now)
        store.published.record("site", [("2405.19334", "survey-llm")], now)
        move = SectionMove(MoveKind.DISSOLVE, "generation-video-benchmark", ())
        store.taxonomy.record(
            NewTaxonomyChange("c1", "old", "", "new", "", now, "ada", (move,), ())
        )
        _add_readers(store, now)
        store.harvests.note([Harvest("cs", now.date(), now.date(), now)])
        store.acceptances.add([Acceptance(now.date(), "cs.CV", "no mailing", (), "ada", now)])
        store.alerts.add([NewAlertEvent(AlertKind.RAISED, "backup", now, sentence="It is old.")])
        run_id = store.runs.start("run", now)
        store.runs.finish(run_id, finished_at=now, status=RunStatus.DONE, counts={"new": 3})
    with duckdb.connect(str(database(folder)), read_only=True) as connection:
        yield connection


def columns_of(connection: duckdb.DuckDBPyConnection, view: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"DESCRIBE {view}").fetchall()
    return [(str(name), str(type_)) for name, type_, *_ in rows]


def test_views_match_contract_and_documentation(
    analyst: duckdb.DuckDBPyConnection,
) -> None:
    views = analyst.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    assert {name for (name,) in views} == set(DOCUMENTED)
    assert set(CONTRACT) <= set(DOCUMENTED)


@pytest.mark.parametrize("view", CONTRACT)
def test_contract_columns_exist(analyst: duckdb.DuckDBPyConnection, view: str) -> None:
    assert set(CONTRACT[view].split()) <= {name for name, _ in columns_of(analyst, view)}


@pytest.mark.parametrize("view", DOCUMENTED)
def test_every_column_is_documented_with_its_type(
    analyst: duckdb.DuckDBPyConnection, view: str
) -> None:
    rows = re.findall(r"^\| (\w+) \| (.+?) \| .+ \|$", DOCUMENTED[view], flags=re.MULTILINE)
    actual = [(name, type_.replace('"', "")) for name, type_ in columns_of(analyst, view)]
    assert [(n, t.replace('"', "")) for n, t in rows if n != "column"] == actual


@pytest.mark.parametrize("view", DOCUMENTED)
def test_every_view_can_be_read(analyst: duckdb.DuckDBPyConnection, view: str) -> None:
    assert analyst.execute(f"SELECT * FROM {view}").fetchall()


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_returns_rows(analyst: duckdb.DuckDBPyConnection, number: int) -> None:
    assert analyst.execute(EXAMPLES[number]).fetchall()


def test_lists_are_returned_as_lists(analyst: duckdb.DuckDBPyConnection) -> None:
    assert analyst.execute(
        "SELECT authors, sections FROM papers JOIN predictions USING (arxiv_id)"
        " WHERE arxiv_id = '2405.19334'"
    ).fetchall() == [
        (
            ["Ada Example", "Bo Sample"],
            [{"section": "generation-image-llm-based", "probability": 0.8}],
        )
    ]
    assert analyst.execute("SELECT missing FROM ledger").fetchall() == [(["2603.9"],)]
