"""Make one request and read its response within a deadline and a limit of bytes.

httpx's own timeouts count from the last byte received, so a response that arrives in drips (of its
headers, interim responses, chunk extensions or trailers too) would never end.
"""

import re
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from pipeline.ingest.sources.errors import (
    ArxivUnreachableError,
    BadResponseError,
    IncompleteResponseError,
    SourceError,
    shown,
)
from pipeline.ingest.sources.transport.archive import MAX_BODY_BYTES, RawResponse
from pipeline.ingest.sources.transport.watchdog import Watchdog

_GZIP = frozenset({"gzip", "x-gzip"})


def exchange(
    client: httpx.Client,
    url: str,
    headers: Mapping[str, str],
    *,
    seconds: float,
    clock: Callable[[], datetime],
    who: str = "arXiv",
) -> RawResponse:
    """Return the response to a GET request, its body decoded.

    Args:
        client: makes the connection.
        url: the address.
        headers: of the request.
        seconds: limit of the whole exchange, from connecting to the last trailer.
        clock: dates the response.
        who: is asked, as messages begin.

    Raises:
        ArxivUnreachableError: no connection, or no whole response in time.
        IncompleteResponseError: the body is cut or its coding is garbled.
        BadResponseError: the body is too large or in another coding than gzip, or a value of the
            response cannot be read.
    """
    with Watchdog(seconds) as watchdog:
        try:
            response = _receive(client, url, headers, watchdog, clock)
        except (SourceError, httpx.HTTPError, httpx.InvalidURL, zlib.error, ValueError) as error:
            if watchdog.expired:
                raise _too_slow(url, seconds) from error
            if isinstance(error, SourceError):
                raise
            raise _fault(error, url, who) from error
        if watchdog.expired:  # a body without a length ends with its connection
            raise _too_slow(url, seconds)
    return response


def _receive(
    client: httpx.Client,
    url: str,
    headers: Mapping[str, str],
    watchdog: Watchdog,
    clock: Callable[[], datetime],
) -> RawResponse:
    with client.stream(
        "GET",
        url,
        headers={**headers, "Accept-Encoding": "gzip"},
        timeout=watchdog.within(client.timeout),
        extensions={"trace": watchdog.trace},
        follow_redirects=False,
    ) as stream:
        try:
            body = _body(stream, url)
        except BadResponseError:
            if stream.status_code == httpx.codes.OK:
                raise
            body = b""  # the status says enough
        return RawResponse(
            url=url,
            status=stream.status_code,
            headers={name.lower(): value for name, value in stream.headers.items()},
            body=body,
            fetched_at=clock(),
        )


def _body(stream: httpx.Response, url: str) -> bytes:
    """Return the body, decoded as it arrives, so that memory is bounded by what was read."""
    coding = stream.headers.get("content-encoding", "identity").strip().lower() or "identity"
    if coding != "identity" and coding not in _GZIP:
        raise BadResponseError(f"{url} sends the coding {shown(coding)!r}; only gzip is read.")
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16) if coding in _GZIP else None
    body = bytearray()
    for chunk in stream.iter_raw():
        if unzip is None:
            body += chunk
        elif not unzip.eof:  # what follows the end of the coding is ignored
            body += unzip.decompress(chunk, MAX_BODY_BYTES + 1 - len(body))
        if max(len(body), stream.num_bytes_downloaded) > MAX_BODY_BYTES:
            raise BadResponseError(f"{url} sends more than {MAX_BODY_BYTES} bytes.")
    promised = stream.headers.get("content-length", "")
    received = str(stream.num_bytes_downloaded)
    if re.fullmatch("[0-9]+", promised) and promised.lstrip("0") != received.lstrip("0"):
        raise IncompleteResponseError(
            f"{url} promised {shown(promised)} bytes and sent {received}."
        )
    if unzip and received != "0" and not unzip.eof:
        raise IncompleteResponseError(f"{url} sends a body that is cut short within its coding.")
    return bytes(body)


def _too_slow(url: str, seconds: float) -> ArxivUnreachableError:
    return ArxivUnreachableError(f"{url} is too slow: not complete after {seconds:.0f} s.")


def _fault(error: Exception, url: str, who: str) -> SourceError:
    """Return the fault of the source for which a library raised this exception."""
    place = urlsplit(url).netloc
    if isinstance(error, zlib.error):
        return IncompleteResponseError(f"{url}: {error}")
    if isinstance(error, httpx.TimeoutException):
        return ArxivUnreachableError(
            f"{who} at {place} did not respond in time.", hint="Try again later."
        )
    if isinstance(error, httpx.TransportError):
        return ArxivUnreachableError(
            f"{who} at {place} cannot be reached: {_plainly(error)}.",
            hint="Check the connection and try again.",
        )
    return BadResponseError(f"{url} cannot be read: {shown(str(error)).rstrip('.')}.")


def _plainly(error: httpx.TransportError) -> str:
    text = re.sub(r"^\[Errno -?\d+\] ", "", shown(str(error)))
    return text.rstrip(".") or type(error).__name__
