"""Confirmations go through the same server, once, and lead to the page that confirms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.publish.subscribers.address import address_key
from pipeline.publish.subscribers.keys import subscriber_keys
from storage.subscriber_types import Choices, OptInLimits, OptInRequest
from tests.support.mail import PAGES, MailScene, make_scene, people
from tests.support.smtp import DROP_TAKEN, Sink, smtp_server


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def scene(tmp_path: Path, sink: Sink) -> MailScene:
    return make_scene(tmp_path, sink.port, those=people(2))


def ask(scene: MailScene, *names: str) -> None:
    """Ask for mail to addresses of these names."""
    salt = subscriber_keys(scene.settings.database.path).salt
    with scene.services.open_store() as store:
        for name in names:
            address = f"{name}@new.example"
            request = OptInRequest(
                f"confirm-{name}", name, address, address_key(address, salt), name, None,
                Choices(), "I agree.",
            )  # fmt: skip
            store.confirmations.ask(request, OptInLimits(), scene.now)


def test_confirmation_arrives_once(scene: MailScene, sink: Sink) -> None:
    ask(scene, "ada")
    survey = scene.survey()
    first = survey.call("mail", "confirmations")
    assert first.out == "1 confirmation sent, 0 refused, 0 uncertain, 0 put off\n", first.err
    assert survey.call("mail", "confirmations").out.startswith("0 confirmations sent")
    [received] = sink.received
    assert received.recipient == "ada@new.example"
    assert received.message["Auto-Submitted"] == "auto-generated"
    assert received.message["List-Unsubscribe"] is None
    assert re.search(rf"{PAGES}/confirm/\S+", received.message.get_content())


def test_each_answer_is_kept_for_what_it_is(scene: MailScene, sink: Sink) -> None:
    sink.rcpt = {"bo@new.example": "550 5.1.1 unknown", "di@new.example": "451 4.7.1 later"}
    sink.body = {"cy@new.example": DROP_TAKEN}
    sink.times = {"di@new.example": 1}
    ask(scene, "ada", "bo", "cy", "di")
    survey = scene.survey()
    ended = survey.call("mail", "confirmations")
    assert (ended.status, ended.out) == (
        75,
        "1 confirmation sent, 1 refused, 1 uncertain, 1 put off\n",
    )
    assert survey.call("mail", "confirmations").out.startswith("1 confirmation sent")
    assert sorted(sink.recipients) == [f"{name}@new.example" for name in ("ada", "cy", "di")]


def test_issue_and_waiting_confirmations_go_together(scene: MailScene, sink: Sink) -> None:
    ask(scene, "ada")
    ended = scene.survey().call("mail", "send")
    assert "2 confirmed = 2 sent" in ended.out
    assert len(sink.received) == 3
