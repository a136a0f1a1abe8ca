"""Start our own commands with settings of their own, and set up their processes."""

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from pathlib import Path
from types import ModuleType

from config.settings import ENV_PREFIX


def own_command(*words: str) -> tuple[str, ...]:
    """Return what starts `living-survey words...` with this Python.

    `-P`, because else a file `typer.py` in the survey's directory would be run as that module.
    """
    return (sys.executable, "-P", "-m", "pipeline", *words)


def child_environment(
    env: Mapping[str, str], settings: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the environment of a child process.

    Args:
        env: of this process. Its `LIVING_SURVEY_*` are left out, because they belong to whoever
            called this process and may name another survey.
        settings: the `LIVING_SURVEY_*` the child is meant to have.
    """
    own = {name: value for name, value in env.items() if not name.startswith(ENV_PREFIX)}
    return own | dict(settings or {})


def set_up_process() -> None:
    """Open the streams that are missing; make this process start and read faster."""
    _open_missing_streams()
    _collect_seldom()
    if not any(isinstance(finder, _Later) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Later())


def _open_missing_streams() -> None:
    """Open stdin, stdout and stderr if the process was started without them.

    Python has None for each, and the next file that is opened takes its number, such as the
    database, into which a library would print. The lowest free number is that of the first one.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  it stays
            setattr(sys, name, stream)


def _collect_seldom() -> None:
    """Look for dead objects seldom in this process, which reads many small records.

    They live to the end of their batch. Python looks after every 700, which took a tenth of the
    time of `bootstrap`, and 40 percent of scoring a corpus (November 2026).
    """
    gc.set_threshold(50_000, 20, 100)


class _Later(MetaPathFinder):
    """Finds a module that is loaded when something of it is used.

    scikit-learn names it at its start for what models here do not need, and it takes a third of
    the time until a model is loaded (300 ms in November 2026).
    """

    name = "scipy.stats"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how the module is loaded, None for every other module."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname == self.name else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec
