"""Decide from a test's code which tests are slow and which share fixtures of their module."""

import inspect
import subprocess
import sys
from collections.abc import Callable, Hashable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import cast

import pytest

#: folders whose tests run whole walks or measure
SLOW_FOLDERS = ("tests/benchmarks", "tests/end_to_end")
#: files whose tests train models, move whole databases, or fetch and import whole weeks
SLOW_FILES = frozenset({
    "tests/classifiers/test_training.py",
    "tests/demo/test_place.py",
    "tests/demo/test_replica_faults.py",
    "tests/demo/test_replica_oai.py",
    "tests/ingest/test_backfill.py",
    "tests/ingest/test_clock.py",
    "tests/ingest/test_import.py",
    "tests/ingest/test_replay.py",
    "tests/ingest/test_sources_deadline.py",
    "tests/learn/test_counts.py",
    "tests/learn/test_drift.py",
    "tests/learn/test_evaluate.py",
    "tests/learn/test_explain.py",
    "tests/learn/test_model_commands.py",
    "tests/learn/test_promotion.py",
    "tests/learn/test_registry.py",
    "tests/publish/test_digest_escape.py",
    "tests/review/test_audit.py",
    "tests/review/test_claims_crowd.py",
    "tests/review/test_web_connections.py",
    "tests/review/test_web_why.py",
    "tests/storage/test_backup.py",
    "tests/storage/test_foreign_views.py",
    "tests/taxonomy/test_migrate.py",
})  # fmt: skip
#: fixtures that start Chromium
SLOW_FIXTURES = frozenset({"browser", "tab"})

_ROOT = Path(__file__).resolve().parents[2]


class ProcessStartedError(Exception):
    """A test that is not marked slow started a Python process."""


class _Guard:
    """The one audit hook of this process: it cannot be removed, so it is switched."""

    installed = False
    test: str | None = None

    @classmethod
    def audit(cls, event: str, args: tuple[object, ...]) -> None:
        if cls.test and event == "subprocess.Popen" and args[0] == sys.executable:
            raise ProcessStartedError(f"{cls.test} starts a process: mark it slow")


def forbid_processes(*, in_test: str | None) -> None:
    """Let starting a Python process fail from now on in the named test; None allows it."""
    _Guard.test = in_test
    if not _Guard.installed:
        sys.addaudithook(_Guard.audit)
        _Guard.installed = True


def is_slow(item: pytest.Item) -> bool:
    """Return whether a test belongs to `make test` only: a browser, a process, a whole walk."""
    folder = item.path.parent.relative_to(_ROOT).as_posix()
    if f"{folder}/{item.path.name}" in SLOW_FILES:
        return True
    if folder.startswith(SLOW_FOLDERS) or not SLOW_FIXTURES.isdisjoint(_fixtures(item)):
        return True
    return isinstance(item, pytest.Function) and starts_process(
        item.function, *(_fixture_functions(item))
    )


def uses_module_fixture(item: pytest.Item) -> bool:
    """Return whether a test uses a fixture that its module builds once."""
    return any(
        definition.scope == "module"
        for definitions in _definitions(item).values()
        for definition in definitions
    )


def starts_process(*functions: Callable[..., object]) -> bool:
    """Return whether functions reach `subprocess` by the code of the tests and their helpers."""
    return any(_reaches_process(function) for function in functions)


@cache  # of 11,700 tests, most share their function with others, and all share fixtures
def _reaches_process(function: Callable[..., object]) -> bool:
    seen: set[int] = set()
    waiting: list[object] = [function]
    while waiting:
        found = waiting.pop()
        if found is subprocess or getattr(found, "__module__", None) == "subprocess":
            return True
        if id(found) not in seen and (isinstance(found, FunctionType) or inspect.isclass(found)):
            seen.add(id(found))
            waiting.extend(_references(cast("Hashable", found)))
    return False


def _is_ours(found: object) -> bool:
    module = getattr(found, "__module__", None) or ""
    if module == __name__:
        return False
    return module.startswith("tests.") or module.rpartition(".")[2].startswith(
        ("test_", "conftest")
    )


@cache
def _references(found: Hashable) -> tuple[object, ...]:
    """Return what a function or a class of the tests refers to, for any other nothing."""
    if not _is_ours(found):
        return ()
    if isinstance(found, FunctionType):
        return tuple(_named(found))
    return tuple(getattr(found, name, None) for name in dir(found))  # of a class


def _named(function: FunctionType) -> Iterator[object]:
    """Yield the globals that a function names, also in the functions inside it."""
    closure = (cell.cell_contents for cell in function.__closure__ or () if _filled(cell))
    yield from (_plain(each) for each in closure)
    for name in _names(function.__code__):
        found = function.__globals__.get(name)
        if not isinstance(found, ModuleType) or found is subprocess:
            yield _plain(found)


def _filled(cell: object) -> bool:
    try:
        cell.cell_contents  # type: ignore[attr-defined]  # noqa: B018  # an empty cell raises
    except ValueError:
        return False
    return True


def _plain(found: object) -> object:
    """Return the function behind decorators."""
    return inspect.unwrap(found) if callable(found) else found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _fixtures(item: pytest.Item) -> frozenset[str]:
    return frozenset(getattr(item, "fixturenames", ()))


def _definitions(item: pytest.Item) -> dict[str, list[pytest.FixtureDef[object]]]:
    info = getattr(item, "_fixtureinfo", None)
    return {} if info is None else dict(info.name2fixturedefs)


def _fixture_functions(item: pytest.Item) -> list[Callable[..., object]]:
    return [
        definition.func for definitions in _definitions(item).values() for definition in definitions
    ]
