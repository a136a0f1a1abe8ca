"""Read a secret from a file or the environment, and put it into an address."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from config.errors import ConfigError
from config.files import read_regular_text

#: in an address
PLACE = "{secret}"


def secret_of(file: Path | None, variable: str, environment: Mapping[str, str], key: str) -> str:
    """Return the first line of a file, or a variable; empty: there is none.

    Raises:
        ConfigError: the file cannot be read or its first line is empty.
    """
    if file is None:
        return environment.get(variable, "").strip()
    try:
        found = read_regular_text(file).partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigError(
            f"[alerts] {key} {file} cannot be read: {cause}.",
            hint="Correct the path or the file's permissions.",
        ) from error
    if not found:
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
