"""`queue` selects waiting papers as the pages do, and says what to do where none is found."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.visits import PREFERENCE, Visit, visit_text
from storage.claims import Claims
from storage.types import SectionScore, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import Result, call_in_process
from tests.support.storage import add_predictions, migrated

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
TITLE = "Planning a very long walk through every room of a museum with a small language model"


class Terminal:
    """Calls commands on one database."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "var" / "survey.duckdb"
        self.open_store = migrated(self.path)
        self.env = {
            "LIVING_SURVEY_DATABASE__PATH": str(self.path),
            "LIVING_SURVEY_CLASSIFIER__MODELS": str(folder / "models"),
            "LIVING_SURVEY_NOW": NOW.isoformat(),
            **{
                f"LIVING_SURVEY_ARXIV__{name}_URL": "http://127.0.0.1:9"
                for name in ("OAI", "RSS", "QUERY")
            },
        }

    def fill(self) -> None:
        papers = [
            make_paper("2603.00001", title=TITLE, submitted_at=NOW - timedelta(days=1)),
            make_paper("2603.00002", authors=("Zo\u00eb Example",), submitted_at=NOW),
            make_paper("2603.00003", categories=("cs.SD",), submitted_at=NOW - timedelta(days=9)),
        ]
        with self.open_store() as store:
            store.papers.upsert(papers, seen_at=NOW)
            add_predictions(
                store,
                [
                    make_prediction(
                        paper.arxiv_id, in_scope=scope, sections=(SectionScore("agents", 0.5),)
                    )
                    for paper, scope in zip(papers, (0.9, 0.7, 0.05), strict=True)
                ],
            )

    def call(self, *words: str, **env: str) -> Result:
        return call_in_process("queue", *words, env=self.env | env)

    def ids(self, *words: str) -> list[str]:
        ended = self.call(*words, "--json")
        assert ended.exit_code == 0, ended.output
        found: list[dict[str, Any]] = json.loads(ended.stdout)["items"]
        return [str(item["arxiv_id"])[-1] for item in found]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = Terminal(tmp_path)
    terminal.fill()
    return terminal


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ((), "123"),
        (("--at-least", "50"), "12"),
        (("--announced", "2026-03-18"), "1"),
        (("--announced", "newest"), "2"),
        (("--announced", "2026-03-01..2026-03-18", "--at-least", "10"), "1"),
        (("--search", "museum walk"), "1"),
        (("--search", '"walk museum"'), ""),
        (("--search", "arXiv:2603.00003v1"), "3"),
        (("--author", "zoe"), "2"),
        (("--category", "cs.sd"), "3"),
        (("--section", "agents", "--limit", "1", "--offset", "1"), "2"),
        (("--set-aside",), "3"),
        (("--order", "newest"), "213"),
    ],
)
def test_options_select_papers(terminal: Terminal, words: tuple[str, ...], numbers: str) -> None:
    assert terminal.ids(*words) == list(numbers)


def test_papers_since_the_last_visit(terminal: Terminal) -> None:
    assert terminal.ids("--since-visit") == ["1", "2", "3"]
    with terminal.open_store() as store:
        visit = visit_text(Visit(NOW - timedelta(hours=5)))
        store.preferences.set("ada", PREFERENCE, visit, NOW)
    terminal.env["LIVING_SURVEY_REVIEW__REVIEWER"] = "ada"
    assert terminal.ids("--since-visit") == ["1", "2", "3"]
    with terminal.open_store() as store:
        visit = visit_text(Visit(NOW, before=NOW))
        store.preferences.set("ada", PREFERENCE, visit, NOW)
    assert terminal.ids("--since-visit") == []


def test_lines_say_what_is_shown_and_what_waits(terminal: Terminal) -> None:
    shown = terminal.call("--at-least", "50", "--limit", "1").stdout
    assert "1 of 2 selected, 3 waiting; decide with" in shown
    assert "1 likely today, 2 this week, 2 above 50 %, 1 set aside below 10 %" in shown
    assert "2026-03-18" in shown


def test_nothing_selected_names_the_way_back(terminal: Terminal) -> None:
    shown = terminal.call("--search", "unheard").stdout
    assert "none of 3 waiting papers is selected; `living-survey queue` shows all" in shown


def test_choices_that_exclude_each_other_are_named(terminal: Terminal) -> None:
    shown = terminal.call("--at-least", "50", "--set-aside").stdout
    assert "No paper is both set aside, below 10 %, and at least 50 %: leave one" in shown


def test_search_names_decided_papers(terminal: Terminal) -> None:
    with terminal.open_store() as store:
        store.decisions.add([make_decision("2603.00001", verdict=Verdict.REJECTED, sections=())])
    for words in ("museum", "https://arxiv.org/abs/2603.00001v1"):
        shown = terminal.call("--search", words).stdout
        assert f"2603.00001 is rejected already: {TITLE}" in shown
    for other in (("--announced", "2020-01-01"), ("--category", "math.AG")):
        assert "is rejected already" not in terminal.call("--search", "museum", *other).stdout


def test_empty_queue_names_the_next_command(tmp_path: Path) -> None:
    assert "`living-survey run` fetches" in Terminal(tmp_path).call().stdout


def test_bad_value_is_answered_with_the_form_to_write(terminal: Terminal) -> None:
    ended = terminal.call("--announced", "25.11.2026")
    assert ended.exit_code == 2
    assert "Write a day as 2026-11-25" in ended.stderr
    ended = terminal.call("--deferred", "--at-least", "50")
    assert ended.exit_code == 2
    assert "Leave out the other conditions." in ended.stderr


def test_reader_of_a_paper_is_named(terminal: Terminal) -> None:
    claims = Claims(terminal.path)
    claims.change("ada", now=NOW, until=NOW + timedelta(minutes=10), take=["2603.00001"])
    assert "2603.00001: being read by ada, until 12:10 UTC" in terminal.call().stdout
    items = json.loads(terminal.call("--json").stdout)["items"]
    assert [item["read_by"] for item in items] == ["ada", None, None]
    words = ("decide", "2603.00001", "reject", "--reason", "other", "--reviewer", "bob")
    assert "being read by ada" in call_in_process(*words, env=terminal.env).stderr
