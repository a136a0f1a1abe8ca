"""The inbox and the doubles in the terminal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.store import OpenStore, store_opener
from tests.support.builders import make_decision, make_paper
from tests.support.cli import SurveyInProcess, survey_in_process

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SECTION = "generation-image-llm-based"
FIRST = make_paper("2603.00001", title="Kettles that Sing", abstract="We boil water.")
SECOND = make_paper("2603.00002", title="Lanterns that Blink", abstract="We light lamps.")


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return store_opener(tmp_path / "var/survey.duckdb")


@pytest.fixture
def survey(tmp_path: Path, open_store: OpenStore) -> SurveyInProcess:
    """A survey with two approved papers: one renamed since, one withdrawn."""
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now=NOW.isoformat())
    assert survey.call("init").status == 0
    earlier = NOW - timedelta(hours=3)
    with open_store() as store:
        store.papers.upsert([FIRST, SECOND], seen_at=earlier)
        approvals = [make_decision(one.arxiv_id, decided_at=earlier) for one in (FIRST, SECOND)]
        store.decisions.add(approvals)
        changed = [
            replace(FIRST, title="Kettles that Hum", version=2),
            replace(SECOND, withdrawn=True, version=2),
        ]
        store.papers.upsert(changed, seen_at=NOW - timedelta(hours=2))
    return survey


def test_inbox_lists_shows_and_answers(survey: SurveyInProcess) -> None:
    listed = survey.call("inbox")
    assert "2 of 2 open cases" in listed.out
    assert listed.out.index("2603.00002") < listed.out.index("2603.00001")
    shown = survey.call("inbox", "2603.00001")
    assert "Kettles that [-Sing-] {+Hum+}" in shown.out
    assert survey.json("inbox", "2603.00001")["differences"][0]["kind"] == "title"

    kept = survey.call("inbox", "2603.00001", "--keep", "--reviewer", "ada")
    assert kept.out == "2603.00001 kept by ada\n"
    again = survey.call("inbox", "2603.00001", "--keep")
    assert again.status == 2
    assert "has no open case" in again.err
    assert survey.call("inbox", "2603.00001", "--undo").status == 0
    moved = survey.call("inbox", "2603.00001", "--move", "agents", "--reviewer", "ada")
    assert moved.out == "2603.00001 moved in agents by ada\n"
    taken = survey.call("inbox", "2603.00002", "--take-back")
    assert taken.status == 0
    assert survey.json("inbox") == {"open": 0, "cases": [], "suggestions": ""}


def test_status_and_doctor_name_the_open_cases(survey: SurveyInProcess) -> None:
    line = "2 open: 2603.00002 withdrawn, new version; 2603.00001 title, new version"
    assert line in survey.call("status").out
    assert survey.json("status")["inbox"]["open"] == 2
    assert "2 decided papers changed at arXiv: 2603.00002 withdrawn" in survey.call("doctor").out


def test_many_cases_are_named_in_part(survey: SurveyInProcess, open_store: OpenStore) -> None:
    papers = [make_paper(f"2603.1{n:04d}", title=f"Paper number {n}") for n in range(22)]
    with open_store() as store:
        store.papers.upsert(papers, seen_at=NOW - timedelta(hours=3))
        store.decisions.add([make_decision(one.arxiv_id, decided_at=NOW) for one in papers])
        store.papers.upsert([replace(one, version=2) for one in papers], seen_at=NOW)
    assert "and 12 more" in survey.call("status").out
    kept = survey.json("inbox", "--keep", "--only", "new_version")
    assert len(kept["kept"]) == 22
    assert survey.json("inbox")["open"] == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--keep"],
        ["2603.00001", "--keep", "--take-back"],
        ["2603.00001", "--take-back"],
        ["2603.00001", "--to-queue"],
        ["2603.00001", "--note-published"],
        ["2603.00001", "--move", "no-such-section"],
        ["2603.09999", "--keep"],
        ["--only", "nonsense"],
    ],
)
def test_mistake_records_nothing(survey: SurveyInProcess, words: list[str]) -> None:
    ended = survey.call("inbox", *words)
    assert ended.status == 2
    assert survey.json("inbox")["open"] == 2


def test_exact_double_is_approved_only_when_it_is_named(
    survey: SurveyInProcess, open_store: OpenStore, tmp_path: Path
) -> None:
    twin = make_paper("2603.00003", title="LANTERNS that blink.", abstract="Else.")
    with open_store() as store:
        store.papers.upsert([twin], seen_at=NOW)
    words = ("decide", "2603.00003", "approve", "--section", SECTION)
    refused = survey.call(*words)
    assert refused.status == 2
    assert "exact title and an author of 2603.00002, which" in refused.err
    rows = tmp_path / "rows.csv"
    rows.write_text(f"arxiv_id,verdict,sections\n2603.00003,approved,{SECTION}\n")
    from_file = survey.call("decide", "--from", str(rows))
    assert from_file.status == 1
    assert "refused" in from_file.err
    rows.write_text(f"arxiv_id,verdict,sections,also\n2603.00003,approved,{SECTION},2603.00002\n")
    assert survey.call("decide", "--from", str(rows)).status == 0
    assert survey.call("undo", "--yes").status == 0
    assert survey.call(*words, "--also", "2603.00002").status == 0


def test_two_doubles_in_one_file_are_not_both_approved(
    survey: SurveyInProcess, open_store: OpenStore, tmp_path: Path
) -> None:
    twins = [make_paper(f"2603.0000{n}", title="One Work Twice") for n in (4, 5)]
    with open_store() as store:
        store.papers.upsert(twins, seen_at=NOW)
    rows = tmp_path / "rows.csv"
    lines = [f"{twin.arxiv_id},approved,{SECTION}" for twin in twins]
    rows.write_text("arxiv_id,verdict,sections\n" + "\n".join(lines))
    report = survey.call("decide", "--from", str(rows), "--json").document
    assert report["recorded"] == 1
    assert [row["arxiv_id"] for row in report["refused"]] == ["2603.00005"]


def test_doubles_are_compared_and_answered(survey: SurveyInProcess, open_store: OpenStore) -> None:
    twin = make_paper("2603.00003", title=FIRST.title, abstract="Else.")
    with open_store() as store:
        store.papers.upsert([twin], seen_at=NOW)
        store.decisions.add([make_decision("2603.00003", decided_at=NOW)])
        store.papers.upsert([replace(FIRST, version=3)], seen_at=NOW)
        while store.same_work.find(at_least=0.5, limit=100, now=NOW):
            pass
    assert "1 of 1 open" in survey.call("doubles").out
    ids = ("2603.00003", "2603.00001")
    assert "are two works" in survey.call("doubles", *ids, "--different").out
    assert survey.json("doubles") == {"open": 0, "pairs": []}
    assert survey.call("doubles", *ids, "--undo").status == 0
    kept = survey.call("doubles", *ids, "--keep", "2603.00003")
    assert "one work; listed is 2603.00003" in kept.out
    assert "2603.00001 rejected" in kept.out
    assert survey.call("doubles", "2603.00001", "2603.00001v2", "--different").status == 2
    unknown = survey.call("doubles", "2603.00001", "doi:10.1000/xyz").err
    assert "Not in the database: doi:10.1000/xyz" in unknown
    assert "import --candidates" in unknown
    assert "living-survey add" not in unknown
    both = survey.call("doubles", "2603.09999", "doi:10.1000/xyz").err
    assert "living-survey add ID" in both
    assert "import --candidates" in both


def test_incomplete_records_are_listed_apart(
    survey: SurveyInProcess, open_store: OpenStore
) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00006", abstract="N/A")], seen_at=NOW)
    assert "1 of 1 incomplete record" in survey.call("queue", "--incomplete").out
    assert "incomplete  1 without a text" in survey.call("status").out
