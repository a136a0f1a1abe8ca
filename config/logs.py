"""Log one line per event to stderr: `time level event key=value`, or JSON.

`log.info("fetched", extra={"papers": 120})` gives `2026-03-17T12:00:00.000Z info fetched
papers=120`.
"""

import json
import logging
import sys
import time
from collections.abc import Iterator
from typing import Any

#: the rest came in through `extra`
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+,-")


def setup_logging(level: str = "info", json: bool = False) -> None:  # noqa: FBT001, FBT002  # json=True reads better than a second function
    """Send records of this level and above to stderr, replacing earlier calls.

    Args:
        level: `debug` to `critical`, in any case.
        json: one JSON object a line.

    Raises:
        ValueError: the level does not exist.
    """
    handler = _StderrLines()
    handler.setFormatter(_JsonLines() if json else _TextLines())
    root = logging.getLogger()
    root.setLevel(level.upper())
    for former in tuple(root.handlers):
        if isinstance(former, _StderrLines):
            root.removeHandler(former)
    root.addHandler(handler)
    # These report every request and job, which our own events already do.
    for chatty in ("httpx", "httpcore", "urllib3", "apscheduler", "matplotlib", "arxiv"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    yield from ((key, value) for key, value in vars(record).items() if key not in _OWN)


def _time(record: logging.LogRecord) -> str:
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{second}.{int(record.msecs):03d}Z"


def _quoted(value: Any) -> str:
    """Return the value on one line, quoted so that external text cannot forge a line."""
    text = str(value)
    if text and _BARE.issuperset(text):
        return text
    return json.dumps(text)


class _StderrLines(logging.Handler):
    """Writes to the current stderr, so that redirection works."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001  # logging's own contract: a log line never stops the work
            self.handleError(record)


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = record.getMessage()
        words = [_time(record), record.levelname.lower()]
        words.append(event if event.isprintable() else json.dumps(event))
        words += [f"{key}={_quoted(value)}" for key, value in _fields(record)]
        line = " ".join(words)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line = {**line, **{key: value for key, value in _fields(record) if key not in line}}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
