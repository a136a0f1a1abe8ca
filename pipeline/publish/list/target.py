"""Publish the list in place, or as a branch with one commit and the text of a pull request."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from config.files import put_in_place
from config.schema import Settings
from pipeline.publish.files import ChangedMeanwhileError, NotPublishedError, content_of, put_files
from pipeline.publish.list.build import branch_name, build_from, list_paths
from pipeline.publish.list.git import GitError, Repository, open_repository
from pipeline.publish.list.pull_request import commit_message, pull_request
from pipeline.publish.list.types import BuiltList
from pipeline.publish.publication import Build
from pipeline.runtime.services import Services


@dataclass(frozen=True, slots=True)
class Ways:
    """How the list is built, compared and put in place."""

    build: Callable[[Services], Build]
    content: Callable[[Path], bytes | None]
    put: Callable[[Build], None]


def list_ways(settings: Settings) -> Ways:
    """Return how the settings want the list published."""
    if settings.list.how == "branch":
        branch = _Branch(settings)
        return Ways(branch.build, branch.content, branch.put)
    return Ways(build_list, content_of, put_files)


def build_list(services: Services) -> Build:
    """Build the list from its files as they are.

    Raises:
        NotPublishedError: a file cannot be read.
        CuratedListError: a file is not UTF-8.
    """
    contents = {}
    for path in list_paths(services.settings):
        data = content_of(path)
        if data is None:
            raise NotPublishedError(
                f"The list {path} does not exist.", hint="Correct [survey] list."
            )
        contents[path] = data
    return build_from(services, contents).build


class _Branch:
    """A new branch on top of what is checked out; work tree and index stay as they are."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._planned: _Planned | None = None

    def build(self, services: Services) -> Build:
        paths = list_paths(self._settings)
        repository = open_repository(paths[0])
        base = repository.commit_of("HEAD")
        if base is None:
            raise GitError(f"{repository.top} has no commit yet.", hint="Commit the list first.")
        contents = {path: _committed(repository, base, path) for path in paths}
        built = build_from(services, contents)
        day = services.clock().date().isoformat()
        name = branch_name(self._settings.list.branch, built.build, day)
        repository.check_branch_name(name)
        self._planned = _Planned(
            repository,
            base,
            name,
            commit_message(built, services.taxonomy),
            pull_request(built, services.taxonomy),
        )
        return replace(built.build, notes=(*self._notes(built, name, base), *built.build.notes))

    def _notes(self, built: BuiltList, name: str, base: str) -> tuple[str, ...]:
        if all(file.data == file.made_from for file in built.build.files):
            return ()
        said = [
            f"The branch {name} has it as one commit on top of {base[:10]}.",
            f"The text of the pull request is in {self._settings.list.pull_request}.",
        ]
        said += [
            f"{file.path.name} differs from the last commit, from which the branch starts."
            for file in built.build.files
            if content_of(file.path) != file.made_from
        ]
        return tuple(said)

    def content(self, path: Path) -> bytes | None:
        """Return a file's content on the branch, or where it would begin."""
        assert self._planned is not None
        repository = self._planned.repository
        commit = repository.commit_of(f"refs/heads/{self._planned.branch}") or self._planned.base
        return repository.content(commit, repository.place_of(path))

    def put(self, build: Build) -> None:
        planned = self._planned
        assert planned is not None
        changed = {
            planned.repository.place_of(file.path): file.data
            for file in build.files
            if file.data != file.made_from
        }
        if not changed:
            return
        if planned.repository.commit_of("HEAD") != planned.base:
            raise ChangedMeanwhileError(
                "Another commit was checked out while the list was being published.",
                hint="Publish again: it starts from that commit.",
            )
        # The text comes first, because a branch that exists is refused the next time.
        text = self._settings.list.pull_request
        try:
            put_in_place(text, planned.text.encode())
        except OSError as error:
            raise NotPublishedError(
                f"{text} cannot be written: {(error.strerror or str(error)).lower()}.",
                hint="Correct [list] pull_request, then publish again.",
            ) from error
        planned.repository.commit_files(planned.branch, planned.base, changed, planned.message)


@dataclass(frozen=True, slots=True)
class _Planned:
    """The branch to make."""

    repository: Repository
    base: str
    branch: str
    message: str
    text: str


def _committed(repository: Repository, commit: str, path: Path) -> bytes:
    data = repository.content(commit, repository.place_of(path))
    if data is None:
        raise GitError(
            f"{path} is not in the last commit of {repository.top}.",
            hint=f"Commit it (`git add {path.name}`, `git commit`), then publish again.",
        )
    return data
