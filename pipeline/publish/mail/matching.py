"""Find whose mail a report is about, and say whether that is proven."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.publish.mail.journal import read_journal
from pipeline.publish.mail.message import message_id
from pipeline.publish.subscribers.address import AddressError, address_key
from pipeline.publish.subscribers.keys import SubscriberKeys
from pipeline.publish.subscribers.tokens import Purpose
from pipeline.runtime.services import Services
from storage.mail_types import FrozenRecipient

#: a report comes at most so long after its mail: servers try for five days
_LATEST = timedelta(days=30)
#: clocks of others may be behind ours
_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Matched:
    """Whose mail a report is about."""

    subscriber_id: str
    address_key: str
    #: `2026-W12.` and 40 digits; of a person without mails: empty
    mail: str


@dataclass(slots=True)
class Known:
    """Recipients by what reports name; receipts are read when a mailing is first named."""

    services: Services
    keys: SubscriberKeys
    _mailings: dict[str, Mapping[str, FrozenRecipient]] = field(default_factory=dict)

    def by_mail(self, mail: str) -> Matched | None:
        """Return whose mail has this Message-ID, or None."""
        name = mail.partition(".")[0]
        if not mail:
            return None
        if name not in self._mailings:
            recorded = read_journal(self.services.settings.mail.journal, name)
            people = recorded.mailing.recipients if recorded else ()
            self._mailings[name] = {self._mail(name, one.subscriber_id): one for one in people}
        found = self._mailings[name].get(mail)
        return None if found is None else Matched(found.subscriber_id, found.address_key, mail)

    def by_token(self, token: str, at: datetime) -> Matched | None:
        """Return whose link to unsubscribe has this token, or None."""
        person = self.keys.tokens.read(Purpose.UNSUBSCRIBE, token) if token else None
        if person is None:
            return None
        with self.services.open_store() as store:
            found = store.subscribers.get(person)
            sent = store.mailings.of(person)
        if found is None or found.address_key is None:
            return None
        return Matched(person, found.address_key, self._last(person, sent, at))

    def by_address(
        self, addresses: Sequence[str], at: datetime, *, lately: bool = True
    ) -> Matched | None:
        """Return the one person whose addresses these are; None: there is none, or several.

        Args:
            addresses: that a report names; what is no address is left out.
            at: when it was reported.
            lately: only a person who got a mail within the 30 days before.
        """
        found = {}
        for address in addresses:
            try:
                key = address_key(address, self.keys.salt)
            except AddressError:
                continue
            with self.services.open_store() as store:
                person = store.subscribers.with_key(key)
                sent = store.mailings.of(person.subscriber_id) if person else []
            if person is not None:
                mail = self._last(person.subscriber_id, sent, at)
                found[key] = Matched(person.subscriber_id, key, mail)
        if len(found) != 1:
            return None
        [only] = found.values()
        return only if only.mail or not lately else None

    def has_address(self, subscriber_id: str, address: str) -> bool:
        """Return whether this is the person's address."""
        with self.services.open_store() as store:
            person = store.subscribers.get(subscriber_id)
        try:
            key = address_key(address, self.keys.salt)
        except AddressError:
            return False
        return person is not None and person.address_key == key

    def _last(
        self, person: str, sent: Sequence[tuple[str, str, datetime | None]], at: datetime
    ) -> str:
        """Return the mail that was the person's last before that, within 30 days."""
        possible = [
            (when, name)
            for name, outcome, when in sent
            if outcome in {"sent", "uncertain"}
            and when is not None
            and at - _LATEST <= when <= at + _SLACK
        ]
        return self._mail(max(possible)[1], person) if possible else ""

    def _mail(self, name: str, person: str) -> str:
        return message_id(self.keys.salt, name, person, "x")[1:-3]
