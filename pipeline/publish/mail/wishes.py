"""Read from a subject or a line whether somebody wants to leave the list, in English or Chinese."""

import re
import unicodedata
from email.errors import MessageError
from email.header import decode_header, make_header

#: characters of a subject that are read
_LONGEST = 1_000
#: prefixes that mail programs put before the subject of an answer
_PREFIX = re.compile(
    r"(?:re|fw|fwd|aw|wg|sv|vs|antw|tr|回复|回覆|答复|答覆|转发|轉寄)(?:\[\d{1,3}\])? ?[:：] ?"
)
_MOST_PREFIXES = 10
_WORDS = frozenset(
    {
        "unsubscribe", "please unsubscribe", "unsubscribe me", "please unsubscribe me",
        "unsubscribe please", "unsubscribe me please", "signoff", "opt out", "remove me",
        "please remove me", "退订", "退訂", "取消订阅", "取消訂閱", "请退订", "請退訂",
        "我要退订", "我要退訂", "请取消订阅", "請取消訂閱", "退订邮件",
    }
)  # fmt: skip
_TOKEN = re.compile(r"[A-Za-z0-9._-]{20,200}")


def wish_of(subject: str) -> str | None:
    """Return the token of a wish to leave, empty if it has none; None: it is no wish.

    The case of the words, spaces, prefixes such as `Re:` and RFC 2047 do not matter.
    """
    text = " ".join(unicodedata.normalize("NFKC", decoded(subject)).split())
    for _ in range(_MOST_PREFIXES):
        found = _PREFIX.match(text.lower())
        if found is None:
            break
        text = text[found.end() :]
    words, _, last = text.rpartition(" ")
    if is_wish(words) and _TOKEN.fullmatch(last):
        return last
    return "" if is_wish(text) else None


def is_wish(text: str) -> bool:
    """Return whether a text says nothing else than that somebody wants to leave."""
    words = unicodedata.normalize("NFKC", text[:_LONGEST]).lower().replace(",", " ")
    return " ".join(words.strip(" .!。:：<>\"'").split()) in _WORDS


def decoded(subject: str) -> str:
    """Return a header's text, with words of RFC 2047 as what they mean."""
    given = subject[:_LONGEST]
    try:
        return str(make_header(decode_header(given)))
    except (MessageError, LookupError, ValueError):  # base64 or a charset that is none
        return given
