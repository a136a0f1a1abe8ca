"""Keep the key that signs sessions in a private file beside the database."""

from pathlib import Path

from config.private_key import private_key


def session_secret(database: Path) -> bytes:
    """Return the signing key beside a database; create it on first use.

    It is kept, so that sessions and the printed address survive a restart.

    Raises:
        ConfigError: the file cannot be read or written, contains no key, or is not private.
    """
    return private_key(
        database.with_name(database.name + ".review-key"),
        danger="who could decide in your name",
        remedy="Delete it. A new one is created, and every browser must open the new printed"
        " address.",
    )
