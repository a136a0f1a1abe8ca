"""Sizes and docstrings of modules, and the cost of imports."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "storage", "classifiers", "pipeline")
HEAVY = ["arxiv", "duckdb", "feedparser", "httpx", "matplotlib", "numpy", "sklearn", "starlette"]
LEARNING = {"matplotlib", "numpy", "pyarrow", "scipy", "sklearn"}
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
)


def test_modules_have_at_most_350_lines() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 350} == {}
    assert statistics.median(sizes.values()) <= 150


def test_pipeline_has_at_most_14_entries() -> None:
    entries = {
        path.name
        for path in (ROOT / "pipeline").iterdir()
        if not path.name.startswith(("__init__", "__pycache__"))
    }
    assert len(entries) <= 14, sorted(entries)


def test_package_files_hold_only_a_docstring() -> None:
    for package in PACKAGES:
        for init in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(init.read_text()).body
            assert len(body) == 1, f"{init} holds more than its docstring"
            assert ast.get_docstring(ast.parse(init.read_text())), init


def test_every_module_has_a_docstring() -> None:
    missing = [
        str(p.relative_to(ROOT)) for p in MODULES if not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert missing == []


#: modules that read files without `config.files`, which refuses pipes and devices
READERS = {
    "files of this program": {
        "config/look/values.py",
        "storage/engine/migrate.py",
        "pipeline/publish/digest/words.py", "pipeline/publish/mail/letter.py",
        "pipeline/publish/public/site.py", "pipeline/publish/public/texts.py",
        "pipeline/publish/site/build.py", "pipeline/publish/site/words.py",
        "pipeline/publish/subscribers/answers.py", "pipeline/publish/subscribers/letters.py",
        "pipeline/review/web/environment.py", "pipeline/review/web/language.py",
        "pipeline/suggestions/labels.py", "pipeline/publish/inputs.py",
    },
    "files of the kernel": {
        "storage/engine/process.py", "pipeline/ingest/sources/transport/limiter.py",
        "pipeline/learn/corpus/sample.py",
    },
    "asked before whether it is a file": {
        "config/files.py", "pipeline/publish/files.py", "pipeline/runtime/jobs.py",
    },
    "written or read whole by the same command": {
        "storage/engine/copying.py", "pipeline/publish/lake/files.py",
        "pipeline/publish/mail/journal.py",
    },
}  # fmt: skip


def _reads(call: ast.Call) -> bool:
    """Return whether a call reads a file, but none that `importlib.resources.files` finds."""
    if "files(" in ast.unparse(call.func):
        return False
    named = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if named in {"read_text", "read_bytes"}:
        return True
    mode = call.args[0] if named == "open" and call.args else None
    reads = isinstance(mode, ast.Constant) and str(mode.value).startswith("r")
    return reads or (isinstance(call.func, ast.Name) and call.func.id == "open")


def test_files_from_elsewhere_are_read_as_regular_files() -> None:
    found = {
        str(path.relative_to(ROOT))
        for package in ("config", "storage", "classifiers", "pipeline")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _reads(node)
    }
    assert found == set().union(*READERS.values())


def test_no_module_is_called_utils() -> None:
    assert [p for p in MODULES if p.stem in {"utils", "helpers", "misc", "common"}] == []


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (
            "pipeline.cli.session, pipeline.run",
            {"arxiv", "feedparser", "numpy", "pyarrow", "requests", "sklearn"},
        ),
        ("pipeline.cli.status", {"httpx", "lxml", "markdown_it", "numpy", "pyarrow"}),
        # Reading a model and scoring with it needs neither: they are for training.
        ("classifiers.kept.artifact", {"scipy.optimize", "sklearn"}),
    ],
)
def test_modules_import_no_heavy_library(modules: str, heavy: set[str]) -> None:
    code = (
        "import sys\n"
        f"import {modules}\n"
        f"found = sorted({heavy!r} & set(sys.modules))\n"
        "assert not found, found\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        ("--help", {*HEAVY, "pipeline.cli.status", "pipeline.cli.run"}),
        ("status --help", LEARNING),
        ("queue --help", LEARNING),
        ("run --help", LEARNING),
    ],
)
def test_help_imports_only_what_it_shows(command: str, heavy: set[str]) -> None:
    code = (
        "import sys\n"
        "from pipeline.cli.main import main\n"
        f"try:\n    main({command.split()!r})\n"
        "except SystemExit as end:\n    assert end.code == 0, end\n"
        f"found = sorted(set({sorted(heavy)!r}) & set(sys.modules))\n"
        "assert not found, found\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
