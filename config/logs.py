"""Log one line per event, to stderr or a file: `time level event key=value`, logfmt or JSON.

    log.info("fetched", extra={"source": "oai", "papers": 120})

gives `2026-03-17T12:00:00.000Z info fetched source=oai papers=120`.
"""

import json
import logging
import math
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from config.errors import ConfigError

#: the attributes of every LogRecord; all others came in through `extra`
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+,-")
_MINUTE = 60.0
#: a query parameter with a secret value
_SECRET_PARAMETER = re.compile(
    r"([?&](?:token|access_token|api_key|apikey|key|password|secret|signature)=)[^&\s\"'<>]+",
    re.IGNORECASE,
)
#: the password of an address, and what a header Authorization carries
_PASSWORD = re.compile(r"(://[^\s/@:\"'<>]{0,200}:)[^\s/@\"'<>]{1,500}@")
_AUTHORIZATION = re.compile(r"\b(Authorization\W{1,4}Basic |Bearer )[^\s\"'<>,;]{8,}")
_SECRETS = (
    (_SECRET_PARAMETER, r"\1[...]"),
    (_PASSWORD, r"\1[...]@"),
    (_AUTHORIZATION, r"\1[...]"),
)
#: libraries that log every request or job at INFO, which our own events repeat
_VERBOSE = ("httpx", "httpcore", "urllib3", "apscheduler", "matplotlib", "arxiv", "asyncio")


class _Bound:
    """The ID of the recorded run of this process; all threads log it."""

    run: str | None = None


def setup_logging(level: str = "info", *, form: str = "text", file: Path | None = None) -> None:
    """Log every record of this level and above, in place of what an earlier call set.

    Args:
        level: `debug`, `info`, `warning`, `error` or `critical`, in any case.
        form: `text`, `logfmt` or `json`, one object a line.
        file: lines are appended to it; None: stderr.

    Raises:
        ConfigError: the file cannot be opened.
        ValueError: the level does not exist.
    """
    root = logging.getLogger()
    root.setLevel(level.upper())
    handler = _StderrLines() if file is None else _opened(file)
    handler.setFormatter(_FORMS[form]())
    handler.set_name(__name__)
    for former in tuple(root.handlers):
        if former.name == __name__:
            root.removeHandler(former)
            former.close()
    root.addHandler(handler)
    for verbose in _VERBOSE:
        logging.getLogger(verbose).setLevel(max(logging.WARNING, root.level))


@contextmanager
def logged_run(run_id: str) -> Iterator[None]:
    """Add the ID of a recorded run to every line."""
    before, _Bound.run = _Bound.run, run_id
    try:
        yield
    finally:
        _Bound.run = before


class OncePerMinute(logging.Filter):
    """Passes an event of a logger once a minute; the next line says how many were left out.

    Events with a traceback always pass.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        #: event -> when it passed, and how often it was left out since
        self._passed: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is logged."""
        if record.exc_info:
            return True
        event, now = str(record.msg), self._monotonic()
        at, left_out = self._passed.get(event, (-math.inf, 0))
        if now - at < _MINUTE:
            self._passed[event] = (at, left_out + 1)
            return False
        self._passed[event] = (now, 0)
        if left_out:
            record.left_out = left_out
        return True


@contextmanager
def once_per_minute(*loggers: str) -> Iterator[None]:
    """Log an event of these loggers at most once a minute."""
    added = [(logging.getLogger(name), OncePerMinute()) for name in loggers]
    for logger, each in added:
        logger.addFilter(each)
    try:
        yield
    finally:
        for logger, each in added:
            logger.removeFilter(each)


def _opened(file: Path) -> logging.Handler:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return _FileLines(file, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"The log file {file} cannot be opened: {error.strerror}.",
            hint="Set [log] file to a path this user may write, or remove it to log to stderr.",
        ) from error


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    if _Bound.run is not None:
        yield "run", _Bound.run
    yield from ((key, value) for key, value in vars(record).items() if key not in _OWN)


def _time(record: logging.LogRecord) -> str:
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{second}.{int(record.msecs):03d}Z"


def _quoted(value: Any) -> str:
    """Return the value on one line, as a JSON string where it could be mistaken for another field.

    Quoting keeps titles and responses of servers from forging a line.
    """
    text = without_secrets(str(value))
    if text and _BARE.issuperset(text):
        return text
    return json.dumps(text)


def without_secrets(text: str) -> str:
    """Return a text without passwords of addresses and values that carry a secret."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _printable(text: str) -> str:
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


class _StderrLines(logging.Handler):
    """Writes to the present sys.stderr, because tests and progress bars redirect it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001  # logging's own contract: a log line never stops the work
            self.handleError(record)


class _FileLines(logging.FileHandler):
    """Reports the first line that cannot be written, and goes on without the log."""

    reported = False

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:  # a closed file is opened again, and its directory may be gone
            self.handleError(record)

    def close(self) -> None:
        with suppress(OSError):  # what is left in the buffer of a full disk
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self.reported:
            self.reported = True
            sys.stderr.write(
                f"The log file {self.baseFilename} cannot be written: {error.strerror}."
                " Events are not logged until it can be written again.\n"
            )


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = without_secrets(record.getMessage())
        words = [_time(record), record.levelname.lower()]
        words.append(event if event.isprintable() else json.dumps(event))
        words += [f"{key}={_quoted(value)}" for key, value in _fields(record)]
        return "\n".join([" ".join(words), *_trace(self, record)])


class _LogfmtLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        own = {"time": _time(record), "level": record.levelname.lower()}
        words = [f"{key}={value}" for key, value in own.items()]
        words.append(f"event={_quoted(record.getMessage())}")
        words += [
            f"{key}={_quoted(value)}"
            for key, value in _fields(record)
            if key not in {*own, "event", "traceback"}
        ]
        if record.exc_info:  # on the same line: each line is read as an event of its own
            words.append(f"traceback={_quoted(self.formatException(record.exc_info))}")
        return " ".join(words)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "event": without_secrets(record.getMessage()),
        }
        line |= {key: _clean(value) for key, value in _fields(record) if key not in line}
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, default=lambda value: without_secrets(str(value)))


def _clean(value: Any) -> Any:
    return without_secrets(value) if isinstance(value, str) else value


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> Iterator[str]:
    """Yield the traceback indented and escaped, because a message in it may be foreign text."""
    if record.exc_info:
        for line in without_secrets(formatter.formatException(record.exc_info)).split("\n"):
            yield f"    {_printable(line)}"


#: by the name in [log] format
_FORMS: Mapping[str, type[logging.Formatter]] = {
    "text": _TextLines,
    "logfmt": _LogfmtLines,
    "json": _JsonLines,
}
