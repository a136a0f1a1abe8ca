"""A page with the elements that the desk's scripts act on, and answers that a test decides."""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

from playwright.sync_api import Page, Request, Route

from config.desk_keys import KeyMap
from pipeline.review.web.scripts import SCRIPTS, desk_data

ADDRESS = "http://127.0.0.1:9/queue"
STATIC = Path("pipeline/review/web/static")
IDS = tuple(f"2603.{number:05}" for number in range(1, 13))

Answer = Callable[[Route], None]


@dataclass
class FakeDesk:
    """Papers that wait and what was posted; `hold` keeps answers back, `fail` spoils some."""

    ids: tuple[str, ...] = IDS
    keys: KeyMap = field(default_factory=KeyMap)
    #: (path, form) of each act that was recorded, in order
    recorded: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    #: every form that arrived, recorded or not
    arrived: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    held: list[Callable[[], None]] = field(default_factory=list)
    hold: bool = False
    #: what the next forms are answered with, instead of being recorded
    failures: list[Answer] = field(default_factory=list)
    #: papers whose parts are not answered
    slow: set[str] = field(default_factory=set)

    def open(self, page: Page) -> None:
        """Serve the page in this tab and open it."""
        page.route("**/*", self._serve)
        page.goto(ADDRESS)

    def release(self) -> None:
        """Answer the forms that were held back."""
        self.hold = False
        while self.held:
            self.held.pop(0)()

    @property
    def papers(self) -> list[str]:
        """The papers that were decided, in order."""
        return [form["arxiv_id"] for path, form in self.recorded if path == "/decide"]

    def _serve(self, route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.path.startswith("/static/"):
            name = parts.path.removeprefix("/static/")
            kind = "text/css" if name.endswith("css") else "text/javascript"
            route.fulfill(body=(STATIC / name).read_text("utf-8"), content_type=kind)
        elif request.method == "POST":
            form = dict(parse_qsl(request.post_data or "", keep_blank_values=True))
            answer = partial(self._post, route, parts.path, form)
            if self.hold:
                self.held.append(answer)
            else:
                answer()
        elif parts.path == "/queue":
            query = parse_qs(parts.query)
            arxiv_id = query.get("paper", [self.ids[0]])[0]
            if arxiv_id in self.slow:
                self.held.append(partial(self._page, route, arxiv_id, part="part" in query))
            else:
                self._page(route, arxiv_id, part="part" in query)
        else:
            route.fulfill(body=f"<h1>{parts.path}</h1>", content_type="text/html")

    def _page(self, route: Route, arxiv_id: str, *, part: bool) -> None:
        text = parts_of(arxiv_id)
        body = text if part else page_of(self.ids, arxiv_id, text, self.keys)
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    def _post(self, route: Route, path: str, form: dict[str, str]) -> None:
        self.arrived.append((path, form))
        if self.failures:
            self.failures.pop(0)(route)
            return
        self.recorded.append((path, form))
        undone = [self.papers[-1]] if path == "/undo" and self.papers else []
        said = {"recorded": True, "message": f"{path} {form.get('arxiv_id', '')}", "papers": undone}
        route.fulfill(body=json.dumps(said), content_type="application/json")


def busy(route: Route) -> None:
    """Answer as a busy database does."""
    route.fulfill(status=503, body="<h1>Another program holds it.</h1>", content_type="text/html")


def offline(route: Route) -> None:
    """Answer nothing."""
    route.abort("connectionrefused")


def conflict(route: Route) -> None:
    """Answer that somebody else decided, with the form as it was filled in."""
    text = '<div id="asked" role="alert"><p>Bo decided it meanwhile.</p></div>'
    route.fulfill(status=409, body=text + parts_of(IDS[0], note="kept"), content_type="text/html")


def parts_of(arxiv_id: str, note: str = "") -> str:
    """Return the parts of the page that depend on the paper."""
    return f"""
<article id="paper" data-paper="{arxiv_id}"><h1>Paper {arxiv_id}</h1>
<a href="?paper=x" data-action="next">Next</a><a href="?paper=x" data-action="previous">Before</a>
</article>
<form id="verdict" data-suggested="" method="post" action="/decide">
<button disabled hidden></button>
<input type="hidden" name="token" value="t"><input type="hidden" name="arxiv_id" value="{arxiv_id}">
<button name="accept" value="video" data-action="accept-1">Approve: Video</button>
<button name="accept" value="image" data-action="accept-2">Approve: Image</button>
<button name="verdict" value="approved" data-action="approve">Approve</button>
<button name="verdict" value="rejected" data-action="reject">Reject</button>
<button name="verdict" value="deferred" data-action="defer">Defer</button>
<button name="reason" value="no-language" data-action="reason-1">No language</button>
<button name="reason" value="other" data-action="reason-2">Other</button>
<label>Note <textarea name="note" id="note">{note}</textarea></label>
<label>Find <input id="section-filter"></label><p id="no-section" hidden></p>
<details id="sections"><summary>Sections</summary><fieldset><legend>Making</legend>
<label><input type="checkbox" name="section" value="video" data-name="Vídeo"> Vídeo</label>
<label><input type="checkbox" name="section" value="image" data-name="Image"> Image</label>
</fieldset>
</details></form>"""


def page_of(ids: tuple[str, ...], current: str, parts: str, keys: KeyMap) -> str:
    """Return the page that holds the parts and the list."""
    desk = html.escape(desk_data(keys))
    rows = "".join(
        f'<li data-paper="{one}" class="{"current" * (one == current)}">'
        f'<input type="checkbox" name="paper" value="{one}">'
        f'<a href="?paper={one}">Paper {one}</a></li>'
        for one in ids
    )
    scripts = "".join(f'<script defer src="/static/{name}.js"></script>' for name in SCRIPTS)
    return f"""<!doctype html><html lang="en"><title>Desk</title><head>{scripts}</head>
<body data-desk="{desk}"><div id="status" aria-live="polite"></div>
<div id="trouble" hidden></div><div class="reading">{parts}</div>
<nav id="list"><ol>{rows}</ol><input type="checkbox" id="mark-shown"><span data-marked></span>
<button type="button" data-action="mark">Mark</button></nav>
<input id="search"><form id="undo-last" method="post" action="/undo">
<button data-action="undo">Undo</button></form>
<dialog id="help"><form method="dialog"><button>Close</button></form></dialog></body></html>"""
