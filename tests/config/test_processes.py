"""Child processes have settings of their own."""

import ast
import os
import subprocess
from pathlib import Path

import pytest

from config.processes import child_environment, own_command
from config.schema import SECTIONS
from config.settings import env_name, load_settings
from tests.support.cli import PATIENCE_SECONDS
from tests.support.storage import start_process

ROOT = Path(__file__).resolve().parents[2]
KEYS = [env_name(section, key) for section, model in SECTIONS.items() for key in model.model_fields]
STARTERS = {"run", "Popen", "check_call", "check_output", "create_subprocess_exec"}


@pytest.mark.parametrize(
    "name", [*KEYS, "LIVING_SURVEY_CONFIG", "LIVING_SURVEY_NOW", "LIVING_SURVEY_SERVICE_HOST"]
)
def test_settings_of_the_caller_do_not_reach_a_child(name: str) -> None:
    assert child_environment({name: "/canary", "HOME": "/home"}) == {"HOME": "/home"}


def test_own_command_runs_no_module_of_the_directory_it_is_started_in(tmp_path: Path) -> None:
    """A survey that came from elsewhere may hold a `typer.py`."""
    for name in ("typer.py", "pipeline.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit(99)")
    done = subprocess.run(
        own_command("--version"),
        cwd=tmp_path,
        env=child_environment(os.environ, {"PYTHONPATH": str(ROOT)}),
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0


def test_training_costs_no_statistics_and_they_are_there_when_used() -> None:
    """scikit-learn imports scipy.stats, which took a third of the start."""
    script = """
    import sys
    from config.processes import set_up_process
    set_up_process()
    import classifiers.linear.training
    import sklearn.preprocessing
    assert "scipy.stats._stats_py" not in sys.modules
    from scipy.stats import rankdata
    assert rankdata([3, 1]).tolist() == [2, 1]
    print("used")
    """
    said, failed = start_process(script).communicate(timeout=PATIENCE_SECONDS)
    assert said == "used\n", failed


def test_given_settings_reach_a_child() -> None:
    name = "LIVING_SURVEY_DATABASE__PATH"
    assert child_environment({name: "/canary"}, {name: "mine"}) == {name: "mine"}


def test_settings_keep_the_variables_they_were_read_from(tmp_path: Path) -> None:
    file = tmp_path / "survey.toml"
    file.touch()
    own = {"LIVING_SURVEY_REVIEW__REVIEWER": "ada", "LIVING_SURVEY_CONFIG": str(file)}
    env = {**own, "LIVING_SURVEY_SERVICE_HOST": "10.0.0.1", "HOME": "/home"}
    assert load_settings(env=env).variables == own
    assert load_settings(file, env=env).variables == {"LIVING_SURVEY_REVIEW__REVIEWER": "ada"}


def test_every_process_is_started_with_an_environment() -> None:
    """A call without `env=` would pass on the caller's settings."""
    started, bare = 0, []
    for path in (*ROOT.glob("pipeline/**/*.py"), *ROOT.glob("docs/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _starts_process(node.func):
                started += 1
                if "env" not in {keyword.arg for keyword in node.keywords}:
                    bare.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert started >= 3
    assert bare == []


def _starts_process(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in STARTERS
        and isinstance(function.value, ast.Name)
        and function.value.id in {"subprocess", "asyncio"}
        and (function.value.id, function.attr) != ("asyncio", "run")
    )
