"""A review site with accounts, and browsers that log in to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import anyio
import httpx
from starlette.types import ASGIApp

from config.roles import Role
from config.schema import ReviewSettings
from pipeline.review.accounts.book import AccessBook
from pipeline.review.accounts.login import session_limits
from pipeline.review.web.app import create_app
from storage.claims import Claims
from storage.stamp import database_stamp
from tests.support.accounts import PASSWORD, Hands, Team
from tests.support.review import SECRET, Page, ReviewSite, make_site
from tests.support.storage import database

HERE = "127.0.0.1:8765"


@dataclass
class TeamSite:
    """A review site and its accounts."""

    site: ReviewSite
    team: Team
    clock: Hands
    path: Path

    def app(self, **settings: object) -> ASGIApp:
        """Return the application as a service that was just started."""
        stated = ReviewSettings.model_validate(settings)
        book = AccessBook(
            self.site.open_store,
            self.site.open_store,
            stamp=lambda: database_stamp(self.path),
            clock=self.clock,
            limits=session_limits(stated),
        )
        book.refresh()
        return create_app(
            self.site.open_store,
            self.site.taxonomy,
            reviewer="login name",
            secret=SECRET,
            clock=self.clock,
            survey_title="Talking Pictures: A Survey",
            issues=self.site.desk(),
            state=self.site.state,
            settings=stated,
            rules=self.site.rules,
            access=book,
            hasher=self.team.hasher,
            claims=Claims(self.path),
        )


def make_team(tmp_path: Path, *names: str, site: ReviewSite | None = None) -> TeamSite:
    """Return a site, which may be given, with the admin ada and reviewers of some names."""
    site = site or make_site(tmp_path)
    clock = Hands()
    site.clock = clock
    team = Team(site.open_store, clock)
    team.add("ada", Role.ADMIN)
    for name in names:
        team.add(name)
    return TeamSite(site, team, clock, database(tmp_path))


@dataclass
class Browser:
    """A client that keeps cookies as a browser does, at an address, perhaps behind a proxy."""

    app: ASGIApp
    host: str = HERE
    peer: str = "127.0.0.1"
    #: that a proxy adds
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    scheme: str = "http"

    def get(self, path: str, **headers: str) -> Page:
        """Open a page."""
        return self.send("GET", path, None, headers)

    def post(self, path: str, form: Mapping[str, Sequence[str] | str], **headers: str) -> Page:
        """Send a form as a browser does."""
        sent = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": f"{self.scheme}://{self.host}",
        }
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(
            "POST", path, urlencode(dict(form), doseq=True).encode(), {**sent, **given}
        )

    def log_in(self, name: str, password: str = PASSWORD, **also: str) -> Page:
        """Send the form of the login."""
        return self.post("/login", {"name": name, "password": password, **also})

    def follow(self, page: Page) -> Page:
        """Follow a redirect."""
        return self.get(page.location)

    def token(self, path: str = "/account") -> str:
        """Return the token of the forms of a page."""
        return str(self.get(path).tree.xpath("//input[@name='token']/@value")[0])

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Page:
        """Send a request, and keep and delete cookies as its response says."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(
                self.app, raise_app_exceptions=False, client=(self.peer, 4711)
            )
            async with httpx.AsyncClient(
                transport=transport, base_url=f"http://{self.host}"
            ) as client:
                cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
                sent = {**self.headers, **({"cookie": cookie} if cookie else {}), **given}
                return await client.request(method, path, content=body, headers=sent)

        response = anyio.run(send)
        for line in response.headers.get_list("set-cookie"):
            pair, *attributes = (part.strip() for part in line.split(";"))
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return Page(response)
