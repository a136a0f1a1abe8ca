"""`mail`: send issues by mail, and show what became of every mail."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer, Heading
from pipeline.cli.command import Invocation, command
from pipeline.cli.ended import check_week, over, over_answer
from pipeline.cli.mail_confirmations import confirmations, send_waiting
from pipeline.cli.mail_mailbox import bounces, suppress
from pipeline.cli.mail_resolve import LOCK, close_, existing, receipt_report, resolve_
from pipeline.cli.session import session
from pipeline.publish.digest.week import Week
from pipeline.publish.mail import books
from pipeline.publish.mail.letter import Reader
from pipeline.publish.mail.mailing import Asked, of_month, of_week
from pipeline.publish.mail.opening import offline_post, open_post
from pipeline.publish.mail.preview import Preview, preview, send_test
from pipeline.publish.mail.receipt import Outcome, Receipt
from pipeline.publish.mail.send import send
from pipeline.publish.mail.transport import Outcome as Answered
from pipeline.publish.mail.webhook.record import record_requests
from pipeline.publish.mail.webhook.spool import WebhookState, webhook_state
from pipeline.publish.subscribers.address import parse_address
from pipeline.publish.subscribers.keys import checked_keys
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services

__all__ = ["bounces", "close_", "confirmations", "resolve_", "suppress"]

#: mailings that `status` lists
_LISTED = 12

_Week = Annotated[
    str | None, typer.Option(help="ISO week such as 2026-W12; else the last complete one.")
]
_Month = Annotated[
    str | None,
    typer.Option(help="Month such as 2026-03: its issues in one mail, for monthly readers."),
]
_Corrected = Annotated[
    bool,
    typer.Option("--corrected", help="As it is published now, without papers taken back since."),
]
_Language = Annotated[
    str | None, typer.Option("--language", metavar="CODE", help="Of the reader; else the first.")
]
_Section = Annotated[
    list[str] | None,
    typer.Option("--section", metavar="ID", help="That the reader chose; can be repeated."),
]


@command(
    "send",
    examples="""
    living-survey mail send
    living-survey mail send --week 2026-W12
    living-survey mail send --month 2026-03
    """,
)
def send_(
    invocation: Invocation,
    week: _Week = None,
    month: _Month = None,
    *,
    late: Annotated[
        bool, typer.Option("--late", help="Send it although it is old, or a newer one was sent.")
    ] = False,
    corrected: _Corrected = False,
) -> Answer:
    """Send a published issue to everybody who confirmed.

    The recipients are fixed by the first call. What became of each mail is on the disk before the
    next is begun: a call that was killed is repeated, and sends none twice. Exit status: 0
    done, 1 somebody may or may not have the mail (`mail status` names them, `mail resolve`
    decides), 75 call it again later.

    --corrected is for an issue that was published again or lost a paper since: it goes to who has
    nothing yet, and names the papers that were taken back.
    """
    settings = invocation.settings
    freeze = None if week or month else over(settings)
    if freeze and Week.last_complete(open_services(settings).clock()).first_day > freeze.ends_on:
        last = Week.of_day(freeze.ends_on)
        return over_answer(freeze, f"`living-survey mail send --week {last}` sends the last issue.")
    check_week(settings, _asked(open_services(settings), week, month).weeks[0])
    with session(invocation, "mail send", lock=LOCK) as opened:
        asked = _asked(opened.services, week, month)
        post = open_post(opened.services, os.environ)
        send_waiting(opened.services, os.environ)
        database = settings.database.path
        record_requests(opened.services, checked_keys(database, opened.services.open_store))
        report = send(opened.services, opened.run, post, asked, late=late, corrected=corrected)
    lines: list[str | Heading] = [
        f"{asked.name}: {counted(report.sent, 'mail')} sent by this call",
        f"  {report.receipt.identity()}",
    ]
    if report.stopped:
        lines.append(f"  stopped: {report.stopped}")
    if report.left:
        lines.append(f"  {counted(report.left, 'recipient')} left: call it again later")
    lines += _remarks(report.receipt)
    return Answer(
        {**receipt_report(report.receipt), "sent_now": report.sent, "stopped": report.stopped,
         "left": report.left},
        tuple(lines),
        status=report.exit_status,
    )  # fmt: skip


@command("status", examples="living-survey mail status\nliving-survey mail status --week 2026-W12")
def status(
    invocation: Invocation,
    week: Annotated[
        str | None, typer.Option(help="Week or month of one mailing, with every exception.")
    ] = None,
) -> Answer:
    """Show the receipts: confirmed = sent + suppressed + failed + uncertain.

    With --week it names everybody whose mail was not sent, and why. Exit status: 0, 1 somebody may
    or may not have a mail.
    """
    services = open_services(invocation.settings, read_only=True)
    names = books.begun(services)[-_LISTED:] if week is None else (week,)
    receipts = [existing(services, name) for name in reversed(names)]
    lines: list[str | Heading] = []
    for receipt in receipts:
        lines += [Heading(receipt.name), f"  {receipt.identity()}"]
        if week is not None:
            lines += _exceptions(services, receipt)
        lines += _remarks(receipt)
    state = webhook_state(invocation.settings.mail.journal)
    lines += _of_webhook(state) if week is None else ()
    report = [receipt_report(one, details=week is not None) for one in receipts]
    uncertain = any(one.counts()[Outcome.UNCERTAIN] for one in receipts)
    return Answer(
        {"mailings": report, "webhook": state},
        tuple(lines) if lines else ("No mail was sent yet.",),
        status=1 if uncertain else 0,
    )


@command(
    "test",
    examples="""
    living-survey mail test ada@example.org
    living-survey mail test ada@example.org --week 2026-W12 --language zh
    """,
)
def test_(
    invocation: Invocation,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets it.")],
    week: _Week = None,
    month: _Month = None,
    language: _Language = None,
    section: _Section = None,
    *,
    corrected: _Corrected = False,
) -> Answer:
    """Send one mail to one address, made as every mail of the issue is made.

    It differs from them only in the recipient and the token, which belongs to no
    subscriber. It is in no receipt.
    """
    settings = invocation.settings
    to = str(parse_address(address))
    services = open_services(settings, read_only=True)
    check_week(settings, _asked(services, week, month).weeks[0])
    post = open_post(services, os.environ)
    asked, reader = _asked(services, week, month), _reader(language, section)
    made = preview(services, post, asked, reader, to, corrected=corrected)
    answer = send_test(post, to, made)
    taken = answer.outcome is Answered.ACCEPTED
    said = "taken by the server" if taken else f"{answer.outcome}: {answer.code} {answer.text}"
    return Answer(
        {**_preview_report(made), "outcome": answer.outcome, "code": answer.code,
         "text": answer.text},
        (f"{made.name}: {said}", f"  {made.subject}", f"  {made.size_line}"),
        status=0 if taken else 1,
    )  # fmt: skip


@command(
    "preview",
    examples="living-survey mail preview out/\nliving-survey mail preview out/ --language zh",
)
def preview_(
    invocation: Invocation,
    directory: Annotated[
        Path, typer.Argument(metavar="DIRECTORY", help="Where message.eml, .html and .txt go.")
    ],
    week: _Week = None,
    month: _Month = None,
    language: _Language = None,
    section: _Section = None,
    *,
    corrected: _Corrected = False,
) -> Answer:
    """Write the mail of an issue to files, as it would be sent; nothing is sent."""
    services = open_services(invocation.settings, read_only=True)
    post = offline_post(services)
    asked, reader = _asked(services, week, month), _reader(language, section)
    made = preview(services, post, asked, reader, corrected=corrected)
    directory.mkdir(parents=True, exist_ok=True)
    files = {
        "message.eml": made.message,
        "message.html": made.html.encode(),
        "message.txt": made.text.encode(),
    }
    for name, data in files.items():
        (directory / name).write_bytes(data)
    return Answer(
        {**_preview_report(made), "files": [str(directory / name) for name in files]},
        (f"{made.name}: {made.subject}", f"  {made.size_line}", f"  written to {directory}"),
    )


def _asked(services: Services, week: str | None, month: str | None) -> Asked:
    if week and month:
        raise UsageError("A mail is of a week or of a month.", hint="Give one of both.")
    if month:
        return of_month(month)
    return of_week(Week.parse(week) if week else Week.last_complete(services.clock()))


def _reader(language: str | None, section: list[str] | None) -> Reader:
    return Reader(language or "", tuple(section or ()))


def _exceptions(services: Services, receipt: Receipt) -> Iterator[str]:
    with services.open_store() as store:
        addresses = {one.subscriber_id: one.address for one in store.subscribers.all()}
    for one in receipt.standings:
        if one.outcome in {Outcome.SENT, Outcome.PENDING}:
            continue
        person = one.recipient.subscriber_id
        why = one.last.detail if one.last else ""
        again = ", tried again by the next call" if one.temporary else ""
        address = addresses.get(person) or "address erased"
        yield f"  {one.outcome}  {receipt.name}:{person}  {address}  {why}{again}"


def _of_webhook(state: WebhookState) -> Iterator[str]:
    if state.waiting:
        waits = counted(state.waiting, "request waits", "requests wait")
        yield f"webhook: {waits}; `living-survey mail bounces` records them"
    for one in state.unknown:
        yield f"webhook: {one.number} of {one.name!r}, which is not known, the last at {one.last}"
    if state.confirm:
        yield f"webhook: Amazon SNS waits until you confirm the subscription: {state.confirm}"


def _remarks(receipt: Receipt) -> tuple[str, ...]:
    uncertain = receipt.counts()[Outcome.UNCERTAIN]
    if not uncertain:
        return ()
    named = f"`living-survey mail status --week {receipt.name}` names them"
    return (
        f"  {counted(uncertain, 'mail')} may have arrived or not, and none is sent twice",
        f"  {named}; `living-survey mail resolve ID --sent` or `--again` decides",
    )


def _preview_report(made: Preview) -> dict[str, object]:
    return {
        "mailing": made.name,
        "subject": made.subject,
        "bytes": len(made.message),
        "papers": made.papers,
        "left_out": made.left_out,
    }
