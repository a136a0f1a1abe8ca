"""Pages for everybody read the database seldom, and say when to come again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from pipeline.publish.public.known_end import KnownEnd
from pipeline.runtime.limiter import Limiter
from storage.errors import StoreBusyError
from storage.freezes import Freeze
from storage.store import Store
from tests.support.subscribers import PublicPages, public_pages
from tests.support.suggestions import Suggesting, suggesting


@pytest.fixture
def pages(tmp_path: Path) -> PublicPages:
    return public_pages(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Suggesting:
    return suggesting(tmp_path)


class Counting:
    """Opens the database and counts how often; `busy` refuses."""

    def __init__(self, pages: PublicPages) -> None:
        self._pages = pages
        self.opened = 0
        self.busy = False

    @contextmanager
    def __call__(self) -> Iterator[Store]:
        if self.busy:
            raise StoreBusyError("held by 1", hint="Try again.")
        self.opened += 1
        with self._pages.open_store() as store:
            yield store


def end_on(pages: PublicPages, day: date) -> None:
    with pages.open_store() as store:
        store.freezes.add(Freeze(day, "It ends.", "ada", pages.clock()))


def test_forms_of_all_networks_together_are_limited(pages: PublicPages) -> None:
    forms = Limiter(2, lambda: 80.0)
    answers = [
        pages.client(peer=f"198.51.{number}.1", forms=forms).post(
            "/subscribe", {"address": f"reader{number}@example.org"}
        )
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "30"
    assert len(pages.waiting()) == 2


def test_networks_that_send_many_forms_leave_others_theirs(pages: PublicPages) -> None:
    """Six networks send thirty forms each within a second; sixty others send one each after it."""
    client = pages.client(rates=Limiter(30, lambda: 80.0), forms=Limiter(120, lambda: 80.0))

    def send(peer: str) -> httpx.Response:
        client.peer = peer
        return client.post("/subscribe", {"address": "no address"})

    flood = {number: [send(f"198.51.{number}.1") for _ in range(30)] for number in range(6)}
    taken = {number: [one.status_code for one in sent].count(400) for number, sent in flood.items()}
    assert taken == {0: 30, 1: 30, 2: 3, 3: 3, 4: 3, 5: 3}
    assert flood[5][3].headers["retry-after"] == "2"
    others = [send(f"203.0.{number}.1").status_code for number in range(60)]
    assert others == [400] * 48 + [429] * 12


def test_network_is_told_the_seconds_to_wait(pages: PublicPages) -> None:
    client = pages.client(rates=Limiter(0, lambda: 80.0))
    answer = client.post("/subscribe", {"address": "ada@example.org"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


@pytest.mark.parametrize("name", ["preferences", "unsubscribe"])
def test_page_of_one_person_is_limited_by_its_link(pages: PublicPages, name: str) -> None:
    links = [getattr(pages.links, name)(pages.join(f"{one}@example.org")) for one in ("ada", "eve")]
    reading = Counting(pages)
    opened = Limiter(2, lambda: 80.0)
    client = pages.client(opened=opened, read_store=reading)
    answers = [client.get(pages.path(links[0])) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[3].headers["retry-after"] == "30"
    assert reading.opened == 2
    assert client.get(pages.path(links[1])).status_code == 200


def test_links_that_are_not_ours_read_nothing(pages: PublicPages) -> None:
    reading = Counting(pages)
    client = pages.client(read_store=reading, open_store=reading)
    for name in ("confirm", "decline", "preferences", "unsubscribe"):
        assert client.get(f"/{name}/4f1d09ab33c2.made-up").status_code == 404
        assert client.post(f"/{name}/4f1d09ab33c2.made-up").status_code == 404
    assert reading.opened == 0


def test_crawled_forms_read_the_database_once_a_minute(site: Suggesting) -> None:
    reading, seconds = Counting(site.pages), [0.0]
    client = site.client(read_store=reading, end=KnownEnd(seconds=lambda: seconds[0]))
    for number in range(20):
        assert client.get(f"/suggestions?arxiv_id=2603.{number:05}").status_code == 200
    assert reading.opened == 1
    seconds[0] = 60.0
    client.get("/suggestions")
    assert reading.opened == 2


def test_sent_form_asks_again_whether_the_survey_ended(site: Suggesting) -> None:
    client = site.client(end=KnownEnd(seconds=lambda: 0.0))
    assert client.get("/suggestions").status_code == 200
    end_on(site.pages, site.pages.clock().date())
    assert site.send(client).status_code == 410
    assert client.get("/suggestions").status_code == 410


def test_busy_database_leaves_what_was_known(pages: PublicPages) -> None:
    reading, seconds = Counting(pages), [0.0]
    end_on(pages, date(2027, 1, 1))
    known = KnownEnd(seconds=lambda: seconds[0])
    reading.busy = True
    with pytest.raises(StoreBusyError):
        known.standing(reading)
    reading.busy = False
    first = known.standing(reading)
    assert first is not None
    reading.busy, seconds[0] = True, 100.0
    assert known.standing(reading) == first
