"""Record what a person decides: on mails that may have arrived or failed, and to send no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from pipeline.publish.mail import books
from pipeline.publish.mail.journal import open_journal
from pipeline.publish.mail.receipt import Outcome, Receipt, Standing
from pipeline.runtime.services import Services
from storage.mail_types import MailKind

#: of a recipient who was not tried when a person ended the mailing
CLOSED = "closed by a person"


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was decided."""

    mailing: str
    kind: MailKind
    subscribers: tuple[str, ...]


def resolve(services: Services, ids: Sequence[str], kind: MailKind) -> tuple[Resolved, ...]:
    """Record of mails that they count as sent, or are tried again by the next call.

    The caller holds the lock of mail.

    Args:
        services: store, settings, clock.
        ids: `2026-W12:SUBSCRIBER`, or `2026-W12` for all that are uncertain in it.
        kind: SENT or AGAIN.

    Raises:
        UsageError: there is no such mail, or it is neither uncertain nor failed.
    """
    chosen: dict[str, list[str]] = {}
    for one in dict.fromkeys(ids):
        name, _, person = one.partition(":")
        chosen.setdefault(name, []).extend(_chosen(services, name, person, kind))
    directory, done = services.settings.mail.journal, []
    for name, people in chosen.items():
        _note(directory, name, people, kind, services)
        done.append(Resolved(name, kind, tuple(people)))
    return tuple(done)


def close(services: Services, name: str) -> Receipt:
    """Record that no one else gets a mailing: who was not tried is suppressed, who failed failed.

    Who may have it stays uncertain. The caller holds the lock of mail.

    Raises:
        UsageError: there is no such mailing.
    """
    directory, now = services.settings.mail.journal, services.clock()
    with services.open_store() as store:
        books.settle(directory, name, store, now)
    receipt = _existing(services, name)
    with open_journal(directory, name) as journal:
        for one in receipt.standings:
            person = one.recipient.subscriber_id
            if one.outcome is Outcome.PENDING:
                journal.note(person, MailKind.SUPPRESSED, now, detail=CLOSED)
            elif one.outcome is Outcome.FAILED and one.temporary and one.last is not None:
                said = one.last
                journal.note(person, MailKind.FAILED, now, detail=said.detail, code=said.code)
    with services.open_store() as store:
        books.follow(directory, name, store)
    return _existing(services, name)


def _note(
    directory: Path, name: str, people: Sequence[str], kind: MailKind, services: Services
) -> None:
    with open_journal(directory, name) as journal:
        for person in dict.fromkeys(people):
            journal.note(person, kind, services.clock(), detail="decided by a person")
    with services.open_store() as store:
        books.follow(directory, name, store)


def _chosen(services: Services, name: str, person: str, kind: MailKind) -> list[str]:
    with services.open_store() as store:
        books.settle(services.settings.mail.journal, name, store, services.clock())
    receipt = _existing(services, name)
    if not person:
        return [
            one.recipient.subscriber_id
            for one in receipt.standings
            if one.outcome is Outcome.UNCERTAIN
        ]
    found = [one for one in receipt.standings if one.recipient.subscriber_id == person]
    if not found or not _may(found[0], kind):
        state = found[0].outcome.value if found else "not a recipient"
        raise UsageError(
            f"{name}:{person:.40} is {state}, so there is nothing to decide.",
            hint=f"`living-survey mail status --week {name}` lists what is uncertain or failed.",
        )
    return [person]


def _existing(services: Services, name: str) -> Receipt:
    receipt = books.read_receipt(services, name)
    if receipt is None:
        raise UsageError(
            f"No mail of {name!r:.40} was sent.", hint="`living-survey mail status` lists all."
        )
    return receipt


def _may(standing: Standing, kind: MailKind) -> bool:
    return standing.outcome is Outcome.UNCERTAIN or (
        kind is MailKind.AGAIN and standing.outcome is Outcome.FAILED
    )
