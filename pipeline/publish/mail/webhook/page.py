"""Take what a mail provider posts, and answer when it is on the disk."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.publish.mail.webhook.events import text
from pipeline.publish.mail.webhook.secret import Secret
from pipeline.publish.mail.webhook.spool import keep_request
from pipeline.publish.public.site import network
from pipeline.runtime.limiter import Limiter

#: requests of a minute that have the secret, and requests of a network that have not
_PER_MINUTE, _UNPROVEN = 1_200, 20
#: tokens that are remembered
_TOKENS = 10_000
_REFUSED = {
    400: "This is no JSON.\n",
    403: "This is not signed with the secret of the webhook.\n",
    429: "Too many requests; try again later.\n",
    503: "Too many requests wait; try again later.\n",
}
_SIGNATURE = "x-signature-256"
#: seconds after which a provider may try again
_LATER = "300"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where posts go."""

    secret: Secret
    #: `[mail] journal`
    directory: Path
    #: called when a request was kept
    kept: Callable[[], None] = lambda: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    #: tokens that Mailgun signed, the last ones -> the digest of the body that came with each
    tokens: dict[str, bytes] = field(default_factory=dict)
    proven: Limiter = field(default_factory=lambda: Limiter(_PER_MINUTE))
    unproven: Limiter = field(default_factory=lambda: Limiter(_UNPROVEN))


def webhook_routes(webhook: Webhook) -> list[BaseRoute]:
    """Return the pages of a webhook: `/reports/mail`, also with the secret behind it."""

    async def take(request: Request) -> Response:
        """Keep a request that has the secret; without it nothing is read."""
        return await _take(webhook, request)

    return [
        Route("/reports/mail", take, methods=["POST"]),
        Route("/reports/mail/{secret}", take, methods=["POST"]),
    ]


async def _take(webhook: Webhook, request: Request) -> Response:
    headers = request.headers
    given = request.path_params.get("secret", "")
    proven = webhook.secret.is_given(given, headers.get("authorization", ""))
    client = network(request)
    if not proven and webhook.unproven.left_to_wait(client):
        return _refused(429)
    body = await request.body()
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    proven = (
        proven
        or webhook.secret.has_signed(body, headers.get(_SIGNATURE, ""))
        or _is_of_mailgun(webhook, document, body)
    )
    if not proven:
        webhook.unproven.allow(client)
        return _refused(403)
    if document is None:
        return _refused(400)
    if not webhook.proven.allow(""):
        return _refused(429)
    if not await run_in_threadpool(keep_request, webhook.directory, body):
        return _refused(503)
    webhook.kept()
    return PlainTextResponse("ok\n")


def _is_of_mailgun(webhook: Webhook, document: object, body: bytes) -> bool:
    """Return whether Mailgun signed a request, and its token came with no other body before."""
    if not webhook.secret.has_signed_mailgun(document, webhook.clock()):
        return False
    token, digest = text(document, "signature", "token"), hashlib.sha256(body).digest()
    while len(webhook.tokens) >= _TOKENS and token not in webhook.tokens:
        del webhook.tokens[next(iter(webhook.tokens))]
    return webhook.tokens.setdefault(token, digest) == digest


def _refused(status: int) -> Response:
    later = {"Retry-After": _LATER} if status in {429, 503} else {}
    return PlainTextResponse(_REFUSED[status], status, headers=later)
