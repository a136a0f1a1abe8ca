"""A client that leaves within its request costs no traceback, on any service of ours.

Each function serves an application, leaves within requests to it, and waits for every answer.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipeline.publish.mail.webhook.page import Webhook, webhook_routes
from pipeline.publish.mail.webhook.secret import Secret
from pipeline.publish.public.app import create_public_app
from tests.support.api import token_of
from tests.support.hub import hub_of, member
from tests.support.review import make_site, session_cookie
from tests.support.serving import leave_within_body, served_app
from tests.support.subscribers import ORIGIN, public_pages
from tests.support.team import make_team

AT = datetime(2026, 3, 17, 12, tzinfo=UTC)
FORM = "Content-Type: application/x-www-form-urlencoded"
LOCAL = "Host: 127.0.0.1"


def desk(folder: Path) -> None:
    with served_app(make_site(folder).app()) as url:
        cookie = "; ".join(f"{name}={value}" for name, value in session_cookie().items())
        leave_within_body(url, "/decide", LOCAL, FORM, f"Cookie: {cookie}")


def login(folder: Path) -> None:
    with served_app(make_team(folder).app()) as url:
        origin = url.rstrip("/")
        host = f"Host: {urlsplit(url).netloc}"
        leave_within_body(url, "/login", host, FORM, f"Origin: {origin}")


def api(folder: Path) -> None:
    site = make_site(folder)
    bearer = f"Authorization: Bearer {token_of(site)}"
    with served_app(site.app()) as url:
        leave_within_body(url, "/api/v1/decisions", LOCAL, bearer, "Content-Type: application/json")


def public(folder: Path) -> None:
    pages = public_pages(folder)
    subscriber = pages.join("ada@example.org")
    webhook = Webhook(Secret(b"s" * 32), folder / "journal", lambda: None)
    app = create_public_app(pages.site(), more=webhook_routes(webhook))
    with served_app(app) as url:
        ours = ("Host: lists.example.org", f"Origin: {ORIGIN}", FORM)
        leave_within_body(url, "/subscribe", *ours)
        leave_within_body(url, pages.path(pages.links.unsubscribe(subscriber)), *ours)
        leave_within_body(url, f"/reports/mail/{'s' * 32}", *ours)
    assert [one.subscriber_id for one in pages.recipients()] == [subscriber]


def hub(folder: Path) -> None:
    with hub_of(member(folder, lambda: AT, hub_url="http://127.0.0.1:9/")) as url:
        leave_within_body(url, "/oai", LOCAL, FORM)
        leave_within_body(url, "/api/query", LOCAL, FORM)


@pytest.mark.parametrize("service", [desk, login, api, public, hub])
def test_client_that_leaves_costs_no_traceback(
    service: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service(tmp_path)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
