"""Record what came to the bounce address; repeated and out of order it comes to the same."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.publish.mail import books
from pipeline.publish.mail.journal import read_journal
from pipeline.publish.mail.mailbox import Mailbox
from pipeline.publish.mail.message import message_id
from pipeline.publish.mail.report_mail import Report, ReportKind, read_report
from pipeline.publish.mail.suppression import event_id
from pipeline.publish.mail.suppression_file import add_suppressions
from pipeline.publish.subscribers.keys import SubscriberKeys
from pipeline.publish.subscribers.tokens import Purpose
from pipeline.runtime.services import Services
from storage.mail_types import FrozenRecipient, SuppressionEvent, SuppressionKind
from storage.subscriber_types import How

_SUPPRESSES = {
    ReportKind.HARD: SuppressionKind.HARD,
    ReportKind.SOFT: SuppressionKind.SOFT,
    ReportKind.COMPLAINT: SuppressionKind.COMPLAINT,
}


@dataclass(frozen=True, slots=True)
class MailboxReport:
    """What was read."""

    messages: int
    #: kind of report -> messages
    kinds: Mapping[str, int]
    #: reasons for suppression that are new
    new: int
    #: people who left by mail or complained
    left: int
    #: reports of mails that are not ours, and messages that report nothing
    unmatched: int


@dataclass(slots=True)
class _Known:
    """Recipients by Message-ID, read when a mailing is first named."""

    services: Services
    secret: bytes
    _mailings: dict[str, Mapping[str, FrozenRecipient]] = field(default_factory=dict)

    def recipient(self, mail: str) -> FrozenRecipient | None:
        """Return whose mail has this Message-ID, or None."""
        name = mail.partition(".")[0]
        if name not in self._mailings:
            recorded = read_journal(self.services.settings.mail.journal, name)
            people = recorded.mailing.recipients if recorded else ()
            self._mailings[name] = {
                message_id(self.secret, name, one.subscriber_id, "x")[1:-3]: one for one in people
            }
        return self._mailings[name].get(mail)


def read_mailbox(
    services: Services, keys: SubscriberKeys, boxes: Sequence[Mailbox]
) -> MailboxReport:
    """Record bounces, complaints and wishes to leave; then mark the messages as seen.

    The caller holds the lock of mail.

    Raises:
        MailboxError: a mailbox cannot be read.
    """
    known = _Known(services, keys.salt)
    kinds: Counter[str] = Counter()
    messages = new = left = unmatched = 0
    for box in boxes:
        for key, raw in list(box.new()):
            messages += 1
            report = read_report(raw)
            now = services.clock()
            if report is None:
                unmatched += 1
            elif report.kind is ReportKind.LEAVE:
                person = keys.tokens.read(Purpose.UNSUBSCRIBE, report.token)
                unmatched += person is None
                kinds[report.kind] += person is not None
                left += person is not None and _leave(services, person, now)
            elif (recipient := known.recipient(report.mail)) is None:
                unmatched += 1
            else:
                kinds[report.kind] += 1
                event = _event(report, recipient, now)
                new += add_suppressions(services.settings.mail.journal, [event])
                if report.kind is ReportKind.COMPLAINT:
                    left += _leave(services, recipient.subscriber_id, now)
            box.seen(key)
    with services.open_store() as store:
        books.follow_suppressions(services.settings.mail.journal, store)
    return MailboxReport(messages, dict(kinds), new, left, unmatched)


def _event(report: Report, recipient: FrozenRecipient, now: datetime) -> SuppressionEvent:
    kind = _SUPPRESSES[report.kind]
    return SuppressionEvent(
        event_id(recipient.address_key, kind, report.mail),
        recipient.address_key,
        kind,
        now,
        "report" if report.kind is ReportKind.COMPLAINT else "bounce",
        f"{report.mail.partition('.')[0]} {report.status}".strip(),
    )


def _leave(services: Services, person: str, now: datetime) -> bool:
    with services.open_store() as store:
        return store.subscribers.leave(person, How.MAIL, now)
