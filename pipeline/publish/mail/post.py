"""Make the mails of a mailing, and hold what sending needs beside the store."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.publish.digest.fit import Cut
from pipeline.publish.mail.account import Sender
from pipeline.publish.mail.issue_record import MailIssue
from pipeline.publish.mail.letter import (
    MOST_BYTES,
    Links,
    Reader,
    Written,
    best_cut,
    write_letter,
)
from pipeline.publish.mail.message import Addressed, Signer, build_message, message_id
from pipeline.publish.mail.pace import Limits
from pipeline.publish.mail.transport import Connection

#: bytes by which addresses and links of two people may differ
_SPARE = 1_024


@dataclass(frozen=True, slots=True)
class Personal:
    """What is one person's in a mail."""

    links: Links
    #: that a mail to the unsubscribe address names
    token: str


@dataclass(frozen=True, slots=True)
class Post:
    """How mails are made and handed over."""

    connect: Callable[[], AbstractContextManager[Connection]]
    sender: Sender
    #: None: the mail server signs
    signer: Signer | None
    #: of Message-IDs
    secret: bytes = field(repr=False)
    #: what a person's mail has for them alone, by subscriber ID
    personal: Callable[[str], Personal]
    limits: Limits
    #: a clock that only goes forward, in seconds
    monotonic: Callable[[], float]
    wait: Callable[[float], None]


class Composer:
    """Makes the mails of one mailing."""

    def __init__(
        self,
        post: Post,
        name: str,
        issues: tuple[MailIssue, ...],
        month: tuple[int, int] | None = None,
    ) -> None:
        self._post = post
        self._name = name
        self._issues = issues
        self._month = month
        #: what is left out is the same for all readers with the same choices
        self._cuts: dict[Reader, Cut] = {}

    @property
    def name(self) -> str:
        """The name of the mailing."""
        return self._name

    @property
    def limits(self) -> Limits:
        """How much may go, and how fast."""
        return self._post.limits

    @property
    def issues(self) -> tuple[MailIssue, ...]:
        """The issues in each mail."""
        return self._issues

    def message_id(self, subscriber_id: str) -> str:
        """Return the Message-ID of a person's mail."""
        post = self._post
        return message_id(post.secret, self._name, subscriber_id, post.sender.domain)

    def letter(self, subscriber_id: str, address: str, reader: Reader, at: datetime) -> Written:
        """Return what a person's mail says."""
        if reader not in self._cuts:
            self._cuts[reader] = best_cut(
                self._issues,
                lambda cut: len(
                    self._built(
                        self._written(subscriber_id, reader, cut), subscriber_id, address, at
                    )
                ),
                MOST_BYTES - _SPARE,
            )
        return self._written(subscriber_id, reader, self._cuts[reader])

    def compose(self, subscriber_id: str, address: str, reader: Reader, at: datetime) -> bytes:
        """Return the bytes of a person's mail."""
        written = self.letter(subscriber_id, address, reader, at)
        return self._built(written, subscriber_id, address, at)

    def _written(self, subscriber_id: str, reader: Reader, cut: Cut) -> Written:
        return write_letter(
            self._issues,
            reader,
            self._post.personal(subscriber_id).links,
            cut=cut,
            month=self._month,
            postal_address=self._post.sender.postal_address,
        )

    def _built(self, written: Written, subscriber_id: str, address: str, at: datetime) -> bytes:
        personal = self._post.personal(subscriber_id)
        addressed = Addressed(
            address=address,
            message_id=self.message_id(subscriber_id),
            unsubscribe=personal.links.unsubscribe,
            token=personal.token,
        )
        return build_message(written, addressed, self._post.sender, at, self._post.signer)
