"""Send the confirmations that wait, each at most once.

A mail that was begun and has no end, because the process was killed or the connection broke after
the data, is uncertain and not sent again: the person can ask for another.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pipeline.publish.subscribers.letters import Letter, confirmation_letter
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.publish.subscribers.opt_in import valid_for
from pipeline.runtime.services import Services

_log = logging.getLogger(__name__)
#: mails of one call
_MOST = 100


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


def send_confirmations(
    services: Services, post: Post, *, links: SubscriberLinks, survey: str
) -> OutboxReport:
    """Send what waits, up to a hundred mails; stop where the server defers one.

    The database is not held while the server is waited for.
    """
    settings = services.settings.subscribers
    valid = valid_for(settings)
    with services.open_store() as store:
        store.confirmations.expire(services.clock(), valid_for=valid)
        waiting = store.confirmations.waiting(services.clock(), valid_for=valid, most=_MOST)
    counts = dict.fromkeys(Outcome, 0)
    for asked in waiting:
        letter = confirmation_letter(
            asked, survey=survey, links=links, days=settings.confirm_within_days
        )
        with services.open_store() as store:
            if not store.confirmations.begin(asked.confirmation_id, services.clock()):
                continue
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
        if delivery.outcome is Outcome.DEFERRED:
            break
    if counts[Outcome.FAILED] or counts[Outcome.DEFERRED]:
        _log.warning("confirmations were not sent", extra={k.value: n for k, n in counts.items()})
    return OutboxReport(
        counts[Outcome.SENT],
        counts[Outcome.FAILED],
        counts[Outcome.UNCERTAIN],
        counts[Outcome.DEFERRED],
    )
