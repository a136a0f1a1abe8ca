"""Plan the publication of one target: build it, judge it, compare it. Writes nothing."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.publish.gate.check import check, check_counts
from pipeline.publish.gate.refusal import Refusal
from pipeline.publish.gate.standing import Standing, read_standing
from pipeline.publish.inputs import digest_of_inputs, unchanged
from pipeline.publish.publication import Build, BuiltFile
from pipeline.publish.recorded import recorded_path, sha256_of
from pipeline.publish.shown import program, shown_settings, with_shown
from pipeline.publish.targets import Target
from pipeline.runtime.services import Services
from storage.issue_types import IssueEdits
from storage.publication_types import Publication

#: the digests of every content that a target recorded for a file, by its recorded path
Written = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing a target would do."""

    build: Build
    #: when it was built
    at: datetime
    #: what an editor wrote for an issue; None: it is none
    edits: IssueEdits | None
    #: the content of its files now; None: there is no file
    before: Mapping[Path, bytes | None]
    standing: Standing
    refusals: tuple[Refusal, ...]
    #: the files hold these bytes already, and that is recorded
    done: bool
    #: of an issue: it differs from its last publication in nothing but settings
    settings_only: bool = False
    #: digest of what it was built from; empty: the target names no inputs
    inputs: str = ""

    @property
    def new(self) -> frozenset[str]:
        """The papers that the target does not carry yet."""
        return self.build.papers - self.standing.published


def plan(services: Services, target: Target) -> Plan:
    """Return what publishing a target would do.

    Raises:
        LivingSurveyError: it cannot be built, or one of its files cannot be read.
    """
    at = services.clock()
    root = services.settings.root
    with services.open_store() as store:
        # First, so that what is edited while it is built is noticed.
        edits = store.issues.edits(str(target.week)) if target.week else None
        last = store.publications.last(target.name)
        interrupted = {one.target for one in store.publications.interrupted()}
    # A target that says how things stand says so for this instant.
    services = replace(services, clock=lambda: at)
    read = target.read(services) if target.read else None
    inputs = digest_of_inputs(read) if read else ""
    if last is not None and target.name not in interrupted:
        same = unchanged(services, target, last, inputs)
        if same is not None:
            return _nothing_to_do(same, at, inputs)
    build = read.build() if read else target.build(services)
    before = {file.path: target.content(file.path) for file in build.files}
    with services.open_store() as store:
        standing = read_standing(store, build, services.taxonomy, target.week)
        written = store.publications.files(target.name)
    gone = vanished(build, written, root, target.content) if build.rolling else {}
    build = replace(build, gone=tuple(gone))
    before |= gone
    standing = replace(
        standing,
        edited=(*_edited(build, before, last, written, root), *_edited_before(gone, written, root)),
        foreign=_foreign(build, before, written, root),
    )
    done = (
        last is not None
        and set(last.entries) == set(build.entries)
        and _is_recorded(build, last, root)
        and target.name not in interrupted
        and all(before[file.path] == file.data for file in build.files)
        and not gone
    )
    settings_only = not done and last is not None and _settings_only(services, target, last)
    if settings_only:  # what was judged and approved is out; another address changes neither
        standing = replace(standing, issue_approved=True, unread=())
    elif not done and last is not None and target.week and last.adopted_at is not None:
        standing = replace(standing, newer=not _is_recorded(build, last, root))
    # What is out already is not judged again, except that its numbers must be right.
    refusals = (
        check_counts(build) if done else check(build, before, standing, services.settings.publish)
    )
    return Plan(build, at, edits, before, standing, refusals, done, settings_only, inputs)


def _nothing_to_do(build: Build, at: datetime, inputs: str) -> Plan:
    """Return the plan of a target whose last publication is what it would be now."""
    return Plan(
        build,
        at,
        edits=None,
        before={file.path: file.data for file in build.files},
        standing=Standing(
            approved=build.papers,
            withdrawn=frozenset(),
            published=build.papers,
            papers_before=len(build.papers),
            sections=frozenset(section for _, section in build.entries),
        ),
        refusals=(),
        done=True,
        inputs=inputs,
    )


def _is_recorded(build: Build, last: Publication, root: Path) -> bool:
    """Return whether the last publication recorded every file that is made whole."""
    recorded = {(file.path, file.sha256) for file in last.files}
    return all(
        (recorded_path(file.path, root), sha256_of(file.data)) in recorded
        for file in build.files
        if file.made_from is None
    )


def _settings_only(services: Services, target: Target, last: Publication) -> bool:
    """Return whether an issue, built with the settings of its last publication, is that."""
    if target.week is None or last.settings is None or last.program != program():
        return False
    if last.settings == shown_settings(services.settings):
        return False
    build, root = target.build(with_shown(services, last.settings)), services.settings.root
    return set(build.entries) == set(last.entries) and _is_recorded(build, last, root)


def vanished(
    build: Build,
    written: Written,
    root: Path,
    content: Callable[[Path], bytes | None],
) -> dict[Path, bytes]:
    """Return the files, with their content, that a rolling target wrote and no longer builds.

    Only those in the directory of what it builds: records can come from a backup or a note that
    somebody changed, and must not lead to other files.
    """
    if not build.files:
        return {}
    home = Path(os.path.commonpath([_plain(file.path.parent) for file in build.files]))
    built = {recorded_path(file.path, root) for file in build.files}
    places = (root / name for name in sorted(written.keys() - built))
    found = ((path, content(path)) for path in places if _plain(path).is_relative_to(home))
    return {path: data for path, data in found if data is not None}


def _plain(path: Path) -> Path:
    """Return a path without `..`, which `is_relative_to` does not resolve."""
    return Path(os.path.normpath(path))


def _edited_before(gone: Mapping[Path, bytes], written: Written, root: Path) -> tuple[str, ...]:
    """Return the files that would be removed and hold what was never published."""
    names = {recorded_path(path, root): data for path, data in gone.items()}
    return tuple(name for name, data in names.items() if sha256_of(data) not in written[name])


def _edited(
    build: Build,
    before: Mapping[Path, bytes | None],
    last: Publication | None,
    written: Written,
    root: Path,
) -> tuple[str, ...]:
    """Return the published files that would change and hold what was never published.

    What a killed publication wrote counts as published.
    """
    recorded = {file.path for file in last.files} if last else set()
    return tuple(
        name
        for name, file in _replaced(build, before, root)
        if name in recorded and sha256_of(before[file.path] or b"") not in written[name]
    )


def _foreign(
    build: Build, before: Mapping[Path, bytes | None], written: Written, root: Path
) -> tuple[str, ...]:
    """Return the files that would be written over and that this target never wrote.

    Only of targets that follow the decisions: versions without records wrote digests.
    """
    if not build.rolling:
        return ()
    return tuple(name for name, _ in _replaced(build, before, root) if name not in written)


def _replaced(
    build: Build, before: Mapping[Path, bytes | None], root: Path
) -> Iterator[tuple[str, BuiltFile]]:
    """Yield the files, by recorded name, that are there with other content than is built."""
    for file in build.files:
        if file.made_from is None and before[file.path] not in {None, file.data}:
            yield recorded_path(file.path, root), file
