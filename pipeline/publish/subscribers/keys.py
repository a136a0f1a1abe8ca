"""The key of a survey's subscribers, of which the salt of addresses and the tokens are made."""

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import ConfigError
from config.private_key import private_key
from pipeline.publish.subscribers.address import address_key
from pipeline.publish.subscribers.tokens import Tokens
from storage.engine.paths import real_path
from storage.store import OpenStore


@dataclass(frozen=True, slots=True)
class SubscriberKeys:
    """What is made of the key."""

    #: of `address_key`
    salt: bytes = field(repr=False)
    tokens: Tokens = field(repr=False)


def key_path(database: Path) -> Path:
    """Return the file of the key, `survey.duckdb.subscriber-key`."""
    database = real_path(database)
    return database.with_name(database.name + ".subscriber-key")


def subscriber_keys(database: Path) -> SubscriberKeys:
    """Return the keys of a survey; the file beside the database is created on first use.

    Raises:
        ConfigError: the file cannot be read or written, contains no key, or is not private.
    """
    key = private_key(
        key_path(database),
        danger="who could read and end subscriptions",
        remedy="Restore it from your copy. With another key the links of all mails sent so far stop"
        " working, and addresses that were deleted are not recognised.",
    )
    return SubscriberKeys(_derived(key, "salt"), Tokens(_derived(key, "tokens")))


def checked_keys(database: Path, open_store: OpenStore) -> SubscriberKeys:
    """Return the keys of a survey, after trying them on an address that is held.

    Raises:
        ConfigError: as `subscriber_keys`, or the key is not the one the addresses were kept with.
            Then none is created.
    """
    with open_store() as store:
        held = store.subscribers.any_contact()
    lost = held is not None and not key_path(database).exists()
    keys = None if lost else subscriber_keys(database)
    if keys is None or (held is not None and address_key(held[0], keys.salt) != held[1]):
        what = "is missing. It held" if lost else "is not"
        raise ConfigError(
            f"{key_path(database)} {what} the key that this survey's subscribers were kept with.",
            hint="Restore the file from your copy. If it is lost, `living-survey subscribers rekey`"
            " goes on with the new one; deleted addresses are then no longer recognised.",
        )
    return keys


def _derived(key: bytes, use: str) -> bytes:
    return hmac.new(key, f"living-survey.subscribers.{use}".encode(), hashlib.sha256).digest()
