"""Render docs/reference/errors.md from the error classes."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import classifiers
import config
import pipeline
import storage
from config.errors import LivingSurveyError
from docs.generate.markdown import NOTICE, table

_INTRODUCTION = f"""\
{NOTICE}

# Errors and exit statuses

| status | meaning |
| --- | --- |
| 0 | done |
| 1 | failed; nothing is lost, and the message says what to do |
| 2 | wrong usage or settings; nothing was started |
| 75 | try again later: arXiv, the database or another run is busy |
| 130 | interrupted with Ctrl-C |

An error is printed on stderr as one message: what happened, why, and what to do. With `--json`,
stdout has `{{"error": ..., "hint": ...}}` with the same text. `--debug` adds the traceback. The
remedy below is the default; most messages give a more specific one.
"""


def errors_page() -> str:
    """Return every error class with its exit status, meaning and default remedy."""
    parts = [_INTRODUCTION]
    for status in (1, 2, 75):
        rows = [
            (f"`{error.__name__}`", _meaning(error), getattr(error, "remedy", "") or "-")
            for error in sorted(set(_errors(LivingSurveyError)), key=lambda e: e.__name__)
            if error.exit_status == status
        ]
        parts.append(f"## Exit status {status}\n")
        parts.append(table(("error", "meaning", "default remedy"), rows))
    return "\n".join(parts)


def _errors(base: type[LivingSurveyError]) -> Iterator[type[LivingSurveyError]]:
    for package in (config, storage, classifiers, pipeline):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    yield from _subclasses(base)


def _subclasses(base: type[LivingSurveyError]) -> Iterator[type[LivingSurveyError]]:
    for error in base.__subclasses__():
        if error.__module__.split(".")[0] in {"config", "storage", "classifiers", "pipeline"}:
            yield error
        yield from _subclasses(error)


def _meaning(error: type[LivingSurveyError]) -> str:
    return inspect.getdoc(error) or ""
