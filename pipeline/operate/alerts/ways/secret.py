"""Read a secret from a file or the environment, and put it into an address."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from config.errors import ConfigError
from config.secret import secret_of

#: in an address
PLACE = "{secret}"


def alert_secret(file: Path | None, variable: str, environment: Mapping[str, str], key: str) -> str:
    """Return the secret of a way of telling; empty: there is none.

    Raises:
        ConfigError: the file cannot be read or its first line is empty.
    """
    found = secret_of(file, variable, environment, f"[alerts] {key}").strip()
    if file is not None and not found:
        raise ConfigError(
            f"The first line of {file} is empty.", hint=f"Write the secret of [alerts] {key} to it."
        )
    return found


def with_secret(url: str, secret: str, where: str) -> str:
    """Return the address with the secret in its place.

    Raises:
        ConfigError: the address has a place for a secret and there is none.
    """
    if PLACE not in url:
        return url
    if not secret:
        raise ConfigError(
            f"The address of the {where} has {PLACE} in it, and there is no secret.",
            hint=f"Name its file or variable in [alerts] {where}_secret_file or"
            f" {where}_secret_variable.",
        )
    return url.replace(PLACE, quote(secret, safe="/"))
