"""What a mail provider posts suppresses addresses as reports by mail do, in any order."""

import base64
import hashlib
import hmac
import json
import random
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.mail_schema import MailSettings
from pipeline.publish.mail.webhook.events import EventKind, instant
from pipeline.publish.mail.webhook.page import Webhook, webhook_routes
from pipeline.publish.mail.webhook.providers import read_events, sns_confirmation
from pipeline.publish.mail.webhook.record import WebhookReport, record_requests
from pipeline.publish.mail.webhook.secret import Secret, webhook_secret
from pipeline.publish.mail.webhook.spool import keep_request, webhook_state
from pipeline.publish.public.app import create_public_app
from pipeline.publish.public.headers import LARGEST_REPORT
from pipeline.publish.subscribers.keys import subscriber_keys
from tests.support.mail import MailScene, make_scene, people
from tests.support.smtp import Sink, smtp_server
from tests.support.subscribers import Reader, public_pages

SECRET = "a-secret-of-the-webhook-which-is-long"
R = [one.address for one in people(6)]


def postmark(record: str, address: str, **more: object) -> dict[str, Any]:
    """Return a post of Postmark."""
    who = "Recipient" if record in {"Delivery", "SubscriptionChange"} else "Email"
    return {"RecordType": record, who: address, "MessageID": f"pm-{address}", "ID": 42, **more}


def mailgun(event: str, address: str, stamp: str = "1774245600", **more: object) -> dict[str, Any]:
    """Return a post of Mailgun, signed."""
    token = "t" * 50
    signed = hmac.new(SECRET.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": signed},
        "event-data": {
            "event": event,
            "recipient": address,
            "timestamp": 1774245600.5,
            "id": f"mg-{address}",
            "message": {"headers": {"message-id": f"mg-{address}@mailgun.example"}},
            **more,
        },
    }


def ses(event: str, *addresses: str, key: str = "notificationType", **more: str) -> dict[str, Any]:
    """Return a notification of Amazon SES."""
    people_of = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}
    recipients = [{"emailAddress": one, "status": "5.1.1"} for one in addresses]
    detail = {"timestamp": "2026-03-23T06:00:00.000Z", **more}
    return {
        key: event,
        event.lower(): {**detail, people_of.get(event, "recipients"): recipients},
        "mail": {"messageId": "0101-ses", "destination": list(addresses), "headers": []},
    }


def sns(message: object) -> dict[str, Any]:
    """Return a message of Amazon SNS around a notification."""
    return {
        "Type": "Notification",
        "TopicArn": "arn:aws:sns:eu-west-1:1:ses",
        "Message": json.dumps(message),
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.pem",
    }


def sendgrid(event: str, address: str, **more: object) -> dict[str, Any]:
    """Return an event of SendGrid."""
    return {"event": event, "email": address, "sg_event_id": "e", "timestamp": 1774245600, **more}


