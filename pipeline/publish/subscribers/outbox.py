"""Send the confirmations that wait, each at most once.

A mail that was begun and has no end, because the process was killed or the connection broke after
the data, is uncertain and not sent again: the person can ask for another.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from pipeline.publish.subscribers.letters import Letter, confirmation_letter
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.publish.subscribers.opt_in import valid_for
from pipeline.runtime.clock import check_clock
from pipeline.runtime.services import Services

_log = logging.getLogger(__name__)
#: mails of one call
_MOST = 100
#: for services, as servers that put a first mail off on purpose want it
RETRY_AFTER = timedelta(minutes=15)


class Outcome(StrEnum):
    """What became of a mail."""

    SENT = "sent"
    #: refused for good
    FAILED = "failed"
    #: the server may have it or not
    UNCERTAIN = "uncertain"
    #: the server surely does not have it, and may take it later
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a mail server said of a mail."""

    outcome: Outcome
    detail: str = ""
    #: the server takes no mail at the moment, so others need not be tried
    stop: bool = False


class Post(Protocol):
    """What hands a mail to a mail server."""

    def __call__(self, letter: Letter) -> Delivery:
        """Send a mail; trouble of the network and refusals are deliveries too."""
        ...


@dataclass(frozen=True, slots=True)
class OutboxReport:
    """What became of the confirmations that waited."""

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    deferred: int = 0
    #: the server took no mail at the moment
    stopped: bool = False
    #: mails with the answer to a suggestion, which are no confirmations
    answers: int = 0


def send_confirmations(
    services: Services,
    post: Post,
    *,
    links: SubscriberLinks,
    survey: str,
    blocked: Collection[str] = (),
    retry_after: timedelta = timedelta(),
) -> OutboxReport:
    """Send what waits, up to a hundred mails; the database is not held while the server works.

    Args:
        services: store, settings, clock.
        post: hands over each mail.
        links: to the pages.
        survey: its name.
        blocked: keys of addresses that get no mail, because they do not exist or complained.
        retry_after: how long a deferred mail waits before it is tried again.

    Raises:
        WrongClockError: the clock cannot be right; no request is erased by it.
    """
    settings = services.settings.subscribers
    valid = valid_for(settings)
    with services.open_store() as store:
        check_clock(store, services.clock())
        store.confirmations.expire(services.clock(), valid_for=valid)
        waiting = store.confirmations.waiting(
            services.clock(), valid_for=valid, retry_after=retry_after, most=_MOST
        )
    counts = dict.fromkeys(Outcome, 0)
    stopped = False
    for asked in waiting:
        letter = confirmation_letter(
            asked, survey=survey, links=links, days=settings.confirm_within_days
        )
        with services.open_store() as store:
            if not store.confirmations.begin(asked.confirmation_id, services.clock()):
                continue
        if asked.address_key in blocked:
            delivery = Delivery(Outcome.FAILED, "the address is suppressed")
        else:
            delivery = post(letter)
        with services.open_store() as store:
            store.confirmations.end(
                asked.confirmation_id,
                delivery.outcome.value,
                services.clock(),
                # servers repeat the address, which must be erasable
                detail=delivery.detail.replace(letter.to, "<address>"),
            )
        counts[delivery.outcome] += 1
        if delivery.stop:
            stopped = True
            break
    if counts[Outcome.FAILED] or counts[Outcome.DEFERRED]:
        _log.warning("confirmations were not sent", extra={k.value: n for k, n in counts.items()})
    return OutboxReport(
        counts[Outcome.SENT],
        counts[Outcome.FAILED],
        counts[Outcome.UNCERTAIN],
        counts[Outcome.DEFERRED],
        stopped,
    )
