"""Open the receipts: begin a mailing, rebuild a lost receipt, bring the database up to date.

The files in `[mail] journal` are read first and the database follows them, so that a restored
database forgets nothing.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipeline.publish.mail.issue_files import IssueFiles, keep_issue
from pipeline.publish.mail.journal import (
    begin_journal,
    journal_names,
    open_journal,
    read_journal,
)
from pipeline.publish.mail.mailing import Asked
from pipeline.publish.mail.receipt import INTERRUPTED, Outcome, Receipt, receipt_of
from pipeline.publish.mail.suppression import Suppressed, often_soft, suppressed
from pipeline.publish.mail.suppression_file import add_suppressions, read_suppressions
from pipeline.runtime.services import Services
from storage.errors import StorageError
from storage.mail_types import (
    FrozenRecipient,
    MailEvent,
    Mailing,
    MailKind,
    RecordedMailing,
)
from storage.store import Store

_LOST = "receipt lost"


class ReceiptDiffersError(StorageError):
    """The database and a receipt count differently."""


def begun(services: Services) -> tuple[str, ...]:
    """Return the names of all mailings that were begun, by receipts and database."""
    with services.open_store() as store:
        recorded = store.mailings.names()
    return tuple(sorted({*recorded, *journal_names(services.settings.mail.journal)}))


def begin(
    directory: Path,
    asked: Asked,
    issues: Sequence[IssueFiles],
    recipients: Sequence[FrozenRecipient],
    now: datetime,
) -> None:
    """Fix the issue's files and its recipients; a call that was killed here is repeated."""
    for issue in issues:
        keep_issue(kept_directory(directory, asked.name, str(issue.week)), issue)
    mailing = Mailing(
        name=asked.name,
        mailing_id=secrets.token_hex(8),
        frozen_at=now,
        weeks=tuple(str(issue.week) for issue in issues),
        digest=digest_of_issues(issues),
        recipients=tuple(recipients),
    )
    begin_journal(directory, RecordedMailing(mailing, ()))


def digest_of_issues(issues: Sequence[IssueFiles]) -> str:
    """Return what a receipt says of its issues' files."""
    return "+".join(issue.digest for issue in issues)


def kept_directory(directory: Path, name: str, week: str, digest: str = "") -> Path:
    """Return where the copy of an issue is; `digest` names the files of a corrected mailing."""
    other = f"-{hashlib.sha256(digest.encode()).hexdigest()[:12]}" if digest else ""
    return directory / f"{name}-issue{other}" / week


def read_receipt(services: Services, name: str) -> Receipt | None:
    """Return the receipt of a mailing, as `settle` would leave it; None: there is none."""
    recorded = read_journal(services.settings.mail.journal, name)
    if recorded is None:
        with services.open_store() as store:
            known = store.mailings.get(name)
        recorded = None if known is None else _rebuilt(known, services.clock())
    return None if recorded is None else receipt_of(recorded)


def restore_lost(directory: Path, store: Store, now: datetime) -> tuple[str, ...]:
    """Make again, from the database, each receipt and reason for suppression whose file is lost.

    The caller holds the lock of mail.

    Returns:
        The names of the mailings whose receipts were lost.
    """
    add_suppressions(directory, store.mailings.suppressions())
    held = set(journal_names(directory))
    lost = tuple(name for name in store.mailings.names() if name not in held)
    for name in lost:
        settle(directory, name, store, now)
    return lost


def settle(directory: Path, name: str, store: Store, now: datetime) -> None:
    """Make sure that a mailing has a receipt, and that no mail in it is still being handed over.

    Where the file was lost, it is made from the database; everybody of whom that knows nothing may
    have the mail, and is uncertain. The caller holds the lock of mail.
    """
    recorded = read_journal(directory, name)
    if recorded is None:
        known = store.mailings.get(name)
        if known is None:
            return
        recorded = _rebuilt(known, now)
        begin_journal(directory, recorded)
    interrupted = receipt_of(recorded).interrupted
    if not interrupted:
        return
    with open_journal(directory, name) as journal:
        for one in interrupted:
            journal.note(one.recipient.subscriber_id, MailKind.UNCERTAIN, now, detail=INTERRUPTED)


def follow(directory: Path, name: str, store: Store) -> None:
    """Bring the database up to the receipt, and compare how both count.

    Raises:
        ReceiptDiffersError: they differ.
    """
    recorded = read_journal(directory, name)
    if recorded is None:
        return
    store.mailings.record(recorded)
    ours = {one.value: number for one, number in receipt_of(recorded).counts().items()}
    theirs = store.mailings.counts(name)
    if ours != _only(theirs):
        raise ReceiptDiffersError(
            f"The receipt of {name} and the database count differently: {_shown(ours)} and"
            f" {_shown(theirs)}.",
            hint="Nothing further was sent. Keep both and report it.",
        )


def follow_suppressions(directory: Path, store: Store) -> None:
    """Bring the database up to the file of suppressed addresses."""
    store.mailings.suppress(read_suppressions(directory))


def suppressed_addresses(store: Store, soft_bounces: int) -> Mapping[str, Suppressed]:
    """Return the addresses that get no more mail, by their key, as the database has it."""
    events = store.mailings.suppressions()
    sent = store.mailings.sent_to(often_soft(events, soft_bounces))
    return suppressed(events, soft_bounces=soft_bounces, sent=sent)


def handed_over(directory: Path) -> list[datetime]:
    """Return when mails were handed over, over all receipts: sent or uncertain."""
    found = []
    for name in journal_names(directory):
        recorded = read_journal(directory, name)
        if recorded is not None:
            found += [one.at for one in recorded.events if one.kind is MailKind.HANDING_OVER]
    return found


def _rebuilt(known: RecordedMailing, now: datetime) -> RecordedMailing:
    last = known.events[-1].n if known.events else 0
    pending = [
        one.recipient.subscriber_id
        for one in receipt_of(known).standings
        if one.outcome is Outcome.PENDING
    ]
    events = [
        MailEvent(last + number, who, MailKind.UNCERTAIN, now, _LOST)
        for number, who in enumerate(pending, 1)
    ]
    return replace(known, events=(*known.events, *events))


def _only(counts: Mapping[str, int]) -> dict[str, int]:
    return {outcome.value: counts[outcome.value] for outcome in Outcome}


def _shown(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items())
