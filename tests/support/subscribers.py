"""Public pages of a survey with subscribers, in this process or served by uvicorn."""

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
from starlette.types import ASGIApp

from config.subscribers_schema import SubscribersSettings
from config.taxonomy import load_taxonomy
from pipeline.publish.public.app import create_public_app
from pipeline.publish.public.site import PublicSite
from pipeline.publish.subscribers.keys import SubscriberKeys, subscriber_keys
from pipeline.publish.subscribers.links import SubscriberLinks
from pipeline.review.web.server import make_server
from pipeline.runtime.limiter import Limiter
from storage.kept import KeptStores
from storage.store import OpenStore, store_reader
from storage.subscriber_types import Confirmation, Recipient, Subscriber
from tests.support.storage import database, opener

ORIGIN = "https://lists.example.org"
START = datetime(2026, 3, 17, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
#: more than a test asks for
MANY = Limiter(10**6)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Reader:
    """A client without cookies, in this process."""

    app: ASGIApp
    peer: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return self.send("GET", path, headers=headers)

    def post(
        self, path: str, data: Mapping[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a form."""
        return self.send("POST", path, data=data or {}, headers={"origin": ORIGIN, **headers})

    def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send any request."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(
                self.app, client=(self.peer, 50000), raise_app_exceptions=False
            )
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, **given)

        return anyio.run(send)


@dataclass
class PublicPages:
    """The pages and the database below them."""

    folder: Path
    open_store: OpenStore
    keys: SubscriberKeys
    settings: SubscribersSettings
    clock: Clock = field(default_factory=Clock)
    #: how often a confirmation was queued
    queued: list[datetime] = field(default_factory=list)
    #: seconds that answers waited for
    paused: list[float] = field(default_factory=list)

    def site(self, **changes: Any) -> PublicSite:
        """Return the site; answers are not held back."""

        async def pause(seconds: float) -> None:
            self.paused.append(seconds)

        site = PublicSite(
            open_store=self.open_store,
            read_store=self.open_store,
            keys=self.keys,
            settings=self.settings,
            taxonomy=load_taxonomy(),
            survey="Multimodal <Survey> & Friends",
            clock=self.clock,
            queued=lambda: self.queued.append(self.clock()),
            rates=MANY,
            forms=MANY,
            opened=MANY,
            pause=pause,
        )
        return replace(site, **changes)

    @property
    def links(self) -> SubscriberLinks:
        return SubscriberLinks(self.settings.url, self.keys.tokens)

    def client(self, *, peer: str = "192.0.2.7", **changes: Any) -> "Reader":
        """Return a client in another network; its forms come from our pages."""
        return Reader(create_public_app(self.site(**changes)), peer)

    def path(self, link: str) -> str:
        """Return the path of one of our links."""
        assert link.startswith(self.settings.url)
        return link.removeprefix(self.settings.url)

    def waiting(self) -> tuple[Confirmation, ...]:
        with self.open_store() as store:
            return store.confirmations.waiting(self.clock(), valid_for=WEEK)

    def recipients(self) -> tuple[Recipient, ...]:
        with self.open_store() as store:
            return store.subscribers.recipients()

    def everybody(self) -> list[Subscriber]:
        with self.open_store() as store:
            return store.subscribers.all()

    def join(self, address: str, **form: Any) -> str:
        """Subscribe and confirm as a reader does; return the subscriber ID."""
        client = self.client(peer=f"198.51.{len(self.queued) % 250}.1")
        assert client.post("/subscribe", data={"address": address, **form}).status_code == 200
        asked = next(one for one in self.waiting() if one.address == address)
        done = client.post(self.path(self.links.confirm(asked.confirmation_id)))
        assert done.status_code == 200
        return asked.subscriber_id

    def snapshot(self) -> str:
        """Return every row of the subscribers' tables."""
        tables = (
            *("subscriber_contact", "subscriber_event", "subscriber_departure"),
            *("confirmation", "confirmation_event"),
        )
        with self.open_store() as store:
            return repr(
                [store._session.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in tables]
            )


def public_pages(folder: Path, **settings: Any) -> PublicPages:
    """Return the pages of a new survey."""
    stated = SubscribersSettings(**{"url": ORIGIN, **settings})
    return PublicPages(folder, opener(folder), subscriber_keys(database(folder)), stated)


@contextmanager
def kept_pages(folder: Path, **settings: Any) -> Iterator[PublicPages]:
    """Yield the pages of a new survey whose database stays open, as the service keeps it.

    No other opener of the database may be used meanwhile.
    """
    pages = public_pages(folder, **settings)
    path = database(folder)
    kept = KeptStores(path, pages.open_store, store_reader(path), busy_timeout_seconds=600)
    try:
        yield replace(pages, open_store=kept.open_store)
    finally:
        kept.close()
        with pages.open_store():  # waits for the end
            pass


@contextmanager
def served(pages: PublicPages, **changes: Any) -> Iterator[str]:
    """Serve the pages on loopback; yield their address, which is that of the settings too."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        pages.settings = pages.settings.model_copy(update={"url": url})
        server = make_server(create_public_app(pages.site(**changes)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join(600)


def links_in(html: str) -> list[str]:
    """Return what a mail scanner follows: every address in a page."""
    return re.findall(r'(?:href|src|action)="([^"#][^"]*)"', html)
