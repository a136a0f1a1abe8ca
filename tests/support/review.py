"""A review site over a temporary database, and a visitor that sends requests as a browser does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx
from lxml import html
from starlette.types import ASGIApp

from config.api_schema import ApiSettings
from config.publish_schema import DigestSettings, PublishSettings
from config.schema import ReviewSettings
from config.taxonomy import Facet, Label, Section, Taxonomy
from pipeline.cli.issue_desk import issue_desk
from pipeline.operate.status_facts import state_of_survey
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.issues.desk import IssueDesk
from pipeline.review.web.app import create_app
from pipeline.review.web.sessions import Sessions
from pipeline.runtime.facts import StateOfSurvey
from pipeline.runtime.jobs import JobEnd
from storage.claims import Claims
from storage.kept import KeptStores
from storage.store import OpenStore, store_reader
from storage.types import Decision, Paper, Prediction, SectionScore
from tests.support.builders import make_paper, make_prediction
from tests.support.services import make_services
from tests.support.storage import add_predictions, migrated

SECRET = b"a secret of the tests, 32 bytes.."
BASE = "http://127.0.0.1:8765"
START = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)


def _section(id_: str, path: tuple[str, ...], task: str, modality: str | None) -> Section:
    return Section(
        id=id_,
        headings=path,
        path=path,
        task=task,
        modality=modality,
        technique=None,
        definition=f"What belongs in {id_}.",
        cues=(),
        names={"en": " ".join(path[-2:]), "zh": " ".join(path[-2:])},
    )


TAXONOMY = Taxonomy(
    title="Talking Pictures",
    facets=(
        Facet(
            "modality",
            (Label("image", "", (), {"en": "Image"}), Label("video", "", (), {"en": "Video"})),
        ),
    ),
    sections=(
        _section("make-image", ("Making", "Images", "With words"), "make", "image"),
        _section("make-video", ("Making", "Videos", "With words"), "make", "video"),
        _section("cut-video", ("Cutting", "Videos"), "cut", "video"),
        _section("agents", ("Agents",), "agents", None),
    ),
    fingerprint="0" * 64,
)


@dataclass
class Clock:
    """A clock that advances by `step` at each call."""

    now: datetime = START
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        """Return the present instant."""
        self.now += self.step
        return self.now


def scores(**probabilities: float) -> tuple[SectionScore, ...]:
    """Return section scores, highest first: `scores(make_image=0.8)`."""
    ranked = sorted(probabilities.items(), key=lambda each: -each[1])
    return tuple(SectionScore(name.replace("_", "-"), p) for name, p in ranked)


@dataclass
class ReviewSite:
    """A store, and the review application over it."""

    open_store: OpenStore
    clock: Callable[[], datetime] = field(default_factory=Clock)
    reviewer: str = "ada"
    taxonomy: Taxonomy = field(default_factory=lambda: TAXONOMY)
    #: directory of models; None: no reasons
    models: Path | None = None
    #: how the scheduled jobs ended
    jobs: Callable[[], Sequence[JobEnd]] = tuple
    settings: ReviewSettings = field(default_factory=ReviewSettings)
    #: who reads which paper; None: not kept
    claims: Claims | None = None
    #: what one person alone may not decide
    rules: TeamRules = ALONE
    #: limits of the JSON API
    api: ApiSettings = field(default_factory=lambda: ApiSettings(requests_per_minute=100_000))
    #: who may approve issues; empty: everyone
    publishers: tuple[str, ...] = ()

    def desk(self) -> IssueDesk:
        """Return what builds the survey's issues, in two languages."""
        services = make_services(
            self.open_store,
            START,
            taxonomy=self.taxonomy,
            digest=DigestSettings(languages=("en", "zh")),
            publish=PublishSettings(publishers=self.publishers),
        )
        return issue_desk(services)

    def state(self) -> StateOfSurvey:
        """Return the state of the survey."""
        services = make_services(self.open_store, self.clock(), taxonomy=self.taxonomy)
        return state_of_survey(services)

    def app(self, reviewer: str = "") -> ASGIApp:
        """Return the application for a reviewer."""
        return create_app(
            self.open_store,
            self.taxonomy,
            reviewer=reviewer or self.reviewer,
            secret=SECRET,
            clock=self.clock,
            survey_title="Talking Pictures: A Survey",
            issues=self.desk(),
            state=self.state,
            models=self.models,
            jobs=self.jobs,
            settings=self.settings,
            claims=self.claims,
            rules=self.rules,
            api=self.api,
        )

    def put(self, paper: Paper, prediction: Prediction | None = None) -> None:
        """Store a paper with a prediction for its present text."""
        self.put_all([(paper, prediction)])

    def fill(self, ids: Sequence[str]) -> None:
        """Put papers into the queue; the first is the most likely in scope."""
        self.put_all(
            [
                (
                    make_paper(arxiv_id),
                    make_prediction(
                        arxiv_id, in_scope=0.95 - 0.01 * rank, sections=scores(make_image=0.8)
                    ),
                )
                for rank, arxiv_id in enumerate(ids)
            ]
        )

    def put_all(self, pairs: Sequence[tuple[Paper, Prediction | None]]) -> None:
        """Store papers with predictions for their present texts."""
        with self.open_store() as store:
            store.papers.upsert([paper for paper, _ in pairs], seen_at=START)
            stored = store.papers.get_many([paper.arxiv_id for paper, _ in pairs])
            add_predictions(
                store,
                [
                    replace(
                        prediction or _prediction(paper),
                        arxiv_id=paper.arxiv_id,
                        content_hash=stored[paper.arxiv_id].content_hash,
                    )
                    for paper, prediction in pairs
                ],
            )

    def decisions(self, arxiv_id: str) -> list[Decision]:
        """Return all decisions on a paper."""
        with self.open_store() as store:
            return store.decisions.of_paper(arxiv_id)


