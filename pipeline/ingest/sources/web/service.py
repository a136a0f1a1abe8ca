"""Ask a service that the settings name: one request, its answer bounded in size and time.

Redirects are followed within the service only, and only for GET.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import httpx

from config.loopback import is_loopback_host
from pipeline.ingest.sources.errors import shown
from pipeline.ingest.sources.transport.addresses import MAX_URL
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.client import make_client, retry_after_seconds, user_agent
from pipeline.ingest.sources.transport.watchdog import Watchdog

#: bytes of an answer
MOST_BYTES = 2_000_000
_MOST_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What a service answered, or why it did not."""

    #: None: there was no answer
    status: int | None
    body: bytes = b""
    #: seconds that it asks to wait
    retry_after: float | None = None
    #: why there is no answer; completes "The service ..."
    fault: str = ""
    #: without an answer: the request certainly did not reach the service
    unsent: bool = False


class Asker(Protocol):
    """Makes one request."""

    def __call__(
        self, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> ServiceAnswer:
        """Return the answer to a GET, or to a POST of `body`."""


@contextmanager
def service_client(*, mailto: str, timeout_seconds: float) -> Iterator[Asker]:
    """Yield what makes one request.

    Args:
        mailto: named to the service; empty: no one is.
        timeout_seconds: for the whole exchange, with its redirects.
    """
    agent = {"User-Agent": user_agent(f"mailto:{mailto}" if mailto else "")}
    with make_client(
        connect_timeout_seconds=timeout_seconds, read_timeout_seconds=timeout_seconds
    ) as client:

        def ask(
            url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
        ) -> ServiceAnswer:
            return _asked(client, url, {**agent, **(headers or {})}, body, timeout_seconds)

        yield ask


def _asked(
    client: httpx.Client,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    seconds: float,
) -> ServiceAnswer:
    if fault := _unfit(url):
        return ServiceAnswer(None, fault=fault, unsent=True)
    with Watchdog(seconds) as watchdog:
        try:
            place = httpx.URL(url)
            for _ in range(_MOST_HOPS + 1):
                answer, target = _exchanged(client, place, headers, body, watchdog)
                if target is None:
                    break
                if (target.scheme, target.host, target.port) != (
                    place.scheme,
                    place.host,
                    place.port,
                ):
                    return ServiceAnswer(None, fault="redirects to another service")
                place = target
            else:
                return ServiceAnswer(None, fault="redirects too often")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            if watchdog.expired or isinstance(error, httpx.TimeoutException):
                fault = f"does not answer within {seconds:g} s"
            else:
                fault = _plainly(error)
            return ServiceAnswer(None, fault=fault, unsent=unsent)
        if watchdog.expired:
            return ServiceAnswer(None, fault=f"does not answer within {seconds:g} s")
    return answer


def _exchanged(
    client: httpx.Client,
    url: httpx.URL,
    headers: Mapping[str, str],
    body: bytes | None,
    watchdog: Watchdog,
) -> tuple[ServiceAnswer, httpx.URL | None]:
    """Return the answer and, of a redirect of GET, where it leads."""
    with client.stream(
        "GET" if body is None else "POST",
        url,
        content=body,
        # Without a coding the size is what arrives.
        headers={"Accept": "application/json", **headers, "Accept-Encoding": "identity"},
        timeout=watchdog.within(client.timeout),
        extensions={"trace": watchdog.trace},
        follow_redirects=False,
    ) as response:
        status = response.status_code
        if status in _REDIRECTS and body is None:
            return ServiceAnswer(status), url.join(response.headers.get("location", "")[:MAX_URL])
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            return ServiceAnswer(
                None, fault="sends an answer in a coding that was not asked for"
            ), None
        data = bytearray()
        for chunk in response.iter_raw():
            data += chunk
            if len(data) > MOST_BYTES:
                return ServiceAnswer(None, fault=f"sends more than {MOST_BYTES:,} bytes"), None
        raw = {name.lower(): value for name, value in response.headers.items()}
        wait = retry_after_seconds(RawResponse(str(url), status, raw, b"", datetime.now(UTC)))
        return ServiceAnswer(status, bytes(data), wait), None


def _unfit(url: str) -> str:
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return "has no usable address"
    if len(url) > MAX_URL:
        return "would get too long an address"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback_host(parts.host)):
        return ""
    return "is asked over https only"


def _plainly(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "has a certificate that cannot be trusted, or speaks no TLS"
        cause = cause.__cause__ or cause.__context__
    return f"cannot be reached: {shown(str(error)).rstrip('.') or type(error).__name__}"
