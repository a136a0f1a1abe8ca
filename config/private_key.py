"""Keep a random key in a file that only its owner can read."""

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from config.errors import ConfigError, NotWrittenError
from config.files import put_in_place, put_new

KEY_BYTES = 32
_PRIVATE = 0o600


def private_key(path: Path, *, danger: str, remedy: str) -> bytes:
    """Return the 32 bytes in a file; create it on first use.

    A key that was written in part, as older versions did on a full disk, is replaced.

    Args:
        path: the file.
        danger: what other users could do with the key, in an error: "who could ...".
        remedy: what to do with a file that is no key.

    Raises:
        ConfigError: the file cannot be read, contains no key, or is not private.
        NotWrittenError: the file cannot be written.
    """
    key = _read(path, danger, remedy)
    if key is None:
        with suppress(FileExistsError):  # of two processes that start together one wins
            _write(put_new, path)
        key = _read(path, danger, remedy)
    if key is not None and _is_torn(key):
        _write(put_in_place, path)
        key = _read(path, danger, remedy)
    if key is None or len(key) != KEY_BYTES:
        raise ConfigError(f"{path} does not contain a key.", hint=remedy)
    return key


def _is_torn(key: bytes) -> bool:
    """Return whether only a part was written; a power cut also leaves zeros."""
    return len(key) < KEY_BYTES or not any(key)


def _write(put: Callable[..., object], path: Path) -> None:
    try:
        put(path, secrets.token_bytes(KEY_BYTES), mode=_PRIVATE)
    except FileExistsError:
        raise
    except OSError as error:
        raise NotWrittenError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Free space there, or give this user permission to write beside the database.",
        ) from error


def _read(path: Path, danger: str, remedy: str) -> bytes | None:
    """Return the content; None if there is no file."""
    try:
        # not blocking, because a fifo would wait for a writer
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise ConfigError(f"{path} is not a file.", hint=remedy)
            if found.st_mode & 0o077 or found.st_uid not in {os.geteuid(), 0}:
                raise ConfigError(
                    f"{path} can be read or written by other users, {danger}.", hint=remedy
                )
            return file.read(KEY_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.",
            hint="Let this user read it. It must be a file, not a link.",
        ) from error
