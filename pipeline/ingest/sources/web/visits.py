"""Make single requests to public pages: the status is read, the body is not."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import httpx

from pipeline.ingest.sources.errors import shown
from pipeline.ingest.sources.transport.addresses import MAX_URL
from pipeline.ingest.sources.transport.archive import RawResponse
from pipeline.ingest.sources.transport.client import (
    retry_after_seconds,
    trusted_certificates,
    user_agent,
)
from pipeline.ingest.sources.transport.watchdog import Watchdog
from pipeline.ingest.sources.web.public import NotPublicError, PublicTransport


@dataclass(frozen=True, slots=True)
class Visit:
    """The response to one request, or why there is none."""

    #: None: there was no response
    status: int | None
    #: where a redirect leads, as a whole address
    location: str = ""
    #: seconds that the server asks to wait
    retry_after: float | None = None
    #: why there is no response; completes "The link ..."
    fault: str = ""
    #: the address must not be requested
    refused: bool = False


@contextmanager
def web_visits(
    *, contact: str, timeout_seconds: float, allow_loopback: bool
) -> Iterator[Callable[[str, str], Visit]]:
    """Yield what makes one request, by method and address; redirects are not followed.

    Args:
        contact: named to the servers.
        timeout_seconds: for the whole exchange.
        allow_loopback: whether `http://127.0.0.1` may be requested, for tests.
    """
    inner = httpx.HTTPTransport(
        verify=trusted_certificates(), limits=httpx.Limits(max_keepalive_connections=0)
    )
    headers = {"User-Agent": user_agent(contact), "Accept": "text/html, */*;q=0.5"}
    with httpx.Client(
        transport=PublicTransport(inner, allow_loopback=allow_loopback),
        headers=headers,
        timeout=timeout_seconds,
        follow_redirects=False,
    ) as client:
        yield lambda method, url: visit(client, method, url, timeout_seconds)


def visit(
    client: httpx.Client,
    method: str,
    url: str,
    seconds: float,
    form: Mapping[str, str] | None = None,
) -> Visit:
    """Make one request, with a form as its body or none, and read the status of the response."""
    if fault := _unfit(url):
        return Visit(None, fault=fault, refused=True)
    with Watchdog(seconds) as watchdog:
        try:
            with client.stream(
                method,
                url,
                data=form,
                timeout=watchdog.within(client.timeout),
                extensions={"trace": watchdog.trace},
            ) as response:
                return _visited(url, response)
        except NotPublicError as error:
            return Visit(None, fault=f"was not asked, because {error}", refused=True)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            late = watchdog.expired or isinstance(error, httpx.TimeoutException)
            said = f"does not respond within {seconds:g} s" if late else _plainly(error)
            return Visit(None, fault=said)


def _unfit(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if it is not a number
    except ValueError:
        return "is not an address"
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > MAX_URL:
        return "is not an address of the web"
    return "was not asked, because it holds a name or password" if "@" in parts.netloc else ""


def _visited(url: str, response: httpx.Response) -> Visit:
    headers = {name.lower(): value for name, value in response.headers.items()}
    raw = RawResponse(url, response.status_code, headers, b"", datetime.now(UTC))
    location = headers.get("location", "")
    return Visit(
        response.status_code,
        urljoin(url, location) if location else "",
        retry_after_seconds(raw),
    )


def _plainly(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"has a certificate that cannot be trusted: {shown(cause.verify_message)}"
        if isinstance(cause, ssl.SSLError):
            return "cannot be reached by TLS"
        cause = cause.__cause__ or cause.__context__
    return f"cannot be reached: {shown(str(error)).rstrip('.') or type(error).__name__}"
