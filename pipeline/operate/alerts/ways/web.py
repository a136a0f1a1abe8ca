"""Tell by a webhook, and call the heartbeat."""

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

from config.alerts_schema import AlertsSettings
from config.schema import Settings
from config.visible import one_line, shortened
from pipeline.ingest.sources.web.service import ServiceAnswer, service_client
from pipeline.operate.alerts.message import Message, as_webhook
from pipeline.operate.alerts.ways.secret import PLACE, alert_secret, with_secret
from pipeline.operate.alerts.ways.way import Told
from storage.alert_types import AlertKind

#: characters of an answer that are kept
_KEPT = 200


def webhook_teller(
    alerts: AlertsSettings, environment: Mapping[str, str]
) -> Callable[[Message], Told]:
    """Return what posts a message to the webhook.

    Raises:
        ConfigError: its secret is missing or cannot be read.
    """
    secret = alert_secret(
        alerts.webhook_secret_file,
        alerts.webhook_secret_variable,
        environment,
        "webhook_secret_file",
    )
    url = with_secret(alerts.webhook_url, secret, "webhook")
    headers = {"Authorization": f"Bearer {secret}"} if secret and url == alerts.webhook_url else {}

    def tell(message: Message) -> Told:
        body, kind = as_webhook(message, alerts.webhook_format)
        sent = {**headers, "Content-Type": kind, "Idempotency-Key": message.id}
        with service_client(mailto="", timeout_seconds=alerts.webhook_seconds) as ask:
            answer = ask(url, headers=sent, body=body)
        return _told(answer, alerts.webhook_url, secret)

    return tell


def beat(settings: Settings, environment: Mapping[str, str]) -> str:
    """Call the heartbeat; return why that failed, empty: it did not, or none is set.

    Raises:
        ConfigError: its secret is missing or cannot be read.
    """
    alerts = settings.alerts
    if not alerts.heartbeat_url:
        return ""
    secret = alert_secret(
        alerts.heartbeat_secret_file,
        alerts.heartbeat_secret_variable,
        environment,
        "heartbeat_secret_file",
    )
    url = with_secret(alerts.heartbeat_url, secret, "heartbeat")
    with service_client(mailto="", timeout_seconds=alerts.webhook_seconds) as ask:
        answer = ask(url)
    told = _told(answer, alerts.heartbeat_url, secret)
    return "" if told.outcome is AlertKind.TOLD else told.answer


def _told(answer: ServiceAnswer, url: str, secret: str) -> Told:
    """Return what became of a request; the address is named without its path and secret."""
    host = urlsplit(url.replace(PLACE, "")).hostname or "the webhook"
    if answer.status is None:
        fault = _without(answer.fault, secret)
        kind = AlertKind.FAILED if answer.unsent else AlertKind.UNCERTAIN
        return Told(kind, f"{host} {fault}")
    if 200 <= answer.status < 300:
        return Told(AlertKind.TOLD, f"{host} answered {answer.status}")
    said = _without(answer.body.decode("utf-8", "replace"), secret)
    return Told(AlertKind.FAILED, f"{host} answered {answer.status}: {said}".rstrip(": "))


def _without(text: str, secret: str) -> str:
    """Return what was answered on one line, cut, without the secret in any form it was sent in."""
    line = one_line(text)
    # before it is cut, because a part of a secret is one too
    for form in {secret, quote(secret, safe="/"), quote(secret, safe="")} - {""}:
        line = line.replace(form, "...")
    return shortened(line, _KEPT)
