"""Suggestions on the public pages, in this process."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from config.reasons import DEFAULT_REASONS
from config.suggestions_schema import SuggestionsSettings
from storage.suggestion_types import Suggestion, SuggestionState
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.subscribers import PublicPages, Reader, kept_pages, public_pages

PAPER = "2603.00001"
SECTION = "generation-image-llm-based"
#: longer than a person needs at least for a form
FILLED_IN = timedelta(seconds=30)


@dataclass
class Suggesting:
    """The public pages of a survey that takes suggestions."""

    pages: PublicPages
    settings: SuggestionsSettings

    def client(self, *, peer: str = "192.0.2.7", **changes: Any) -> Reader:
        """Return a client in a network."""
        given = {"suggestions": self.settings, "reasons": DEFAULT_REASONS, **changes}
        return self.pages.client(peer=peer, **given)

    def form(self, client: Reader) -> str:
        """Return the token of a form that was filled in for a while."""
        found = token_in(client.get("/suggestions?kind=missing-paper").text)
        self.pages.clock.now += FILLED_IN
        return found

    def send(self, client: Reader, *, token: str = "", **fields: str) -> httpx.Response:
        """Send a form as a person does."""
        given = {"kind": "missing-paper", "paper": PAPER, **fields}
        return client.post("/suggestions", data={"form": token or self.form(client), **given})

    def stored(self) -> Sequence[Suggestion]:
        """Return all suggestions, the newest first."""
        with self.pages.open_store() as store:
            return store.suggestions.all(list(SuggestionState), 100_000)

    def hold(self, arxiv_id: str = PAPER, **changes: Any) -> None:
        """Store a paper."""
        with self.pages.open_store() as store:
            store.papers.upsert([make_paper(arxiv_id, **changes)], seen_at=self.pages.clock())

    def decide(
        self, arxiv_id: str = PAPER, verdict: Verdict = Verdict.APPROVED, **more: Any
    ) -> None:
        """Decide on a held paper now."""
        sections = (SECTION,) if verdict is Verdict.APPROVED else ()
        decision = make_decision(
            arxiv_id,
            verdict=verdict,
            decided_at=self.pages.clock(),
            **{"sections": sections, **more},
        )
        with self.pages.open_store() as store:
            store.decisions.add([decision])


def suggesting(folder: Path, **settings: Any) -> Suggesting:
    """Return the pages of a new survey that takes suggestions."""
    return Suggesting(public_pages(folder), _enabled(**settings))


@contextmanager
def kept_suggesting(folder: Path, **settings: Any) -> Iterator[Suggesting]:
    """Yield the same as `suggesting`, with the database kept open as by `kept_pages`."""
    with kept_pages(folder) as pages:
        yield Suggesting(pages, _enabled(**settings))


def _enabled(**settings: Any) -> SuggestionsSettings:
    return SuggestionsSettings(**{"enabled": True, **settings})


def token_in(html: str) -> str:
    """Return the token of the form in a page."""
    [found] = re.findall(r'name="form" value="([^"]+)"', html)
    return unescape(found)


def text_of(response: httpx.Response) -> str:
    """Return what a reader sees of a page."""
    main = response.text[response.text.index("<main") : response.text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
