"""Say how mail stands: the newest mailing, every one with something to decide, what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.errors import LivingSurveyError
from pipeline.publish.mail.journal import read_journal
from pipeline.publish.mail.receipt import Outcome, identity_of, receipt_of
from pipeline.runtime.plurals import counted
from storage.mail_types import RecordedMailing
from storage.store import Store

#: mailings whose receipt is compared with the database
_COMPARED = 3


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """What is wrong with a mailing."""

    #: such as 2026-W12
    mailing: str
    #: `uncertain`, `differs` or `waiting`
    kind: str
    #: mails that it is about
    mails: int
    #: when the recipients were fixed
    since: datetime
    sentence: str
    remedy: str


def mail_troubles(store: Store, journal: Path) -> tuple[MailTrouble, ...]:
    """Return mails that may have arrived or not, that wait, and receipts that do not add up."""
    names = store.mailings.names()
    return tuple(
        trouble
        for name in names
        for trouble in _troubles(
            store.mailings.get(name) if name in names[-_COMPARED:] else None,
            name,
            store.mailings.counts(name),
            journal,
            store.mailings.begun_at(name),
        )
    )


def _troubles(
    recorded: RecordedMailing | None,
    name: str,
    counts: Mapping[str, int],
    journal: Path,
    since: datetime,
) -> Iterator[MailTrouble]:
    if uncertain := counts[Outcome.UNCERTAIN]:
        yield MailTrouble(
            name,
            "uncertain",
            uncertain,
            since,
            f"{counted(uncertain, 'mail')} of {name} may have arrived or not.",
            f"`living-survey mail status --week {name}` names them, `living-survey mail resolve`"
            " decides.",
        )
    if pending := counts[Outcome.PENDING]:
        yield MailTrouble(
            name,
            "waiting",
            pending,
            since,
            f"{counted(pending, 'mail')} of {name}, begun on {since:%Y-%m-%d}, were not tried yet.",
            f"`living-survey mail send --week {name}` goes on; look whether the schedule calls it"
            " and whether [mail] per_day is too small.",
        )
    if recorded is not None and (why := _difference(recorded, counts, journal)):
        yield MailTrouble(
            name,
            "differs",
            sum(counts[one] for one in Outcome),
            since,
            f"the receipt of {name} does not add up: {why}.",
            "Keep the database and [mail] journal, and report it; nothing further of it is sent.",
        )


def _difference(recorded: RecordedMailing, counts: Mapping[str, int], journal: Path) -> str:
    """Return how the receipt's file and the database differ; empty: not, or the file is ahead."""
    name = recorded.mailing.name
    if counts["confirmed"] != sum(counts[one] for one in Outcome):
        return identity_of(counts)
    try:
        written = read_journal(journal, name)
    except LivingSurveyError as error:
        return error.message.rstrip(".")
    if written is None:
        return f"its file in {journal} is gone"
    # The database follows the file with each call of `mail`.
    if len(written.events) > len(recorded.events):
        return ""
    theirs = receipt_of(written).counts()
    if any(theirs[one] != counts[one] for one in Outcome):
        return f"its file says {identity_of(_named(theirs))}, the database {identity_of(counts)}"
    return ""


def _named(counts: Mapping[Outcome, int]) -> dict[str, int]:
    return {outcome.value: number for outcome, number in counts.items()}


def mail_state(store: Store) -> tuple[str, ...]:
    """Return a sentence, without a full stop, for the newest mailing and those that need a person.

    It is read from the database, which follows the receipts with every call of `mail`.
    """
    names = store.mailings.names()
    lines = []
    for name in names:
        counts = store.mailings.counts(name)
        if name == names[-1] or counts[Outcome.UNCERTAIN]:
            lines.append(f"{name}: {identity_of(counts)}{_remedy(name, counts[Outcome.UNCERTAIN])}")
    return tuple(reversed(lines))


def _remedy(name: str, uncertain: int) -> str:
    return f"; `living-survey mail status --week {name}`" if uncertain else ""
