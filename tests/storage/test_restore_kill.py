"""A restore that is killed at any step leaves the old or the new database, with all decisions.

A process forks once per step; an audit hook kills the child before the step that opens, links,
renames or removes a file in the survey's directory.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.api_tokens import NewToken
from storage.backup import back_up
from storage.engine.manifest import read_manifest, take_manifest
from storage.engine.paths import kept_paths, manifest_path, restoring_path, wal_path
from storage.errors import StoreDamagedError
from storage.restore import restore
from storage.store import store_opener
from tests.support.builders import make_decision, make_paper
from tests.support.storage import lines_of, start_process

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
OLD, NEW = 5, 1
WRITER = """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from storage.store import store_opener
    from tests.support.builders import make_decision
    with store_opener(Path(sys.argv[1]))() as store:
        for note in ("four", "five"):
            store.decisions.add([make_decision("2603.00001", note=note)])
        os.kill(os.getpid(), 9)
"""
# Prints for each step what it did before it was killed, until a restore ends by itself.
KILLER = """
    import errno, json, os, shutil, signal, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from storage.engine.examine import _expected
    from storage.restore import restore

    _expected()  # once, and not in every child
    template, work, links = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "links"

    def changes(event, args):
        if event == "open":
            return isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if event == "os.remove" and not os.path.exists(args[0]):
            return False
        return event in {"os.rename", "os.link", "os.remove", "os.chmod", "os.chown"}

    def refuse(*_args, **_options):
        raise OSError(errno.EPERM, "no hard links here")

    def run(directory, last):
        count = 0
        def hook(event, args):
            nonlocal count
            if changes(event, args) and str(directory) in str(args[0]):
                count += 1
                if count == last:
                    os.write(1, f"{event} {Path(str(args[0])).name}\\n".encode())
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        if not links:
            os.link = refuse
        restore(
            directory / "backup.duckdb", directory / "survey.duckdb",
            now=datetime(2026, 3, 17, 12, tzinfo=UTC), busy_timeout_seconds=60, force=True,
        )

    for step in range(1, 200):
        directory = work / str(step)
        shutil.copytree(template, directory, symlinks=True)
        child = os.fork()
        if child == 0:
            try:
                run(directory, step)
            finally:
                os._exit(1 if sys.exc_info()[0] else 0)
        if os.waitpid(child, 0)[1] == 0:
            print("done", flush=True)
            break
