"""Send a mailing: fix its recipients, hand over each mail once, and account for every one.

What became of a mail is on the disk before the next is begun. A call that is killed anywhere and
repeated sends no mail twice and forgets none; only a person decides on uncertain ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.errors import ConfigError
from pipeline.publish.digest.week import Week
from pipeline.publish.mail import books
from pipeline.publish.mail.editions import ToMail, issues_in_force, standing
from pipeline.publish.mail.handing import Handing
from pipeline.publish.mail.issue_files import IssueFiles, published_issue
from pipeline.publish.mail.issue_record import read_issue
from pipeline.publish.mail.journal import Journal, open_journal, read_journal
from pipeline.publish.mail.letter import Reader, has_something_for
from pipeline.publish.mail.mailing import Asked, check_time
from pipeline.publish.mail.pace import allowance
from pipeline.publish.mail.post import Composer, Post
from pipeline.publish.mail.receipt import Outcome, Receipt, receipt_of
from pipeline.publish.mail.restored import restored_at
from pipeline.publish.mail.standing import Confirmed, why_not
from pipeline.publish.mail.suppression import Suppressed
from pipeline.publish.mail.taken_back import without
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services, store_of
from storage.issue_types import IssueState
from storage.mail_types import FrozenRecipient, MailKind, RecordedMailing
from storage.subscriber_types import Rhythm

#: of a recipient in whose sections the issue has no paper
NOTHING = "nothing in the chosen sections"


@dataclass(frozen=True, slots=True)
class SendReport:
    """What a call sent, and how the mailing stands."""

    receipt: Receipt
    #: mails that this call handed over
    sent: int
    #: why it ended before everybody was tried; empty: it did not
    stopped: str = ""
    #: recipients that a later call tries
    left: int = 0

    @property
    def exit_status(self) -> int:
        """0: done; 1: some are uncertain; 75: call it again later."""
        if self.stopped or self.left:
            return 75
        return 1 if self.receipt.counts()[Outcome.UNCERTAIN] else 0


def send(
    services: Services,
    run: Run,
    post: Post,
    asked: Asked,
    *,
    late: bool = False,
    corrected: bool = False,
) -> SendReport:
    """Send an issue, or the issues of a month, to everybody who was confirmed when it was begun.

    The caller holds the lock of mail.

    Args:
        services: store, settings, clock.
        run: counts and progress.
        post: server, sender, links, limits and clocks.
        asked: what is sent.
        late: send it although it is old, or a newer one was sent.
        corrected: to who has nothing yet, send the issue as it is published now, and name papers
            that were taken back since.

    Raises:
        OldIssueError: it is too old, or a newer one was mailed.
        IssueNotMailedError: it is not published, its files were changed, or a paper of it was taken
            back.
        JournalError: a receipt cannot be read.
        MailServerError, MailRefusedError: the server takes no mail at all.
    """
    mail = services.settings.mail
    recorded = _begun(services, asked, late=late)
    if recorded is not None and not receipt_of(recorded).to_try(mail.attempts):
        # Nothing is made, so that lost files or a paper taken back do not matter any more.
        with services.open_store() as store:
            books.follow(mail.journal, asked.name, store)
        return SendReport(receipt_of(recorded), sent=0)
    composer = _prepared(services, post, asked, recorded, corrected=corrected)
    with services.open_store() as store:
        books.follow(mail.journal, asked.name, store)
        books.follow_suppressions(mail.journal, store)
        blocked = books.suppressed_addresses(store, mail.soft_bounces)
    round_ = _Round(services, composer, blocked)
    try:
        with (
            open_journal(mail.journal, asked.name) as journal,
            Handing(post, composer, journal, services.clock, mail.journal) as handing,
        ):
            stopped = _send_all(round_, run, journal, handing)
            sent = handing.sent
    finally:
        with services.open_store() as store:
            books.follow(mail.journal, asked.name, store)
            books.follow_suppressions(mail.journal, store)
    receipt = _receipt(services, asked.name)
    counts = receipt.counts()
    run.count(sent=sent)
    run.count(
        **{
            one.value: counts[one]
            for one in (Outcome.SUPPRESSED, Outcome.FAILED, Outcome.UNCERTAIN)
        }
    )
    return SendReport(receipt, sent, stopped, len(receipt.to_try(mail.attempts)))


def _begun(services: Services, asked: Asked, *, late: bool) -> RecordedMailing | None:
    """Return a mailing as its receipt has it, made again if it is lost; None: it has not begun."""
    mail = services.settings.mail
    now = services.clock()
    if not late:
        check_time(
            asked,
            now,
            oldest_days=mail.oldest_days,
            mailed=books.begun(services),
            restored_at=restored_at(mail.journal),
        )
    with services.open_store() as store:
        books.restore_lost(mail.journal, store, now)
        books.settle(mail.journal, asked.name, store, now)
    return read_journal(mail.journal, asked.name)


def _prepared(
    services: Services,
    post: Post,
    asked: Asked,
    recorded: RecordedMailing | None,
    *,
    corrected: bool,
) -> Composer:
    """Fix recipients and files of a mailing that has not begun; return what makes its mails."""
    directory = services.settings.mail.journal
    if recorded is None:
        issues = issues_of(services, asked)
        standing(services, issues, corrected=corrected)
        books.begin(directory, asked, issues, _to_freeze(services, asked), services.clock())
        recorded = read_journal(directory, asked.name)
        assert recorded is not None
    to_mail = issues_in_force(services, recorded, corrected=corrected)
    return composer_of(services, post, asked, to_mail)


def composer_of(services: Services, post: Post, asked: Asked, to_mail: ToMail) -> Composer:
    """Return what makes the mails of these issues."""
    base_url = services.settings.publish.base_url
    if not base_url:
        raise ConfigError(
            "[publish] base_url is empty, so a mail could not link to the issue's page.",
            hint="Set it to the public address of the directory of digests.",
        )
    read = tuple(
        without(read_issue(one, base_url=base_url), to_mail.gone) for one in to_mail.issues
    )
    return Composer(post, asked.name, read, asked.month)


@dataclass(frozen=True, slots=True)
class _Round:
    """What one call knows."""

    services: Services
    composer: Composer
    #: by address key
    blocked: Mapping[str, Suppressed]

    @property
    def attempts(self) -> int:
        """In how many calls a mail may be put off."""
        return self.services.settings.mail.attempts


def _send_all(round_: _Round, run: Run, journal: Journal, handing: Handing) -> str:
    """Send to everybody who waits; return why it ended earlier, if it did."""
    services = round_.services
    settings = services.settings
    confirmed = Confirmed(store_of(settings, read_only=True), settings.database.path)
    waiting = _receipt(services, round_.composer.name).to_try(round_.attempts)
    advance = run.progress(f"mail {round_.composer.name}", len(waiting))
    allowed = allowance(
        books.handed_over(settings.mail.journal), services.clock(), round_.composer.limits
    )
    for one in waiting:
        person = one.recipient
        reader = Reader(person.language, person.sections)
        found = confirmed.get(person.subscriber_id)
        reason = ""
        if found is None:
            reason = why_not(services.open_store, person.subscriber_id)
        elif person.address_key in round_.blocked:
            reason = f"address suppressed: {round_.blocked[person.address_key].kind.value}"
        elif not has_something_for(round_.composer.issues, reader):
            reason = NOTHING
        if found is None or reason:
            journal.note(person.subscriber_id, MailKind.SUPPRESSED, services.clock(), detail=reason)
        elif allowed.mails is not None and handing.handed >= allowed.mails:
            until = f" before {allowed.until:%Y-%m-%d %H:%M} UTC" if allowed.until else ""
            return f"No more mails may go{until}: {allowed.because}."
        else:
            handing.hand_over(person, found.address, reader)
            if handing.stopped:
                return handing.stopped
        advance()
    return ""


def issues_of(services: Services, asked: Asked) -> tuple[IssueFiles, ...]:
    """Return the published issues of a mailing.

    A month begins with the first issue that the survey ever published.

    Raises:
        IssueNotMailedError: an issue is not published.
    """
    weeks = asked.weeks
    if asked.month is not None:
        with services.open_store() as store:
            freeze = store.freezes.standing()
            published = [
                Week.parse(one.week)
                for one in store.issues.all()
                if one.state is IssueState.PUBLISHED
            ]
        weeks = tuple(week for week in weeks if published and week >= min(published))
        if freeze is not None:
            weeks = tuple(week for week in weeks if week.first_day <= freeze.ends_on)
    return tuple(published_issue(services, week) for week in weeks or asked.weeks)


def _to_freeze(services: Services, asked: Asked) -> Sequence[FrozenRecipient]:
    rhythm = Rhythm.WEEKLY if asked.month is None else Rhythm.MONTHLY
    with services.open_store() as store:
        store.subscribers.end_pauses(services.clock())
        people = store.subscribers.recipients()
    return [
        FrozenRecipient(one.subscriber_id, one.address_key, one.language, one.sections)
        for one in people
        if one.rhythm is rhythm
    ]


def _receipt(services: Services, name: str) -> Receipt:
    recorded = read_journal(services.settings.mail.journal, name)
    assert recorded is not None  # it was begun
    return receipt_of(recorded)
