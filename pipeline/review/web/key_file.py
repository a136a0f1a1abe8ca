"""Keep the key that signs sessions in a private file beside the database."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from config.errors import ConfigError
from config.files import put_in_place, put_new

_KEY_BYTES = 32
_PRIVATE = 0o600
_NEW_KEY = "Delete it. A new one is created, and every browser must open the new printed address."


def session_secret(database: Path) -> bytes:
    """Return the signing key beside a database; create it on first use.

    It is kept, so that sessions and the printed address survive a restart. A key that was written
    in part, as older versions did on a full disk, is replaced.

    Raises:
        ConfigError: the file cannot be read or written, contains no key, or is not private.
    """
    path = database.with_name(database.name + ".review-key")
    try:
        key = _read(path)
        if key is None:
            with suppress(FileExistsError):  # of two servers that start together one wins
                put_new(path, secrets.token_bytes(_KEY_BYTES), mode=_PRIVATE)
            key = _read(path)
        if key is not None and _is_torn(key):
            put_in_place(path, secrets.token_bytes(_KEY_BYTES), mode=_PRIVATE)
            key = _read(path)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read or written: {error.strerror}.",
            hint="Free space there, or give this user permission to write beside the database.",
        ) from error
    if key is None or len(key) != _KEY_BYTES:
        raise ConfigError(f"{path} does not contain a key.", hint=_NEW_KEY)
    return key


def _is_torn(key: bytes) -> bool:
    """Return whether only a part was written; a power cut also leaves zeros."""
    return len(key) < _KEY_BYTES or not any(key)


def _read(path: Path) -> bytes | None:
    """Return the content; None if there is no file."""
    try:
        # not blocking, because a fifo would wait for a writer
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(f"{path} is not a file.", hint=_NEW_KEY)
        if found.st_mode & 0o077 or found.st_uid not in {os.geteuid(), 0}:
            raise ConfigError(
                f"{path} can be read or written by other users, who could decide in your name.",
                hint=_NEW_KEY,
            )
        return file.read(_KEY_BYTES + 1)
