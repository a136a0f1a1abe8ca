"""Check a finished message: the headers that providers require of bulk mail, the signature, size.

Headers are read from the bytes, because a parser would unfold them.
"""

import re
from collections.abc import Iterator

from pipeline.runtime.findings import Finding

#: above it Gmail hides the end, where readers leave
MOST_BYTES = 102_400
#: bytes of a line (RFC 5322, 2.1.1)
_LONGEST_LINE = 998
_ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
_LIST = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post")
_SIGNED = ("from", "list-unsubscribe", "list-unsubscribe-post")
_REPORT = "This is a fault of the program, not of the set-up: please report it."


def check_message(data: bytes, *, signed: bool) -> Iterator[Finding]:
    """Yield what providers would object to in a message.

    Args:
        data: as it is handed to the server.
        signed: whether a DKIM key is configured.
    """
    head = data.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    headers = _headers(head.decode("utf-8", "surrogateescape"))
    if len(data) > MOST_BYTES:
        yield Finding(
            "message",
            f"the newest issue makes a message of {len(data):,} bytes; {MOST_BYTES:,} are allowed,"
            " because Gmail hides the rest.",
            _REPORT,
        )
    for name in (*_ONCE, *_LIST):
        number = len(headers.get(name.lower(), ()))
        if number != 1:
            often = "has no" if number == 0 else f"has {number} times"
            yield Finding("message", f"a message {often} {name}.", _remedy(name))
    for line in head.split(b"\n"):
        if len(line) > _LONGEST_LINE or not line.isascii():
            fault = "not ASCII" if not line.isascii() else f"longer than {_LONGEST_LINE} bytes"
            shown = line.partition(b":")[0][:40].decode("ascii", "replace")
            yield Finding("message", f"the header {shown} is {fault}.", _REPORT)
    yield from _unsubscribing(headers)
    yield from _signature(headers, signed=signed)


def _unsubscribing(headers: dict[str, list[str]]) -> Iterator[Finding]:
    for value in headers.get("list-unsubscribe", ()):
        ways = re.findall(r"<([a-z]+):", value, re.IGNORECASE)
        for way in ("https", "mailto"):
            if way not in map(str.lower, ways):
                yield Finding(
                    "message",
                    f"List-Unsubscribe has no {way} address.",
                    "Set [subscribers] url to an https address."
                    if way == "https"
                    else "Set [mail] reply_to or bounce_address.",
                )
        if "\n" in value:
            yield Finding("message", "List-Unsubscribe is folded over several lines.", _REPORT)
    for value in headers.get("list-unsubscribe-post", ()):
        if value.strip() != "List-Unsubscribe=One-Click":
            yield Finding("message", f"List-Unsubscribe-Post says {value.strip()[:60]!r}.", _REPORT)


def _signature(headers: dict[str, list[str]], *, signed: bool) -> Iterator[Finding]:
    found = headers.get("dkim-signature", [])
    if not signed:
        return
    if not found:
        yield Finding("message", "a message is not signed, though a key is set.", _REPORT)
        return
    names = re.search(r"(?:^|;)\s*h\s*=([^;]*)", found[0])
    covered = {name.strip().lower() for name in names[1].split(":")} if names else set()
    if missing := [name for name in _SIGNED if name not in covered]:
        yield Finding("message", f"the signature does not cover {', '.join(missing)}.", _REPORT)


def _headers(head: str) -> dict[str, list[str]]:
    """Return the values by name in small letters; a folded one keeps its line breaks."""
    found: dict[str, list[list[str]]] = {}
    value: list[str] = []
    for line in head.split("\n"):
        if line[:1] in {" ", "\t"} and value:
            value.append(line)
            continue
        name, sign, first = line.partition(":")
        if sign:
            value = [first]
            found.setdefault(name.strip().lower(), []).append(value)
    return {name: ["\n".join(lines) for lines in values] for name, values in found.items()}


def _remedy(name: str) -> str:
    settings = {
        "From": "Set [mail] from_address.",
        "List-Id": "Set [mail] list_id.",
        "List-Unsubscribe": "Set [publish] base_url, where subscribers can leave.",
        "List-Unsubscribe-Post": "Set [publish] base_url, where subscribers can leave.",
    }
    return settings.get(name, _REPORT)