def _prediction(paper: Paper) -> Prediction:
    return make_prediction(paper.arxiv_id, sections=scores(make_image=0.8, cut_video=0.2))


def make_site(tmp_path: Path, *, busy_timeout_seconds: float = 600.0) -> ReviewSite:
    """Return a review site over a new database."""
    path = tmp_path / "survey.duckdb"
    return ReviewSite(migrated(path, busy_timeout_seconds=busy_timeout_seconds))


@contextmanager
def kept_site(tmp_path: Path) -> Iterator[ReviewSite]:
    """Yield a review site whose database stays open between requests, as that of `serve` does.

    For tests of very many requests; no other opener of the database may be used meanwhile.
    """
    path, site = tmp_path / "survey.duckdb", make_site(tmp_path)
    kept = KeptStores(path, site.open_store, store_reader(path), busy_timeout_seconds=600)
    try:
        yield replace(site, open_store=kept.open_store)
    finally:
        kept.close()
        with site.open_store():  # waits for the end
            pass


@dataclass
class Page:
    """A response and its content."""

    response: httpx.Response

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status_code

    @property
    def tree(self) -> Any:
        """The parsed page; Any, because lxml's stubs do not cover lxml.html."""
        return html.fromstring(self.response.text)

    @property
    def text(self) -> str:
        """The visible text with single spaces."""
        return " ".join(self.tree.find("body").text_content().split())

    @property
    def ids(self) -> list[str]:
        """The arXiv IDs of the list, in order; on a paper's page its own."""
        listed: list[str] = self.tree.xpath("//main//li/@data-paper")
        return listed or list(filter(None, [self.paper]))

    @property
    def paper(self) -> str:
        """The arXiv ID of the open paper, or empty."""
        return str(self.tree.xpath("string(//article/@data-paper)"))

    def link(self, arxiv_id: str) -> str:
        """Return the address that a paper's row of the list leads to."""
        return str(self.tree.xpath("//main//li[@data-paper=$key]//a/@href", key=arxiv_id)[0])

    @property
    def location(self) -> str:
        """The address of the redirect."""
        return self.response.headers["location"]

    def forms(self, action: str) -> list[dict[str, list[str]]]:
        """Return what the forms of an action would send, without buttons."""
        found = []
        for form in self.tree.forms:
            if form.action == action and form.get("id") != "undo-last":  # on every page
                sent: dict[str, list[str]] = {}
                for name, value in form.form_values():
                    sent.setdefault(name, []).append(value)
                found.append(sent)
        return found

    def form(self, action: str = "/decide", arxiv_id: str = "") -> dict[str, list[str]]:
        """Return the first form of an action, or that of a paper."""
        for form in self.forms(action):
            if not arxiv_id or form["arxiv_id"] == [arxiv_id]:
                return form
        raise AssertionError(f"no {action} form for {arxiv_id or 'any paper'}")


def session_cookie(secret: bytes = SECRET) -> dict[str, str]:
    """Return the cookie of a new session, as the printed address sets it."""
    sessions = Sessions(secret)
    return {sessions.cookie: sessions.begin()[1]}


@dataclass
class Visitor:
    """A client that keeps cookies, has a session and does not follow redirects."""

    app: ASGIApp
    cookies: dict[str, str] = field(default_factory=session_cookie)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Page:
        """Open a page."""
        return self._send("GET", path, None, headers)

    def post(
        self,
        path: str,
        form: Mapping[str, Sequence[str] | str],
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send a form as a browser does."""
        body = urlencode(dict(form), doseq=True).encode()
        sent = {"content-type": "application/x-www-form-urlencoded", "origin": BASE}
        return self._send("POST", path, body, {**sent, **(headers or {})})

    def decide(self, page: Page, arxiv_id: str, verdict: str, **also: str | list[str]) -> Page:
        """Press a button of a paper, opened from the list if it is not open, with some fields."""
        opened = page if page.paper == arxiv_id else self.get(page.link(arxiv_id))
        form = {**opened.form("/decide", arxiv_id), "verdict": verdict, **also}
        if verdict == "rejected":  # by the chip of a reason
            form.setdefault("reason", "other")
        return self.post("/decide", form)

    def follow(self, page: Page) -> Page:
        """Follow a redirect."""
        return self.get(page.location)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> Page:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=BASE, cookies=self.cookies
            ) as client:
                return await client.request(method, path, content=body, headers=headers)

        response = anyio.run(send)
        self.cookies.update(response.cookies)
        return Page(response)
