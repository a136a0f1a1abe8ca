"""One JSON document, tables that line up, nothing that steers a terminal."""

import ast
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import pytest

from pipeline.cli.answer import Answer, Column, Heading, table
from pipeline.cli.console import Output
from pipeline.runtime.json_text import plain
from pipeline.runtime.plurals import counted

ROOT = Path(__file__).resolve().parents[2]


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Report:
    at: datetime
    day: date
    path: Path
    colours: tuple[Colour, ...]
    counts: dict[str, int]


def test_counts_have_singular_and_plural() -> None:
    said = [counted(number, "paper") for number in (0, 1, 2)]
    assert said == ["0 papers", "1 paper", "2 papers"]
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "paper waits", "papers wait") == "3 papers wait"


SPOKEN = [*(ROOT / "pipeline/cli").glob("*.py"), ROOT / "pipeline/operate/doctor.py"]


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_no_command_prints_1_papers(path: Path) -> None:
    many = r"(?:papers|records|windows|answers|decisions|events|minutes|feeds)\b"
    text = path.read_text(encoding="utf-8")
    assert re.findall(rf"\{{[^{{}}\n]+\}} (?:(?!random|among)[a-z]+ )?{many}", text) == []


def test_reports_become_json() -> None:
    report = Report(
        datetime(2026, 3, 17, tzinfo=UTC), date(2026, 3, 17), Path("a/b"), (Colour.RED,), {"n": 1}
    )
    assert plain(report) == {
        "at": "2026-03-17T00:00:00+00:00",
        "day": "2026-03-17",
        "path": "a/b",
        "colours": ["red"],
        "counts": {"n": 1},
    }


def test_json_goes_to_stdout_alone(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(as_json=True)
    output.line("text for people")
    text = ("text for people", Heading("more"), table([Column("a")], [["and more"]]))
    output.show(Answer({"title": "Über [bold]x[/bold]"}, text, notes=("a note",)))
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"title": "Über [bold]x[/bold]"}
    assert captured.err == "a note\n"


def test_text_of_megabytes_is_cut_in_tables_and_headings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Databases of older versions hold titles of any length."""
    title = "word " * 1_000_000
    shown = table([Column("title", flexible=True)], [[title]])
    Output(as_json=False).show(Answer({}, (Heading(title), shown)))
    heading, _, cell = capsys.readouterr().out.splitlines()
    assert len(heading) == len(cell) == 501
    assert cell.endswith("\N{HORIZONTAL ELLIPSIS}")


def test_tables_line_up_and_cut_nothing_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300
    shown = table(
        [Column("id"), Column("n", right=True), Column("title", flexible=True)],
        [["2603.1", 5, long], ["2603.00002", 12, "日本"]],
    )
    Output(as_json=False).show(Answer({}, (shown,)))
    head, first, second = capsys.readouterr().out.splitlines()
    assert head == "id           n  title"
    assert first == f"2603.1       5  {long}"
    assert second == "2603.00002  12  日本"


@pytest.mark.parametrize("width", [40, 80, 100, 120])
def test_on_a_terminal_only_the_title_gives_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = table(
        [
            Column("arXiv id"),
            Column("section"),
            Column("p", right=True),
            Column("t", flexible=True),
        ],
        [["2603.00001", "generation-image-non-llm-based", "0.25", "long title " * 20]],
    )
    Output(as_json=False).show(Answer({}, (shown,)))
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("2603.00001  generation-image-non-llm-based  0.25  long title")
    assert "\N{HORIZONTAL ELLIPSIS}" in line
    assert len(line) <= max(width, 66)


def test_json_escapes_invisible_characters(capsys: pytest.CaptureFixture[str]) -> None:
    title = "Video \u202etxeT\x9b\U000e0041 \u4ee3"
    Output(as_json=True).show(Answer({"title": title}))
    out = capsys.readouterr().out
    assert out == '{\n  "title": "Video \\u202etxeT\\u009b\\udb40\\udc41 \u4ee3"\n}\n'
    assert json.loads(out) == {"title": title}


def test_foreign_text_is_no_markup_and_steers_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = table([Column("t")], [["[red]a[/red] \x1b[31mb\u202e\u200b\n\x9bc"]])
    Output(as_json=False).show(Answer({}, (shown,)))
    assert capsys.readouterr().out.splitlines()[1] == "[red]a[/red]  [31mb  c"


@pytest.mark.parametrize("width", [40, 80])
def test_title_stands_whole_below_its_row_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("FORCE_COLOR", "1")
    title = "word " * 30 + "end"
    rows = table(
        [Column("id"), Column("title", flexible=True, below=True)], [("2603.00001", title)]
    )
    Output(as_json=False).show(Answer(None, (rows,)))
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert [line.rstrip() for line in shown.splitlines()[:2]] == ["id", "2603.00001"]
    assert " ".join(shown.split()[2:]) == title
    assert all(len(line) <= width for line in shown.splitlines())


def test_titles_behind_other_columns_may_stand_below() -> None:
    """Only a table of IDs and titles has the room for them in its rows."""
    found = []
    for path in sorted((ROOT / "pipeline" / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple) and len(node.elts) > 2:
                last = node.elts[-1]
                if isinstance(last, ast.Call) and ast.unparse(last).startswith("Column('title"):
                    found.append((path.name, any(each.arg == "below" for each in last.keywords)))
    assert len(found) > 5
    assert [name for name, below in found if not below] == []
