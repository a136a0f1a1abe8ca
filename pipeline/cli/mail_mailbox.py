"""`mail bounces` and `mail suppress`: addresses that get no more mail, and why."""

import os
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.mail_resolve import LOCK
from pipeline.cli.session import session
from pipeline.publish.mail import books
from pipeline.publish.mail.mailbox import has_mailbox, open_mailboxes
from pipeline.publish.mail.reports import read_mailbox
from pipeline.publish.mail.suppression import Suppressed, event_id
from pipeline.publish.mail.suppression_file import add_suppressions
from pipeline.publish.mail.webhook.record import WebhookReport, record_requests
from pipeline.publish.mail.webhook.secret import webhook_secret
from pipeline.publish.subscribers.address import address_key, parse_address
from pipeline.publish.subscribers.keys import checked_keys
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from storage.mail_types import SuppressionEvent, SuppressionKind


@dataclass(frozen=True, slots=True)
class SuppressedReport:
    """What is suppressed."""

    suppressed: tuple[Suppressed, ...]


@command("bounces", examples="living-survey mail bounces")
def bounces(invocation: Invocation) -> Answer:
    """Read the bounce mailbox: failed deliveries, complaints, wishes to leave.

    An address that does not exist gets no more mail, one that could not be reached after several
    issues neither; who complains has left. Reports are believed if they name a mail of ours, and
    the same report again changes nothing.
    """
    settings = invocation.settings
    with session(invocation, "mail bounces", lock=LOCK) as opened:
        services = opened.services
        keys = checked_keys(settings.database.path, services.open_store)
        with services.open_store() as store:
            books.restore_lost(settings.mail.journal, store, services.clock())
        posted = record_requests(services, keys)
        by_hook = _by_webhook(posted)
        if not has_mailbox(settings.mail) and webhook_secret(settings.mail, os.environ):
            return Answer({"webhook": posted}, by_hook)
        with open_mailboxes(settings.mail, os.environ) as boxes:
            report = read_mailbox(services, keys, boxes)
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(report.kinds.items()))
    waiting = f"  {report.waiting} left unread, because a person has to answer"
    return Answer(
        {**asdict(report), "webhook": posted},
        (
            f"{counted(report.messages, 'message')} read: {kinds or 'no report of ours'}",
            f"  {counted(report.new, 'new reason')} for suppression, {report.left} left the list",
            f"  {counted(report.unmatched, 'message')} about no mail of ours",
            *((waiting,) if report.waiting else ()),
            *(by_hook if posted.requests else ()),
        ),
        report.named,
    )


def _by_webhook(posted: WebhookReport) -> tuple[str, ...]:
    return (
        f"{counted(posted.requests, 'request')} of the webhook recorded",
        f"  {counted(posted.new, 'new reason')} for suppression, {posted.left} left the list",
        f"  {counted(posted.unmatched, 'event')} about no reader of ours, {posted.unknown} unknown",
    )


@command(
    "suppress",
    examples="""
    living-survey mail suppress
    living-survey mail suppress ada@example.org
    living-survey mail suppress ada@example.org --lift
    """,
)
def suppress(
    invocation: Invocation,
    address: Annotated[
        str | None,
        typer.Argument(metavar="ADDRESS", help="Gets no more mail; without it all are listed."),
    ] = None,
    *,
    lift: Annotated[
        bool, typer.Option("--lift", help="Take back every reason that stands against it.")
    ] = False,
) -> Answer:
    """List addresses that get no more mail; suppress one by hand, or lift it.

    A reason that is lifted stays lifted if the same report comes again; a new one counts.
    """
    settings = invocation.settings
    if address is None:
        if lift:
            raise UsageError("--lift needs an address.", hint="Name the one that may get mail.")
        return _listed(open_services(settings, read_only=True))
    wanted = parse_address(address)
    with session(invocation, "mail suppress", lock=LOCK) as opened:
        services = opened.services
        keys = checked_keys(settings.database.path, services.open_store)
        key = address_key(wanted, keys.salt)
        now = services.clock()
        before = _suppressed(services).get(key)
        if lift and before is None:
            raise UsageError("That address is not suppressed.", hint="There is nothing to lift.")
        kind = SuppressionKind.LIFTED if lift else SuppressionKind.MANUAL
        lifts = before.events if lift and before else ()
        event = SuppressionEvent(
            event_id(key, kind, now.isoformat()), key, kind, now, "command", "", lifts
        )
        add_suppressions(settings.mail.journal, [event])
        with services.open_store() as store:
            books.follow_suppressions(settings.mail.journal, store)
        after = _suppressed(services).get(key)
    state = f"gets no more mail ({after.kind})" if after else "may get mail"
    return Answer({"address_key": key, "suppressed": after}, (f"{address} {state}",))


def _suppressed(services: Services) -> dict[str, Suppressed]:
    with services.open_store() as store:
        return dict(books.suppressed_addresses(store, services.settings.mail.soft_bounces))


def _listed(services: Services) -> Answer:
    found = tuple(_suppressed(services).values())
    with services.open_store() as store:
        addresses = {one.address_key: one.address for one in store.subscribers.all()}
    columns = (Column("since"), Column("reason"), Column("address"), Column("detail"))
    rows = (
        (
            f"{one.since:%Y-%m-%d}",
            one.kind,
            addresses.get(one.address_key) or "(erased)",
            one.detail,
        )
        for one in found
    )
    if not found:
        return Answer(SuppressedReport(found), ("No address is suppressed.",))
    return Answer(SuppressedReport(found), (table(columns, rows),))
