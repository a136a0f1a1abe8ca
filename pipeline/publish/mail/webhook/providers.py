"""Read the events of Postmark, Mailgun, Amazon SES (also by SNS) and SendGrid.

Each is known by fields that the others lack. Formats: postmarkapp.com/developer/webhooks,
documentation.mailgun.com (webhooks), docs.aws.amazon.com/ses (notification contents, event
publishing), docs.sendgrid.com (event webhook).
"""

import json
import re
from collections.abc import Iterator, Mapping

from pipeline.publish.mail.report_mail import NO_ADDRESS, mail_named
from pipeline.publish.mail.webhook.events import (
    Event,
    EventKind,
    Fields,
    Reader,
    instant,
    named,
    objects,
    plain_events,
    text,
)

_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_SNS_URL = re.compile(r"https://sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?/[!-~]{1,1500}")
_K = EventKind

_POSTMARK = {
    **dict.fromkeys(("HardBounce", "BadEmailAddress"), _K.HARD),
    **dict.fromkeys(("SoftBounce", "DnsError", "Blocked", "DMARCPolicy"), _K.SOFT),
    "SpamComplaint": _K.COMPLAINT,
    "ManualSuppression": _K.LEAVE,
    **dict.fromkeys(
        ("Transient", "AutoResponder", "AddressChange", "SpamNotification", "ChallengeVerification",
         "Subscribe", "Unconfirmed", "ManuallyDeactivated"), _K.OTHER,
    ),
}  # fmt: skip
_MAILGUN = {
    "complained": _K.COMPLAINT,
    "unsubscribed": _K.LEAVE,
    **dict.fromkeys(("accepted", "delivered", "opened", "clicked", "stored"), _K.OTHER),
}
_MAILGUN_REASONS = {
    "suppress-bounce": _K.HARD,
    "suppress-complaint": _K.COMPLAINT,
    "suppress-unsubscribe": _K.LEAVE,
}
_SES = {"Permanent": _K.HARD, "Transient": _K.SOFT, "Undetermined": _K.SOFT}
_SES_OTHER = frozenset(
    {"Delivery", "DeliveryDelay", "Send", "Open", "Click", "Reject", "Rendering Failure",
     "Subscription", "AmazonSnsSubscriptionSucceeded"}
)  # fmt: skip
_SENDGRID = {
    "spamreport": _K.COMPLAINT,
    **dict.fromkeys(("unsubscribe", "group_unsubscribe"), _K.LEAVE),
    **dict.fromkeys(
        ("processed", "delivered", "deferred", "open", "click", "group_resubscribe"), _K.OTHER
    ),
}
_SENDGRID_DROPPED = {
    "Bounced Address": _K.HARD,
    "Spam Reporting Address": _K.COMPLAINT,
    "Unsubscribed Address": _K.LEAVE,
}


def read_events(document: object) -> tuple[Event, ...]:
    """Return the events of a request's JSON; what is not known is one unknown event."""
    found = tuple(_reader(document)(document))
    return found or (Event(_K.UNKNOWN, "unrecognised"),)


def sns_confirmation(document: object) -> str | None:
    """Return the address by which SNS wants a subscription to be confirmed.

    It is never opened, only shown: who may confirm is the operator. Empty: the subscription is
    confirmed. None: it is about something else.
    """
    kind = text(document, "Type")
    if not text(document, "TopicArn") or kind not in {"SubscriptionConfirmation", "Notification"}:
        return None
    ours = _SNS_URL.fullmatch(text(document, "SubscribeURL"))
    return ours[0] if ours and kind == "SubscriptionConfirmation" else ""


def _reader(document: object) -> Reader:
    first = document[0] if isinstance(document, list) and document else document
    if not isinstance(first, Mapping):
        return plain_events
    if isinstance(first.get("RecordType"), str):
        return _postmark
    if isinstance(first.get("event-data"), Mapping):
        return _mailgun
    if "TopicArn" in first and isinstance(first.get("Type"), str):
        return _sns
    if isinstance(first.get("mail"), Mapping) and (
        "notificationType" in first or "eventType" in first
    ):
        return _ses
    if "sg_event_id" in first or "sg_message_id" in first:
        return _sendgrid
    return plain_events


