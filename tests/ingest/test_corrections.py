"""Corrections to approved papers: one a paper, the gravest first, with old and new title."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.cli.fetch import fetch_text
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.corrections import (
    MOST_NAMED,
    corrections,
    corrections_since,
    corrections_text,
    counted_by_kind,
)
from pipeline.ingest.protocol.record import Version
from storage.changes import Change
from storage.store import OpenStore
from storage.types import Source
from tests.support.arxiv import fetch, make_record, noon
from tests.support.builders import make_decision, make_paper

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)


def _change(arxiv_id: str, kind: str, old: str | None = None, new: str | None = None) -> Change:
    return Change(arxiv_id, kind, old, new, Source.OAI, AT)


def test_changes_of_a_paper_are_one_correction_with_both_titles() -> None:
    [found] = corrections(
        [
            _change("2603.00001", "new_version", "1", "2"),
            _change("2603.00001", "title", "First", "Second"),
            _change("2603.00001", "title", "Second", "Third"),
            _change("2603.00001", "withdrawn", None, "We found\nan error."),
        ],
        {"2603.00001": "Third"},
    )
    assert found.kinds == ("withdrawn", "title", "new_version")
    assert (found.former_title, found.title) == ("First", "Third")
    assert found.sentence == (
        '2603.00001 Third: withdrawn ("We found an error."); the title was "First"; new version'
    )


def test_what_was_taken_back_is_no_correction() -> None:
    assert (
        corrections(
            [
                _change("2603.00001", "withdrawn"),
                _change("2603.00001", "title", "A", "B"),
                _change("2603.00001", "restored"),
                _change("2603.00001", "title", "B", "A"),
            ],
            {},
        )
        == ()
    )
    [again] = corrections(
        [_change("2603.00001", kind) for kind in ("withdrawn", "restored", "withdrawn")], {}
    )
    assert again.kinds == ("withdrawn",)


def test_withdrawals_come_first_and_many_are_counted() -> None:
    changes = [_change(f"2603.{n:05d}", "comment") for n in range(1, 30)]
    found = corrections([*changes, _change("2603.90000", "withdrawn")], {})
    lines = corrections_text(found)
    assert lines[0].startswith("2603.90000")
    assert len(lines) == MOST_NAMED + 1
    assert lines[-1] == "10 more papers, which `--json` names"
    assert counted_by_kind(found) == {"comment": 29, "withdrawn": 1}


def test_only_approved_papers_are_corrected(open_store: OpenStore) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper(f"2603.0000{n}") for n in (1, 2)], seen_at=AT)
        store.decisions.add([make_decision("2603.00001")])
        later = AT + timedelta(hours=1)
        store.papers.upsert(
            [make_paper(f"2603.0000{n}", title="New", version=2) for n in (1, 2)], seen_at=later
        )
        [found] = corrections_since(store, later)
        assert (found.arxiv_id, found.title) == ("2603.00001", "New")
        assert found.former_title == "A study of paper 2603.00001"
        assert corrections_since(store, later + timedelta(seconds=1)) == ()


def test_run_names_a_withdrawn_paper_by_id_and_titles(
    tmp_path: Path, open_store: OpenStore
) -> None:
    tuesday, friday = date(2026, 3, 17), date(2026, 3, 20)
    first = make_record(1, tuesday, title="Kettles")
    with ReplicaServer([first], today=tuesday) as arxiv:
        fetch(arxiv, tmp_path, open_store, noon(tuesday))
    with open_store() as store:
        store.decisions.add([make_decision("2603.00001", decided_at=noon(tuesday))])
    gone = replace(
        first,
        title="Lanterns",
        comment="We found an error.",
        versions=(*first.versions, Version(2, noon(tuesday), friday, withdrawn=True)),
        datestamp=friday,
    )
    with ReplicaServer([gone], today=friday) as arxiv:
        report = fetch(arxiv, tmp_path, open_store, noon(friday))
    [corrected] = report.corrected
    assert (corrected.arxiv_id, corrected.title) == ("2603.00001", "Lanterns")
    assert corrected.former_title == "Kettles"
    said = [line for line in fetch_text(report) if isinstance(line, str) and "Lanterns" in line]
    assert len(said) == 1
    assert 'withdrawn ("We found an error."); the title was "Kettles"' in said[0]