K = EventKind
SPAM: dict[str, Any] = {"delivery-status": {"message": "550 5.7.1 spam"}}
ODD: tuple[object, ...] = (None, 1, "x", [], {}, [[]], {"events": []})


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        (postmark("Bounce", R[0], Type="HardBounce", BouncedAt="2026-03-23T06:00:00Z"), [K.HARD]),
        (postmark("Bounce", R[0], Type="SoftBounce"), [K.SOFT]),
        (postmark("Bounce", R[0], Type="Transient"), [K.OTHER]),
        (postmark("Bounce", R[0], Type="Another"), [K.UNKNOWN]),
        (postmark("SpamComplaint", R[0], Type="SpamComplaint"), [K.COMPLAINT]),
        (postmark("SubscriptionChange", R[0], SuppressSending=True, Origin="Recipient",
                  SuppressionReason="ManualSuppression"), [K.LEAVE]),
        (postmark("SubscriptionChange", R[0], SuppressSending=True, Origin="Admin",
                  SuppressionReason="ManualSuppression"), [K.OTHER]),
        (postmark("SubscriptionChange", R[0], SuppressSending=False), [K.OTHER]),
        (postmark("Open", R[0]), [K.OTHER]),
        (mailgun("failed", R[0], severity="permanent", reason="bounce"), [K.HARD]),
        (mailgun("failed", R[0], severity="permanent", reason="bounce",
                 **SPAM), [K.SOFT]),
        (mailgun("failed", R[0], severity="permanent", reason="suppress-complaint"),
         [K.COMPLAINT]),
        (mailgun("failed", R[0], severity="temporary"), [K.OTHER]),
        (mailgun("complained", R[0]), [K.COMPLAINT]),
        (mailgun("unsubscribed", R[0]), [K.LEAVE]),
        (mailgun("reborn", R[0]), [K.UNKNOWN]),
        (ses("Bounce", R[0], R[1], bounceType="Permanent"), [K.HARD, K.HARD]),
        (sns(ses("Bounce", R[0], bounceType="Transient")), [K.SOFT]),
        (sns(ses("Complaint", R[0], key="eventType")), [K.COMPLAINT]),
        (ses("Complaint", R[0], complaintFeedbackType="not-spam"), [K.OTHER]),
        (ses("DeliveryDelay", R[0], key="eventType"), [K.OTHER]),
        (sns("Successfully validated SNS topic for Amazon SES event publishing."), [K.UNKNOWN]),
        ({"Type": "SubscriptionConfirmation", "TopicArn": "a", "SubscribeURL": "x"}, [K.OTHER]),
        ([sendgrid("bounce", R[0], type="bounce"), sendgrid("bounce", R[1], type="blocked"),
          sendgrid("spamreport", R[2]), sendgrid("group_unsubscribe", R[3]),
          sendgrid("dropped", R[4], reason="Bounced Address"), sendgrid("open", R[5]),
          sendgrid("new", R[5])],
         [K.HARD, K.SOFT, K.COMPLAINT, K.LEAVE, K.HARD, K.OTHER, K.UNKNOWN]),
        ({"events": [{"type": "hard", "address": R[0]}, {"type": "soft"}, {"type": "x"}]},
         [K.HARD, K.SOFT, K.UNKNOWN]),
        ({"type": "unsubscribe", "address": R[0]}, [K.LEAVE]),
        *((odd, [K.UNKNOWN]) for odd in ODD),
    ],
)  # fmt: skip
def test_event_is_read(document: object, kinds: list[EventKind]) -> None:
    assert [one.kind for one in read_events(document)] == kinds


def test_odd_values_never_fail() -> None:
    dice = random.Random(3)
    odd: list[Any] = [None, 1, -1e300, True, "", [], {}, {"emailAddress": 3}, "\x00", "\ud800"]
    for document in (
        postmark("Bounce", R[0], Type="HardBounce"), mailgun("failed", R[0]),
        ses("Bounce", R[0], bounceType="Permanent"), sns(ses("Complaint", R[0])),
        sendgrid("bounce", R[0]), {"events": [{"type": "hard", "address": R[0], "at": "x"}]},
    ):  # fmt: skip
        for _ in range(200):
            copied = json.loads(json.dumps(document))
            spot: Any = copied
            while True:
                key = dice.choice(list(spot) if isinstance(spot, dict) else range(len(spot)))
                if not isinstance(spot[key], dict | list) or not spot[key] or dice.random() < 0.4:
                    break
                spot = spot[key]
            spot[key] = dice.choice(odd)
            assert read_events(copied)
            sns_confirmation(copied)


def test_instant_is_read_or_none() -> None:
    assert str(instant("2026-03-23T06:00:00Z")) == "2026-03-23 06:00:00+00:00"
    assert str(instant("2026-03-23T08:00:00.5+02:00")) == "2026-03-23 06:00:00.500000+00:00"
    assert str(instant(1774245600)) == "2026-03-23 06:00:00+00:00"
    assert [instant(one) for one in ("soon", 1e300, None)] == [None] * 3


@pytest.fixture
def client(tmp_path: Path) -> Reader:
    webhook = Webhook(
        Secret(SECRET.encode()),
        tmp_path / "mail",
        clock=lambda: datetime.fromtimestamp(1774245600 + 3600, UTC),
    )
    site = public_pages(tmp_path).site()
    return Reader(create_public_app(site, more=webhook_routes(webhook)), "192.0.2.7")


def _signed(body: bytes) -> str:
    return f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"


