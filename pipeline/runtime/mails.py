"""Parse a mail of a stranger in time that grows with its length alone."""

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import Policy

#: bytes of a message that are read; what is read stands before attachments
LONGEST_MAIL = 400_000
#: bytes of a header that the parser takes apart, parts, parts with parts, lines that may begin a
#: part; the parser's time grows with their squares or products
_LONGEST_HEADER, _MOST_PARTS, _MOST_NESTED, _MOST_DASHES = 4_000, 100, 20, 2_000
_FIELD_ENDS = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?![ \t])")
_CONTENT = re.compile(rb"content-[a-z-]{1,30}:", re.IGNORECASE)
_TAKEN_APART = re.compile(
    rb"(from|subject|message-id|auto-submitted|precedence|mime-version):", re.IGNORECASE
)
_NESTED = re.compile(rb"content-type:\s{0,100}(multipart|message)/", re.IGNORECASE)
#: encodings of Python that no mail has; punycode takes quadratic time
_NO_CHARSETS = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"}
)


class UnreadableMailError(ValueError):
    """No program of a person or a mail server writes such a message, or it cannot be parsed."""


def parse_mail(raw: bytes, policy: Policy) -> Message:
    """Return the beginning of a message, or raise UnreadableMailError."""
    raw = raw[:LONGEST_MAIL]
    if not _is_sensible(raw):
        raise UnreadableMailError("headers or parts that no program writes")
    try:
        return BytesParser(policy=policy).parsebytes(raw)
    except (LookupError, ValueError, AttributeError, TypeError, RecursionError) as error:
        # The parser of the standard library fails in many ways on hostile messages.
        raise UnreadableMailError(str(error)) from error


def text_of(part: Message) -> str:
    """Return the decoded text of a part; empty: it is no text."""
    payload = None if part.is_multipart() else part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        return payload.decode(
            "utf-8" if charset.replace("-", "_") in _NO_CHARSETS else charset, "replace"
        )
    except (LookupError, ValueError):  # an unknown charset, or one without replacement
        return payload.decode("utf-8", "replace")


def _is_sensible(raw: bytes) -> bool:
    """Return whether headers that are taken apart are short, and parts few."""
    parts = nested = dashes = 0
    in_head = True
    for one in _FIELD_ENDS.split(raw):
        is_content = _CONTENT.match(one) is not None
        if len(one) > _LONGEST_HEADER and (is_content or (in_head and _TAKEN_APART.match(one))):
            return False
        parts += is_content and one[:13].lower() == b"content-type:"
        nested += is_content and _NESTED.match(one) is not None
        dashes += one.startswith(b"--")
        in_head = in_head and bool(one)
    return parts <= _MOST_PARTS and nested <= _MOST_NESTED and dashes <= _MOST_DASHES
