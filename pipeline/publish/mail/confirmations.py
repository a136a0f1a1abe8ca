"""Hand over the mails that ask people to confirm."""

import logging
from collections.abc import Mapping

from config.schema import Settings
from pipeline.curated.title import survey_title
from pipeline.publish.mail.account import sender_of, server_of
from pipeline.publish.mail.message import build_plain_message, message_id, signer_of
from pipeline.publish.mail.transport import (
    MailRefusedError,
    MailServerError,
    hand_over_one,
)
from pipeline.publish.mail.transport import Outcome as Answered
from pipeline.publish.subscribers.keys import subscriber_keys
from pipeline.publish.subscribers.letters import Letter
from pipeline.publish.subscribers.outbox import Delivery, Outcome, Post
from pipeline.runtime.services import Clock

_log = logging.getLogger(__name__)
_OUTCOMES = {
    Answered.ACCEPTED: Outcome.SENT,
    Answered.REFUSED: Outcome.FAILED,
    Answered.PUT_OFF: Outcome.DEFERRED,
    Answered.NOT_SENT: Outcome.DEFERRED,
    Answered.UNCERTAIN: Outcome.UNCERTAIN,
}


def confirmation_post(settings: Settings, environment: Mapping[str, str], clock: Clock) -> Post:
    """Return what hands a confirmation to the mail server of the settings.

    Raises:
        ConfigError: a setting is missing or cannot be used.
    """
    server = server_of(settings.mail, environment)
    sender = sender_of(settings.mail, survey_title(settings.survey))
    signer = signer_of(settings.mail)
    secret = subscriber_keys(settings.database.path).salt

    def post(letter: Letter) -> Delivery:
        message = build_plain_message(
            letter.subject,
            letter.text,
            address=letter.to,
            id_=message_id(secret, "confirm", letter.confirmation_id, sender.domain),
            sender=sender,
            at=clock(),
            signer=signer,
        )
        try:
            answer = hand_over_one(server, sender.bounces, letter.to, message)
        except (MailServerError, MailRefusedError) as error:
            _log.warning("confirmation deferred", extra={"cause": error.message})
            return Delivery(Outcome.DEFERRED, error.message, stop=True)
        detail = f"{answer.code} {answer.text}" if answer.code else answer.text
        return Delivery(_OUTCOMES[answer.outcome], detail, stop=answer.outcome is Answered.NOT_SENT)

    return post
