"""Apply faults to an answer: change it, replace it, damage one record, or break its delivery."""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.demo.replica.catalogue import View
from pipeline.demo.replica.faults import LONGEST_HANG_SECONDS, Fault, Kind
from pipeline.ingest.protocol.answers import Answer, ResponseChange

_RECORD = re.compile(rb"<(record|item|entry)>.*?</\1>", re.DOTALL)
_DATE = re.compile(rb"(<(date|created|published|pubDate)>)[^<]*(</\2>)")
_TITLE = re.compile(rb"(<(?:dc:)?title>)")
_AUTHORS = re.compile(
    rb"<authors>.*?</authors>|(?:\s*<author>.*?</author>)+|<dc:creator>[^<]*</dc:creator>",
    re.DOTALL,
)
_Write = Callable[[re.Match[bytes]], bytes]
#: as many as the longest author list of arXiv's own test database has
MANY_AUTHORS = 589
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_RATE_EXCEEDED = b"Rate exceeded."
_BLOCKED = b"<html><title>Access Denied</title><body>automatic robot detection</body></html>"
_USUAL_BODIES = {429: _RATE_EXCEEDED, 403: _BLOCKED, 406: b"", 503: b"Service Unavailable"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the body is sent."""

    #: bytes of the body that are sent
    sent: int
    #: what Content-Length says
    declared: int
    #: the connection is reset after that
    reset: bool = False
    #: seconds of silence before the first byte
    silence: float = 0.0


def change_for(faults: Iterable[Fault], view: View, *, resumed: bool) -> ResponseChange:
    """Return the changes to the channel's answer; `resumed` means the request carries a token."""
    change = ResponseChange()
    for fault in faults:
        amount = 1 if fault.amount is None else fault.amount
        match fault.kind:
            case Kind.EMPTY_PAGE:
                change = replace(change, empty_page=True)
            case Kind.SHIFTING_TOTAL:
                change = replace(change, total_change=amount)
            case Kind.DUPLICATES:
                change = replace(change, repeated=amount)
            case Kind.NO_RECORDS_MATCH:
                change = replace(change, oai_error="noRecordsMatch")
            case Kind.BAD_RESUMPTION_TOKEN if resumed:
                change = replace(change, oai_error="badResumptionToken")
            case Kind.STALE_FEED:
                change = replace(change, stale_feed=True)
            case Kind.MISSING_RANGE:
                hidden = {one for one in view.by_id if fault.first_id <= one <= fault.last_id}
                change = replace(change, hidden=change.hidden | hidden)
            case _:
                pass
    return change


def replacement(faults: Iterable[Fault], *, accept: str | None) -> Answer | None:
    """Return the answer that replaces the real one, if any."""
    for fault in faults:
        match fault.kind:
            case Kind.STATUS:
                return _status(fault)
            case Kind.RATE_EXCEEDED:
                return Answer(_RATE_EXCEEDED, headers=(("Content-Type", "text/plain"),))
            case Kind.HTML:
                page = (
                    b"<!DOCTYPE html>\n<html><body><p>arXiv is down for maintenance</body></html>"
                )
                return Answer(page, headers=_HTML)
            case Kind.REDIRECT:
                return Answer(b"", fault.status or 301, (("Location", fault.location),))
            case Kind.REQUIRE_ACCEPT if accept is None:
                return Answer(b"", 406)
            case _:
                pass
    return None


def _status(fault: Fault) -> Answer:
    status = fault.status or 503
    body = fault.body.encode() if fault.body is not None else _USUAL_BODIES.get(status, b"Error")
    retry = (("Retry-After", fault.retry_after),) if fault.retry_after else ()
    return Answer(body, status, _HTML + retry)


def corrupt(answer: Answer, faults: Iterable[Fault], number: int) -> Answer:
    """Return the answer with one record corrupted for each fault of that kind.

    The record is drawn from the fault's seed and `number`, the request's number in its channel.
    """
    body = answer.body
    for fault in faults:
        if fault.kind is Kind.ENTITY_BOMB:
            body = _with_bomb(body)
        elif edit := _edit(fault):
            spans = [match.span() for match in _RECORD.finditer(body)]
            if not spans:
                continue
            draw = random.Random(f"{fault.seed}/{number}")  # noqa: S311  repeatable, not secret
            chosen = fault.record if fault.record is not None else draw.randrange(len(spans))
            start, end = spans[min(chosen, len(spans) - 1)]
            pattern, text = edit
            count = 0 if fault.kind is Kind.MISSING_FIELD else 1
            body = body[:start] + pattern.sub(text, body[start:end], count=count) + body[end:]
    return replace(answer, body=body)


def _edit(fault: Fault) -> tuple[re.Pattern[bytes], bytes | _Write] | None:
    match fault.kind:
        case Kind.CONTROL_CHARACTERS:
            return _TITLE, rb"\g<1>" + b"\x0b\x1f"
        case Kind.BAD_DATE:
            return _DATE, rb"\g<1>" + (fault.field or "31 February").encode() + rb"\g<3>"
        case Kind.MISSING_FIELD:
            name = re.escape((fault.field or "title").encode())
            # As an element with content, or as an empty one with attributes (<category term=...>).
            pattern = rb"\s*<((?:\w+:)?%b)(?:\s[^>]*)?(?:/>|>.*?</\1>)" % name
            return re.compile(pattern, re.DOTALL), b""
        case Kind.MANY_AUTHORS:
            names = [f"Given{n} Family{n}" for n in range(fault.amount or MANY_AUTHORS)]
            return _AUTHORS, lambda match: _many(match[0], names)
        case _:
            return None


def _many(element: bytes, names: Sequence[str]) -> bytes:
    if element.startswith(b"<dc:creator>"):
        return f"<dc:creator>{', '.join(names)}</dc:creator>".encode()
    if b"<name>" in element:
        people = "".join(f"<author><name>{name}</name></author>" for name in names)
        return f"\n    {people}".encode()
    if b"<keyname>" in element:
        parts = (name.split() for name in names)
        people = "".join(
            f"<author><keyname>{family}</keyname><forenames>{given}</forenames></author>"
            for given, family in parts
        )
        return f"<authors>{people}</authors>".encode()
    return f"<authors>{', '.join(names)}</authors>".encode()


def _with_bomb(body: bytes) -> bytes:
    declaration, _, rest = body.partition(b"?>")
    levels = b"".join(
        b'<!ENTITY l%d "%b">' % (level, (b"&l%d;" % (level - 1)) * 10) for level in range(1, 10)
    )
    bomb = b'\n<!DOCTYPE bomb [<!ENTITY l0 "lol">' + levels + b"]>"
    return declaration + b"?>" + bomb + _TITLE.sub(rb"\g<1>&l9;", rest, count=1)


def delivery_for(faults: Sequence[Fault], size: int) -> Delivery:
    """Return how a body of `size` bytes is sent."""
    delivery = Delivery(sent=size, declared=size)
    for fault in faults:
        part = int(size * fault.fraction)
        match fault.kind:
            case Kind.TRUNCATED:
                delivery = replace(delivery, sent=part, declared=part)
            case Kind.SHORT_BODY:
                delivery = replace(delivery, sent=part)
            case Kind.RESET:
                delivery = replace(delivery, sent=part, reset=True)
            case Kind.HANG:
                delivery = replace(delivery, silence=min(fault.seconds, LONGEST_HANG_SECONDS))
            case _:
                pass
    return delivery
