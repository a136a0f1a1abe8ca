"""Name the targets and what builds each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from config.nearest import nearest
from config.schema import Settings
from pipeline.publish.digest.gather import target_of
from pipeline.publish.digest.issue import issue_of
from pipeline.publish.digest.week import Week
from pipeline.publish.feeds.target import build_feeds
from pipeline.publish.feeds.websub import TARGET as FEEDS
from pipeline.publish.feeds.websub import tell_hub
from pipeline.publish.files import content_of, put_files
from pipeline.publish.list.target import list_ways
from pipeline.publish.publication import Build, Inputs
from pipeline.publish.site.target import build as build_site
from pipeline.publish.site.target import read_inputs
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
    #: what follows once its files are in place, also if none changed. Returns what the operator
    #: must know; its failure is none of the publication, and the next call makes up for it
    after: Callable[[Services], Sequence[str]] | None = None
    #: reads once what `build` reads; None: it is built each time
    read: Callable[[Services], Inputs] | None = None


def named_targets(names: Sequence[str], settings: Settings, week: Week) -> tuple[Target, ...]:
    """Return the targets of these names, or those of the settings if there are none.

    Raises:
        UsageError: a name is unknown, or the target is not set up.
    """
    chosen = names or [
        name for name in settings.publish.targets if name != "list" or settings.survey.list
    ]
    if not chosen:
        raise UsageError(
            "No target is set up.", hint="Set [publish] targets, and for the list [survey] list."
        )
    return tuple(_maker(name)(settings, week) for name in dict.fromkeys(chosen))


def recorded_target(name: str, settings: Settings) -> Target:
    """Return the target that has this name in `publications`, such as `digest:2026-W12`.

    Raises:
        UsageError: the name is unknown.
    """
    kind, _, week = name.partition(":")
    return _maker(kind)(settings, Week.parse(week) if week else None)


def _maker(name: str) -> "_Maker":
    if name in _TARGETS:
        return _TARGETS[name]
    near = nearest(name, _TARGETS)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise UsageError(
        f"There is no target {name!r}.", hint=f"{meant}Targets are {', '.join(_TARGETS)}."
    )


def _digest(_: Settings, week: Week | None) -> Target:
    if week is None:
        raise UsageError("The digest has no week.", hint="Name it: --week 2026-W12.")
    return Target(target_of(week), build=lambda services: issue_of(services, week).build, week=week)


def _list(settings: Settings, _: Week | None) -> Target:
    ways = list_ways(settings)
    return Target("list", ways.build, ways.content, ways.put)


def _site(_: Settings, __: Week | None) -> Target:
    return Target("site", build_site, read=read_inputs)


def _feeds(_: Settings, __: Week | None) -> Target:
    return Target(FEEDS, build_feeds, after=tell_hub)


_Maker = Callable[[Settings, Week | None], Target]
_TARGETS: Mapping[str, _Maker] = {"list": _list, "digest": _digest, FEEDS: _feeds, "site": _site}
