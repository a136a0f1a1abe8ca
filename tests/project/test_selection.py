"""The quick selection starts no browser and no process; closing lines count the rest."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Survey, survey_at
from tests.support.selection import SLOW_FIXTURES, ProcessStartedError, is_slow, starts_process
from tests.support.summary import deselected_line, not_run_line


def direct() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


def nested() -> None:
    def inner() -> None:
        direct()

    inner()


def by_survey(tmp_path: Path) -> Survey:
    return survey_at(tmp_path, url="http://127.0.0.1:9", now="2026-03-17T12:00:00Z")


def harmless() -> None:
    not_run_line([])


def test_processes_are_found_through_helpers_and_classes() -> None:
    assert [starts_process(f) for f in (direct, nested, by_survey, harmless)] == [
        *(True, True, True),
        False,
    ]


def test_quick_tests_use_no_browser_process_or_benchmark(request: pytest.FixtureRequest) -> None:
    quick = [item for item in request.session.items if not item.get_closest_marker("slow")]
    assert request.node in quick
    assert [item.nodeid for item in quick if is_slow(item)] == []
    for item in quick:
        assert SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())), item.nodeid
        assert item.path.parent.name not in {"benchmarks", "end_to_end"}, item.nodeid


@pytest.mark.xdist_group("one")
def test_groups_reach_the_scheduler(request: pytest.FixtureRequest) -> None:
    """Without them, every worker makes the fixtures of a module."""
    grouped = request.config.getoption("loadgroup", default=False)  # in a worker of xdist
    assert request.node.nodeid.endswith("@one") == grouped


def test_process_in_a_quick_test_fails() -> None:
    hidden = importlib.import_module("subprocess")
    with pytest.raises(ProcessStartedError, match="mark it slow"):
        hidden.run([sys.executable, "-c", ""], check=True)


def test_skips_are_grouped_by_reason() -> None:
    skips = [
        *(
            ("file", 1, f"Skipped: needs ../shared/{name} (absent)")
            for name in ("data", "fixtures")
        ),
        ("file", 1, "Skipped: no Chromium on this machine; install one"),
        ("file", 2, "Skipped: one core has one order of summing"),
    ]
    assert not_run_line(skips) == (
        "not run: 2 tests need ../shared (absent), 1 needs Chromium,"
        " 1 (one core has one order of summing)"
    )
    assert not_run_line([]) == ""


def test_deselected_tests_are_counted() -> None:
    assert deselected_line(7, "not slow").startswith("deselected: 7 tests that do not match")
    assert deselected_line(0, "") == ""
