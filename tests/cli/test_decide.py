"""`decide`, `undo` and `reasons` in the terminal."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import typer

from pipeline.cli import undo as undo_command
from storage.store import OpenStore, store_opener
from storage.types import Decision
from tests.support.builders import make_paper
from tests.support.cli import SurveyInProcess, survey_in_process

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
IDS = [f"2603.{number:05}" for number in range(1, 6)]
FILE = """\
id,decision,section,reason,until,new version
2603.00001,approved,agents,,,
2603.00002,rejected,,Duplicate,,
2603.00003,rejected,,image restoration only,,
2603.00004,deferred,,,2026-04-01,yes
2603.00005,rejected,,duplicat,,
"""


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    """A survey with five undecided papers and the reviewer ada."""
    made = survey_in_process(
        tmp_path,
        url="http://127.0.0.1:9",
        now=NOW.isoformat(),
        LIVING_SURVEY_REVIEW__REVIEWER="ada",
    )
    assert made.call("init").status == 0
    with opener(made)() as store:
        papers = [make_paper(one, title=f"Lantern {one}") for one in IDS]
        store.papers.upsert(papers, seen_at=NOW - timedelta(days=1))
    return made


def opener(survey: SurveyInProcess) -> OpenStore:
    return store_opener(survey.directory / "var/survey.duckdb")


def standing(survey: SurveyInProcess) -> dict[str, Decision]:
    with opener(survey)() as store:
        return store.decisions.standing(IDS)


def test_reason_is_recorded_and_shown(survey: SurveyInProcess) -> None:
    ended = survey.call("decide", IDS[0], "reject", "--reason", "reconstruction")
    assert ended.out.startswith("2603.00001 rejected (reconstruction) by ada  (decision ")
    document = survey.json("decide", IDS[1], "reject", "--reason", "Talking head only")
    assert (document["reason"], document["batch_id"]) == ("talking-head", None)


def test_rejection_without_a_reason_is_recorded_and_said(survey: SurveyInProcess) -> None:
    one = survey.call("decide", IDS[0], "reject", "--json")
    assert (one.status, "without a reason" in one.err) == (0, True)
    assert json.loads(one.out)["verdict"] == "rejected"
    several = survey.call("decide", *IDS[1:3], "reject")
    assert (several.status, several.err.count("without a reason")) == (0, 1)
    told = survey.call("decide", IDS[3], "reject", "--reason", "other")
    assert (told.status, told.err) == (0, "")
    noted = survey.call("decide", IDS[4], "reject", "--note", "radar")
    assert (noted.status, noted.err) == (0, "")
    stand = standing(survey)
    assert [stand[key].reason for key in IDS[:5]] == [None, None, None, "other", None]
    settings = survey.directory / "living-survey.toml"
    text = settings.read_text(encoding="utf-8").replace(
        "\n[review]\n", "\n[review]\nreasons = []\n", 1
    )
    assert "reasons = []" in text
    settings.write_text(text, encoding="utf-8")
    assert survey.call("decide", IDS[0], "approve", "--section", "agents").status == 0
    again = survey.call("decide", IDS[0], "reject")
    assert (again.status, "without a reason" in again.err) == (0, False)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("reject", "--reason", "reconstuction"), "Did you mean reconstruction?"),
        (("approve", "--section", "agents", "--reason", "other"), "only a rejection has one"),
        (("reject", "--until", "2026-04-01"), "only a deferral ends"),
        (("defer", "--until", "2026-03-17"), "which is not in the future"),
        (("defer", "--until", "soon"), "does not match the format"),
        (("reject", "--highlight", "Read it."), "Only an approved paper is highlighted."),
        (("approve", "--section", "agents", "--highlight", "x" * 2_001), "the limit is 2,000"),
        (("2603.00002",), "'2603.00002' is not a verdict."),
        ((), "The arXiv ID or the verdict is missing."),
    ],
)
def test_wrong_decision_records_nothing(
    survey: SurveyInProcess, words: tuple[str, ...], says: str
) -> None:
    ended = survey.call("decide", IDS[0], *words)
    assert (ended.status, says in ended.err) == (2, True), ended.err
    assert standing(survey) == {}


def test_deferral_names_what_ends_it(survey: SurveyInProcess) -> None:
    ended = survey.call("decide", IDS[0], "defer", "--until", "2026-04-01", "--until-new-version")
    assert "2603.00001 deferred until 2026-04-01 or a new version by ada" in ended.out
    decision = standing(survey)[IDS[0]]
    assert (decision.return_on, decision.return_after_version) == (date(2026, 4, 1), 1)


def test_several_papers_are_one_act(survey: SurveyInProcess) -> None:
    ended = survey.call("decide", *IDS, IDS[0], "reject", "--reason", "duplicate")
    assert ended.out.startswith("rejected 5 papers (duplicate) by ada  (act ")
    assert len(standing(survey)) == 5
    again = survey.json("decide", *IDS, "reject", "--reason", "duplicate")
    assert (again["outcome"], len(again["unchanged"])) == ("unchanged", 5)
    ended = survey.call("undo")
    assert ended.out.startswith("took back 5 decisions  (act ")
    assert standing(survey) == {}


def test_papers_decided_before_are_left_out_of_several(survey: SurveyInProcess) -> None:
    survey.call("decide", IDS[0], "approve", "--section", "agents", "--reviewer", "bo")
    survey.call("decide", IDS[1], "defer")
    ended = survey.call("decide", *IDS[:3], "2603.99999", "reject", "--reason", "duplicate")
    assert ended.status == 1
    assert ended.out.startswith("rejected 2 papers (duplicate) by ada, 2 left out  (act ")
    assert "left out: 2603.00001: bo decided 2603.00001" in ended.err
    assert "left out: 2603.99999: Not in the database" in ended.err
    assert standing(survey)[IDS[0]].reviewer == "bo"
    bulk = standing(survey)[IDS[1]].batch_id
    survey.call("decide", IDS[1], "approve", "--section", "agents", "--reviewer", "bo")
    ended = survey.call("undo", "--batch", str(bulk))
    assert ended.out.startswith("took back 1 decision  (act ")
    assert "left: 2603.00002, which bo decided again (approved, decision " in ended.err


def test_highlight_is_kept_with_its_sentence(survey: SurveyInProcess) -> None:
    words = ("approve", "--section", "agents", "--highlight", "Plans\nbefore it draws.")
    assert survey.call("decide", IDS[0], *words).status == 0
    with opener(survey)() as store:
        [highlight] = store.highlights.of(IDS)[IDS[0]]
    assert (highlight.reviewer, highlight.sentence) == ("ada", "Plans before it draws.")


def test_file_has_reasons_and_conditions(survey: SurveyInProcess) -> None:
    (survey.directory / "march.csv").write_text(FILE)
    ended = survey.call("decide", "--from", "march.csv")
    assert ended.status == 1
    assert "recorded 4 decisions, 0 unchanged  (act " in ended.out
    assert "march.csv:6: refused: 'duplicat' is not a reason. Did you mean duplicate?" in ended.err
    found = standing(survey)
    assert found[IDS[1]].reason == "duplicate"
    assert (found[IDS[2]].reason, found[IDS[2]].note) == (None, "image restoration only")
    assert (found[IDS[3]].return_on, found[IDS[3]].return_after_version) == (date(2026, 4, 1), 1)
    again = survey.call("decide", "--from", "march.csv")
    assert "recorded 0 decisions, 4 unchanged" in again.out


def test_json_line_has_a_reason_and_a_condition(survey: SurveyInProcess) -> None:
    lines = [
        {"arxiv_id": IDS[0], "verdict": "rejected", "reason": "other", "note": "a poem"},
        {"arxiv_id": IDS[1], "verdict": "deferred", "return_on": "2026-04-01"},
        {"arxiv_id": IDS[2], "verdict": "deferred", "return_on": "April"},
        {"arxiv_id": IDS[3], "verdict": "deferred", "until_new_version": "yes"},
    ]
    (survey.directory / "d.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ended = survey.call("decide", "--from", "d.jsonl")
    assert "d.jsonl:3: refused: `return_on` 'April' is not a day such as 2026-12-01." in ended.err
    assert "d.jsonl:4: refused: `until_new_version` is neither true nor false." in ended.err
    assert standing(survey)[IDS[0]].reason == "other"


def test_undo_of_an_import_needs_a_yes(survey: SurveyInProcess) -> None:
    (survey.directory / "march.csv").write_text(FILE)
    survey.call("decide", "--from", "march.csv")
    ended = survey.call("undo")
    assert ended.status == 2
    assert "This takes back 4 decisions imported from march.csv by ada on 2026-03-17" in ended.err
    assert len(standing(survey)) == 4
    document = survey.json("undo", "--yes")
    assert (document["source"], len(document["undone"])) == ("march.csv", 4)
    assert standing(survey) == {}


@pytest.mark.parametrize("agrees", [True, False])
def test_undo_asks_on_a_terminal(
    survey: SurveyInProcess,
    monkeypatch: pytest.MonkeyPatch,
    agrees: bool,  # noqa: FBT001
) -> None:
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return agrees

    monkeypatch.setattr(undo_command, "_on_terminal", lambda: True)
    monkeypatch.setattr(typer, "confirm", confirm)
    survey.call("decide", *IDS[:3], "reject", "--reason", "other")
    ended = survey.call("undo")
    assert asked == ["Take back 3 decisions recorded together by ada on 2026-03-17 12:00 UTC?"]
    assert (ended.status, len(standing(survey))) == ((0, 0) if agrees else (1, 3))
    survey.call("decide", IDS[4], "reject", "--reason", "other")
    assert survey.call("undo").status == 0  # one decision: nothing is asked
    assert len(asked) == 1


def test_reasons_are_listed(survey: SurveyInProcess) -> None:
    assert "relevant-not-listed" in survey.call("reasons").out
    assert survey.json("reasons")[0]["code"] == "no-language"
