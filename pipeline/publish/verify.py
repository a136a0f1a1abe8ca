"""Build everything published again and compare the bytes with the files and the record.

It is built with the settings that it was published with, because files that are out keep the
address, editor and languages of their time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.errors import LivingSurveyError
from pipeline.publish.gate.check import check_counts
from pipeline.publish.publication import Build, BuiltFile
from pipeline.publish.recorded import recorded_path, sha256_of
from pipeline.publish.shown import differing, program, shown_settings, with_shown
from pipeline.publish.targets import Target, recorded_target
from pipeline.runtime.plurals import counted, some_of
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.publication_types import Publication, PublishedFile
from storage.types import Verdict

_CHANGED = "was changed since it was published."


class Difference(StrEnum):
    """What is no longer as it was published."""

    FILE_MISSING = "file missing"
    FILE_CHANGED = "file changed"
    DATABASE_CHANGED = "database changed"
    NOT_BUILT = "no longer built"
    ENTRY_MISSING = "entry missing"
    COUNTS = "counts"


@dataclass(frozen=True, slots=True)
class Found:
    """One difference."""

    difference: Difference
    sentence: str


@dataclass(frozen=True, slots=True)
class VerifiedTarget:
    """What was compared of one target."""

    target: str
    act_id: str
    papers: int
    files: int
    found: tuple[Found, ...]
    #: what differs and is no fault
    notes: tuple[str, ...] = ()


def verify(services: Services, run: Run) -> tuple[VerifiedTarget, ...]:
    """Compare the newest publication of every target; nothing is written."""
    with services.open_store() as store:
        latest = store.publications.latest()
    advance = run.progress("verify", len(latest))
    verified = []
    for act in sorted(latest, key=lambda one: one.target):
        verified.append(_verified(services, act))
        advance()
    return tuple(verified)


def _verified(services: Services, act: Publication) -> VerifiedTarget:
    notes: tuple[str, ...] = ()
    try:
        target = recorded_target(act.target, services.settings)
        now = target.build(services)
        build = _as_published(services, act, target, now)
        found = tuple(_differences(services, act, target, build))
        notes = (
            *_notes(services, act, target, now),
            *_aged(services, act, now, build),
        )
    except LivingSurveyError as error:
        found = (Found(Difference.NOT_BUILT, f"It cannot be built again: {error}"),)
    return VerifiedTarget(act.target, act.act_id, len(act.papers), len(act.files), found, notes)


def _as_published(services: Services, act: Publication, target: Target, now: Build) -> Build:
    """Return what is built with the settings of a publication, given what is built now."""
    root = services.settings.root
    if act.settings is None or _sums(now, root) == _recorded(act):
        return now
    if act.settings == shown_settings(services.settings):
        return now
    return target.build(with_shown(services, act.settings))


def _sums(build: Build, root: Path) -> dict[str, str]:
    return {recorded_path(file.path, root): sha256_of(file.data) for file in build.files}


def _is_ours(act: Publication) -> bool:
    """Return whether this program wrote it from what is in this database."""
    return act.program == program() and act.adopted_at is None


def _recorded(act: Publication) -> dict[str, str]:
    return {file.path: file.sha256 for file in act.files}


def _aged(services: Services, act: Publication, now: Build, then: Build) -> Iterator[str]:
    """Say with which other settings or program it was published, where that makes a difference."""
    root = services.settings.root
    if any(map(_by_hand, now.files)):
        return
    if _sums(now, root) != _sums(then, root):
        changed = differing(act.settings or {}, shown_settings(services.settings))
        yield (
            f"Its files keep what it was published with, and since then {', '.join(changed)}."
            f" {_again(act)}"
        )
    elif act.adopted_at is not None and not now.rolling and _sums(then, root) != _recorded(act):
        yield (
            "It is newer than the restored database, which would write another, so only its files"
            " are compared."
        )
    elif act.program != program() and not now.rolling and _sums(then, root) != _recorded(act):
        version = f"version {act.program}" if act.program else "an earlier version"
        yield (
            f"It was published by {version} of the program, and this one writes other bytes, so"
            f" only its files and papers are compared. {_again(act)}"
        )


def _again(act: Publication) -> str:
    issue = ":" in act.target
    return f"`living-survey publish{' --again' if issue else ''}` writes it as it would be now."


def _differences(
    services: Services, act: Publication, target: Target, build: Build
) -> Iterator[Found]:
    root = services.settings.root
    built = {recorded_path(file.path, root): file for file in build.files}
    for refusal in check_counts(build):
        yield Found(Difference.COUNTS, refusal.sentence)
    for file in act.files:
        now = target.content(root / file.path)
        if now is None:
            yield Found(Difference.FILE_MISSING, f"{file.path} is missing.")
        elif build.rolling and not (file.path in built and _unmoved(act, build)):
            if sha256_of(now) != file.sha256:
                yield Found(Difference.FILE_CHANGED, f"{file.path} {_CHANGED}")
        elif file.path not in built:
            yield Found(
                Difference.NOT_BUILT,
                f"{file.path} is no longer built: the settings name other files.",
            )
        elif _by_hand(built[file.path]):
            yield from _entries_missing(services, act, file, now)
        else:
            yield from _bytes_differ(act, file, built[file.path], now)
    if build.rolling or act.adopted_at is not None:
        return
    if not any(map(_by_hand, build.files)) and set(act.entries) != set(build.entries):
        yield from _entries_differ(act, build)


def _unmoved(act: Publication, build: Build) -> bool:
    """Return whether nothing changed since a rolling target was published, so no byte may."""
    return (
        build.changed_at is not None
        and build.changed_at <= act.begun_at
        and set(build.entries) == set(act.entries)
    )


def _bytes_differ(
    act: Publication, file: PublishedFile, built: BuiltFile, now: bytes
) -> Iterator[Found]:
    if sha256_of(built.data) != file.sha256 and _is_ours(act):
        yield Found(
            Difference.DATABASE_CHANGED,
            f"{file.path} is built with other bytes than were published: the database or the"
            " taxonomy changed.",
        )
    if sha256_of(now) != file.sha256:
        yield Found(Difference.FILE_CHANGED, f"{file.path} {_CHANGED}")


def _entries_differ(act: Publication, build: Build) -> Iterator[Found]:
    for papers, said in (
        (act.papers - build.papers, "no longer in it"),
        (build.papers - act.papers, "new in it"),
    ):
        if papers:
            yield Found(
                Difference.DATABASE_CHANGED,
                f"Built again, {some_of(sorted(papers))} would be {said}.",
            )


def _entries_missing(
    services: Services, act: Publication, file: PublishedFile, now: bytes
) -> Iterator[Found]:
    """Yield the published papers that a hand-written file lost although they stand approved."""
    if sha256_of(now) == file.sha256:
        return
    lost = {one for one in act.papers if one.encode() not in now}
    with services.open_store() as store:
        decisions = store.decisions.standing(lost)
        withdrawn = store.papers.withdrawn(lost)
    missing = {
        one
        for one in lost
        if one in decisions and decisions[one].verdict is Verdict.APPROVED and one not in withdrawn
    }
    if missing:
        yield Found(
            Difference.ENTRY_MISSING,
            f"{file.path} was changed since it was published and lost {some_of(sorted(missing))}.",
        )


def _notes(services: Services, act: Publication, target: Target, build: Build) -> Iterator[str]:
    if build.rolling:
        yield from _behind(act, build, services.settings.root)
        return
    by_hand = {
        recorded_path(one.path, services.settings.root) for one in build.files if _by_hand(one)
    }
    for file in act.files:
        now = target.content(services.settings.root / file.path)
        if file.path in by_hand and now is not None and sha256_of(now) != file.sha256:
            yield f"{file.path} was changed by hand since it was published."
    if waiting := build.papers - act.papers if by_hand else ():
        yield f"{some_of(sorted(waiting))} can be published."


def _behind(act: Publication, build: Build, root: Path) -> Iterator[str]:
    """Say what a rolling target would change, because decisions go on after it was published."""
    if stale := act.papers - build.papers:
        gone = some_of(sorted(stale))
        yield f"{gone} can no longer be published: `living-survey publish` takes it out."
    if waiting := build.papers - act.papers:
        yield f"{some_of(sorted(waiting))} can be published."
    built = _sums(build, root)
    recorded = _recorded(act)
    differ = {name for name in built.keys() | recorded if built.get(name) != recorded.get(name)}
    if differ:
        yield f"Built now, {counted(len(differ), 'file')} would differ."


def _by_hand(file: BuiltFile) -> bool:
    return file.made_from is not None