"""


@dataclass(frozen=True)
class Killed:
    """What a killed restore had reached."""

    directory: Path
    step: str

    @property
    def database(self) -> Path:
        return self.directory / "survey.duckdb"


def decisions(path: Path) -> int:
    with store_opener(path)() as store:
        assert store.integrity.faults() == ()
        count = len(store.decisions.of_paper("2603.00001"))
        assert read_manifest(path.resolve()) == take_manifest(store._session)
    return count


def live_tokens(path: Path) -> int:
    with store_opener(path)() as store:
        return sum(one.is_live(NOW) for one in store.api_tokens.all())


def opens(path: Path) -> bool:
    """Return whether a database opens; one that is damaged or missing names `restore`."""
    try:
        decisions(path)
    except StoreDamagedError as error:
        return "living-survey restore" not in error.hint
    return True


def survey(directory: Path) -> Path:
    """A survey of 3 decisions in the file and 2 in the WAL, and a backup with 1."""
    directory.mkdir()
    path = directory / "survey.duckdb"
    with store_opener(path)() as store:
        store.papers.upsert([make_paper("2603.00001")], seen_at=NOW)
        store.decisions.add([make_decision("2603.00001")])
        store.api_tokens.add(NewToken("t" * 12, "ada", "x", (), "0" * 64, "ada", NOW, None))
    back_up(path, directory / "backup.duckdb", busy_timeout_seconds=60)
    with store_opener(path)() as store:
        for note in ("two", "three"):
            store.decisions.add([make_decision("2603.00001", note=note)])
    start_process(WRITER, str(path)).communicate(timeout=600)
    assert wal_path(path).stat().st_size > 0
    return path


def killed_at_every_step(template: Path, work: Path, *, links: bool = True) -> list[Killed]:
    """Kill a restore before each of its steps; the last of the list ran to its end."""
    work.mkdir()
    with start_process(KILLER, str(template), str(work), "links" if links else "none") as process:
        steps = list(lines_of(process))
        assert process.stderr is not None
        assert steps[-1:] == ["done"], process.stderr.read()
    return [Killed(work / str(number), step) for number, step in enumerate(steps, start=1)]


@pytest.mark.parametrize("links", [True, False])
def test_killed_restore_leaves_one_whole_database(tmp_path: Path, *, links: bool) -> None:
    survey(tmp_path / "template")
    seen = []
    for killed in killed_at_every_step(tmp_path / "template", tmp_path / "work", links=links):
        assert killed.database.exists(), killed.step
        found = decisions(killed.database)
        assert found in {OLD, NEW}, killed.step
        assert live_tokens(killed.database) == (1 if found == OLD else 0), killed.step
        seen.append(found)
        assert not restoring_path(killed.database).exists()
        assert all(not kept.samefile(killed.database) for kept in kept_paths(killed.database))
        if found == NEW:  # the way back
            kept = kept_paths(killed.database)[-1]
            restore(kept, killed.database, now=NOW, busy_timeout_seconds=60, force=True)
            assert decisions(killed.database) == OLD, killed.step
        else:
            backup = killed.directory / "backup.duckdb"
            restore(backup, killed.database, now=NOW, busy_timeout_seconds=60, force=True)
            assert decisions(killed.database) == NEW, killed.step
    assert seen == sorted(seen, reverse=True)
    assert set(seen) == {OLD, NEW}
    assert len(seen) > 10


def test_killed_restore_behind_a_link_keeps_the_link(tmp_path: Path) -> None:
    template = tmp_path / "template"
    path = survey(template)
    (template / "disk").mkdir()
    for name in (path, wal_path(path), manifest_path(path)):
        name.rename(template / "disk" / name.name)
    path.symlink_to(Path("disk") / path.name)
    for killed in killed_at_every_step(template, tmp_path / "work"):
        assert killed.database.is_symlink()
        assert decisions(killed.database) in {OLD, NEW}


def _damage_header(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4_096:20_000] = bytes(15_904)
    path.write_bytes(content)


def _damage_wal(path: Path) -> None:
    content = bytearray(wal_path(path).read_bytes())
    # within a value, which has a checksum; a damaged length may look like an unfinished end
    content[content.index(b"2603.00001")] ^= 0x01
    wal_path(path).write_bytes(content)
    manifest_path(path).unlink()


@pytest.mark.parametrize("damage", [_damage_header, _damage_wal])
@pytest.mark.parametrize("links", [True, False])
def test_killed_restore_of_a_damaged_database_never_opens_less(
    tmp_path: Path, damage: Callable[[Path], None], *, links: bool
) -> None:
    path = survey(tmp_path / "template")
    damage(path)
    main, wal = path.read_bytes(), wal_path(path).read_bytes()
    came_back = 0
    for killed in killed_at_every_step(tmp_path / "template", tmp_path / "work", links=links):
        files = [each.read_bytes() for each in killed.directory.iterdir() if each.is_file()]
        assert main in files, killed.step
        assert wal in files, killed.step
        moved = not wal_path(killed.database).exists()
        opened = opens(killed.database)
        if links and killed.database.read_bytes() == main:
            assert wal_path(killed.database).read_bytes() == wal, killed.step
            came_back += moved
        if not opened:
            restore(
                killed.directory / "backup.duckdb",
                killed.database,
                now=NOW,
                busy_timeout_seconds=60,
                force=True,
            )
        assert decisions(killed.database) == NEW, killed.step
    assert bool(came_back) == links


def test_killed_restore_of_a_missing_database_starts_no_new_one(tmp_path: Path) -> None:
    path = survey(tmp_path / "template")
    path.unlink()
    wal_path(path).unlink()
    outcomes = []
    for killed in killed_at_every_step(tmp_path / "template", tmp_path / "work"):
        outcomes.append(opens(killed.database))
        assert killed.database.exists() == outcomes[-1]
        backup = killed.directory / "backup.duckdb"
        restore(backup, killed.database, now=NOW, busy_timeout_seconds=60, force=True)
        assert decisions(killed.database) == NEW, killed.step
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}
