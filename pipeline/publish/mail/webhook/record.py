"""Record what was posted: reasons for suppression, and who left. Repeated it comes to the same."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.publish.mail import books
from pipeline.publish.mail.matching import Known, Matched
from pipeline.publish.mail.reports import leave, suppression
from pipeline.publish.mail.suppression_file import add_suppressions
from pipeline.publish.mail.webhook.events import Event, EventKind
from pipeline.publish.mail.webhook.providers import read_events, sns_confirmation
from pipeline.publish.mail.webhook.spool import count_unknown, kept_requests
from pipeline.publish.subscribers.keys import SubscriberKeys
from pipeline.runtime.services import Services
from storage.mail_types import SuppressionKind

_SUPPRESSES = {
    EventKind.HARD: SuppressionKind.HARD,
    EventKind.SOFT: SuppressionKind.SOFT,
    EventKind.COMPLAINT: SuppressionKind.COMPLAINT,
}
#: an instant further away is an error of the sender's clock
_PLAUSIBLE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class WebhookReport:
    """What was recorded."""

    requests: int = 0
    #: reasons for suppression that are new
    new: int = 0
    left: int = 0
    #: events about no reader of ours
    unmatched: int = 0
    unknown: int = 0


def record_requests(services: Services, keys: SubscriberKeys) -> WebhookReport:
    """Record the requests that wait, each with all of its events, and remove them.

    The caller holds the lock of mail.
    """
    directory, known = services.settings.mail.journal, Known(services, keys)
    requests = new = left = unmatched = unknown = 0
    for path, body in kept_requests(directory):
        requests += 1
        now, names = services.clock(), Counter[str]()
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            document = None
        suppressing = []
        for event in read_events(document):
            if event.kind is EventKind.UNKNOWN:
                names[event.name] += 1
                unknown += 1
            if event.kind in {EventKind.UNKNOWN, EventKind.OTHER}:
                continue
            at = _when(event, now)
            matched = _matched(known, event, at)
            if matched is None:
                unmatched += 1
                continue
            if event.kind in _SUPPRESSES:
                kind = _SUPPRESSES[event.kind]
                suppressing.append(suppression(matched, kind, at, event.status, "webhook"))
            if event.kind in {EventKind.COMPLAINT, EventKind.LEAVE}:
                left += leave(services, matched.subscriber_id, now)
        new += add_suppressions(directory, suppressing)
        count_unknown(directory, names, now, confirm=sns_confirmation(document))
        path.unlink(missing_ok=True)
    if requests:
        with services.open_store() as store:
            books.follow_suppressions(directory, store)
    return WebhookReport(requests, new, left, unmatched, unknown)


def _matched(known: Known, event: Event, at: datetime) -> Matched | None:
    """Return whose mail an event is about: by its Message-ID, else by the address.

    The address is believed, because only the provider knows the secret of the webhook.
    """
    found = known.by_mail(event.mail) or known.by_address([event.address], at, lately=False)
    if found is None or found.mail:
        return found
    about = event.about or f"{at:%Y-%m-%d}"
    return Matched(found.subscriber_id, found.address_key, f"webhook.{about}")


def _when(event: Event, now: datetime) -> datetime:
    if event.at is None or not now - _PLAUSIBLE <= event.at <= now:
        return now
    return event.at
