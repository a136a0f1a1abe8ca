"""Tell that the database cannot be used, which no database can record.

What was told is kept in a file beside it, `DATABASE.alerts.json`, until the all-clear got through.
Where that file cannot be written either, each call tells it again: silence would be worse.
"""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from config.errors import LivingSurveyError
from config.files import put_in_place, read_regular_text
from pipeline.curated.title import survey_title
from pipeline.operate.alerts.message import Message, write_message
from pipeline.operate.alerts.news import Item, Parcel
from pipeline.operate.alerts.standing import MOST_UNCERTAIN, Standing
from pipeline.operate.alerts.ways.way import Way
from pipeline.runtime.json_text import as_json
from pipeline.runtime.services import Services
from storage.alert_types import AlertEvent, AlertKind

_log = logging.getLogger(__name__)

CAUSE = "database"
_REMEDY = "`living-survey doctor` looks again; `living-survey restore FILE` brings a backup back."


@dataclass(slots=True)
class Attempts:
    """What became of one piece of news by one way."""

    #: messages that were handed over without a certain outcome
    uncertain: int = 0
    told: bool = False
    #: of the last message
    message: str = ""


@dataclass(slots=True)
class Trouble:
    """What is wrong, since when, and what was told of it by which way."""

    since: str
    sentence: str
    remedy: str
    raised: dict[str, Attempts] = field(default_factory=dict)
    cleared: dict[str, Attempts] = field(default_factory=dict)


def tell_unreadable(services: Services, ways: Sequence[Way], error: LivingSurveyError) -> None:
    """Tell once that the database cannot be used, and why."""
    path = _path(services)
    trouble = _read(path)
    if trouble is None or trouble.cleared:  # the all-clear of an earlier one may wait
        since = services.clock().isoformat()
        trouble = Trouble(since, error.message, error.hint or _REMEDY)
    for way in ways:
        attempts = trouble.raised.setdefault(way.name, Attempts())
        _tell(services, way, trouble, attempts, AlertKind.RAISED)


def tell_readable(services: Services, ways: Sequence[Way]) -> None:
    """Tell those who know of the trouble that it is over."""
    path = _path(services)
    trouble = _read(path)
    if trouble is None:
        return
    for way in ways:
        before = trouble.raised.get(way.name, Attempts())
        if before.told or before.uncertain:
            attempts = trouble.cleared.setdefault(way.name, Attempts())
            _tell(services, way, trouble, attempts, AlertKind.CLEARED)
    if all(_done(one) for one in trouble.cleared.values()):
        with suppress(OSError):  # looked at again by the next call
            path.unlink(missing_ok=True)


def _tell(
    services: Services, way: Way, trouble: Trouble, attempts: Attempts, kind: AlertKind
) -> None:
    """Note the attempt in the file, tell, and note the outcome."""
    if _done(attempts):
        return
    message = _message(services, trouble, attempts, kind)
    attempts.uncertain += 1
    attempts.message = message.id
    _write(_path(services), trouble)
    told = way.tell(message)
    if told.outcome is not AlertKind.UNCERTAIN:
        attempts.uncertain -= 1
        attempts.told = told.outcome is AlertKind.TOLD
    _write(_path(services), trouble)
    _log.log(
        logging.INFO if attempts.told else logging.WARNING,
        "alarm about the database",
        extra={"way": way.name, "outcome": told.outcome.value, "answer": told.answer},
    )


def _done(attempts: Attempts) -> bool:
    return attempts.told or attempts.uncertain >= MOST_UNCERTAIN


def _message(services: Services, trouble: Trouble, attempts: Attempts, kind: AlertKind) -> Message:
    since = datetime.fromisoformat(trouble.since)
    event = AlertEvent(
        1, 1, kind, CAUSE, services.clock(), 1, trouble.sentence, trouble.remedy, None, "", "", "",
        "",
    )  # fmt: skip
    item = Item(Standing(1, CAUSE, since, (event,)), event)
    repeats = attempts.message if attempts.uncertain else ""
    title = survey_title(services.settings.survey)
    return write_message(title, Parcel((item,), repeats), services.clock())


def _path(services: Services) -> Path:
    database = services.settings.database.path
    return database.with_name(f"{database.name}.alerts.json")


def _read(path: Path) -> Trouble | None:
    """Return what is noted; None: nothing, or the file cannot be read."""
    try:
        found = json.loads(read_regular_text(path))
        datetime.fromisoformat(found["since"])
        return Trouble(
            since=found["since"],
            sentence=str(found["sentence"]),
            remedy=str(found["remedy"]),
            raised=_attempts(found["raised"]),
            cleared=_attempts(found["cleared"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        _log.warning("note of alarms cannot be read", extra={"error": str(error)})
        return None


def _attempts(found: dict[str, dict[str, Any]]) -> dict[str, Attempts]:
    return {
        str(way): Attempts(int(one["uncertain"]), bool(one["told"]), str(one["message"]))
        for way, one in found.items()
    }


def _write(path: Path, trouble: Trouble) -> None:
    try:
        put_in_place(path, as_json(trouble).encode())
    except OSError as error:
        _log.warning("note of alarms cannot be written", extra={"error": str(error)})
