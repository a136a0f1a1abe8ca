"""Serve until SIGTERM or SIGINT; without accounts the review pages on a loopback address only."""

import asyncio
import errno
import functools
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from config.access_schema import AccessSettings
from config.errors import ConfigError, LivingSurveyError
from config.logs import once_per_minute
from config.loopback import bare_host, is_loopback_host
from pipeline.review.web.connections import (
    LARGEST_HEAD,
    BoundedProtocol,
    Patience,
    crowd,
    default_patience,
)

_log = logging.getLogger(__name__)
#: loggers of events that any client can cause
_CAUSED_BY_CLIENTS = (
    "asyncio",
    "uvicorn.error",
    *(f"pipeline.review.web.{name}" for name in ("server", "connections", "pages")),
    "pipeline.review.accounts.login.delays",
    "pipeline.publish.public.errors",
)
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
#: seconds for open requests after SIGTERM; longer than the wait for a lease
_GRACE = 35


class CannotListenError(LivingSurveyError):
    """The address cannot be used for serving."""


def listen(
    host: str, port: int, *, team: bool = False, settings: AccessSettings | None = None
) -> socket.socket:
    """Return a listening socket of the review pages; port 0 means any free port.

    Raises:
        ConfigError: others could reach the address, and there are no accounts (`team`) or, after
            the settings, no TLS.
    """
    stated = settings or AccessSettings()
    if not is_loopback_host(host):
        if not team:
            raise ConfigError(
                f"The review queue cannot be served on {host!r}: it has no accounts yet, "
                "so everyone who can reach it could approve papers.",
                hint="Set [review] host to 127.0.0.1, and use an SSH tunnel from other machines;"
                " or make accounts: `living-survey reviewer add NAME --role admin`.",
            )
        if not stated.trusted_proxies and stated.plain_http == "refused":
            raise ConfigError(
                f"The review queue cannot be served on {host!r}: it speaks plain http, so passwords"
                " could be read on the way.",
                hint="Put a proxy that speaks TLS before it and name it in [review]"
                " trusted_proxies (docs/guides/team.md), or set plain_http to allowed in a network"
                " that you trust.",
            )
    return listen_anywhere(host, port, section="review")


def listen_anywhere(host: str, port: int, *, section: str) -> socket.socket:
    """Return a listening socket for pages that everybody may reach; `section` is of the setting."""
    if not 0 <= port <= 65535:
        raise ConfigError(
            f"Port {port} does not exist.", hint=f"Choose a [{section}] port up to 65535."
        )
    host = bare_host(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListenError(
                f"Port {port} on {host} is already in use.",
                hint="Stop the other program (another `living-survey serve`?) "
                f"or choose another [{section}] port.",
            ) from error
        raise CannotListenError(
            f"Cannot listen on {host}, port {port}: {error}.",
            hint=f"Choose another [{section}] port, 1024 to 65535.",
        ) from error
    # Connections inherit it. asyncio sets it only on sockets that name their protocol, which those
    # of create_server do not; a body then waits 40 ms for the client's delayed acknowledgement of
    # the headers.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address(listening: socket.socket) -> str:
    """Return the address to open in a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


class ReviewServer(uvicorn.Server):
    """A server that stays quiet when no file descriptor is free."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        asyncio.get_running_loop().set_exception_handler(_on_loop_error)
        await super().startup(sockets)


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in _EXHAUSTED:
        # asyncio tries again after a second
        _log.warning("no connection can be accepted", extra={"error": error.strerror})
    else:
        loop.default_exception_handler(context)


def make_server(app: ASGIApp, patience: Patience | None = None) -> uvicorn.Server:
    """Return a server that logs warnings and errors through our logging."""
    patience = patience or default_patience()
    return ReviewServer(
        uvicorn.Config(
            app,
            http=functools.partial(BoundedProtocol, patience),  # type: ignore[arg-type]
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # `visit` reads those of trusted proxies
            ws="none",
            backlog=patience.backlog,
            h11_max_incomplete_event_size=LARGEST_HEAD,
            timeout_keep_alive=patience.pause,
            timeout_graceful_shutdown=_GRACE,
        )
    )


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    token: str,
    note: str = "",
    api: str = "",
    settings: AccessSettings | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; open requests are answered first.

    The address with the token is printed and never logged; without a token everybody logs in with
    an account. `note` is printed below it, and before that where the JSON API is: `api` follows the
    address.
    """
    with listen(host, port, team=not token, settings=settings) as listening:
        opened = f"{address(listening)}?token={token}" if token else address(listening)
        said = f"Review queue: {opened}  (Ctrl+C stops it)\n"
        said += f"JSON API: {address(listening)}{api}\n" if api else ""
        _run(app, listening, "review queue", said + (f"{note}\n" if note else ""))


def serve_public(app: ASGIApp, listening: socket.socket, *, note: str = "") -> None:
    """Serve pages for everybody until SIGTERM or SIGINT; open requests are answered first."""
    said = f"Pages for subscribers: {address(listening)}  (Ctrl+C stops it)\n"
    _run(app, listening, "pages for subscribers", said + (f"{note}\n" if note else ""), crowd())


def serve_hub(app: ASGIApp, listening: socket.socket, *, note: str) -> None:
    """Serve the hub until SIGTERM or SIGINT; open requests are answered first."""
    said = f"Hub: {address(listening)}  (Ctrl+C stops it)\n{note}\n"
    _run(app, listening, "hub", said)


def _run(
    app: ASGIApp, listening: socket.socket, what: str, said: str, patience: Patience | None = None
) -> None:
    server = make_server(app, patience)
    with _clean_shutdown(server), once_per_minute(*_CAUSED_BY_CLIENTS):
        sys.stderr.write(said)
        sys.stderr.flush()
        _log.info("%s started", what, extra={"address": address(listening)})
        server.run(sockets=[listening])
    _log.info("%s stopped", what)


@contextmanager
def _clean_shutdown(server: uvicorn.Server) -> Iterator[None]:
    """End the server on signals that come before uvicorn waits for them.

    Those that uvicorn raises again after a clean shutdown change nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        server.should_exit = True

    before = {ending: signal.signal(ending, end) for ending in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