def test_only_who_knows_the_secret_is_heard(client: Reader, tmp_path: Path) -> None:
    body = json.dumps(postmark("Bounce", R[0], Type="HardBounce")).encode()
    basic = base64.b64encode(f"postmark:{SECRET}".encode()).decode()
    ways: list[tuple[str, dict[str, str], bytes]] = [
        (f"/reports/mail/{SECRET}", {}, body),
        ("/reports/mail", {"Authorization": f"Bearer {SECRET}"}, body),
        ("/reports/mail", {"Authorization": f"Basic {basic}"}, body),
        ("/reports/mail", {"X-Signature-256": _signed(body)}, body),
        ("/reports/mail", {}, json.dumps(mailgun("complained", R[0])).encode()),
    ]
    for path, headers, content in ways:
        assert client.send("POST", path, content=content, headers=headers).status_code == 200
    forged = mailgun("complained", R[1])
    forged["signature"]["token"] = "u" * 50
    other_body = mailgun("complained", R[1])
    old = mailgun("complained", R[0], stamp="1774000000")
    halves = [
        {**forged, "signature": {**forged["signature"], key: "\ud800"}}
        for key in ("timestamp", "token", "signature")
    ]
    wrong: list[tuple[str, dict[str, str], bytes]] = [
        ("/reports/mail/another", {}, body),
        ("/reports/mail", {}, body),
        ("/reports/mail", {"Authorization": "Basic %%%"}, body),
        ("/reports/mail", {"X-Signature-256": _signed(body + b" ")}, body),
        ("/reports/mail", {}, json.dumps(forged).encode()),
        ("/reports/mail", {}, json.dumps(other_body).encode()),
        ("/reports/mail", {}, json.dumps(old).encode()),
        *(("/reports/mail", {}, json.dumps(one).encode()) for one in halves),
        ("/reports/mail", {}, b"no json"),
    ]
    for path, headers, content in wrong:
        assert client.send("POST", path, content=content, headers=headers).status_code == 403
    assert client.get(f"/reports/mail/{SECRET}").status_code == 405
    assert client.send("POST", f"/reports/mail/{SECRET}", content=b"no json").status_code == 400
    kept = list((tmp_path / "mail" / "webhook").iterdir())
    assert len(kept) == 2  # the same bytes are the same file
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600


def test_size_and_number_of_requests_are_limited(client: Reader) -> None:
    long = b'"' + b"x" * LARGEST_REPORT + b'"'
    assert client.send("POST", f"/reports/mail/{SECRET}", content=long).status_code == 413
    assert client.send("POST", "/subscribe", content=b"x" * 40_000).status_code == 413
    deep = b"[" * 100_000
    assert client.send("POST", f"/reports/mail/{SECRET}", content=deep).status_code == 400
    codes = {
        client.send("POST", "/reports/mail/guess", content=b"{}").status_code for _ in range(40)
    }
    assert codes == {403, 429}
    assert client.send("POST", f"/reports/mail/{SECRET}", content=b"{}").status_code == 200


def test_without_a_secret_there_is_no_webhook(tmp_path: Path) -> None:
    assert webhook_secret(MailSettings(), {}) is None
    with pytest.raises(ConfigError, match="fewer than 20"):
        webhook_secret(MailSettings(), {"MAIL_WEBHOOK_SECRET": "short"})
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    found = webhook_secret(MailSettings(webhook_secret_file=tmp_path / "secret"), {})
    assert found == Secret(SECRET.encode())
    assert SECRET not in repr(found)
    bare = Reader(create_public_app(public_pages(tmp_path).site()), "192.0.2.7")
    assert bare.send("POST", f"/reports/mail/{SECRET}", content=b"{}").status_code == 404


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def scene(tmp_path: Path, sink: Sink) -> MailScene:
    found = make_scene(tmp_path, sink.port, those=people(6), soft_bounces=1)
    found.send()
    return found


def record(scene: MailScene, *documents: object) -> WebhookReport:
    """Post documents and record them."""
    for one in documents:
        assert keep_request(scene.settings.mail.journal, json.dumps(one).encode())
    return record_requests(scene.services, subscriber_keys(scene.settings.database.path))


