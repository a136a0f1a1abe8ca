"""What the documents promise exists, and what exists is documented."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from pipeline.cli import build

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = sorted(command.name or "" for command in build().registered_commands)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_in_the_readme(name: str) -> None:
    table = (ROOT / "README.md").read_text()
    assert re.search(rf"`{name}\b", table), f"README's table does not name {name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_with_an_example(name: str) -> None:
    [command] = [c for c in build().registered_commands if c.name == name]
    assert command.callback is not None
    assert command.callback.__doc__
    assert command.epilog
    assert f"living-survey {name}" in command.epilog


def test_readme_names_no_command_that_does_not_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    named = set(re.findall(r"living-survey ([a-z]+)", readme))
    assert named <= set(COMMANDS), named - set(COMMANDS)


def test_every_dependency_has_earned_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    document = (ROOT / "docs/dependencies.md").read_text()
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=\[]", requirement)[0]
        assert re.search(rf"\b{re.escape(name)}\b", document), f"{name} is not explained"


def test_the_lock_holds_names_versions_and_hashes_only() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert not [line for line in lines if "://" in line or line.startswith("-")]
    pins = [line for line in lines if "==" in line and not line.startswith(" ")]
    assert len(pins) > 40
    hashes = [line for line in lines if "--hash=sha256:" in line]
    assert len(hashes) >= len(pins)


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_building_the_application_has_no_effects() -> None:
    assert isinstance(build(), typer.Typer)
