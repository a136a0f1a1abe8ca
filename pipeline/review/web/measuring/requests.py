"""Measure the requests to the service: how many, how long, with which status."""

import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second sample of each series, which no alert needs

#: label of what no page answers, so that strangers cannot make new series
OTHER = "other"
_METHODS = frozenset({"GET", "HEAD", "POST"})
#: seconds
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RequestTimes:
    """The durations of requests by route, method and status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._durations = Histogram(
            "living_survey_http_request_duration_seconds",
            "Time from a request to the end of its response.",
            ("route", "method", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        known = method if method in _METHODS else OTHER
        self._durations.labels(route, known, str(status)).observe(seconds)


class Measured:
    """Middleware that measures every request, those that are refused too."""

    def __init__(
        self,
        app: ASGIApp,
        times: RequestTimes,
        routes: Iterable[BaseRoute],
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.app = app
        self._times = times
        self._names = _names(routes)
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and measure it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500  # of a request that ends without a response

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = self._monotonic()
        try:
            await self.app(scope, receive, sent)
        finally:
            # The router leaves here which page answered.
            route = self._names.get(scope.get("endpoint"), OTHER)
            self._times.observe(route, scope["method"], status, self._monotonic() - began)


def _names(routes: Iterable[BaseRoute]) -> Mapping[object, str]:
    """Return the path of each page, with placeholders."""
    names: dict[object, str] = {}
    for route in routes:
        if isinstance(route, Route):
            names.setdefault(route.endpoint, _plain(route.path))
        elif isinstance(route, Mount):
            names.setdefault(route.app, route.path)
            inner = _names(getattr(route.app, "routes", ()))
            names |= {page: f"{route.path}{path}" for page, path in inner.items()}
    return names


def _plain(path: str) -> str:
    """Return a path whose placeholders do not name their kind: `{arxiv_id:path}`."""
    return "/".join(
        f"{part.partition(':')[0]}}}" if part.startswith("{") and ":" in part else part
        for part in path.split("/")
    )