def standing(scene: MailScene) -> dict[str, str]:
    """Kind of suppression by subscriber, and who left."""
    report = scene.survey().json("mail", "suppress")
    with scene.services.open_store() as store:
        everybody = store.subscribers.all()
    names = {one.address_key: one.subscriber_id for one in everybody}
    found = {names[one["address_key"]]: one["kind"] for one in report["suppressed"]}
    left = {f"{o.subscriber_id} left": o.state.value for o in everybody if o.state == "left"}
    return {**found, **left}


def test_events_in_any_order_and_repeated_come_to_the_same(scene: MailScene, sink: Sink) -> None:
    message_id = str(next(o for o in sink.received if o.recipient == R[5]).message["Message-ID"])
    stream = [
        postmark("Bounce", R[0], Type="HardBounce", BouncedAt="2026-03-23T05:59:00Z"),
        postmark("Bounce", R[0], Type="SoftBounce"),
        mailgun("complained", R[1].upper()),
        ses("Bounce", R[2], bounceType="Transient"),
        sendgrid("unsubscribe", R[3]),
        {"events": [{"type": "hard", "address": "else@else.example", "message_id": message_id}]},
        postmark("Delivery", R[4]),
    ]
    expected = {
        "r0000": "hard", "r0001": "complaint", "r0001 left": "left", "r0002": "soft",
        "r0003 left": "left", "r0005": "hard",
    }  # fmt: skip
    first = record(scene, *stream)
    assert (first.requests, first.new, first.left, first.unmatched, first.unknown) == (
        7,
        5,
        2,
        0,
        0,
    )
    assert standing(scene) == expected
    dice = random.Random(5)
    for _ in range(10):
        dice.shuffle(stream)
        again = record(scene, *stream, *stream[:2])
        assert (again.new, again.left) == (0, 0)
    assert standing(scene) == expected
    assert webhook_state(scene.settings.mail.journal).waiting == 0


def test_stranger_and_unknown_event_are_counted(scene: MailScene) -> None:
    posts = [
        postmark("Bounce", "stranger@else.example", Type="HardBounce"),
        *(postmark("Sneeze\x1b[31m", R[0], n=n) for n in range(3)),
        {"Type": "SubscriptionConfirmation", "TopicArn": "arn:x",
         "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=a"},
    ]  # fmt: skip
    report = record(scene, *posts)
    assert (report.new, report.unmatched, report.unknown) == (0, 1, 3)
    call = scene.survey().call("mail", "status")
    assert "webhook: 3 of 'postmark Sneeze" in call.out
    assert "\x1b[31m" not in call.out
    assert "waits until you confirm the subscription: https://sns.eu-west-1" in call.out
    record(scene, sns(ses("Delivery", R[0])))
    assert webhook_state(scene.settings.mail.journal).confirm == ""


def test_odd_texts_do_not_hold_up_what_waits(scene: MailScene) -> None:
    directory = scene.services.settings.mail.journal
    for odd in ("\ud800@example.org", "\x00@example.org", "a" * 100_000 + "@example.org", R[0]):
        event = {"type": "hard", "address": odd, "id": "\ud800", "message_id": f"<{odd}>"}
        assert keep_request(directory, json.dumps({"events": [event]}).encode())
    assert (
        record_requests(scene.services, subscriber_keys(scene.settings.database.path)).requests == 4
    )
    assert webhook_state(directory).waiting == 0


@pytest.mark.parametrize(
    "url",
    ["http://sns.eu-west-1.amazonaws.com/x", "https://evil.example/x",
     "https://sns.eu-west-1.amazonaws.com.evil.example/x", "https://sns.a.amazonaws.com/\nx"],
)  # fmt: skip
def test_address_to_confirm_is_shown_only_of_amazon(url: str) -> None:
    given = {"Type": "SubscriptionConfirmation", "TopicArn": "a", "SubscribeURL": url}
    assert sns_confirmation(given) == ""


def test_what_was_posted_counts_before_the_next_mail(scene: MailScene, sink: Sink) -> None:
    body = json.dumps(mailgun("failed", R[0], severity="permanent", reason="bounce")).encode()
    keep_request(scene.settings.mail.journal, body)
    survey = scene.survey()
    assert "1 request waits" in survey.call("mail", "status").out
    survey.call("mail", "send", "--week", "2026-W12")
    assert standing(scene) == {"r0000": "hard"}
    assert scene.survey().call("mail", "bounces").status == 2  # neither mailbox nor webhook
