"""`mail resolve` and `mail close`: what a person decides on the mails of an issue."""

from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import session
from pipeline.publish.mail import books
from pipeline.publish.mail.receipt import Receipt
from pipeline.publish.mail.resolve import Resolved, close, resolve
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.mail_types import MailKind

#: the lock of everything that writes receipts
LOCK = "mail"


@command(
    "resolve",
    examples="""
    living-survey mail resolve 2026-W12:5f0c --sent
    living-survey mail resolve 2026-W12 --again
    """,
)
def resolve_(
    invocation: Invocation,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID", help="From `mail status`; a week: all of it.")
    ],
    *,
    sent: Annotated[bool, typer.Option("--sent", help="They have the mail.")] = False,
    again: Annotated[bool, typer.Option("--again", help="The next call tries again.")] = False,
) -> Answer:
    """Decide on mails that may have arrived or not, or that failed."""
    if sent == again:
        raise UsageError("Say what you found out.", hint="Give one of --sent and --again.")
    kind = MailKind.SENT if sent else MailKind.AGAIN
    with session(invocation, "mail resolve", lock=LOCK) as opened:
        done = resolve(opened.services, ids, kind)
        receipts = [existing(opened.services, one.mailing) for one in done]
    lines = [
        line
        for one, receipt in zip(done, receipts, strict=True)
        for line in (
            _resolved(one),
            f"  {receipt.identity()}",
        )
    ]
    return Answer({"resolved": done}, tuple(lines))


def _resolved(one: Resolved) -> str:
    if not one.subscribers:
        return (
            f"{one.mailing}: no mail is uncertain; `mail status --week {one.mailing}` names those"
            " that failed"
        )
    mails = counted(len(one.subscribers), "mail")
    if one.kind is MailKind.SENT:
        return f"{one.mailing}: {mails} recorded as sent"
    return f"{one.mailing}: {mails} to be tried again by the next `mail send`"


@command("close", examples="living-survey mail close 2026-W12")
def close_(
    invocation: Invocation,
    name: Annotated[str, typer.Argument(metavar="WEEK", help="Week or month of a mailing.")],
) -> Answer:
    """End the mails of an issue: no one else gets it.

    For an issue that cannot or must not be sent to the rest, such as one whose files are lost. Its
    receipt stays true: who was not tried is suppressed, who may have the mail stays uncertain.
    """
    with session(invocation, "mail close", lock=LOCK) as opened:
        receipt = close(opened.services, name)
    return Answer(receipt_report(receipt), (f"{name}: closed", f"  {receipt.identity()}"))


def existing(services: Services, name: str) -> Receipt:
    """Return the receipt of a mailing, or raise UsageError."""
    receipt = books.read_receipt(services, name)
    if receipt is None:
        raise UsageError(
            f"No mail of {name!r:.40} was sent.", hint="`living-survey mail status` lists all."
        )
    return receipt


def receipt_report(receipt: Receipt, *, details: bool = False) -> dict[str, object]:
    """Return a receipt as values for JSON; `details`: with every recipient."""
    report: dict[str, object] = {
        "mailing": receipt.name,
        "weeks": receipt.weeks,
        "frozen_at": receipt.frozen_at,
        "confirmed": len(receipt.standings),
        **{outcome.value: number for outcome, number in receipt.counts().items()},
        "identity": receipt.identity(),
    }
    if details:
        report["recipients"] = [
            {
                "id": f"{receipt.name}:{one.recipient.subscriber_id}",
                "outcome": one.outcome,
                "detail": one.last.detail if one.last else "",
                "code": one.last.code if one.last else 0,
                "at": one.last.at if one.last else None,
                "temporary": one.temporary,
            }
            for one in receipt.standings
        ]
    return report
