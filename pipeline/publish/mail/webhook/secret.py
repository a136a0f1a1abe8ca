"""Check that a request comes from who knows the secret of the webhook."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.errors import ConfigError
from config.mail_schema import MailSettings
from pipeline.publish.mail.account import secret_of
from pipeline.publish.mail.webhook.events import text

#: characters of a secret, so that it cannot be guessed
_SHORTEST = 20


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
        return hmac.compare_digest(given.encode(), expected.encode())

    def has_signed_mailgun(self, document: object) -> bool:
        """Return whether Mailgun signed a request with the secret as its signing key."""
        signed = text(document, "signature", "timestamp") + text(document, "signature", "token")
        given = text(document, "signature", "signature").lower()
        expected = hmac.new(self.value, signed.encode(), hashlib.sha256).hexdigest()
        return bool(signed) and hmac.compare_digest(given.encode(), expected.encode())

    def _is(self, given: str) -> bool:
        return hmac.compare_digest(
            hashlib.sha256(given.encode()).digest(), hashlib.sha256(self.value).digest()
        )


def webhook_secret(mail: MailSettings, environment: Mapping[str, str]) -> Secret | None:
    """Return the secret of the settings; None: there is no webhook.

    Raises:
        ConfigError: the file cannot be read, or the secret is too short.
    """
    found = secret_of(mail.webhook_secret_file, mail.webhook_secret_variable, environment, "[mail]")
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
