"""Check that a request comes from who knows the secret of the webhook."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.errors import ConfigError
from config.mail_schema import MailSettings
from config.secret import secret_of
from pipeline.publish.mail.webhook.events import instant, text

#: characters of a secret, so that it cannot be guessed
_SHORTEST = 20
#: Mailgun tries for eight hours to hand an event over
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Secret:
    """What a mail provider and the survey share."""

    value: bytes = field(repr=False)

    def is_given(self, path: str, authorization: str) -> bool:
        """Return whether the path or the header Authorization has the secret."""
        scheme, _, given = authorization.partition(" ")
        candidates = [path]
        if scheme.lower() == "bearer":
            candidates.append(given.strip())
        elif scheme.lower() == "basic":
            candidates.append(_password(given.strip()))
        # Every candidate is compared, so that the time does not tell which is near.
        return any([self._is(one) for one in candidates])  # noqa: C419

    def has_signed(self, body: bytes, signature: str) -> bool:
        """Return whether `sha256=HEX` is the HMAC of the body."""
        expected = hmac.new(self.value, body, hashlib.sha256).hexdigest()
        given = signature.removeprefix("sha256=").lower()
        return hmac.compare_digest(_bytes(given), expected.encode())

    def has_signed_mailgun(self, document: object, now: datetime) -> bool:
        """Return whether Mailgun signed a request lately with the secret as its signing key.

        It signs an instant and a token, not the body: whoever has seen one signature could put any
        body under it, so it counts for a day only.
        """
        signed = text(document, "signature", "timestamp") + text(document, "signature", "token")
        given = text(document, "signature", "signature").lower()
        expected = hmac.new(self.value, _bytes(signed), hashlib.sha256).hexdigest()
        at = instant(_number(text(document, "signature", "timestamp")))
        if at is None or abs(now - at) > _LONGEST:
            return False
        return bool(signed) and hmac.compare_digest(_bytes(given), expected.encode())

    def _is(self, given: str) -> bool:
        return hmac.compare_digest(
            hashlib.sha256(_bytes(given)).digest(), hashlib.sha256(self.value).digest()
        )


def webhook_secret(mail: MailSettings, environment: Mapping[str, str]) -> Secret | None:
    """Return the secret of the settings; None: there is no webhook.

    Raises:
        ConfigError: the file cannot be read, or the secret is too short.
    """
    found = secret_of(
        mail.webhook_secret_file,
        mail.webhook_secret_variable,
        environment,
        "[mail] webhook_secret_file",
    )
    if not found:
        return None
    if len(found) < _SHORTEST:
        raise ConfigError(
            f"The secret of the mail webhook has fewer than {_SHORTEST} characters.",
            hint="Make one: `openssl rand -hex 24`.",
        )
    return Secret(found.encode())


def _password(coded: str) -> str:
    try:
        return base64.b64decode(coded, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _number(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


def _bytes(given: str) -> bytes:
    """Return UTF-8; JSON can name halves of surrogate pairs, which have none."""
    return given.encode("utf-8", "replace")
