"""Store who asked to receive mail, until the owner of the address confirms it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Row, Session
from storage.subscriber_types import (
    Asked,
    Choices,
    Confirmation,
    ConfirmationKind,
    Confirmed,
    How,
    OptInLimits,
    OptInRequest,
    Rhythm,
    SubscriberState,
)
from storage.subscribers import Subscribers

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# Without requests dated ahead, which a wrong clock left.
_LATELY = """
SELECT count(*) FILTER (mailbox_key = $mailbox_key AND asked_at > $day),
       count(*) FILTER (network_key = $network_key AND asked_at > $hour),
       count(*) FILTER (network_key IS NOT NULL AND asked_at > $hour),
       count(*) FILTER (domain_key = $domain_key AND network_key IS NOT NULL AND asked_at > $hour)
FROM confirmation
WHERE asked_at > $day AND asked_at <= $now
"""
_CONTACT = """
INSERT INTO subscriber_contact
VALUES ($subscriber_id, $address, $address_key, CAST($now AS TIMESTAMP))
"""
_ASK = """
INSERT INTO confirmation
SELECT $confirmation_id, $subscriber_id, $kind, $source, $language,
       CAST(from_json($sections, '["VARCHAR"]') AS VARCHAR[]), $rhythm, $wording, $mailbox_key,
       $network_key, CAST($now AS TIMESTAMP), $domain_key
"""
_CONFIRMATIONS = """
SELECT asked.confirmation_id, asked.subscriber_id, asked.kind, contact.address,
       contact.address_key, asked.language, asked.sections, asked.rhythm, asked.wording,
       asked.asked_at, asked.state
FROM confirmations AS asked
LEFT JOIN subscriber_contact AS contact ON contact.subscriber_id = asked.subscriber_id
"""
_TO_SEND = f"""
{_CONFIRMATIONS}
WHERE asked.state = 'waiting' AND contact.address IS NOT NULL AND asked.asked_at > $since
  AND (asked.state_at IS NULL OR asked.state_at <= $deferred)
ORDER BY asked.asked_at, asked.confirmation_id
LIMIT $most
"""
_EVENT = """
INSERT INTO confirmation_event
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM confirmation_event), $confirmation_id, $kind,
       $detail, CAST($now AS TIMESTAMP)
"""
_USED = "SELECT count(*) FROM subscriber_event WHERE consent_id = $id"
_UNCONFIRMED = """
SELECT subscriber_id FROM subscribers
WHERE state = 'waiting' AND address IS NOT NULL
  AND subscriber_id NOT IN (SELECT subscriber_id FROM confirmation WHERE asked_at > $since)
