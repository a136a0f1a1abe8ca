"""Answers to suggestions by mail: once, with the link alone, and then the address goes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.publish.subscribers.answers import send_answers
from pipeline.publish.subscribers.letters import Letter
from pipeline.publish.subscribers.outbox import Delivery, Outcome
from storage.suggestion_types import NewSuggestion, SuggestionAct, SuggestionKind
from storage.types import Verdict
from tests.support.services import make_services
from tests.support.suggestions import PAPER, Suggesting, suggesting

ADA = "ada@example.org"
KEY = "a" * 32


class Server:
    """A mail server that answers what it is told to."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes: Iterator[Outcome] = iter(outcomes)
        self.letters: list[Letter] = []

    def __call__(self, letter: Letter) -> Delivery:
        self.letters.append(letter)
        return Delivery(next(self.outcomes, Outcome.SENT))


@pytest.fixture
def site(tmp_path: Path) -> Suggesting:
    made = suggesting(tmp_path)
    new = NewSuggestion(
        KEY, SuggestionKind.MISSING_PAPER, PAPER, name="Eve\r\nBcc: x", note="spam", address=ADA
    )
    with made.pages.open_store() as store:
        store.suggestions.add(new, made.pages.clock())
    made.hold()
    made.pages.clock.now += timedelta(days=1)
    return made


def send(site: Suggesting, server: Server, *, blocked: tuple[str, ...] = ()) -> int:
    pages = site.pages
    return send_answers(
        make_services(pages.open_store, pages.clock()),
        server,
        links=pages.links,
        survey="A \u202eSurvey\r\nBcc: x",
        salt=pages.keys.salt,
        blocked=blocked,
    )


def address(site: Suggesting) -> str | None:
    with site.pages.open_store() as store:
        return store.suggestions.address_of(KEY)


def test_decision_is_mailed_once_and_the_address_goes(site: Suggesting) -> None:
    server = Server()
    assert send(site, server) == 0
    site.decide()
    assert [send(site, server) for _ in range(3)] == [1, 0, 0]
    [letter] = server.letters
    assert letter.to == ADA
    assert "\r" not in letter.subject
    assert "spam" not in letter.text
    assert site.pages.links.suggestion(KEY) in letter.text
    assert address(site) is None


def test_question_is_mailed_and_the_address_stays_for_the_answer(site: Suggesting) -> None:
    server = Server()
    with site.pages.open_store() as store:
        act, now = SuggestionAct.ANSWERED, site.pages.clock()
        store.suggestions.act([KEY], act, person="bo", now=now, detail="Which one?")
    assert [send(site, server) for _ in range(2)] == [1, 0]
    assert address(site) == ADA
    site.pages.clock.now += timedelta(days=1)
    site.decide(verdict=Verdict.REJECTED)
    assert send(site, server) == 1
    assert address(site) is None


def test_uncertain_mail_is_not_sent_again(site: Suggesting) -> None:
    site.decide()
    server = Server(Outcome.UNCERTAIN)
    assert [send(site, server) for _ in range(2)] == [0, 0]
    assert len(server.letters) == 1


def test_mail_that_was_begun_and_has_no_end_is_not_sent_again(site: Suggesting) -> None:
    site.decide()

    def killed(_letter: Letter) -> Delivery:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(site, killed)  # type: ignore[arg-type]
    assert send(site, Server()) == 0


def test_mail_that_was_put_off_is_sent_later(site: Suggesting) -> None:
    site.decide()
    server = Server(Outcome.DEFERRED)
    assert [send(site, server) for _ in range(3)] == [0, 1, 0]
