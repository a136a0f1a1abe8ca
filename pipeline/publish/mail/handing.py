"""Hand over one mail after another on one connection, and stop when the server is at fault.

A recipient that the server refuses or that breaks the connection harms no other. A server that
treats several in a row so is not asked further: the rest waits for the next call.
"""

import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.publish.mail.journal import Journal
from pipeline.publish.mail.letter import Reader
from pipeline.publish.mail.pace import pause_seconds
from pipeline.publish.mail.post import Composer, Post
from pipeline.publish.mail.suppression import event_id
from pipeline.publish.mail.suppression_file import add_suppressions
from pipeline.publish.mail.transport import Answer, Connection, MailServerError, Outcome
from storage.mail_types import FrozenRecipient, MailKind, SuppressionEvent, SuppressionKind

#: so many uncertain mails, broken connections or refused texts in a row are the server's fault
_IN_A_ROW = 3
#: says that an address does not exist (RFC 3463)
_NO_ADDRESS = re.compile(r"5\.1\.(?:1|2|3|6|10)")
_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]{0,64}@[^\s<>\"'(),;:@]*")
_LONGEST = 200
#: the server closes the connection
_CLOSING = 421


class Handing:
    """The mails of one call."""

    def __init__(
        self,
        post: Post,
        composer: Composer,
        journal: Journal,
        clock: Callable[[], datetime],
        directory: Path,
    ) -> None:
        self._post = post
        self._composer = composer
        self._journal = journal
        self._clock = clock
        self._directory = directory
        self._stack = ExitStack()
        self._connection: Connection | None = None
        self._begun: float | None = None
        self._bad_in_a_row = 0
        #: mails whose text was handed over, and those that the server took
        self.handed = 0
        self.sent = 0
        #: why no other mail is to follow; empty: nothing speaks against it
        self.stopped = ""

    def __enter__(self) -> Self:
        """Return itself; the connection is opened with the first mail."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._stack.close()

    def hand_over(self, recipient: FrozenRecipient, address: str, reader: Reader) -> None:
        """Hand over one person's mail and record what became of it."""
        person = recipient.subscriber_id
        message = self._composer.compose(person, address, reader, self._clock())
        fresh = self._connection is None
        try:
            answer = self._try(person, address, message)
            closed = answer.outcome is Outcome.NOT_SENT or (
                answer.code == _CLOSING and answer.stage != "body"
            )
            if closed and not fresh:
                # Servers close connections after some mails; that says nothing of this one.
                answer = self._try(person, address, message)
        except MailServerError as error:
            self.stopped = str(error)
            return
        self._record(recipient, answer)

    def _try(self, person: str, address: str, message: bytes) -> Answer:
        connection = self._open()
        pause = pause_seconds(self._begun, self._post.monotonic(), self._post.limits.per_minute)
        if pause:
            self._post.wait(pause)
        self._begun = self._post.monotonic()

        def note() -> None:
            self._journal.note(person, MailKind.HANDING_OVER, self._clock())
            self.handed += 1

        answer = connection.hand_over(self._post.sender.bounces, address, message, before_data=note)
        if not answer.keeps_connection:
            self._close()
        return answer

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._stack.enter_context(self._post.connect())
        return self._connection

    def _close(self) -> None:
        self._stack.close()
        self._connection = None

    def _record(self, recipient: FrozenRecipient, answer: Answer) -> None:
        if answer.stage == "MAIL" and answer.outcome in {Outcome.REFUSED, Outcome.PUT_OFF}:
            # It concerns the sender, so it would be said of everybody.
            self.stopped = f"The server does not accept the sender: {_said(answer)}."
            return
        kind = {
            Outcome.ACCEPTED: MailKind.SENT,
            Outcome.UNCERTAIN: MailKind.UNCERTAIN,
        }.get(answer.outcome, MailKind.FAILED)
        now = self._clock()
        self._journal.note(
            recipient.subscriber_id,
            kind,
            now,
            detail="" if kind is MailKind.SENT else _said(answer),
            code=answer.code,
            temporary=answer.outcome in {Outcome.PUT_OFF, Outcome.NOT_SENT},
        )
        self.sent += kind is MailKind.SENT
        if answer.outcome is Outcome.REFUSED and answer.stage == "RCPT":
            self._suppress(recipient, answer, now)
        self._judge_server(answer)

    def _suppress(self, recipient: FrozenRecipient, answer: Answer, now: datetime) -> None:
        """Remember an address that does not exist, or that could not be reached."""
        gone = _NO_ADDRESS.fullmatch(answer.enhanced) is not None
        kind = SuppressionKind.HARD if gone else SuppressionKind.SOFT
        about = self._composer.message_id(recipient.subscriber_id)
        event = SuppressionEvent(
            event_id(recipient.address_key, kind, about),
            recipient.address_key,
            kind,
            now,
            "server",
            _said(answer),
        )
        add_suppressions(self._directory, [event])

    def _judge_server(self, answer: Answer) -> None:
        at_fault = answer.outcome in {Outcome.UNCERTAIN, Outcome.NOT_SENT} or (
            answer.stage in {"DATA", "body"} and answer.outcome is not Outcome.ACCEPTED
        )
        self._bad_in_a_row = self._bad_in_a_row + 1 if at_fault else 0
        if self._bad_in_a_row >= _IN_A_ROW:
            self.stopped = (
                f"{_IN_A_ROW} mails in a row were not answered or refused, the last with:"
                f" {_said(answer)}."
            )


def without_addresses(text: str, *, longest: int = _LONGEST) -> str:
    """Return what a server said on one line, without the addresses that servers repeat."""
    return _ADDRESS.sub("(address)", text)[:longest].rstrip(".")


def _said(answer: Answer) -> str:
    text = without_addresses(answer.text or "no answer")
    return f"{answer.code} {text}" if answer.code else f"{text} ({answer.stage})"
