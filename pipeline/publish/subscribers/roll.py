"""What the maintainer does with subscribers: add, import, export, remove."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from config.errors import UsageError
from pipeline.publish.subscribers.address import Address, address_key, mailbox_key
from pipeline.publish.subscribers.held import all_held
from pipeline.publish.subscribers.import_file import Defaults, Rejected, read_import_file
from pipeline.publish.subscribers.keys import SubscriberKeys, checked_keys, subscriber_keys
from pipeline.publish.subscribers.opt_in import Wish, ask, new_id
from pipeline.runtime.clock import check_clock
from pipeline.runtime.services import Services
from storage.errors import SubscriberNotFoundError
from storage.subscriber_import import NewSubscriber
from storage.subscriber_types import Asked, Choices, How, Subscriber

#: people added in one lease
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of each address, in the given order."""

    asked: tuple[tuple[str, Asked], ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do."""

    added: int
    #: subscribed already
    present: int
    #: left or deleted; only they can come back
    departed: int
    #: lines with the address of an earlier line
    repeated: int
    rejected: tuple[Rejected, ...]
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class RemoveReport:
    """What became of each address: left, deleted or unchanged."""

    removed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AllowReport:
    """Which addresses may be asked again; False: none had refused."""

    allowed: tuple[tuple[str, bool], ...]


def add(
    services: Services, addresses: Sequence[Address], choices: Choices, wording: str
) -> AddReport:
    """Queue a mail to each address, whose owner must confirm.

    Args:
        services: store, settings, clock.
        addresses: whom to ask.
        choices: what they would get.
        wording: the sentence to which they agree by confirming; the page shows it.
    """
    keys = _keys(services)
    asked = tuple(
        (
            str(address),
            ask(
                Wish(address, choices, wording, how=How.COMMAND),
                open_store=services.open_store,
                salt=keys.salt,
                settings=services.settings.subscribers,
                clock=services.clock,
            ),
        )
        for address in addresses
    )
    return AddReport(asked)


def import_people(
    services: Services,
    path: Path,
    *,
    consent: str,
    consented_on: date | None,
    choices: Choices,
    person: str,
    dry_run: bool = False,
) -> ImportReport:
    """Add people who agreed elsewhere; killed and called again it goes on.

    Args:
        services: of the survey.
        path: the file, see `read_import_file`.
        consent: what they agreed to, or where that is written.
        consented_on: when, for lines that do not say it.
        choices: of people for whom the file names none.
        person: who imports.
        dry_run: change nothing.

    Raises:
        UsageError: the file cannot be read, or no consent is stated.
    """
    if not consent.strip():
        raise UsageError(
            "It is not said to what these people agreed.",
            hint='Add --consent "TEXT", the sentence they agreed to. People who did not agree are'
            " asked with `living-survey subscribers add`.",
        )
    now = services.clock()
    if consented_on is not None and consented_on > now.date():
        raise UsageError(
            f"{consented_on} is in the future.", hint="Give the day on which they agreed."
        )
    read = read_import_file(
        path,
        salt=_keys(services).salt,
        taxonomy=services.taxonomy,
        defaults=Defaults(choices, consented_on),
        today=now.date(),
    )
    with services.open_store() as store:
        check_clock(store, now)
    people = [
        NewSubscriber(new_id(), new_id(), str(one.address), one.key, one.choices, one.consented_on)
        for one in read.people
    ]
    added = present = departed = 0
    for part in _parts(people):
        with services.open_store() as store:
            done = store.subscriber_import.add(
                part, wording=consent.strip(), person=person, now=now, dry_run=dry_run
            )
        added, present = added + done.added, present + done.present
        departed += done.departed
    return ImportReport(added, present, departed, read.repeated, read.rejected, dry_run)


def remove(
    services: Services, addresses: Sequence[Address], *, person: str, delete: bool
) -> RemoveReport:
    """End subscriptions, or erase addresses too."""
    salt = _keys(services).salt
    done = []
    for address in addresses:
        with services.open_store() as store:
            found = store.subscribers.with_key(address_key(address, salt))
            act = store.subscribers.delete if delete else store.subscribers.leave
            changed = found is not None and act(
                found.subscriber_id, How.COMMAND, services.clock(), person=person
            )
        word = "deleted" if delete else "left"
        done.append((str(address), word if changed else "unchanged"))
    return RemoveReport(tuple(done))


def allow(services: Services, addresses: Sequence[Address]) -> AllowReport:
    """Record that mailboxes may get mails that ask to confirm again."""
    salt = _keys(services).salt
    done = []
    for address in addresses:
        with services.open_store() as store:
            allowed = store.confirmations.allow(mailbox_key(address, salt), services.clock())
        done.append((str(address), allowed))
    return AllowReport(tuple(done))


def find(services: Services, address: Address) -> dict[str, object]:
    """Return all that is held of an address, for a person who asks by mail.

    Raises:
        SubscriberNotFoundError: nothing is held.
    """
    salt = _keys(services).salt
    with services.open_store() as store:
        found = store.subscribers.with_key(address_key(address, salt))
        if found is None:
            raise SubscriberNotFoundError(str(address))
        return all_held(store, found)


def everybody(services: Services) -> list[Subscriber]:
    """Return everybody whose address is held, in order of their first act."""
    with services.open_store() as store:
        return [one for one in store.subscribers.all() if one.address is not None]


def rekey(services: Services) -> int:
    """Keep every held address with the present key, after the former was lost; return how many."""
    salt = subscriber_keys(services.settings.database.path).salt
    with services.open_store() as store:
        held = [one for one in store.subscribers.all() if one.address is not None]
        return store.subscribers.rekey(
            {one.subscriber_id: address_key(one.address or "", salt) for one in held}
        )


def _keys(services: Services) -> SubscriberKeys:
    return checked_keys(services.settings.database.path, services.open_store)


def _parts(people: Sequence[NewSubscriber]) -> Iterator[Sequence[NewSubscriber]]:
    for start in range(0, len(people), _AT_ONCE):
        yield people[start : start + _AT_ONCE]
