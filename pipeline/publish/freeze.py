"""End the survey, or take it up again: plan it, say what changes, record it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from config.errors import UsageError
from config.schema import Settings
from config.visible import one_line
from pipeline.publish.digest.week import Week
from pipeline.publish.list.ending import ENDING, ending_text
from pipeline.publish.mail.mailing import parse_name
from pipeline.runtime.clock import check_clock
from pipeline.runtime.ending import ending_sentence
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.freezes import Freeze
from storage.store import Store

#: characters of a notice
LONGEST = 500


@dataclass(frozen=True, slots=True)
class FreezeReport:
    """What was recorded, or would be."""

    ends_on: date
    #: what readers are told after the date; may be empty
    notice: str
    person: str
    #: the last issue
    last_issue: str
    #: it was recorded by this call
    done: bool
    #: the end was taken back, or would be
    undo: bool
    #: what follows, in sentences
    lines: tuple[str, ...]


def last_issue(freeze: Freeze | None, newest: Week) -> Week:
    """Return the newest week that has an issue, given the newest that ended."""
    return newest if freeze is None else min(newest, Week.of_day(freeze.ends_on))


def read_notice(text: str) -> str:
    """Return a notice on one line.

    Raises:
        UsageError: it is too long.
    """
    notice = one_line(text)
    if len(notice) > LONGEST:
        raise UsageError(
            f"The notice has {len(notice)} characters, and at most {LONGEST} are allowed.",
            hint="Shorten it, and link to a longer text from the list.",
        )
    return notice


def freeze(
    services: Services, *, ends_on: date | None, notice: str, person: str, act: bool
) -> FreezeReport:
    """Record that the survey ends on a day, or only say what that would change.

    Args:
        services: store, settings, clock.
        ends_on: from this day on (UTC) nothing is fetched; None: today.
        notice: what readers are told.
        person: who ends it.
        act: record it.

    Raises:
        UsageError: it ended already, or a later issue is out.
        WrongClockError: the clock cannot be right.
    """
    now = services.clock()
    new = Freeze(ends_on or now.date(), notice, person, now)
    with services.open_store() as store:
        check_clock(store, now)
        standing = store.freezes.standing()
        if standing is not None:
            raise UsageError(
                ending_sentence(standing, now.date()),
                hint="To change day or notice, first `living-survey freeze --undo --yes`.",
            )
        last = Week.of_day(new.ends_on)
        _refuse_earlier(store, last, new.ends_on)
        readers = len(store.subscribers.recipients())
        if act:
            store.freezes.add(new)
    return FreezeReport(
        ends_on=new.ends_on,
        notice=notice,
        person=person,
        last_issue=str(last),
        done=act,
        undo=False,
        lines=tuple(_lines(services.settings, new, last, readers)),
    )


def undo(services: Services, *, person: str, act: bool) -> FreezeReport:
    """Record that the survey goes on, or only say what that would change.

    Raises:
        UsageError: it did not end.
    """
    with services.open_store() as store:
        standing = store.freezes.standing()
        if standing is None:
            raise UsageError("The survey did not end.", hint="There is nothing to take back.")
        if act:
            store.freezes.undo(person, services.clock())
    return FreezeReport(
        ends_on=standing.ends_on,
        notice=standing.notice,
        person=person,
        last_issue=str(Week.of_day(standing.ends_on)),
        done=act,
        undo=True,
        lines=(
            "run, digest and mail go on; `backfill` fetches what came meanwhile",
            "site, feeds and list lose the notice with the next `living-survey publish`",
        ),
    )


def _refuse_earlier(store: Store, last: Week, ends_on: date) -> None:
    """Raise UsageError if an issue after the last one was published or mailed."""
    published = [
        Week.parse(target.partition(":")[2]) for target, *_ in store.publications.times("digest")
    ]
    mailed = [week for name in store.mailings.names() for week in parse_name(name).weeks[:1]]
    later = max((week for week in (*published, *mailed) if week > last), default=None)
    if later is not None:
        raise UsageError(
            f"{later} is out already, so the survey cannot have ended on {ends_on}.",
            hint=f"Name a day from {later.first_day} on.",
        )


def _lines(settings: Settings, new: Freeze, last: Week, readers: int) -> Iterator[str]:
    yield f"run stops on {new.ends_on}: nothing is fetched from that day on"
    yield f"digest: {last} is the last issue"
    yield (
        f"mail: {last} is the last that {counted(readers, 'reader')} can get:"
        f" `living-survey mail send --week {last}`"
    )
    shown = [one for one in ("site", "feeds") if one in settings.publish.targets]
    if shown:
        names = " and ".join(shown)
        yield f"{names}: from {new.ends_on} on `living-survey publish` adds the notice"
    if settings.survey.list:
        said = ending_text(new, settings.digest.languages[0])
        if ENDING in settings.list.apply:
            yield f"list: from {new.ends_on} on `living-survey publish` writes one line at its top:"
        else:
            yield 'list: nothing is written ([list] apply has no "ending"); its top could say:'
        yield f"  > {said}"
