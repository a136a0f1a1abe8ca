"""Read the bulk snapshot (plain, gzip or zip) in blocks of whole lines.

Positions are byte offsets in the decompressed stream. At most one block and one line are in memory.
"""

import gzip
import hashlib
import io
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.errors import UsageError
from config.files import open_regular
from config.visible import shortened
from config.zip_errors import UNREADABLE_ZIP
from pipeline.ingest.sources.errors import SourceError

#: arXiv's own name, also inside archives
MEMBER = "arxiv-metadata-oai-snapshot.json"
#: 5,000 authors, arXiv's longest record, make 0.5 MB
LONGEST_LINE = 16 << 20
_BLOCK = 4 << 20
_ENCRYPTED = 1
_HEAD = 1 << 16
_OTHER_FORMATS = {
    b"PAR1": "Parquet", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7z", b"SQLite": "SQLite", b"%PDF": "PDF", b"<": "XML or HTML",
}  # fmt: skip
_UNREADABLE = (OSError, *UNREADABLE_ZIP)


class SnapshotError(SourceError):
    """The file is not an importable snapshot."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of the stream, without their ends."""

    lines: tuple[bytes, ...]
    #: where the next block begins
    end: int


class SnapshotFile:
    """A file that may be a snapshot."""

    def __init__(self, path: Path) -> None:
        """Inspect the head of the file.

        Raises:
            UsageError: the file cannot be opened.
            SnapshotError: it has another format.
        """
        self.path = path
        try:
            with open_regular(path) as file:
                head = file.read(_HEAD)
            status = path.stat()
        except OSError as error:
            raise UsageError(
                f"{path} cannot be read: {error.strerror}.",
                hint=f"Give the path of {MEMBER}, plain, .gz or .zip.",
            ) from error
        self._member: zipfile.ZipInfo | None = None
        self.is_gzip = head.startswith(b"\x1f\x8b")
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            self._member = self._find_member()
        for magic, name in _OTHER_FORMATS.items():
            if head.startswith(magic):
                raise SnapshotError(
                    f"{path} is {name}, not the bulk snapshot.",
                    hint=f"Give {MEMBER} as it is, or as .gz or .zip.",
                )
        #: bytes to read, in the units of `position`
        self.size = self._member.file_size if self._member else status.st_size
        #: changes with the file
        stamp = f"{status.st_size} {status.st_mtime_ns} {hashlib.sha256(head).hexdigest()}"
        self.identity = hashlib.sha256(stamp.encode()).hexdigest()

    @property
    def is_compressed(self) -> bool:
        """Whether a position is reached only by reading everything before it."""
        return self.is_gzip or self._member is not None

    def blocks(self, start: int = 0, *, length: int = _BLOCK) -> Generator[tuple[Block, int]]:
        """Yield the lines from an offset on, with how much of `size` has been read.

        Raises:
            SnapshotError: the file is cut short, damaged, or has no line ends.
        """
        with self._opened() as (stream, raw):
            try:
                stream.seek(start)
                yield from self._blocks(stream, raw, start, length)
            except _UNREADABLE as error:
                raise self._damaged(error) from error

    def _blocks(
        self, stream: IO[bytes], raw: IO[bytes], start: int, length: int
    ) -> Generator[tuple[Block, int]]:
        rest, end = b"", start
        while data := stream.read(length):
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            if len(rest) > LONGEST_LINE:
                raise SnapshotError(
                    f"{self.path} has a line of more than {LONGEST_LINE >> 20} MB at byte {end}: it"
                    " does not have one JSON object per line.",
                    hint=f"Give {MEMBER} as arXiv publishes it.",
                )
            if not lines:
                continue
            end += sum(map(len, lines)) + len(lines)
            yield Block(tuple(lines), end), raw.tell() if self.is_gzip else end
        if rest:
            yield Block((rest,), end + len(rest)), self.size

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        with open_regular(self.path) as raw:
            if self.is_gzip:
                with gzip.open(raw) as stream:
                    yield io.BufferedReader(stream, _BLOCK), raw
            elif self._member is not None:
                with self._unzipped(raw, self._member) as stream:
                    yield stream, raw
            else:
                yield raw, raw

    @contextmanager
    def _unzipped(self, raw: IO[bytes], member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        try:
            archive = zipfile.ZipFile(raw)
            stream = archive.open(member)
        except _UNREADABLE as error:
            raise self._damaged(error) from error
        with archive, stream:
            yield stream

    def _find_member(self) -> zipfile.ZipInfo:
        try:
            with zipfile.ZipFile(self.path) as archive:
                members = [m for m in archive.infolist() if not m.is_dir()]
        except _UNREADABLE as error:
            raise self._damaged(error) from error
        named = [m for m in members if Path(m.filename).name == MEMBER]
        json_files = [m for m in members if m.filename.endswith((".json", ".jsonl", ".ndjson"))]
        candidates = named or json_files
        if len(candidates) == 1 and not candidates[0].flag_bits & _ENCRYPTED:
            return candidates[0]
        found = ", ".join(m.filename for m in members[:5]) or "nothing"
        more = f" and {len(members) - 5} more" if len(members) > 5 else ""
        what = f"several {MEMBER}" if len(named) > 1 else f"no {MEMBER} that can be read"
        raise SnapshotError(
            f"{self.path} holds {what}: {found}{more}.",
            hint="Download the archive again, or unpack it and give the right file.",
        )

    def _damaged(self, error: Exception) -> SnapshotError:
        # zipfile may quote the file, and says nothing of one that ends early
        cause = f": {shortened(str(error), 100)}".rstrip(": .")
        return SnapshotError(
            f"{self.path} is cut short or damaged{cause}.",
            hint="Download it again (`curl -C -` resumes), then import again.",
        )
