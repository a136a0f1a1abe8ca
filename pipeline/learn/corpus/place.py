"""Files of a directory, local or of any file system that Arrow opens by its address."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyarrow import ArrowException, fs

from config.errors import UsageError
from config.files import put_in_place, replacing
from pipeline.learn.corpus.walk import FoundFile, local_files

#: file systems whose addresses begin with a bucket
_OF_BUCKETS = {"s3", "gcs", "abfs"}


class Place:
    """A directory or a file by its path or address; it can be sent to a worker."""

    def __init__(self, address: str) -> None:
        """Open a path, or an address such as `s3://bucket/works` or `file:///data`.

        Raises:
            UsageError: Arrow does not know this kind of address, it holds a password, or it names
                no bucket.
        """
        self.address = address
        self._fs: Any
        if "://" not in address:
            self._fs, self._root = fs.LocalFileSystem(), str(Path(address).expanduser().absolute())
            return
        try:
            if urlsplit(address).password is not None:
                raise UsageError(
                    "An address of --corpus or --output holds a password, which would be written"
                    " into the output.",
                    hint="Give it as the file system's own programs take it, such as"
                    " AWS_SECRET_ACCESS_KEY in the environment.",
                )
            self._fs, root = fs.FileSystem.from_uri(address)
        except (ArrowException, ValueError, ImportError, OSError) as error:
            raise UsageError(
                f"{address} cannot be opened: {error}.",
                hint="Arrow opens file, s3, gs, abfs and hdfs addresses, and"
                " `fsspec+NAME://...` where the package fsspec knows NAME.",
            ) from error
        self._root = root.rstrip("/") or root
        if not self._root and self._fs.type_name in _OF_BUCKETS:
            kind = address.partition(":")[0]
            raise UsageError(f"{address} names no bucket.", hint=f"Write {kind}://BUCKET/FOLDER.")

    def __reduce__(self) -> tuple[type["Place"], tuple[str]]:
        """Open the address again in the process that gets it."""
        return Place, (self.address,)

    @property
    def local(self) -> Path | None:
        """The path, if it is on this machine's file system."""
        return Path(self._root) if isinstance(self._fs, fs.LocalFileSystem) else None

    def files(self, below: str = "") -> list[FoundFile]:
        """Return all files below a directory of the place by path; none if there is no directory.

        A place that is a file is returned with an empty path. A directory to which symbolic links
        lead too, such as to one above them, is read once.

        Raises:
            UsageError: the name of a file is not UTF-8.
            OSError: a directory cannot be read.
        """
        root = self._path(below)
        [info] = self._fs.get_file_info([root])
        if info.type == fs.FileType.File:
            return [_found(info, "")]
        try:
            return sorted(self._below(root), key=lambda file: file.path)
        except UnicodeError as error:  # Arrow knows names in UTF-8 alone
            name = getattr(error, "object", "")
            raise UsageError(
                f"{self.address} holds a file whose name is not UTF-8: {os.fsencode(name)!r}.",
                hint="Rename it, or move it elsewhere.",
            ) from error

    def _below(self, root: str) -> Iterator[FoundFile]:
        if self.local is not None:
            yield from local_files(root)
            return
        start = len(root.rstrip("/")) + 1
        selector = fs.FileSelector(root, allow_not_found=True, recursive=True)
        for each in self._fs.get_file_info(selector):
            if each.type == fs.FileType.File:
                yield _found(each, each.path[start:])

    def open_stream(self, path: str, *, compression: str | None = None) -> Any:
        """Open a file to be read from its start."""
        return self._fs.open_input_stream(self._path(path), compression=compression)

    def open_file(self, path: str) -> Any:
        """Open a file to be read anywhere."""
        return self._fs.open_input_file(self._path(path))

    def read(self, path: str) -> bytes | None:
        """Return the content of a small file, or None if it does not exist."""
        try:
            with self.open_stream(path) as stream:
                return bytes(stream.read())
        except FileNotFoundError:
            return None

    def put(self, path: str, content: bytes) -> None:
        """Write a small file in one step; elsewhere than here a file appears when it is closed."""
        if self.local is not None:
            put_in_place(Path(self._path(path)), content)
            return
        with self._written(path) as sink:
            sink.write(content)

    def remove(self, path: str) -> None:
        """Remove a file if it exists."""
        [info] = self._fs.get_file_info([self._path(path)])
        if info.type == fs.FileType.File:
            self._fs.delete_file(info.path)

    @contextmanager
    def writing(self, path: str) -> Iterator[Any]:
        """Yield what a large file is written to: under another name, synced and renamed.

        File systems of other machines have no such step: there, what counts is a marker written
        afterwards.
        """
        if self.local is None:
            with self._written(path) as sink:
                yield sink
            return
        with replacing(Path(self._path(path))) as part, part.open("wb") as sink:
            yield sink

    @contextmanager
    def _written(self, path: str) -> Iterator[Any]:
        whole = self._path(path)
        if self._fs.type_name not in {"s3", "gcs"}:  # they have no directories
            self._fs.create_dir(os.path.dirname(whole), recursive=True)  # noqa: PTH120  no path
        with self._fs.open_output_stream(whole) as sink:
            yield sink

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root


def _found(info: Any, path: str) -> FoundFile:
    return FoundFile(path, int(info.size), info.mtime_ns)
