"""The generic package names are used by this distribution only."""

from importlib.metadata import entry_points, packages_distributions

import pytest


@pytest.mark.parametrize("package", ["pipeline", "classifiers", "storage", "config"])
def test_package_name_is_not_used_by_another_distribution(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"living-survey"}


def test_command_is_installed() -> None:
    [script] = entry_points(group="console_scripts", name="living-survey")
    assert script.value == "pipeline.cli.main:main"
