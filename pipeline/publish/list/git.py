"""Read and write a git repository without touching its work tree, index or current branch."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.publish.files import NotPublishedError

_TIMEOUT_SECONDS = 60
#: variables that would lead git to another repository or index
_LEADING = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
_NEW = "0" * 40


class GitError(NotPublishedError):
    """A branch cannot be read or made; the repository is as it was."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A checkout."""

    top: Path

    def place_of(self, file: Path) -> str:
        """Return a file's path in the repository.

        Raises:
            GitError: it lies outside.
        """
        real = file.resolve()
        if not real.is_relative_to(self.top):
            raise GitError(
                f"{file} is not in the git repository {self.top}.",
                hint='Keep the list in one repository, or set [list] how = "in-place".',
            )
        return real.relative_to(self.top).as_posix()

    def commit_of(self, name: str) -> str | None:
        """Return the commit that a name leads to, or None."""
        found = self._run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", check=False)
        return found.decode().strip() or None

    def content(self, commit: str, place: str) -> bytes | None:
        """Return a file's content in a commit; None if it is not in it."""
        entry = self._run("ls-tree", "-z", commit, "--", f":(literal,top){place}").decode()
        if not entry:
            return None
        return self._run("cat-file", "blob", entry.split("\t")[0].split()[2])

    def check_branch_name(self, name: str) -> None:
        """Raise GitError unless git accepts the name of a branch."""
        try:
            self._run("check-ref-format", "--branch", name)
        except GitError:
            raise GitError(
                f"{name!r} cannot be the name of a branch.", hint="Correct [list] branch."
            ) from None

    def commit_files(self, branch: str, base: str, files: Mapping[str, bytes], message: str) -> str:
        """Make a new branch with one commit on top of `base`; return the commit.

        Raises:
            GitError: the branch exists, or git fails.
        """
        if self.commit_of(f"refs/heads/{branch}"):
            raise GitError(
                f"The branch {branch} exists already.",
                hint=f"Merge or delete it (`git branch -D {branch}`), then publish again.",
            )
        with tempfile.TemporaryDirectory() as directory:
            index = {"GIT_INDEX_FILE": str(Path(directory) / "index")}
            self._run("read-tree", base, env=index)
            for place, data in files.items():
                mode = self._run("ls-tree", "-z", base, "--", f":(literal,top){place}").split()[0]
                blob = self._run("hash-object", "-w", "--stdin", stdin=data).decode().strip()
                entry = f"{mode.decode()},{blob},{place}"
                self._run("update-index", "--add", "--cacheinfo", entry, env=index)
            tree = self._run("write-tree", env=index).decode().strip()
        made = self._run(
            "commit-tree", tree, "-p", base, "-F", "-", stdin=message.encode(), env=self._person()
        )
        commit = made.decode().strip()
        self._run("update-ref", f"refs/heads/{branch}", commit, _NEW)
        return commit

    def _person(self) -> dict[str, str]:
        """Return a name for the commit where git knows none."""
        if self._run("var", "GIT_COMMITTER_IDENT", check=False):
            return {}
        who = {"NAME": "Living Survey", "EMAIL": "living-survey@localhost"}
        return {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in who.items()
        }

    def _run(
        self,
        *words: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> bytes:
        return _git(self.top, words, stdin=stdin, env=env or {}, check=check)


def open_repository(file: Path) -> Repository:
    """Return the repository of a file.

    Raises:
        GitError: git is missing, or the file is in no repository.
    """
    directory = file.resolve().parent
    if not directory.is_dir():
        raise GitError(f"{directory} does not exist.", hint="Correct [survey] list.")
    found = _git(directory, ("rev-parse", "--show-toplevel"), stdin=b"", env={}, check=False)
    top = found.decode().removesuffix("\n")
    if not top:
        raise GitError(
            f"{file} is in no git repository.",
            hint='Run `git init` there, or set [list] how = "in-place".',
        )
    return Repository(Path(top).resolve())


def _git(
    directory: Path, words: tuple[str, ...], *, stdin: bytes, env: Mapping[str, str], check: bool
) -> bytes:
    inherited = {key: value for key, value in os.environ.items() if key not in _LEADING}
    settings = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **env}
    try:
        done = subprocess.run(  # noqa: S603  words are the program's own, paths follow `--`
            ["git", "-C", str(directory), *words],  # noqa: S607  the user's git
            input=stdin,
            capture_output=True,
            env=inherited | settings,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError(
            "git is not installed.", hint='Install it, or set [list] how = "in-place".'
        ) from error
    except subprocess.TimeoutExpired as error:
        raise GitError(
            f"git did not answer within {_TIMEOUT_SECONDS} seconds.",
            hint="Look whether another program uses the repository, then publish again.",
        ) from error
    if check and done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = (said or ["it gave no reason"])[-1].removeprefix("fatal: ").rstrip(".")
        raise GitError(
            f"git {words[0]} failed: {reason}.",
            hint="Nothing was changed. Correct the cause, then publish again.",
        )
    return done.stdout if not done.returncode else b""
