"""Confirmations are sent at most once, and their mail leads to the page and nowhere else."""

import re
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest

from config.schema import DatabaseSettings
from pipeline.publish.subscribers import roll
from pipeline.publish.subscribers.address import parse_address
from pipeline.publish.subscribers.letters import Letter
from pipeline.publish.subscribers.outbox import (
    RETRY_AFTER,
    Delivery,
    OutboxReport,
    Outcome,
    send_confirmations,
)
from pipeline.runtime.clock import WrongClockError, confirm
from storage.subscriber_types import Asked, Choices
from tests.support.services import make_services
from tests.support.storage import database
from tests.support.subscribers import ORIGIN, PublicPages, public_pages

ADA = "ada@example.org"


class Postman:
    """Keeps letters and answers as told."""

    def __init__(self, *answers: Delivery) -> None:
        self.letters: list[Letter] = []
        self._answers = list(answers)

    def __call__(self, letter: Letter) -> Delivery:
        self.letters.append(letter)
        return self._answers.pop(0) if self._answers else Delivery(Outcome.SENT, "250 ok")


@pytest.fixture
def pages(tmp_path: Path) -> PublicPages:
    return public_pages(tmp_path)


def send(
    pages: PublicPages, post: Postman, blocked: Collection[str] = (), **how: timedelta
) -> OutboxReport:
    services = make_services(pages.open_store, pages.clock(), subscribers=pages.settings)
    return send_confirmations(
        services, post, links=pages.links, survey="Talking\r\nPictures", blocked=blocked, **how
    )


def ask(pages: PublicPages, *addresses: str, **form: str) -> None:
    for number, address in enumerate(addresses):
        client = pages.client(peer=f"198.51.{number}.1")
        assert client.post("/subscribe", {"address": address, **form}).status_code == 200
        pages.clock.now += timedelta(seconds=1)


def test_mail_leads_to_the_page_that_confirms(pages: PublicPages) -> None:
    ask(pages, "Ada@Bücher.example")
    post = Postman()
    assert send(pages, post) == OutboxReport(sent=1)
    [letter] = post.letters
    assert letter.to == "Ada@xn--bcher-kva.example"
    assert letter.subject == "Please confirm: Talking Pictures by mail"
    [link, _] = re.findall(r"https://\S+", letter.text)
    assert link.startswith(f"{ORIGIN}/confirm/")
    assert pages.client().post(pages.path(link)).status_code == 200
    assert len(pages.recipients()) == 1
    assert send(pages, post) == OutboxReport()


def test_known_address_is_led_to_its_choices(pages: PublicPages) -> None:
    pages.join(ADA)
    send(pages, Postman())
    ask(pages, ADA, language="zh")
    post = Postman()
    send(pages, post)
    [letter] = post.letters
    assert letter.language == "zh"
    [link, _] = re.findall(r"https://\S+", letter.text)
    assert link.startswith(f"{ORIGIN}/preferences/")
    assert "/confirm/" not in letter.text


def test_each_outcome_is_kept_and_only_deferred_mail_waits(pages: PublicPages) -> None:
    ask(pages, "a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org")
    post = Postman(
        Delivery(Outcome.SENT),
        Delivery(Outcome.FAILED, "550 <b@x.org> unknown"),
        Delivery(Outcome.UNCERTAIN, "connection lost"),
        Delivery(Outcome.DEFERRED, "451 later"),
    )
    assert send(pages, post) == OutboxReport(2, 1, 1, 1)
    assert [one.address for one in pages.waiting()] == ["d@x.org"]
    with pages.open_store() as store:
        kept = store._session.rows("SELECT detail FROM confirmation_event ORDER BY seq")
    assert ("550 <<address>> unknown",) in kept
    # A service does not try it again at once.
    assert send(pages, Postman(), retry_after=RETRY_AFTER) == OutboxReport()
    pages.clock.now += RETRY_AFTER
    assert send(pages, Postman(), retry_after=RETRY_AFTER) == OutboxReport(sent=1)


def test_server_that_takes_nothing_is_asked_once(pages: PublicPages) -> None:
    ask(pages, "a@x.org", "b@x.org")
    post = Postman(Delivery(Outcome.DEFERRED, "out of reach", stop=True))
    assert send(pages, post) == OutboxReport(deferred=1, stopped=True)
    assert len(post.letters) == 1
    assert len(pages.waiting()) == 2


def test_suppressed_address_gets_no_confirmation(pages: PublicPages) -> None:
    ask(pages, "a@x.org", "b@x.org")
    blocked = {one.address_key or "" for one in pages.waiting() if one.address == "a@x.org"}
    post = Postman()
    assert send(pages, post, blocked) == OutboxReport(sent=1, failed=1)
    assert [one.to for one in post.letters] == ["b@x.org"]


