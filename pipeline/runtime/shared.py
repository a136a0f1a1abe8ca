"""What a worker was sent once for all its blocks, by key, made at first use."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

_lock = threading.Lock()
_makers: dict[str, Callable[[], object]] = {}
_made: dict[str, object] = {}


class GivenUpError(Exception):
    """The work was given up, and with it what its blocks need."""


def new_key() -> str:
    """Return a key that no other call has."""
    return secrets.token_hex(8)


def share(key: str, make: Callable[[], object]) -> None:
    """Keep what makes a value in this process."""
    with _lock:
        _makers[key] = make


def value(key: str) -> Any:
    """Return the value, made by the first block that needs it.

    Raises:
        GivenUpError: the work was given up.
        Exception: what making it raised; the next block tries again.
    """
    with _lock:
        if key not in _makers:
            raise GivenUpError
        if key not in _made:
            _made[key] = _makers[key]()
        return _made[key]


def forget(key: str) -> None:
    """Free the memory of a value."""
    with _lock:
        _makers.pop(key, None)
        _made.pop(key, None)
