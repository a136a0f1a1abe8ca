"""Build and check every address that is requested; one that cannot be used is a SourceError."""

from collections.abc import Collection, Mapping
from urllib.parse import urlencode

import httpx

from config.loopback import is_loopback_host
from pipeline.ingest.sources.errors import BadRequestError, BadResponseError, shown

#: arXiv refuses request lines above 4,094 bytes
MAX_URL = 8_000

_PORTS = {"http": 80, "https": 443}

#: scheme, host and port
Origin = tuple[str, str, int]


def request_url(base_url: str, params: Mapping[str, str] | None = None) -> str:
    """Return the address of a request.

    Raises:
        BadRequestError: the parameters do not make a usable address.
    """
    try:
        url = f"{base_url}?{urlencode(params)}" if params else base_url
        _parsed(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise BadRequestError(
            f"The request to {shown(base_url)} cannot be made: {shown(str(error))}."
        ) from error
    return url


def redirect_url(url: str, location: str, origins: Collection[Origin]) -> str:
    """Return where a redirect leads if that is one of `origins` or, for a live one, arXiv.

    Raises:
        BadResponseError: it leads elsewhere, or nowhere.
    """
    try:
        target = _parsed(str(_parsed(url).join(_short(location))))
        allowed = not target.userinfo and _is_allowed(origin(url), _origin(target), origins)
    except (ValueError, httpx.InvalidURL) as error:
        raise BadResponseError(
            f"{shown(url)} redirects to {shown(location)}, which is not an address."
        ) from error
    if not allowed:
        raise BadResponseError(
            f"{shown(url)} redirects to {shown(location)}, which is not arXiv; not followed."
        )
    return str(target)


def origin(url: str) -> Origin:
    """Return the origin of an address.

    Raises:
        ValueError: it is not an address.
    """
    try:
        return _origin(_parsed(url))
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from error


def _is_allowed(here: Origin, there: Origin, origins: Collection[Origin]) -> bool:
    if is_loopback_host(here[1]) or is_loopback_host(there[1]):
        return there in origins and is_loopback_host(here[1]) == is_loopback_host(there[1])
    scheme, host, port = there
    arxiv = host == "arxiv.org" or host.endswith(".arxiv.org")
    return scheme == "https" and (there in origins or (arxiv and port == _PORTS["https"]))


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme, 0)


def _parsed(url: str) -> httpx.URL:
    # Parsed by what connects, because two parsers may read two hosts in one address.
    return httpx.URL(_short(url))


def _short(url: str) -> str:
    if len(url) > MAX_URL:
        raise ValueError(f"{len(url)} characters are more than the {MAX_URL} of an address")
    return url
