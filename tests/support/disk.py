"""A small real file system that can be filled, emptied and made read-only."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A mounted file system of a few megabytes."""

    path: Path

    def fill(self, *, but: int = 0) -> None:
        """Fill it until nothing fits any more, or until so many bytes are left."""
        with (self.path / "filler").open("wb", buffering=0) as filler:
            for size in (65_536, 4_096, 1):
                try:
                    while filler.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue
            filler.truncate(max(0, filler.tell() - but))

    def empty(self) -> None:
        """Remove what fills it."""
        (self.path / "filler").unlink()

    def remount(self, mode: str) -> None:
        """Make it read-only (`ro`) or writable (`rw`)."""
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.path)], check=True)


@contextmanager
def small_disk(path: Path, *, megabytes: int = 6) -> Iterator[Disk]:
    """Yield a file system mounted at a new directory; skip the test where that is not allowed."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a file system")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
