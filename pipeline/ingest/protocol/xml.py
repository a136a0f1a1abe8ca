"""Escape text for XML the way arXiv's servers do."""

import re

# XML 1.0 forbids these in any form, escaped or not (https://www.w3.org/TR/xml/#charsets).
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def strip_forbidden(text: str) -> str:
    """Return the text without the characters no XML document may hold."""
    return _FORBIDDEN.sub("", text)


def escape(text: str) -> str:
    """Escape text content as lxml does: quotes stay (feeds, query API)."""
    text = strip_forbidden(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_attribute(text: str) -> str:
    """Escape a double-quoted attribute value."""
    return escape(text).replace('"', "&quot;")


def escape_template(text: str) -> str:
    """Escape as the OAI service's templates do: quotes become numeric references."""
    return escape(text).replace('"', "&#34;").replace("'", "&#39;")
