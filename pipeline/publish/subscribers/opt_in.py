"""Ask and confirm: what the pages and the commands do with a wish to receive mail."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from config.subscribers_schema import SubscribersSettings
from pipeline.publish.subscribers.address import (
    Address,
    address_key,
    domain_key,
    mailbox_key,
    network_key,
)
from pipeline.runtime.clock import check_clock
from pipeline.runtime.services import Clock
from storage.store import OpenStore
from storage.subscriber_types import Asked, Choices, How, OptInLimits, OptInRequest


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants an address to receive mail."""

    address: Address
    choices: Choices
    #: the sentence that was agreed to
    wording: str
    #: of whoever asks; None: a command
    network: str | None = None
    how: How = How.PAGE


def ask(
    wish: Wish, *, open_store: OpenStore, salt: bytes, settings: SubscribersSettings, clock: Clock
) -> Asked:
    """Queue the mail with which the owner of an address confirms; return what became of it.

    The same is done for known and unknown addresses, so that neither answer nor time differ. It
    raises WrongClockError if the clock cannot be right, because requests that ended are erased.
    """
    request = OptInRequest(
        confirmation_id=new_id(),
        subscriber_id=new_id(),
        address=str(wish.address),
        address_key=address_key(wish.address, salt),
        mailbox_key=mailbox_key(wish.address, salt),
        network_key=None if wish.network is None else network_key(wish.network, salt),
        choices=wish.choices,
        wording=wish.wording,
        how=wish.how,
        domain_key=domain_key(wish.address, salt),
    )
    now = clock()
    with open_store() as store:
        check_clock(store, now)
        store.confirmations.expire(now, valid_for=valid_for(settings))
        return store.confirmations.ask(request, limits(settings), now)


def limits(settings: SubscribersSettings) -> OptInLimits:
    """Return the limits of the settings."""
    return OptInLimits(
        settings.mails_per_mailbox,
        settings.requests_per_network,
        settings.requests_per_hour,
        settings.requests_per_domain,
    )


def valid_for(settings: SubscribersSettings) -> timedelta:
    """Return how long a confirmation can be answered."""
    return timedelta(days=settings.confirm_within_days)


def new_id() -> str:
    """Return an ID that cannot be guessed, without `.` and `-`."""
    return secrets.token_hex(16)
