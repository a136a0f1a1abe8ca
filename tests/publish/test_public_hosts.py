"""Pages for everybody answer under their own host, and take forms of their own pages only."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from config.reasons import DEFAULT_REASONS
from pipeline.publish.mail.webhook.page import Webhook, webhook_routes
from pipeline.publish.mail.webhook.secret import Secret
from pipeline.publish.public.app import create_public_app
from tests.support.subscribers import Reader
from tests.support.suggestions import PAPER, Suggesting, suggesting

FOREIGN = ("evil.example", "lists.example.org.evil.example", "lists.example.org@evil.example", "")
FORGED = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "https://evil.example", "content-type": "text/plain"},
    {"origin": "https://evil.example", "content-type": "multipart/form-data; boundary=x"},
    {"content-type": "text/plain"},
    {"content-type": "application/json"},
)


@pytest.fixture
def site(tmp_path: Path) -> Suggesting:
    return suggesting(tmp_path)


def whole_app(site: Suggesting, folder: Path) -> Starlette:
    """Return the pages with the addresses that programs of mail providers post to."""
    webhook = Webhook(Secret(b"s" * 32), folder / "journal", lambda: None)
    pages = site.pages.site(suggestions=site.settings, reasons=DEFAULT_REASONS)
    app = create_public_app(pages, more=webhook_routes(webhook))
    assert isinstance(app, Starlette)
    return app


def test_no_address_but_health_answers_other_hosts(site: Suggesting, tmp_path: Path) -> None:
    app = whole_app(site, tmp_path)
    reader = Reader(app, "192.0.2.7")
    paths = [one.path for one in app.routes if isinstance(one, Route)]
    assert {"/subscribe", "/suggestions", "/health", "/robots.txt"} <= set(paths)
    assert [one.path for one in app.routes if isinstance(one, Mount)] == ["/static"]
    answered = [
        (path, host)
        for path in [*paths, "/static/base.css", "/nothing"]
        for host in FOREIGN
        for method in ("GET", "POST")
        if reader.send(method, path, headers={"host": host}).status_code != 400
        if path != "/health"
    ]
    assert answered == []
    assert reader.get("/health", host="evil.example").status_code == 200


@pytest.mark.parametrize(
    "host", ["lists.example.org", "LISTS.example.org:443", "127.0.0.1:8766", "[::1]", "192.0.2.1"]
)
def test_own_host_and_addresses_are_answered(site: Suggesting, host: str) -> None:
    assert site.client().get("/suggestions", host=host).status_code == 200


def test_refused_host_is_said_with_its_remedy(site: Suggesting) -> None:
    answer = site.client().get("/suggestions", host="evil.example")
    assert "lists.example.org" in answer.text
    assert "evil" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_forged_forms_change_nothing(site: Suggesting) -> None:
    app = create_public_app(site.pages.site(suggestions=site.settings))
    routes = [one for one in app.routes if isinstance(one, Route)]
    posted = {one.path for one in routes if "POST" in (one.methods or ())}
    # the other forms have a personal token in their address, which no other site knows
    assert {path for path in posted if "{token}" not in path} == {"/subscribe", "/suggestions"}
    client = site.client()
    form = {"form": site.form(client), "kind": "missing-paper", "paper": PAPER}
    fields = {"/subscribe": {"address": "ada@example.org"}, "/suggestions": form}
    for path, data in fields.items():
        taken = [
            (path, headers)
            for headers in FORGED
            if client.post(path, data, **headers).status_code < 400
        ]
        assert taken == []
    assert site.pages.waiting() == ()
    assert site.stored() == []
