"""Commands in the background of a service: one at a time, with their reports and faults."""

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.runtime.background import BackgroundCommands, Stage

pytestmark = pytest.mark.slow  # starts processes

NOW = datetime(2026, 3, 17, tzinfo=UTC)
GOOD = 'import json; print(json.dumps({"sentence": "Done."}))'
BAD = 'import sys; sys.stderr.write("living-survey: It is full. Make room.\\n"); sys.exit(1)'


def commands(script: str, *names: str) -> BackgroundCommands:
    return BackgroundCommands(
        names or ("train",),
        environment={},
        clock=lambda: NOW,
        start=lambda name: (sys.executable, "-c", script, name),
    )


def test_commands_run_one_after_another() -> None:
    background = commands(GOOD, "train", "classify")
    assert background.state.stage is Stage.IDLE
    assert background.start()
    state = background.wait()
    assert state.stage is Stage.DONE
    assert state.started_at == NOW
    assert state.reports == {"train": {"sentence": "Done."}, "classify": {"sentence": "Done."}}


def test_failed_command_says_why_and_ends_the_sequence() -> None:
    background = commands(BAD, "train", "classify")
    background.start()
    state = background.wait()
    assert (state.stage, state.command) == (Stage.FAILED, "train")
    assert state.message == "It is full. Make room."
    assert background.start()  # it can be tried again
    background.wait()


def test_program_that_is_missing_is_a_fault() -> None:
    background = BackgroundCommands(
        ("train",), environment={}, clock=lambda: NOW, start=lambda _: ("/nowhere/program",)
    )
    background.start()
    assert "cannot be started" in background.wait().message


def test_second_start_is_refused_while_one_runs(tmp_path: Path) -> None:
    door = tmp_path / "door"
    waiting = f"import os, time\nwhile not os.path.exists({str(door)!r}): time.sleep(0.01)\n"
    background = commands(waiting + GOOD)
    assert background.start()
    assert not background.start()
    assert background.state.stage is Stage.RUNNING
    door.touch()
    assert background.wait().stage is Stage.DONE


def test_stop_ends_the_running_command() -> None:
    background = commands("import signal; signal.pause()")
    background.start()
    threading.Thread(target=background.stop).start()
    state = background.wait()
    assert state.stage is Stage.FAILED
    assert not background.start()