ORDER BY subscriber_id
"""
_FORGET = """
UPDATE confirmation SET mailbox_key = NULL, network_key = NULL, domain_key = NULL
WHERE asked_at <= $day AND coalesce(mailbox_key, network_key, domain_key) IS NOT NULL
"""
_REFUSED = """
SELECT arg_max(kind, happened_at) = 'declined' FROM subscriber_departure
WHERE address_key = $mailbox_key AND kind IN ('declined', 'allowed')
"""


class Confirmations:
    """The tables `confirmation` and `confirmation_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._subscribers = Subscribers(session)

    def ask(self, request: OptInRequest, limits: OptInLimits, now: datetime) -> Asked:
        """Queue a mail to an address, whose owner can then confirm; return what became of it.

        A person who is subscribed gets another mail, and nothing about them changes.
        """
        with self._session.transaction():
            refused = self._refused(request, limits, now)
            if refused is not None:
                return refused
            person = self._subscribers.with_key(request.address_key)
            subscriber_id = request.subscriber_id if person is None else person.subscriber_id
            if person is None:
                self._session.write(
                    _CONTACT,
                    {
                        "subscriber_id": subscriber_id,
                        "address": request.address,
                        "address_key": request.address_key,
                        "now": to_utc(now),
                    },
                )
            known = person is not None and person.is_subscribed
            self._subscribers.record(subscriber_id, "asked", request.how, now)
            self._session.write(
                _ASK,
                {
                    "confirmation_id": request.confirmation_id,
                    "subscriber_id": subscriber_id,
                    "kind": (ConfirmationKind.KNOWN if known else ConfirmationKind.CONFIRM).value,
                    "source": request.how.value,
                    "language": request.choices.language,
                    "sections": texts_json(request.choices.sections),
                    "rhythm": request.choices.rhythm.value,
                    "wording": request.wording,
                    "mailbox_key": request.mailbox_key,
                    "network_key": request.network_key,
                    "domain_key": request.domain_key,
                    "now": to_utc(now),
                },
            )
        return Asked.QUEUED

    def decline(self, confirmation_id: str, mailbox_key: str, now: datetime) -> bool:
        """Record that a mailbox gets no such mail any more; return False if there is no request.

        The address of a person who is not subscribed is erased.
        """
        with self._session.transaction():
            asked = self.get(confirmation_id)
            if asked is None:
                return False
            self._subscribers.depart(mailbox_key, "declined", now)
            person = self._subscribers.get(asked.subscriber_id)
            if person is not None and person.state is SubscriberState.WAITING:
                self._subscribers.delete(person.subscriber_id, How.PAGE, now)
            return True

    def allow(self, mailbox_key: str, now: datetime) -> bool:
        """Record that a mailbox may get such mails again; return False if none were refused."""
        with self._session.transaction():
            if not self.is_refused(mailbox_key):
                return False
            self._subscribers.depart(mailbox_key, "allowed", now)
            return True

    def is_refused(self, mailbox_key: str) -> bool:
        """Return whether a person said that this mailbox is to get no such mail."""
        row = self._session.row(_REFUSED, {"mailbox_key": mailbox_key})
        known = bool(row and row[0])
        said = self._subscribers.recorded_departures().declined.get(mailbox_key)
        # The file knows more than a database that was restored.
        return known if said is None else said

    def waiting(
        self,
        now: datetime,
        *,
        valid_for: timedelta,
        retry_after: timedelta = timedelta(),
        most: int = 100,
    ) -> tuple[Confirmation, ...]:
        """Return the mails that are to be sent, the oldest first.

        Call `begin` before one is handed to the mail server, and `end` after.

        Args:
            now: the present instant.
            valid_for: requests older than this are left out.
            retry_after: how long a deferred mail waits.
            most: how many are returned.
        """
        rows = self._session.rows(
            _TO_SEND,
            {
                "since": to_utc(now - valid_for),
                "deferred": to_utc(now - retry_after),
                "most": most,
            },
        )
        return tuple(map(_confirmation, rows))

    def get(self, confirmation_id: str) -> Confirmation | None:
        """Return a confirmation, or None."""
        found = self._session.row(
            f"{_CONFIRMATIONS} WHERE asked.confirmation_id = $id", {"id": confirmation_id}
        )
        return _confirmation(found) if found else None

    def of(self, subscriber_id: str) -> tuple[Confirmation, ...]:
        """Return what was asked for a person, the first first."""
        rows = self._session.rows(
            f"{_CONFIRMATIONS} WHERE asked.subscriber_id = $id ORDER BY asked.asked_at",
            {"id": subscriber_id},
        )
        return tuple(map(_confirmation, rows))

    def begin(self, confirmation_id: str, now: datetime) -> bool:
        """Record that a mail is about to be sent; return False if another process began before.

        A mail that was begun and has no end is not sent again, because it may have arrived; the
        person can ask again.
        """
        with self._session.transaction():
            found = self.get(confirmation_id)
            if found is None or found.state != "waiting" or found.address is None:
                return False
            self._event(confirmation_id, "begun", "", now)
            return True

    def end(self, confirmation_id: str, outcome: str, now: datetime, *, detail: str = "") -> None:
        """Record that a mail was `sent`, `failed`, stayed `uncertain` or is `deferred`.

        A deferred one, which the mail server surely does not have, waits again.
        """
        if outcome not in {"sent", "failed", "uncertain", "deferred"}:
            raise ValueError(outcome)
        with self._session.transaction():
            self._event(confirmation_id, outcome, detail, now)

    def confirm(self, confirmation_id: str, now: datetime, *, valid_for: timedelta) -> Confirmed:
        """Record the consent of a person with the choices and the wording they asked with."""
        with self._session.transaction():
            asked = self.get(confirmation_id)
            if asked is None or asked.address is None:
                return Confirmed.OVER
            person = self._subscribers.get(asked.subscriber_id)
            if person is None:
                return Confirmed.OVER
            if person.is_subscribed:
                return Confirmed.ALREADY
            if self.is_used(confirmation_id) or now - asked.asked_at > valid_for:
                return Confirmed.OVER
            self._subscribers.record(
                person.subscriber_id,
                "confirmed",
                How.PAGE,
                now,
                choices=asked.choices,
                consent_id=confirmation_id,
                wording=asked.wording,
            )
            return Confirmed.DONE

    def is_used(self, confirmation_id: str) -> bool:
        """Return whether a consent was recorded with it."""
        return self._session.number(_USED, {"id": confirmation_id}) > 0

    def expire(self, now: datetime, *, valid_for: timedelta) -> int:
        """Erase the addresses of people who did not confirm in time; return how many."""
        with self._session.transaction():
            self._session.write(_FORGET, {"day": to_utc(now - _DAY)})
            since = {"since": to_utc(now - valid_for)}
            ids = [row[0] for row in self._session.rows(_UNCONFIRMED, since)]
            for subscriber_id in ids:
                self._subscribers.record(subscriber_id, SubscriberState.EXPIRED, How.PAGE, now)
            if ids:
                self._subscribers.erase(ids)
        return len(ids)

    def _refused(self, request: OptInRequest, limits: OptInLimits, now: datetime) -> Asked | None:
        parameters: Mapping[str, object] = {
            "mailbox_key": request.mailbox_key,
            "network_key": request.network_key,
            "domain_key": request.domain_key,
            "now": to_utc(now),
            "hour": to_utc(now - _HOUR),
            "day": to_utc(now - _DAY),
        }
        [(mailbox, network, in_all, domain)] = self._session.rows(_LATELY, parameters)
        if request.network_key is not None:
            if network >= limits.per_network:
                return Asked.NETWORK_LIMIT
            if in_all >= limits.in_all:
                return Asked.TOTAL_LIMIT
            if domain >= limits.per_domain:
                return Asked.DOMAIN_LIMIT
        if self.is_refused(request.mailbox_key):
            return Asked.DECLINED
        return Asked.MAILBOX_LIMIT if mailbox >= limits.per_mailbox else None

    def _event(self, confirmation_id: str, kind: str, detail: str, now: datetime) -> None:
        self._session.write(
            _EVENT,
            {
                "confirmation_id": confirmation_id,
                "kind": kind,
                "detail": detail,
                "now": to_utc(now),
            },
        )


def _confirmation(row: Row) -> Confirmation:
    confirmation_id, subscriber_id, kind, address, key, language, sections, *rest = row
    rhythm, wording, asked_at, state = rest
    return Confirmation(
        confirmation_id,
        subscriber_id,
        ConfirmationKind(kind),
        address,
        key,
        Choices(language, tuple(sections), Rhythm(rhythm)),
        wording,
        from_utc(asked_at),
        state,
    )
