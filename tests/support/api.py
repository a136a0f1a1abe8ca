"""A client of the JSON API over a real database, in this process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx
from starlette.types import ASGIApp

from config.scopes import Scope
from pipeline.review.tokens import create_token
from tests.support.review import BASE, ReviewSite


def token_of(site: ReviewSite, *scopes: Scope, person: str = "ada", days: int | None = 90) -> str:
    """Return the secret of a new token; without scopes it has all."""
    made = create_token(
        site.open_store,
        person=person,
        scopes=scopes or tuple(Scope),
        label="of the tests",
        days=days,
        actor="ada",
        clock=site.clock,
    )
    return made.secret


@dataclass
class ApiClient:
    """Sends requests to the API with a token."""

    app: ASGIApp
    token: str
    headers: dict[str, str] = field(default_factory=dict)
    peer: str = "127.0.0.1"

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Send GET; `if_none_match="..."` is a header."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """Send POST with JSON, if any."""
        return self.send("POST", path, json=json, headers=headers)

    def decide(self, arxiv_id: str, verdict: str = "rejected", **also: Any) -> httpx.Response:
        """Record a decision; a rejection has a reason."""
        reason = {"reason": "other"} if verdict == "rejected" else {}
        body = {"arxiv_id": arxiv_id, "verdict": verdict, **reason, **also}
        return self.post("/decisions", body)

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request below `/api/v1`."""
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.token:
            named.setdefault("authorization", f"Bearer {self.token}")

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(
                self.app, client=(self.peer, 5), raise_app_exceptions=False
            )
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                return await client.request(
                    method,
                    f"/api/v1{path}",
                    json=json,
                    content=content,
                    headers={**self.headers, **named},
                )

        return anyio.run(send)


def client_of(site: ReviewSite, *scopes: Scope, person: str = "ada") -> ApiClient:
    """Return a client with a new token; without scopes it may do all."""
    return ApiClient(site.app(), token_of(site, *scopes, person=person))


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem of an answer, whose status and media type are checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["status"] == status
    assert said["type"].startswith("urn:living-survey:problem:")
    return said
