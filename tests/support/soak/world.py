"""What arXiv announces while a survey lives, and what its reviewers hold true of each paper."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from pipeline.demo.replica.faults import Fault, Kind
from pipeline.demo.replica.log import Channel
from pipeline.ingest.protocol.record import Record
from tests.support.replica import make_record
from tests.support.texts import approved, outside

#: a Thursday, so that few days have a Monday with its issue
FIRST = date(2026, 3, 5)
#: papers of an announcement day
A_DAY = 24
_SATURDAY = 5
_WATCHED = ("cs.CV", "cs.CL", "cs.AI", "cs.SD")
#: where records and feeds disagree, where answers are lost, and where they are wrong
_FAULTS = (
    Kind.STATUS, Kind.RATE_EXCEEDED, Kind.HTML, Kind.TRUNCATED, Kind.SHORT_BODY, Kind.RESET,
    Kind.EMPTY_PAGE, Kind.SHIFTING_TOTAL, Kind.BAD_RESUMPTION_TOKEN, Kind.NO_RECORDS_MATCH,
    Kind.DUPLICATES, Kind.STALE_FEED, Kind.CONTROL_CHARACTERS, Kind.MANY_AUTHORS,
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """Every paper of the whole time, and the section it belongs to."""

    records: tuple[Record, ...]
    #: of papers in scope
    sections: Mapping[str, str]


def make_world(days: int, dice: random.Random) -> World:
    """Return so many days of announcements, from Monday to Friday, from 5 March 2026 on."""
    inside = [one for group in _groups(days) for one in group]
    beside = outside(days * A_DAY)
    dice.shuffle(inside)
    records: list[Record] = []
    sections: dict[str, str] = {}
    for day in (FIRST + timedelta(n) for n in range(days)):
        if day.weekday() >= _SATURDAY:
            continue
        for _ in range(A_DAY):
            number = len(records) + 1
            arxiv_id = f"{day:%y%m}.{number:05}"
            if dice.random() < 0.35:
                example = inside[number % len(inside)]
                sections[arxiv_id] = example.sections[0]
                text = example.document
            else:
                text = beside[number % len(beside)]
            records.append(
                make_record(
                    arxiv_id,
                    day=str(day),
                    # Papers with like titles and a shared author would be doubles.
                    title=f"{_name(dice)}: {text.title.partition(',')[0]}",
                    abstract=f"{text.abstract} It is trial {number}.",
                    authors=[f"Ada {_name(dice)}", f"Grace {_name(dice)}"],
                    categories=[dice.choice(_WATCHED), dice.choice(("cs.LG", "cs.DB"))],
                    versions=_versions(day, days, dice),
                )
            )
    return World(tuple(records), sections)


def fault_of(dice: random.Random, answered: Mapping[Channel | None, int]) -> tuple[Fault, ...]:
    """Return what goes wrong in a run: mostly nothing, else the next answers or all of a channel.

    Args:
        dice: chooses.
        answered: requests each channel had so far.
    """
    if dice.random() < 0.6:
        return ()
    channel = dice.choice((Channel.OAI, Channel.OAI, Channel.FEED))
    coming = range(answered.get(channel, 0) + 1, answered.get(channel, 0) + dice.randint(2, 4))
    return (
        Fault(
            kind=dice.choice(_FAULTS),
            channel=channel,
            requests=() if dice.random() < 0.3 else tuple(coming),
            status=dice.choice((500, 503)),
            seed=dice.randrange(1_000),
        ),
    )


def _name(dice: random.Random) -> str:
    return "".join(dice.choice("bdfgklmnprst") + dice.choice("aeiou") for _ in range(4)).title()


def _groups(days: int) -> list[Any]:
    return [approved(12, start=12 * n) for n in range(days)]


def _versions(day: date, days: int, dice: random.Random) -> list[dict[str, Any]]:
    """Return the first version, sometimes a second, and sometimes that it was withdrawn."""
    versions: list[dict[str, Any]] = [{"version": 1, "submitted_at": _noon(day - timedelta(1))}]
    if dice.random() < 0.12:
        later = day + timedelta(dice.randint(4, 20))
        if later < FIRST + timedelta(days - 3):
            second = {"version": 2, "submitted_at": _noon(later)}
            versions.append(second | {"withdrawn": dice.random() < 0.25})
    return versions


def _noon(day: date) -> str:
    return datetime.combine(day, time_of_day(12), UTC).isoformat()
