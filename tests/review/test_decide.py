"""Decisions from a terminal and in bulk, on a real database."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from config.taxonomy import Taxonomy, UnknownSectionError, load_taxonomy
from pipeline.review import decide_file
from pipeline.review.decide import decide
from pipeline.review.decide_file import BulkReport, decide_from_file
from storage.decisions import Decisions
from storage.engine.session import Session
from storage.errors import PaperNotFoundError
from storage.store import OpenStore, store_opener
from storage.types import SectionScore, Verdict
from tests.support.builders import make_paper, make_prediction
from tests.support.storage import add_predictions

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
IDS = ("2603.00001", "2603.00002", "2603.00003")


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    opener = store_opener(tmp_path / "survey.duckdb")
    with opener() as store:
        store.papers.upsert([make_paper(key) for key in IDS], seen_at=NOW)
    return opener


def bulk(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, *lines: object, now: datetime = NOW
) -> BulkReport:
    path = tmp_path / "decisions.jsonl"
    written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(written), encoding="utf-8")
    return decide_from_file(open_store, taxonomy, path, reviewer="ada", clock=lambda: now)


def test_an_approval_without_a_section_accepts_the_first_suggestion(
    open_store: OpenStore, taxonomy: Taxonomy
) -> None:
    suggestion = (SectionScore("agents", 0.7), SectionScore("survey-llm", 0.2))
    with open_store() as store:
        add_predictions(store, [make_prediction(IDS[0], sections=suggestion)])
    recorded = decide(
        open_store,
        taxonomy,
        arxiv_id=f"https://arxiv.org/abs/{IDS[0]}v2",
        verdict="approve",
        sections=(),
        reviewer="ada",
        note="plans with a language model",
        decided_at=NOW,
    )
    decision = recorded.decision
    assert (recorded.replaced, recorded.already) == (None, False)
    assert (decision.verdict, decision.sections) == (Verdict.APPROVED, ("agents",))
    with open_store() as store:
        assert store.decisions.standing([IDS[0]])[IDS[0]] == decision


def test_a_decision_after_an_undo_stands_even_if_the_clock_does(
    open_store: OpenStore, taxonomy: Taxonomy
) -> None:
    def reject() -> str:
        return decide(
            open_store,
            taxonomy,
            arxiv_id=IDS[0],
            verdict="reject",
            sections=(),
            reviewer="ada",
            note=None,
            decided_at=NOW,
        ).decision.decision_id

    first = reject()
    with open_store() as store:
        store.decisions.undo(reviewer="ada", undone_at=NOW)
    second = reject()
    assert second != first
    with open_store() as store:
        assert store.decisions.standing([IDS[0]])[IDS[0]].decision_id == second


@pytest.mark.parametrize(
    ("arxiv_id", "verdict", "section", "error"),
    [
        ("banana", "approve", "agents", UsageError),
        (IDS[0], "maybe", "agents", UsageError),
        (IDS[0], "approve", "agent", UnknownSectionError),
        (IDS[0], "approve", "", UsageError),
        ("2603.99999", "approve", "agents", PaperNotFoundError),
        ("2603.99999", "approve", "", PaperNotFoundError),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_stored(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    arxiv_id: str,
    verdict: str,
    section: str,
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        decide(
            open_store,
            taxonomy,
            arxiv_id=arxiv_id,
            verdict=verdict,
            sections=[section] if section else [],
            reviewer="ada",
            note=None,
            decided_at=NOW,
        )
    with open_store() as store:
        assert store.decisions.count() == 0


def test_a_section_named_twice_is_one_section_in_the_order_given(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    named = ["survey-llm", "agents", "survey-llm"]
    made = decide(
        open_store,
        taxonomy,
        arxiv_id=IDS[0],
        verdict="approve",
        sections=named,
        reviewer="ada",
        note=None,
        decided_at=NOW,
    )
    assert made.decision.sections == ("survey-llm", "agents")
    line = {"arxiv_id": IDS[0], "verdict": "approve", "sections": named}
    assert bulk(open_store, taxonomy, tmp_path, line) == BulkReport(0, 1, (), ())


@pytest.mark.parametrize("verdict", ["reject", "defer"])
def test_only_an_approval_names_sections_wherever_it_is_made(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, verdict: str
) -> None:
    with pytest.raises(UsageError, match="only an approval names sections"):
        decide(
            open_store,
            taxonomy,
            arxiv_id=IDS[0],
            verdict=verdict,
            sections=["agents"],
            reviewer="ada",
            note=None,
            decided_at=NOW,
        )
    line = {"arxiv_id": IDS[0], "verdict": verdict, "sections": ["agents"]}
    report = bulk(open_store, taxonomy, tmp_path, line)
    assert report.recorded == 0
    assert "only an approval names sections" in report.refused[0].reason


def test_bulk_decisions_are_recorded_once(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    lines = (
        {"arxiv_id": IDS[0], "verdict": "approved", "sections": ["agents"], "reviewer": "bo",
         "decided_at": "2026-03-12T10:00:00+02:00"},
        {"arxiv_id": IDS[1], "verdict": "reject", "note": "medical imaging"},
        {"arxiv_id": IDS[2], "verdict": "deferred"},
    )  # fmt: skip
    assert bulk(open_store, taxonomy, tmp_path, *lines) == BulkReport(3, 0, (), ())
    # a day later the lines without decided_at still say what stands
    again = bulk(open_store, taxonomy, tmp_path, *lines, now=NOW + timedelta(days=1))
    assert again == BulkReport(0, 3, (), ())
    with open_store() as store:
        standing = store.decisions.standing(IDS)
    first = standing[IDS[0]]
    assert (first.reviewer, first.decided_at) == ("bo", datetime(2026, 3, 12, 8, tzinfo=UTC))
    assert (standing[IDS[1]].reviewer, standing[IDS[1]].note) == ("ada", "medical imaging")
    assert standing[IDS[2]].verdict is Verdict.DEFERRED


def test_a_longer_file_asks_the_database_no_more_often(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rows = Session.rows

    def counted(
        session: Session, sql: str, parameters: Mapping[str, object] | None = None
    ) -> object:
        asked.append(sql)
        return rows(session, sql, parameters)

    def statements(first: int, last: int) -> int:
        lines = [{"arxiv_id": f"2604.{n:05d}", "verdict": "reject"} for n in range(first, last)]
        asked.clear()
        assert bulk(open_store, taxonomy, tmp_path, *lines).recorded == last - first
        return len(asked)

    with open_store() as store:
        store.papers.upsert([make_paper(f"2604.{n:05d}") for n in range(1, 43)], seen_at=NOW)
    monkeypatch.setattr(Session, "rows", counted)
    assert statements(1, 3) == statements(3, 43)


def test_a_file_that_breaks_off_while_it_is_stored_leaves_nothing_and_can_be_repeated(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [{"arxiv_id": key, "verdict": "reject", "decided_at": "2026-03-12"} for key in IDS]
    write = Session.write

    def broken(session: Session, sql: str, parameters: Mapping[str, object] | None = None) -> int:
        touched = write(session, sql, parameters)
        if "INSERT INTO decision_event" in sql:
            raise KeyboardInterrupt
        return touched

    with monkeypatch.context() as patch:
        patch.setattr(Session, "write", broken)
        with pytest.raises(KeyboardInterrupt):
            bulk(open_store, taxonomy, tmp_path, *lines)
    with open_store() as store:
        assert store.decisions.count() == 0
    assert bulk(open_store, taxonomy, tmp_path, *lines) == BulkReport(3, 0, (), ())


def test_bad_lines_are_refused_one_by_one(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    report = bulk(
        open_store,
        taxonomy,
        tmp_path,
        {"arxiv_id": IDS[0], "verdict": "reject"},
        "not json",
        "[1]",
        {"arxiv_id": "banana", "verdict": "reject"},
        {"arxiv_id": IDS[1], "verdict": "perhaps"},
        {"arxiv_id": IDS[1], "verdict": "approved", "sections": ["agent"]},
        {"arxiv_id": IDS[1], "verdict": "approved"},
        {"arxiv_id": IDS[1], "verdict": "approved", "sections": "agents"},
        {"arxiv_id": IDS[1], "verdict": "reject", "decided_at": "yesterday"},
        {"arxiv_id": IDS[1], "verdict": "reject", "reviewr": "ada"},
        {"arxiv_id": "2603.99999", "verdict": "reject"},
        {"arxiv_id": 2603.00001, "verdict": "reject"},
        {"arxiv_id": IDS[1], "verdict": "reject", "decided_at": "2035-01-01"},
        {"arxiv_id": IDS[1], "verdict": "reject", "reviewer": "list"},
        {"arxiv_id": IDS[1], "verdict": "reject", "reviewer": "ada\nX"},
        '{"arxiv_id": "2603.00002", "verdict": "reject", "note": "\\ud83d"}',
        {"arxiv_id": IDS[1], "verdict": "reject", "decided_at": "0001-01-01T00:00:00+14:00"},
        "[" * 100_000,
    )
    assert report.recorded == 1
    assert [refused.line for refused in report.refused] == list(range(2, 19))
    reasons = [refused.reason for refused in report.refused]
    for word, reason in zip(
        ("not JSON", "object", "banana", "perhaps", "agents", "without a section", "not a list",
         "yesterday", "reviewr", "living-survey add", "not text", "future",
         "curated list", "one line", "surrogate", "", ""),
        reasons,
        strict=True,
    ):  # fmt: skip
        assert word in reason


def test_of_a_papers_undated_lines_the_last_one_counts_however_often_it_is_read(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    approve = {"arxiv_id": IDS[0], "verdict": "approved", "sections": ["agents"]}
    reject = {"arxiv_id": IDS[0], "verdict": "rejected"}
    for hour, recorded in ((0, 1), (1, 0), (2, 0)):
        moment = NOW + timedelta(hours=hour)
        report = bulk(open_store, taxonomy, tmp_path, approve, reject, now=moment)
        assert report.recorded == recorded
        with open_store() as store:
            assert store.decisions.standing(IDS)[IDS[0]].verdict is Verdict.REJECTED
    report = bulk(open_store, taxonomy, tmp_path, approve, reject, approve, now=NOW)
    assert report.recorded == 1
    with open_store() as store:
        assert store.decisions.standing(IDS)[IDS[0]].verdict is Verdict.APPROVED


def test_what_is_replaced_is_said(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    bulk(open_store, taxonomy, tmp_path, {"arxiv_id": IDS[0], "verdict": "reject"})
    told = decide(
        open_store,
        taxonomy,
        arxiv_id=IDS[0],
        verdict="approve",
        sections=["agents"],
        reviewer="bo",
        note=None,
        decided_at=NOW + timedelta(hours=1),
    )
    assert told.replaced is not None
    assert (told.replaced.reviewer, told.replaced.verdict) == ("ada", Verdict.REJECTED)
    again = {"arxiv_id": IDS[0], "verdict": "reject", "reviewer": "cy"}
    report = bulk(open_store, taxonomy, tmp_path, again, now=NOW + timedelta(hours=2))
    assert report.replaced == (IDS[0],)


def test_the_same_decision_again_adds_nothing(open_store: OpenStore, taxonomy: Taxonomy) -> None:
    for hour, already in ((0, False), (1, True)):
        recorded = decide(
            open_store,
            taxonomy,
            arxiv_id=IDS[0],
            verdict="defer",
            sections=(),
            reviewer="ada",
            note=None,
            decided_at=NOW + timedelta(hours=hour),
        )
        assert recorded.already is already
    with open_store() as store:
        assert store.decisions.count() == 1


def test_only_an_approval_names_sections(open_store: OpenStore, taxonomy: Taxonomy) -> None:
    with pytest.raises(UsageError, match="only an approval"):
        decide(
            open_store,
            taxonomy,
            arxiv_id=IDS[0],
            verdict="reject",
            sections=["agents"],
            reviewer="ada",
            note=None,
            decided_at=NOW,
        )


def test_a_file_that_is_not_utf8_is_refused_whole(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        decide_from_file(open_store, taxonomy, path, reviewer="ada", clock=lambda: NOW)


def test_the_texts_of_a_long_file_are_kept_in_parts_before_it_is_recorded(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide_file, "_TEXTS", 2)
    monkeypatch.setattr(decide_file, "_FEW_TEXTS", 1)
    kept: list[list[str]] = []
    keep = Decisions.keep_texts

    def watched(decisions: Decisions, arxiv_ids: Iterable[str]) -> None:
        kept.append(list(arxiv_ids))
        assert decisions.count() == 0
        keep(decisions, kept[-1])

    monkeypatch.setattr(Decisions, "keep_texts", watched)
    lines = [{"arxiv_id": key, "verdict": "reject"} for key in (IDS[2], IDS[0], IDS[1])]
    assert bulk(open_store, taxonomy, tmp_path, *lines).recorded == 3
    assert kept == [[IDS[0], IDS[1]], [IDS[2]]]
    bulk(open_store, taxonomy, tmp_path, *lines, now=NOW + timedelta(days=1))
    assert len(kept) == 2
    with open_store() as store:
        # in the order of the file, each with its text, once
        assert [one.arxiv_id for one in store.decisions.recent(3)] == [IDS[1], IDS[0], IDS[2]]
        assert len(store.decisions.training()) == 3
        assert store.integrity.faults() == ()
