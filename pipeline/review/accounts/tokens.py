"""Make the secrets that people carry, in cookies and links; only their digests are stored."""

import hashlib
import secrets

#: bits of a token; a digest needs no salt, because no list of 2**256 texts exists
_BYTES = 32
_LONGEST = 200


def new_token() -> str:
    """Return a random token that fits into an address."""
    return secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token[:_LONGEST].encode("utf-8", "replace")).hexdigest()
