"""What the documents promise exists, and what exists is documented."""

import re
import tomllib
from pathlib import Path

import pytest
import typer
from typer.models import CommandInfo
from typer.testing import CliRunner

from pipeline.cli.main import build

ROOT = Path(__file__).resolve().parents[2]


def offered(app: typer.Typer, *above: str) -> dict[str, CommandInfo]:
    """Return every command by the words that call it, those of groups included."""
    found = {" ".join((*above, c.name or "")): c for c in app.registered_commands}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        found |= offered(group.typer_instance, *above, group.name or "")
    return found


COMMANDS = offered(build())


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_in_the_readme(name: str) -> None:
    table = (ROOT / "README.md").read_text()
    *group, own = name.split()
    # a group has one row: `taxonomy check|diff|migrate`
    called = rf"`{group[0]} [^`]*\b{own}\b" if group else rf"`{own}\b"
    assert re.search(called, table), f"README's table does not name {name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_with_an_example(name: str) -> None:
    command = COMMANDS[name]
    assert command.callback is not None
    assert command.callback.__doc__
    assert command.epilog
    assert f"living-survey {name}" in command.epilog


@pytest.mark.parametrize("name", COMMANDS)
def test_an_example_can_be_copied_from_a_terminal_of_80_columns(name: str) -> None:
    epilog = COMMANDS[name].epilog
    assert epilog
    shown = CliRunner().invoke(build(), [*name.split(), "--help"], terminal_width=80).output
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    examples = [line.strip() for line in epilog.splitlines()[1:] if line.strip()]
    assert examples
    assert set(examples) <= {line.strip() for line in lines}


def test_readme_names_no_command_that_does_not_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    named = set(re.findall(r"living-survey ([a-z]+)", readme))
    known = {name.split()[0] for name in COMMANDS}
    assert named <= known, named - known


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
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        prose = re.sub(r"`[^`\n]*`", "", document.read_text())  # code links nowhere
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", prose):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_building_the_application_has_no_effects() -> None:
    assert isinstance(build(), typer.Typer)
