"""Decisions from a file of JSON lines: recorded once, refused line by line, in few leases."""

import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from config.taxonomy import Taxonomy
from pipeline.review import decide
from pipeline.review.decide_file import STDIN, BulkReport, decide_from_file
from storage.decisions import Decisions
from storage.engine.session import Session
from storage.store import OpenStore
from storage.types import NewDecision, Verdict
from tests.review.conftest import IDS
from tests.support.builders import make_paper

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)


def bulk(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, *lines: object, now: datetime = NOW
) -> BulkReport:
    path = tmp_path / "decisions.jsonl"
    written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(written), encoding="utf-8")
    return decide_from_file(open_store, taxonomy, path, reviewer="ada", clock=lambda: now)


def test_lines_are_recorded_once(open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path) -> None:
    lines = (
        {"arxiv_id": IDS[0], "verdict": "approved", "sections": ["agents"], "reviewer": "bo",
         "decided_at": "2026-03-12T10:00:00+02:00"},
        {"arxiv_id": IDS[1], "verdict": "reject", "note": "medical imaging"},
        {"arxiv_id": IDS[2], "verdict": "deferred"},
    )  # fmt: skip
    report = bulk(open_store, taxonomy, tmp_path, *lines)
    assert report == BulkReport(3, 0, (), (), batch_id=report.batch_id)
    again = bulk(open_store, taxonomy, tmp_path, *lines, now=NOW + timedelta(days=1))
    assert again == BulkReport(0, 3, (), ())
    with open_store() as store:
        standing = store.decisions.standing(IDS)
    first = standing[IDS[0]]
    assert (first.reviewer, first.decided_at) == ("bo", datetime(2026, 3, 12, 8, tzinfo=UTC))
    assert (standing[IDS[1]].reviewer, standing[IDS[1]].note) == ("ada", "medical imaging")
    assert standing[IDS[2]].verdict is Verdict.DEFERRED


def test_standard_input_is_read_like_a_file(
    open_store: OpenStore, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = json.dumps({"arxiv_id": IDS[1], "verdict": "reject"})
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\nno JSON\n"))
    report = decide_from_file(open_store, taxonomy, STDIN, reviewer="ada", clock=lambda: NOW)
    assert (report.recorded, [each.line for each in report.refused]) == (1, [2])


def test_dated_line_matches_sections_stored_in_another_order(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    sections = ("survey-llm", "agents")
    decided_at = datetime(2026, 3, 12, tzinfo=UTC)
    with open_store() as store:  # as earlier versions stored it
        store.decisions.add([NewDecision(IDS[0], Verdict.APPROVED, sections, "ada", decided_at)])
    line = {
        "arxiv_id": IDS[0],
        "verdict": "approved",
        "sections": sections,
        "decided_at": "2026-03-12",
    }
    assert bulk(open_store, taxonomy, tmp_path, line) == BulkReport(0, 1, (), ())


def test_longer_file_runs_no_more_statements(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    rows = Session.rows

    def counted(
        session: Session, sql: str, parameters: Mapping[str, object] | None = None
    ) -> object:
        statements.append(sql)
        return rows(session, sql, parameters)

    def count(first: int, last: int) -> int:
        lines = [{"arxiv_id": f"2604.{n:05d}", "verdict": "reject"} for n in range(first, last)]
        statements.clear()
        assert bulk(open_store, taxonomy, tmp_path, *lines).recorded == last - first
        return len(statements)

    with open_store() as store:
        store.papers.upsert([make_paper(f"2604.{n:05d}") for n in range(1, 43)], seen_at=NOW)
    monkeypatch.setattr(Session, "rows", counted)
    assert count(1, 3) == count(3, 43)


def test_interrupted_file_records_nothing_and_can_be_repeated(
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
    report = bulk(open_store, taxonomy, tmp_path, *lines)
    assert report == BulkReport(3, 0, (), (), batch_id=report.batch_id)


def test_bad_lines_are_refused_one_by_one(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    bad: tuple[tuple[object, str], ...] = (
        ("not json", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, ""),
        ({"arxiv_id": IDS[1], "verdict": "reject", "reviewr": "ada"}, "Unknown key 'reviewr'"),
        ({"arxiv_id": 2603.00001, "verdict": "reject"}, "`arxiv_id` is not text."),
        (
            {"arxiv_id": IDS[1], "verdict": "approved", "sections": "agents"},
            "`sections` is not a list.",
        ),
        ({"arxiv_id": IDS[1], "verdict": "approved"}, "Name it in `sections`."),
        (
            {"arxiv_id": IDS[1], "verdict": "reject", "audit": "yes"},
            "`audit` is neither true nor false.",
        ),
        ({"arxiv_id": IDS[1], "verdict": "reject", "decided_at": "yesterday"}, "'yesterday'"),
        ({"arxiv_id": IDS[1], "verdict": "reject", "decided_at": "2035-01-01"}, "in the future"),
        (
            {"arxiv_id": IDS[1], "verdict": "reject", "decided_at": "0001-01-01T00:00:00+14:00"},
            "not an ISO 8601 instant",
        ),
        ({"arxiv_id": "banana", "verdict": "reject"}, "not an arXiv ID"),
        ({"arxiv_id": "2603.99999", "verdict": "reject"}, "`living-survey add 2603.99999`"),
        ({"arxiv_id": "10.1000/N.9", "verdict": "reject"}, "`living-survey import --candidates`"),
    )
    good = {"arxiv_id": IDS[0], "verdict": "reject"}
    report = bulk(open_store, taxonomy, tmp_path, good, *(line for line, _ in bad))
    assert report.recorded == 1
    assert [refused.line for refused in report.refused] == list(range(2, len(bad) + 2))
    for refused, (_, reason) in zip(report.refused, bad, strict=True):
        assert reason in refused.reason


def test_last_undated_line_of_a_paper_counts(
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
    assert (report.recorded, report.already, report.replaced) == (1, 2, (IDS[0],))
    with open_store() as store:
        assert store.decisions.standing(IDS)[IDS[0]].verdict is Verdict.APPROVED


def test_file_with_another_encoding_is_refused(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        decide_from_file(open_store, taxonomy, path, reviewer="ada", clock=lambda: NOW)


def test_texts_of_long_file_are_stored_before_in_parts(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "_TEXTS_PER_LEASE", 2)
    monkeypatch.setattr(decide, "_FEW_TEXTS", 1)
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
        assert [one.arxiv_id for one in store.decisions.recent(3)] == [IDS[1], IDS[0], IDS[2]]
        assert len(store.decisions.training()) == 3
        assert store.integrity.faults() == ()


def test_dated_line_matches_decision_whose_section_moved(
    open_store: OpenStore, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    line = {"arxiv_id": IDS[0], "verdict": "approved", "sections": ["agents"], "audit": True,
            "decided_at": "2026-03-12"}  # fmt: skip
    assert bulk(open_store, taxonomy, tmp_path, line).recorded == 1
    with open_store() as store:
        [decision] = store.decisions.of_paper(IDS[0])
        store._session.write(
            "INSERT INTO placement VALUES (1, $id, ['survey-llm'], false, TIMESTAMP '2026-03-13')",
            {"id": decision.decision_id},
        )
    assert bulk(open_store, taxonomy, tmp_path, line) == BulkReport(0, 1, (), ())
