"""The addresses of the review site that a page can be read at."""

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

#: pages that answer only to what another page sends
ANSWERS = frozenset({"/health", "/ready", "/undo", "/undo/ask", "/metrics"})
#: pages of a team, which tests/review/test_team_browser.py looks at
TEAM = frozenset({"/login", "/password", "/account", "/accounts", "/trail"})


def addresses(app: ASGIApp, paper: str) -> list[str]:
    """Return every address of the application, those of one paper among them."""
    while not isinstance(app, Starlette):
        app = app.app  # type: ignore[attr-defined]  # middleware
    found = [
        route.path
        for route in app.routes
        if isinstance(route, Route) and "GET" in (route.methods or ())
    ]
    plain = [path for path in found if "{" not in path and path not in ANSWERS | TEAM]
    of_paper = (f"/paper/{paper}", f"/alike/{paper}", "/paper/none")
    # no script runs in the preview of an issue, so a test cannot look at it either
    return [*dict.fromkeys(plain), *of_paper, "/issue/2026-W11", "/queue?search=nothing"]
