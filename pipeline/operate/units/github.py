"""Fill in `workflow.yml`: the jobs as a scheduled workflow of GitHub Actions.

Its crons are in UTC. There is no backup among its jobs, because every run keeps its state.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from config.errors import UsageError
from pipeline.operate.schedule import Job
from pipeline.operate.units.files import UnitFile
from pipeline.operate.units.installation import Installation
from pipeline.operate.units.yaml_text import flow, quoted
from pipeline.operate.units.zones import cron_fields, local_time
from storage.engine.paths import own_paths

_UTC = ZoneInfo("UTC")
#: what begins an expression that GitHub evaluates, wherever it stands
_EXPRESSION = "${{"


def workflow(installation: Installation, *, now: datetime) -> tuple[UnitFile, ...]:
    """Return the file; `now` is for the offsets between two zones in the year to come."""
    declared = tuple(job for job in installation.jobs if job.argv[0] != "backup")
    by_cron: dict[str, list[Job]] = {}
    zone = ZoneInfo(installation.schedule.timezone)
    for job in declared:
        by_cron.setdefault(cron_fields(local_time(job, zone, _UTC, now)), []).append(job)
    state = _inside(installation, installation.state)
    backups = _inside(installation, (installation.backups,))
    locks = _inside(installation, own_paths(installation.database))
    private = dict.fromkeys((*state, *locks, *backups))
    options = f"--config {_word(installation.config.name)}" if installation.config else ""
    text = (files("pipeline.operate.units") / "workflow.yml").read_text(encoding="utf-8")
    filled = {
        "crons": "\n".join(_crons(by_cron)),
        "jobs": flow(("start", *(job.name for job in declared))),
        "folder": _literal(_folder(installation.root)),
        "environment": "\n".join(_environment(installation)),
        "options": options,
        "cases": "\n".join(_cases(declared, by_cron)),
        "published": " ".join(
            map(_word, (".", *(f":(exclude,literal){name}" for name in private)))
        ),
        "state": " ".join(map(_word, state)),
    }
    return (UnitFile("living-survey.yml", _fill(text, filled)),)


class _Template(Template):
    """Fills @{name}: `$` is the shell's and GitHub's."""

    delimiter = "@"


def _fill(template: str, values: Mapping[str, str]) -> str:
    """Fill in the values; a line that would be empty goes."""
    filled = _Template(template).safe_substitute(values)
    return "".join(line for line in filled.splitlines(keepends=True) if line != "\n")


def _crons(by_cron: Mapping[str, list[Job]]) -> Iterator[str]:
    for cron, due in by_cron.items():
        yield f'    - cron: "{cron}" # {", ".join(job.name for job in due)}'


def _environment(installation: Installation) -> Iterator[str]:
    for name, text in installation.variables.items():
        yield f"      {name}: {_literal(text)}"
    for name in installation.secrets:
        yield f"      {name}: ${{{{ secrets.{name} }}}}"


def _cases(declared: tuple[Job, ...], by_cron: Mapping[str, list[Job]]) -> Iterator[str]:
    yield '            "start") call start ;;'
    for job in declared:
        yield f'            "{job.name}") {_call(job)} ;;'
    for cron, due in by_cron.items():
        yield f'            "{cron}") {"; ".join(map(_call, due))} ;;'


def _call(job: Job) -> str:
    return f"call {' '.join(job.argv)}"


def _folder(root: Path) -> str:
    """Return the survey's directory in its repository."""
    top = next((each for each in (root, *root.parents) if (each / ".git").exists()), root)
    return root.relative_to(top).as_posix()


def _inside(installation: Installation, paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the paths that lie in the survey's directory, relative to it."""
    inside = (path for path in paths if path.is_relative_to(installation.root))
    return tuple(path.relative_to(installation.root).as_posix() for path in inside)


def _word(text: str) -> str:
    if _EXPRESSION in text:
        raise UsageError(
            f"{text!r} has {_EXPRESSION}, which GitHub would evaluate.", hint="Rename that file."
        )
    return shlex.quote(text)


def _literal(text: str) -> str:
    """Return a scalar in which GitHub evaluates no expression."""
    return quoted(text.replace(_EXPRESSION, "${{ '${{' }}"))
