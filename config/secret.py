"""Read a secret from the first line of a file, or from a variable of the environment."""

from collections.abc import Mapping
from pathlib import Path

from config.errors import ConfigError
from config.files import read_regular_text

#: ends of the names of settings that name a file with a secret
SECRET_ENDS = ("password_file", "key_file", "token_file", "secret_file", "dkim_key")


def secret_of(file: Path | None, variable: str, environment: Mapping[str, str], where: str) -> str:
    """Return a secret, with the blanks it has; empty: there is none.

    Args:
        file: whose first line it is; None: the variable holds it.
        variable: of the environment.
        environment: of this call.
        where: the setting of the file, such as `[mail] password_file`.

    Raises:
        ConfigError: the file cannot be read.
    """
    return environment.get(variable, "") if file is None else first_line(file, where)


def first_line(file: Path, where: str) -> str:
    """Return the first line of a file with a secret.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        return read_regular_text(file).partition("\n")[0].strip("\r")
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise ConfigError(
            f"{where} {file} cannot be read: {cause}.",
            hint="Correct the path or the file's permissions.",
        ) from error
