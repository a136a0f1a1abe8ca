"""Record what came to the bounce address; repeated and out of order it comes to the same."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.visible import visible
from pipeline.publish.mail import books
from pipeline.publish.mail.mailbox import Mailbox
from pipeline.publish.mail.matching import Known, Matched
from pipeline.publish.mail.report_mail import Report, ReportKind, read_report
from pipeline.publish.mail.suppression import event_id
from pipeline.publish.mail.suppression_file import add_suppressions
from pipeline.publish.subscribers.keys import SubscriberKeys
from pipeline.publish.subscribers.tokens import Purpose
from pipeline.runtime.services import Services
from storage.mail_types import SuppressionEvent, SuppressionKind
from storage.subscriber_types import How

_SUPPRESSES = {
    ReportKind.HARD: SuppressionKind.HARD,
    ReportKind.SOFT: SuppressionKind.SOFT,
    ReportKind.COMPLAINT: SuppressionKind.COMPLAINT,
}
#: messages of one call that are marked as seen in each mailbox
_MOST = 1_000
#: messages that are named
_NAMED = 50


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
    #: left unread, because a person has to answer them
    waiting: int = 0
    #: what a person has to look at, in words
    named: tuple[str, ...] = ()


@dataclass(slots=True)
class _Read:
    """What is counted while a mailbox is read."""

    messages: int = 0
    new: int = 0
    left: int = 0
    unmatched: int = 0
    waiting: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    named: list[str] = field(default_factory=list)


def read_mailbox(
    services: Services, keys: SubscriberKeys, boxes: Sequence[Mailbox]
) -> MailboxReport:
    """Record bounces, complaints and wishes to leave; then mark the messages as seen.

    What a person wrote and no program may decide stays unread. The caller holds the lock of mail.

    Raises:
        MailboxError: a mailbox cannot be read.
    """
    known, read = Known(services, keys), _Read()
    for box in boxes:
        settled = 0
        for key, raw in box.new():
            read.messages += 1
            report = read_report(raw)
            if _settle(services, known, read, report):
                box.seen(key)
                settled += 1
            if settled >= _MOST:
                break
    with services.open_store() as store:
        books.follow_suppressions(services.settings.mail.journal, store)
    return MailboxReport(
        read.messages,
        dict(read.kinds),
        read.new,
        read.left,
        read.unmatched,
        read.waiting,
        tuple(read.named[:_NAMED]),
    )


def _settle(services: Services, known: Known, read: _Read, report: Report) -> bool:
    """Record what a message says; return False if a person has to read it."""
    now = services.clock()
    if report.kind is ReportKind.NOTHING:
        read.unmatched += 1
        return True
    if report.kind is ReportKind.LEAVE and (person := _who_leaves(known, report)):
        read.kinds[report.kind] += 1
        read.left += leave(services, person, now)
        return True
    if report.kind in {ReportKind.LEAVE, ReportKind.PERSON}:
        read.waiting += 1
        read.named.append(_letter(report))
        return False
    matched, kind = _matched(known, report, now)
    if matched is None:
        read.unmatched += 1
        about = ", ".join(report.recipients) or "no address"
        status = f" ({report.status})" if report.status else ""
        read.named.append(visible(f"{kind} report about {about}{status}: no mail of ours is named"))
        return True
    read.kinds[kind] += 1
    event = suppression(matched, _SUPPRESSES[kind], now, report.status)
    read.new += add_suppressions(services.settings.mail.journal, [event])
    if kind is ReportKind.COMPLAINT:
        read.left += leave(services, matched.subscriber_id, now)
    return True


def _who_leaves(known: Known, report: Report) -> str | None:
    """Return who wants to leave, if that is proven.

    A token in the subject is what the link in a mail wrote there. Without it, the message answers
    or quotes a mail of ours, and counts only if it comes from the address of that mail.
    """
    if report.by_subject:
        return known.keys.tokens.read(Purpose.UNSUBSCRIBE, report.token)
    answered = known.by_mail(report.mail)
    person = answered.subscriber_id if answered else None
    if person is None and report.token:
        person = known.keys.tokens.read(Purpose.UNSUBSCRIBE, report.token)
    return person if person and known.has_address(person, report.sender) else None


def _matched(known: Known, report: Report, now: datetime) -> tuple[Matched | None, ReportKind]:
    """Return whose mail a report is about, and as what it counts.

    A report that names only an address can be written by everybody, so that it counts as one that
    could not be delivered for the moment, and a complaint without proof does not count.
    """
    found = known.by_mail(report.mail) or known.by_token(report.token, now)
    if found is not None or report.mail or report.kind is ReportKind.COMPLAINT:
        # With a Message-ID of our form that is none of ours it is forged.
        return found, report.kind
    found = known.by_address(report.recipients, now)
    return found, report.kind if found is None else ReportKind.SOFT


def suppression(
    matched: Matched, kind: SuppressionKind, at: datetime, status: str, source: str = ""
) -> SuppressionEvent:
    """Return the reason for suppression that a report gives; the same for the same mail."""
    default = "report" if kind is SuppressionKind.COMPLAINT else "bounce"
    return SuppressionEvent(
        event_id(matched.address_key, kind, matched.mail),
        matched.address_key,
        kind,
        at,
        source or default,
        f"{matched.mail.partition('.')[0]} {status}".strip(),
    )


def leave(services: Services, person: str, now: datetime) -> bool:
    """End a subscription; return whether one stood."""
    with services.open_store() as store:
        return store.subscribers.leave(person, How.MAIL, now)


def _letter(report: Report) -> str:
    sender = visible(report.sender) or "an unknown sender"
    if report.kind is ReportKind.LEAVE:
        return f"wish to leave from {sender}, which names no mail of theirs: {report.subject!r}"
    return f"letter from {sender}: {report.subject!r}"
