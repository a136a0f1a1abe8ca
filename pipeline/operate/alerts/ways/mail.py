"""Tell by mail, through the SMTP server of [mail]."""

from collections.abc import Callable, Mapping

from config.schema import Settings
from pipeline.operate.alerts.message import Message
from pipeline.operate.alerts.ways.way import Told
from pipeline.publish.mail.account import Sender, sender_of, server_of
from pipeline.publish.mail.message import Signer, build_plain_message, signer_of
from pipeline.publish.mail.transport import (
    MailRefusedError,
    MailServerError,
    Outcome,
    Server,
    hand_over_one,
)
from pipeline.runtime.services import Clock
from storage.alert_types import AlertKind

_KINDS = {
    Outcome.ACCEPTED: AlertKind.TOLD,
    Outcome.REFUSED: AlertKind.FAILED,
    Outcome.PUT_OFF: AlertKind.FAILED,
    Outcome.NOT_SENT: AlertKind.FAILED,
    Outcome.UNCERTAIN: AlertKind.UNCERTAIN,
}


def mail_teller(
    settings: Settings, environment: Mapping[str, str], address: str, title: str, clock: Clock
) -> Callable[[Message], Told]:
    """Return what mails a message to one address.

    Raises:
        ConfigError: a setting of [mail] is missing or cannot be used.
    """
    server = server_of(settings.mail, environment)
    sender = sender_of(settings.mail, title)
    signer = signer_of(settings.mail)
    return lambda message: _told(
        server, sender, message, signer=signer, address=address, clock=clock
    )


def _told(
    server: Server,
    sender: Sender,
    message: Message,
    *,
    signer: Signer | None,
    address: str,
    clock: Clock,
) -> Told:
    built = build_plain_message(
        message.subject,
        message.text,
        address=address,
        # The same when it is repeated, so that mail programs show it once.
        id_=f"<alarm.{message.id}@{sender.domain}>",
        sender=sender,
        at=clock(),
        signer=signer,
    )
    try:
        answer = hand_over_one(server, sender.address, address, built)
    except (MailServerError, MailRefusedError) as error:
        return Told(AlertKind.FAILED, error.message)
    said = f"{answer.code} {answer.text}".strip() if answer.code else answer.text
    return Told(_KINDS[answer.outcome], said)
