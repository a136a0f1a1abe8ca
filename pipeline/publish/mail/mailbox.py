"""Read the mailbox of the bounce address: a Maildir on this machine, or IMAP over TLS.

Messages are kept and marked as seen once what they say is recorded; a call that was killed reads
some again, which changes nothing.
"""

import imaplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from config.errors import ConfigError, TryAgainLaterError
from config.files import open_regular
from config.mail_schema import MailSettings
from pipeline.publish.mail.account import password_of
from pipeline.runtime.mails import LONGEST_MAIL

#: messages of one call; those that wait for a person are read each time
_MOST = 20_000


class MailboxError(TryAgainLaterError):
    """The mailbox cannot be read now."""


class Mailbox(Protocol):
    """New messages by a key of the mailbox's own."""

    def new(self) -> Iterator[tuple[str, bytes]]:
        """Yield key and bytes of each message that is not marked as seen."""

    def seen(self, key: str) -> None:
        """Mark a message as seen."""


class Maildir:
    """A Maildir."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def new(self) -> Iterator[tuple[str, bytes]]:
        """Yield the path and the beginning of each message that is not marked as seen."""
        paths = [
            *sorted((self._directory / "new").glob("[!.]*")),
            *sorted(
                path
                for path in (self._directory / "cur").glob("[!.]*")
                if "S" not in path.name.partition(":2,")[2]
            ),
        ]
        for path in paths[:_MOST]:
            try:
                with open_regular(path) as file:
                    raw = file.read(LONGEST_MAIL)
            except FileNotFoundError:  # another program moved it
                continue
            yield str(path), raw

    def seen(self, key: str) -> None:
        """Move a message to `cur` with the flag S."""
        path = Path(key)
        base, _, flags = path.name.partition(":2,")
        name = f"{base}:2,{''.join(sorted({*flags, 'S'}))}"
        target = self._directory / "cur" / name
        target.parent.mkdir(exist_ok=True)
        path.rename(target)


class Imap:
    """A folder of an IMAP account."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client

    def new(self) -> Iterator[tuple[str, bytes]]:
        """Yield UID and bytes of each message that is not marked as seen."""
        for uid in _checked(self._client.uid("SEARCH", "UNSEEN"))[0].split()[:_MOST]:
            found = _checked(
                self._client.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{LONGEST_MAIL}>)")
            )
            bodies = [one[1] for one in found if isinstance(one, tuple)]
            if bodies:
                yield uid.decode(), bodies[0]

    def seen(self, key: str) -> None:
        """Set the flag."""
        _checked(self._client.uid("STORE", key, "+FLAGS", r"(\Seen)"))


def has_mailbox(mail: MailSettings) -> bool:
    """Return whether a mailbox is set up."""
    return mail.bounces is not None or bool(mail.imap_host)


@contextmanager
def open_mailboxes(mail: MailSettings, environment: Mapping[str, str]) -> Iterator[list[Mailbox]]:
    """Open the mailboxes of the settings.

    Raises:
        ConfigError: there is none, or the account has no password.
        MailboxError: it cannot be read.
    """
    if not has_mailbox(mail):
        raise ConfigError(
            "No bounce mailbox is set up.",
            hint="Set [mail] bounces to its Maildir, or imap_host and imap_username.",
        )
    boxes: list[Mailbox] = [] if mail.bounces is None else [Maildir(mail.bounces)]
    if not mail.imap_host:
        yield boxes
        return
    password = password_of(
        mail.imap_username,
        mail.imap_password_file,
        mail.imap_password_variable,
        environment,
        "[mail] imap_username",
    )
    with _connected(mail, password) as client:
        yield [*boxes, Imap(client)]


@contextmanager
def _connected(mail: MailSettings, password: str) -> Iterator[imaplib.IMAP4]:
    where = f"{mail.imap_host}:{mail.imap_port}"
    try:
        with imaplib.IMAP4_SSL(
            mail.imap_host,
            mail.imap_port,
            ssl_context=ssl.create_default_context(cafile=mail.ca_file),
            timeout=mail.timeout_seconds,
        ) as client:
            client.login(mail.imap_username, password)
            _checked(client.select(f'"{mail.imap_folder}"'))
            yield client
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(
            f"The mailbox {where} cannot be read: {' '.join(str(error).split())[:200]}.",
            hint="Check [mail] imap_host, imap_username and the password.",
        ) from error


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"{status} {data}")
    return data