def _postmark(document: object) -> Iterator[Event]:
    for fields in objects(document, ""):
        record, kind = text(fields, "RecordType"), text(fields, "Type")
        found = _K.UNKNOWN
        if record in {"Bounce", "SpamComplaint"}:
            found = _POSTMARK.get(kind or record, _K.UNKNOWN)
        elif record == "SubscriptionChange":
            kind = text(fields, "SuppressionReason")
            by_reader = kind != "ManualSuppression" or text(fields, "Origin") == "Recipient"
            stops = fields.get("SuppressSending") is True and by_reader
            found = _POSTMARK.get(kind, _K.UNKNOWN) if stops else _K.OTHER
        elif record in {"Delivery", "Open", "Click"}:
            found = _K.OTHER
        when = next((fields[k] for k in ("BouncedAt", "ChangedAt") if k in fields), None)
        yield Event(
            found,
            named("postmark", record, kind if kind != record else ""),
            text(fields, "Email") or text(fields, "Recipient"),
            about=text(fields, "MessageID"),
            at=instant(when),
            status=_status(text(fields, "Details")),
        )


def _mailgun(document: object) -> Iterator[Event]:
    for fields in objects(document, "event-data"):
        event, severity = text(fields, "event"), text(fields, "severity")
        said = " ".join(
            text(fields, "delivery-status", key)
            for key in ("enhanced-code", "message", "description")
        )
        status = _status(said)
        found = _MAILGUN.get(event, _K.UNKNOWN)
        if event == "failed":
            reason = text(fields, "reason")
            given_up = (
                _K.HARD if status in NO_ADDRESS or (not status and reason == "bounce") else _K.SOFT
            )
            # what is temporary is tried again by Mailgun
            found = {
                "permanent": _MAILGUN_REASONS.get(reason, given_up),
                "temporary": _K.OTHER,
            }.get(severity, _K.UNKNOWN)
        own = text(fields, "message", "headers", "message-id")
        yield Event(
            found,
            named("mailgun", event, severity),
            text(fields, "recipient"),
            mail_named(f"<{own.strip('<>')}>"),
            own or text(fields, "id"),
            instant(fields.get("timestamp")),
            status,
        )


def _sns(document: object) -> Iterator[Event]:
    kind = text(document, "Type")
    if kind != "Notification":
        known = kind in {"SubscriptionConfirmation", "UnsubscribeConfirmation"}
        yield Event(_K.OTHER if known else _K.UNKNOWN, named("sns", kind))
        return
    try:
        inner = json.loads(text(document, "Message"))
    except (ValueError, RecursionError):
        inner = None  # SES says so in words that it may use a topic
    if isinstance(inner, Mapping) and isinstance(inner.get("mail"), Mapping):
        yield from _ses(inner)
    else:
        yield Event(_K.OTHER if inner is None else _K.UNKNOWN, named("sns", kind))


def _ses(document: object) -> Iterator[Event]:
    for fields in objects(document, ""):
        event = text(fields, "notificationType") or text(fields, "eventType")
        kind, people, when = "", [], None
        found = _K.OTHER if event in _SES_OTHER else _K.UNKNOWN
        if event == "Bounce":
            kind = text(fields, "bounce", "bounceType")
            found = _SES.get(kind, _K.UNKNOWN)
            people = list(objects(fields.get("bounce"), "bouncedRecipients"))
        elif event == "Complaint":
            kind = text(fields, "complaint", "complaintFeedbackType")
            found = _K.OTHER if kind == "not-spam" else _K.COMPLAINT
            people = list(objects(fields.get("complaint"), "complainedRecipients"))
        detail = fields.get(event.lower())
        when = detail.get("timestamp") if isinstance(detail, Mapping) else None
        for person in people or [{}]:
            yield Event(
                found,
                named("ses", event, kind),
                text(person, "emailAddress"),
                _ses_mail(fields),
                text(fields, "mail", "messageId"),
                instant(when),
                _status(text(person, "status")),
            )


def _ses_mail(fields: Fields) -> str:
    for header in objects(fields.get("mail"), "headers"):
        if text(header, "name").lower() == "message-id":
            return mail_named(text(header, "value"))
    return ""


def _sendgrid(document: object) -> Iterator[Event]:
    for fields in objects(document, ""):
        event, kind = text(fields, "event"), text(fields, "type")
        found = _SENDGRID.get(event, _K.UNKNOWN)
        if event == "bounce":
            found = _K.SOFT if kind == "blocked" else _K.HARD
        elif event == "dropped":
            found = _SENDGRID_DROPPED.get(text(fields, "reason"), _K.OTHER)
        yield Event(
            found,
            named("sendgrid", event, kind),
            text(fields, "email"),
            mail_named(text(fields, "smtp-id")),
            text(fields, "sg_message_id").partition(".")[0] or text(fields, "sg_event_id"),
            instant(fields.get("timestamp")),
            _status(text(fields, "status")),
        )


def _status(said: str) -> str:
    found = _STATUS.search(said)
    return found[0] if found else ""
