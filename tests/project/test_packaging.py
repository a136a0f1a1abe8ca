"""An application with generic package names must be alone with them in its environment."""

from importlib.metadata import entry_points, packages_distributions

import pytest


@pytest.mark.parametrize("package", ["pipeline", "classifiers", "storage", "config"])
def test_no_other_distribution_owns_our_names(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"living-survey"}


def test_the_command_is_installed() -> None:
    [script] = entry_points(group="console_scripts", name="living-survey")
    assert script.value == "pipeline.cli.main:main"
