"""Name the targets and what builds each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import UsageError
from config.nearest import nearest
from config.schema import Settings
from pipeline.publish.digest.target import build_week
from pipeline.publish.digest.week import Week
from pipeline.publish.files import content_of, put_files
from pipeline.publish.publication import Build
from pipeline.runtime.services import Services


@dataclass(frozen=True, slots=True)
class Target:
    """What is published in one go."""

    #: its ID in `publications`
    name: str
    build: Callable[[Services], Build]
    #: the content of one of its files now
    content: Callable[[Path], bytes | None] = content_of
    #: replaces its files
    put: Callable[[Build], None] = put_files
    #: of an issue
    week: Week | None = None


def named_targets(names: Sequence[str], settings: Settings, week: Week) -> tuple[Target, ...]:
    """Return the targets of these names, or those of the settings if there are none.

    Raises:
        UsageError: a name is unknown, or the target is not set up.
    """
    chosen = names or [
        name for name in settings.publish.targets if name != "list" or settings.survey.list
    ]
    unknown = [name for name in chosen if name not in _TARGETS]
    if unknown:
        near = nearest(unknown[0], _TARGETS) or list(_TARGETS)
        raise UsageError(
            f"There is no target {unknown[0]!r}.",
            hint=f"Did you mean {near[0]}? Targets are {' and '.join(_TARGETS)}.",
        )
    if not chosen:
        raise UsageError(
            "No target is set up.", hint="Set [publish] targets, and for the list [survey] list."
        )
    return tuple(_TARGETS[name](settings, week) for name in dict.fromkeys(chosen))


def recorded_target(name: str, settings: Settings) -> Target:
    """Return the target that has this name in `publications`."""
    kind, _, week = name.partition(":")
    return _TARGETS[kind](settings, Week.parse(week) if week else Week(1, 1))


def check_ended(week: Week, now: datetime) -> None:
    """Raise UsageError unless a week has ended."""
    if week.end > now:
        raise UsageError(
            f"The week {week} ends on {week.last_day:%Y-%m-%d} at midnight UTC.",
            hint=f"Take {Week.last_complete(now)}, the last complete week.",
        )


def _digest(_: Settings, week: Week) -> Target:
    return Target(
        name=f"digest:{week}",
        build=lambda services: build_week(services, week),
        week=week,
    )


_TARGETS: Mapping[str, Callable[[Settings, Week], Target]] = {"digest": _digest}
