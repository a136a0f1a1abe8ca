"""Read the token with which monitoring asks for the numbers of a survey."""

from collections.abc import Mapping

from config.errors import ConfigError
from config.operate_schema import MonitorSettings
from config.secret import secret_of

#: characters; a shorter one can be guessed
_SHORTEST = 16


def monitor_token(settings: MonitorSettings, environment: Mapping[str, str]) -> str:
    """Return the token, or nothing if none is set.

    Raises:
        ConfigError: the file cannot be read or is empty, or the token is too short.
    """
    token = secret_of(
        settings.token_file, settings.token_variable, environment, "[monitor] token_file"
    ).strip()
    if settings.token_file is not None and not token:
        raise ConfigError(
            f"The token file {settings.token_file} of [monitor] is empty.",
            hint="Write a token into its first line, or remove token_file.",
        )
    if token and len(token) < _SHORTEST:
        place = settings.token_file or f"the variable {settings.token_variable}"
        raise ConfigError(
            f"The token of [monitor] in {place} has {len(token)} characters, fewer than"
            f" {_SHORTEST}.",
            hint="`openssl rand -hex 32` makes one that cannot be guessed.",
        )
    return token
