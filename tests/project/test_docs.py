"""The documents name commands, targets, libraries and files that exist; commands have examples."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from pipeline.cli.main import all_commands, build
from pipeline.cli.names import COMMANDS as SUMMARIES
from pipeline.cli.names import GROUPS
from tests.support.cli import call_in_process

ROOT = Path(__file__).resolve().parents[2]
#: a command in backticks or on a line of a code block
_CALL = re.compile(
    r"(?:`|^\$? ?|&& )living-survey ([a-z]+(?:-[a-z]+)*)(?: ([a-z]+))?", re.MULTILINE
)
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


COMMANDS = all_commands()


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_with_an_example(name: str) -> None:
    command = COMMANDS[name]
    assert command.callback is not None
    assert command.callback.__doc__
    assert command.epilog
    assert f"living-survey {name}" in command.epilog


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_fit_80_columns(name: str) -> None:
    epilog = COMMANDS[name].epilog
    assert epilog
    lines = call_in_process(*name.split(), "--help", env={"COLUMNS": "80"}).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    examples = [line.strip() for line in epilog.splitlines()[1:] if line.strip()]
    assert examples
    assert set(examples) <= {line.strip() for line in lines}


def test_overview_repeats_the_first_line_of_each_help() -> None:
    summaries = dict(SUMMARIES)
    for group, (_, own) in GROUPS.items():
        summaries |= {f"{group} {name}": text for name, text in own.items()}
    helps = {name: (command.help or "").splitlines()[0] for name, command in COMMANDS.items()}
    assert {name: summaries[name] for name in helps} == helps


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_names_only_existing_commands_and_targets(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    groups = {name.split()[0] for name in COMMANDS if " " in name}
    for name, own in _CALL.findall(text):
        command = f"{name} {own}" if name in groups and own else name
        assert command in COMMANDS or command in groups, f"{page.name} names {command}"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    document = (ROOT / "docs/dependencies.md").read_text()
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=\[]", requirement)[0]
        assert re.search(rf"\b{re.escape(name)}\b", document), f"{name} is not explained"


@pytest.mark.parametrize(
    ("lock", "least"),
    [
        ("requirements.lock", 40),
        ("requirements-run.lock", 20),
        ("tests/publish/pandas.lock", 0),
        ("tests/learn/s3.lock", 20),
    ],
)
def test_lock_has_only_names_versions_and_hashes(lock: str, least: int) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    assert not [line for line in lines if "://" in line or line.startswith("-")]
    pins = [line for line in lines if "==" in line and not line.startswith(" ")]
    assert len(pins) > least
    hashes = [line for line in lines if "--hash=sha256:" in line]
    assert len(hashes) >= len(pins)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(page: Path) -> None:
    prose = _CODE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?://|mailto:)([^)\s]+)\)", prose):
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors_of(linked), f"{page.name} links to {target}"


def test_pages_named_in_code_exist() -> None:
    files = [ROOT / "Makefile", ROOT / "pyproject.toml"]
    for package in ("config", "storage", "classifiers", "pipeline", "tests", "benchmarks"):
        files += [p for p in (ROOT / package).rglob("*.*") if p.suffix in {".py", ".toml", ".sql"}]
    for file in files:
        for named in re.findall(r"docs/[\w/-]+\.md", file.read_text(encoding="utf-8")):
            assert (ROOT / named).exists(), f"{file.relative_to(ROOT)} names {named}"


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_building_the_application_has_no_effects() -> None:
    assert isinstance(build(), TyperGroup)


def test_one_option_names_who_acts() -> None:
    options = {
        name: {one for of in own.params for one in of.opts} for name, own in COMMANDS.items()
    }
    assert {name for name, own in options.items() if "--by" in own} == {"status"}  # by day
    assert sum("--reviewer" in own for own in options.values()) > 20


@pytest.mark.parametrize("name", COMMANDS)
def test_former_option_still_names_who_acts(name: str) -> None:
    command: Any = COMMANDS[name]
    named = [one.name for one in command.params if "--reviewer" in one.opts]
    parser = command.make_parser(typer.Context(command))
    if not named:
        assert ("--by" in parser._long_opt) is (name == "status")
        return
    found, _, _ = parser.parse_args(["--by", "ada"])
    assert [found[one] for one in named] == ["ada"]
