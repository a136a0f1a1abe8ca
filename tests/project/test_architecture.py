"""The house keeps its proportions: small rooms, empty faces, light doors."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "storage", "classifiers", "pipeline")
HEAVY = ["arxiv", "duckdb", "feedparser", "httpx", "matplotlib", "numpy", "sklearn", "starlette"]
ROOMS = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
)


def test_rooms_are_small() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in ROOMS}
    assert {name: size for name, size in sizes.items() if size > 350} == {}
    assert statistics.median(sizes.values()) <= 150


def test_faces_hold_a_sentence_and_no_code() -> None:
    for package in PACKAGES:
        for face in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(face.read_text()).body
            assert len(body) == 1, f"{face} holds more than its docstring"
            assert ast.get_docstring(ast.parse(face.read_text())), face


def test_every_room_says_what_it_is() -> None:
    silent = [
        str(p.relative_to(ROOT)) for p in ROOMS if not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert silent == []


def test_there_is_no_room_without_a_purpose() -> None:
    assert [p for p in ROOMS if p.stem in {"utils", "helpers", "misc", "common"}] == []


def test_a_run_loads_what_it_needs_and_no_more() -> None:
    """Most runs look nothing up and classify nothing: they do not pay for being able to."""
    code = (
        "import sys\n"
        "import pipeline.cli.session, pipeline.run\n"
        "spared = {'arxiv', 'feedparser', 'numpy', 'pyarrow', 'requests', 'sklearn'}\n"
        "found = sorted(spared & set(sys.modules))\n"
        "assert not found, found\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["--help", "status --help", "queue --help", "run --help"])
def test_help_imports_nothing_heavy(command: str) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['living-survey', *{command.split()!r}]\n"
        "from pipeline.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0, end\n"
        f"found = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "assert not found, found\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
