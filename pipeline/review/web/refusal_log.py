"""Log requests to the review site that are refused, with who sent them."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.review.refused import STATUSES, RefusalLog
from pipeline.review.web.visit import visit_of


class Refused:
    """Middleware that logs what every other part refuses."""

    def __init__(self, app: ASGIApp, log: RefusalLog | None = None) -> None:
        self.app = app
        self._log = log or RefusalLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log it if it is refused."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self.app(scope, receive, sent)
        if status in STATUSES:
            visit = visit_of(Request(scope))
            self._log.write(
                scope,
                status,
                network="" if visit.client is None else str(visit.client),
                account=visit.person.name if visit.person else "",
            )
