"""The key that signs sessions and form tokens: made once, kept beside the database, never shown."""

import os
import secrets
from pathlib import Path

from config.errors import ConfigError

_BYTES = 32


def session_secret(database: Path) -> bytes:
    """Return the key of this database's review queue; pages stay valid over a restart.

    Raises:
        ConfigError: the file cannot be read or written, or is no key.
    """
    path = database.with_name(database.name + ".review-key")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL: of two services that start at once one writes, both read the same.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Let this user write beside the database.",
        ) from error
    else:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
    try:
        key = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", hint="Mend its permissions."
        ) from error
    if len(key) != _BYTES:
        raise ConfigError(
            f"{path} is no key.", hint="Delete it; a new one is made and open pages reload."
        )
    return key