def test_mail_that_was_begun_is_not_sent_again(pages: PublicPages) -> None:
    ask(pages, ADA)

    def killed(_letter: Letter) -> Delivery:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(pages, killed)  # type: ignore[arg-type]
    assert send(pages, Postman()) == OutboxReport()
    with pages.open_store() as store:
        states = store._session.rows("SELECT state FROM confirmations")
    assert states == [("begun",)]


def test_two_senders_send_each_mail_once(pages: PublicPages) -> None:
    ask(pages, "a@x.org", "b@x.org")
    inner = Postman()

    class Second(Postman):
        def __call__(self, letter: Letter) -> Delivery:
            if not self.letters:
                self.letters.append(letter)
                send(pages, inner)
                return Delivery(Outcome.SENT)
            return super().__call__(letter)

    outer = Second()
    send(pages, outer)
    assert sorted(one.to for one in outer.letters + inner.letters) == ["a@x.org", "b@x.org"]


def test_old_and_erased_requests_are_not_sent(pages: PublicPages) -> None:
    ask(pages, "a@x.org", "b@x.org")
    first = pages.waiting()[0]
    client = pages.client()
    path = pages.path(pages.links.preferences(first.subscriber_id))
    client.post(path, {"act": "delete", "sure": "yes"})
    post = Postman()
    pages.clock.now += timedelta(days=6)
    send(pages, post)
    assert [one.to for one in post.letters] == ["b@x.org"]
    pages.clock.now += timedelta(days=2)
    ask(pages, "c@x.org")
    pages.clock.now += timedelta(days=8)
    assert send(pages, post) == OutboxReport()
    assert "x.org" not in pages.snapshot()


def test_clock_ahead_erases_no_one_who_waits(pages: PublicPages) -> None:
    with pages.open_store() as store:
        confirm(store, pages.clock(), is_set=True)
    ask(pages, "a@x.org", "b@x.org")
    right, post = pages.clock.now, Postman()
    pages.clock.now += timedelta(days=60_000)
    client = pages.client(peer="198.51.9.1")
    assert client.post("/subscribe", {"address": "c@x.org"}).status_code == 503
    with pytest.raises(WrongClockError):
        send(pages, post)
    pages.clock.now = right
    assert send(pages, post) == OutboxReport(sent=2)


@pytest.mark.parametrize("joined", [False, True])
def test_who_declines_is_not_asked_again(pages: PublicPages, *, joined: bool) -> None:
    if joined:
        pages.join(ADA)
        send(pages, Postman())
    ask(pages, ADA)
    post = Postman()
    send(pages, post)
    [link] = re.findall(rf"{ORIGIN}/decline/\S+", post.letters[0].text)
    client, path = pages.client(), pages.path(link)
    assert "Nothing happens before" in client.get(path).text
    ask(pages, "ada+tag@example.org")
    assert len(pages.waiting()) == 1  # opening the page changed nothing
    send(pages, post)
    for _ in range(2):
        assert "You are not asked again" in client.post(path).text
    ask(pages, ADA, "Ada+other@example.org")
    assert send(pages, post) == OutboxReport()
    assert len(pages.recipients()) == joined
    assert client.post(path[:-1] + ("a" if path[-1] != "a" else "b")).status_code == 404
    services = make_services(
        pages.open_store, pages.clock(), subscribers=pages.settings,
        database=DatabaseSettings(path=database(pages.folder)),
    )  # fmt: skip
    [(_, asked)] = roll.add(services, [parse_address(ADA)], Choices(), "Yes.").asked
    assert asked is Asked.DECLINED
    allowed = [roll.allow(services, [parse_address(ADA)]).allowed for _ in range(2)]
    assert allowed == [((ADA, True),), ((ADA, False),)]
    pages.clock.now += timedelta(days=1)
    ask(pages, ADA)
    assert send(pages, post) == OutboxReport(sent=1)


def test_restored_database_asks_no_one_who_declined(pages: PublicPages) -> None:
    ask(pages, ADA)
    post = Postman()
    send(pages, post)
    [link] = re.findall(rf"{ORIGIN}/decline/\S+", post.letters[0].text)
    pages.client().post(pages.path(link))
    with pages.open_store() as store:
        store._session.write("DELETE FROM subscriber_departure", {})
    ask(pages, ADA)
    assert pages.waiting() == ()


def test_answer_does_not_tell_who_declined(pages: PublicPages) -> None:
    ask(pages, ADA)
    post = Postman()
    send(pages, post)
    [link] = re.findall(rf"{ORIGIN}/decline/\S+", post.letters[0].text)
    pages.client().post(pages.path(link))
    answers = [
        pages.client(peer=f"203.0.{number}.9").post("/subscribe", {"address": address}).text
        for number, address in enumerate((ADA, "bob@example.org"))
    ]
    assert answers[0] == answers[1].replace("bob@", "ada@")
