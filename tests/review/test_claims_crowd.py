"""Twenty people at once over HTTP: each paper has one reader, and none is left behind."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from storage.claims import Claims
from storage.kept import KeptStores
from storage.store import store_opener, store_reader
from tests.support.builders import make_decision, make_paper
from tests.support.review import START, Clock, Page, ReviewSite, make_site, session_cookie
from tests.support.serving import served_app

PEOPLE = [f"reader {number}" for number in range(20)]
PAPERS = [f"2603.{number:05d}" for number in range(1, 101)]
HEADER = "x-person"


@dataclass(frozen=True)
class ByPerson:
    """Passes a request to the service of the person whom a header names."""

    apps: Mapping[str, ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        name = dict(scope["headers"])[HEADER.encode()].decode()
        await self.apps[name](scope, receive, send)


@dataclass
class Seen:
    """What the readers saw."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    reading: set[str] = field(default_factory=set)
    #: papers that two had at once
    twice: list[str] = field(default_factory=list)
    decided: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    @contextmanager
    def alone(self, paper: str) -> Iterator[None]:
        """Note that somebody reads a paper for the block."""
        with self.lock:
            if paper in self.reading:
                self.twice.append(paper)
            self.reading.add(paper)
        yield
        with self.lock:
            self.reading.discard(paper)


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[str]:
    """The address of services of twenty people over 100 waiting papers."""
    site: ReviewSite = make_site(tmp_path)
    path = tmp_path / "survey.duckdb"
    site.fill(PAPERS)
    with site.open_store() as store:
        ids = [f"2602.{number:05d}" for number in range(1, 21)]
        store.papers.upsert([make_paper(key) for key in ids], seen_at=START)
        store.decisions.add(
            [
                make_decision(key, reviewer=name, decided_at=START)
                for key, name in zip(ids, PEOPLE, strict=True)
            ]
        )
    kept = KeptStores(path, store_opener(path), store_reader(path), busy_timeout_seconds=600)
    shared = replace(
        site,
        open_store=kept.open_store,
        claims=Claims(path),
        # each request asks the time; claims must not run out while one reader waits for the CPU
        clock=Clock(step=timedelta(milliseconds=1)),
    )
    with served_app(ByPerson({name: shared.app(name) for name in PEOPLE})) as url:
        yield url
    kept.close()
    with site.open_store() as store:
        standing = store.decisions.standing(PAPERS)
        assert sorted(standing) == PAPERS
        assert all(len(store.decisions.of_paper(key)) == 1 for key in PAPERS)


def read(url: str, name: str, seen: Seen, begin: threading.Barrier) -> None:
    """Decide papers as the script does, until none waits."""
    headers = {HEADER: name, "origin": url.rstrip("/")}
    script = {"accept": "application/json"}
    with httpx.Client(base_url=url, headers=headers, cookies=session_cookie(), timeout=600) as http:
        begin.wait()
        while True:
            page = Page(http.get("/queue?at_least=0"))
            assert page.status == 200
            if not page.ids:
                return
            token = page.form("/decide")["token"]
            asked = {"token": token, "given": "1", "paper": [page.paper, *page.ids[:30]]}
            got = http.post("/claims", data=asked, headers=script).json()["paper"]
            if got is None:  # others read all that is left
                continue
            with seen.alone(got):
                shown = {"at_least": "0", "paper": got, "part": "paper"}
                form = Page(http.get("/queue", params=shown)).form("/decide", got)
                fields = {**form, "verdict": "rejected", "reason": "other"}
                answer = http.post("/decide", data=fields, headers=script)
                if answer.status_code == 200:
                    seen.decided[got] += 1
                else:
                    seen.refused.append(answer.text)


def test_twenty_people_read_each_paper_once(crowd: str) -> None:
    seen, begin = Seen(), threading.Barrier(len(PEOPLE))
    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        for done in [pool.submit(read, crowd, name, seen, begin) for name in PEOPLE]:
            done.result()
    assert seen.twice == []
    assert seen.refused == []
    assert seen.decided == Counter(PAPERS)
