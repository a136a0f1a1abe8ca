"""Store the suggestions of issues and mails; the same issue or message again changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeline.runtime.services import Services
from pipeline.suggestions.form_text import read_form_text
from pipeline.suggestions.issue_export import Issue
from pipeline.suggestions.mails import SuggestionMail
from pipeline.suggestions.read import Filled, SuggestionError, ids_in, read_filled
from pipeline.suggestions.receive import Sent, Taken, receive
from storage.suggestion_types import Channel, Received, SuggestionKind

#: papers that one message may suggest
_MOST_PAPERS = 20


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was not stored, and why: a key of `fault_...`, or `other`."""

    origin: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    #: IDs of suggestions
    stored: tuple[str, ...]
    #: stored by an earlier import
    already: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Message:
    origin: str
    channel: Channel
    title: str
    text: str
    name: str
    address: str | None = field(default=None, repr=False)


def import_issues(services: Services, issues: Iterable[Issue]) -> ImportReport:
    """Store the suggestions of open issues."""
    messages = [
        _Message(one.origin, Channel.GITHUB, one.title, one.body, one.author)
        for one in issues
        if one.open
    ]
    return _import(services, messages)


def import_mails(services: Services, mails: Iterable[SuggestionMail]) -> ImportReport:
    """Store the suggestions of mails."""
    messages = [
        _Message(one.origin, Channel.MAIL, one.subject, one.text, one.name, one.address or None)
        for one in mails
    ]
    return _import(services, messages)


def _import(services: Services, messages: Iterable[_Message]) -> ImportReport:
    stored: list[str] = []
    left_out: list[LeftOut] = []
    already = 0
    for message in messages:
        filled = read_form_text(message.title, message.text, name=message.name)
        if filled is None:
            left_out.append(LeftOut(message.origin, "other"))
            continue
        for one, part in _each(filled):
            origin = f"{message.origin} {part}" if part else message.origin
            try:
                read = read_filled(one, services.taxonomy, services.clock().date())
            except SuggestionError as error:
                left_out.append(LeftOut(origin, error.fault.value))
                continue
            sent = Sent(message.channel, origin, address=message.address)
            outcome = receive(
                services.open_store,
                read,
                sent,
                settings=services.settings.suggestions,
                clock=services.clock,
            )
            assert isinstance(outcome, Taken)  # because limits are for the page
            if outcome.received is Received.STORED:
                stored.append(outcome.suggestion_id)
            else:
                already += 1
    return ImportReport(tuple(stored), already, tuple(left_out))


def _each(filled: Filled) -> list[tuple[Filled, str]]:
    """Return one suggestion for each paper of a message that names several missing ones."""
    keys = ids_in(filled.paper)
    if filled.kind != SuggestionKind.MISSING_PAPER.value or len(keys) < 2:
        return [(filled, "")]
    return [
        (replace(filled, paper=key), key if number else "")
        for number, key in enumerate(keys[:_MOST_PAPERS])
    ]
