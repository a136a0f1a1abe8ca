"""`subscribers`: list, add, import, export and remove people who receive mail."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.errors import LivingSurveyError, UsageError
from config.files import put_in_place
from pipeline.cli.answer import Answer, Column, table
from pipeline.cli.command import DAY, Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.cli.report_file import check_report_file
from pipeline.curated.title import survey_title
from pipeline.publish.exports.csv_table import safe_cell
from pipeline.publish.exports.select import read_sections
from pipeline.publish.public.texts import texts_of
from pipeline.publish.subscribers import roll
from pipeline.publish.subscribers.address import parse_address
from pipeline.publish.subscribers.import_file import Rejected
from pipeline.publish.subscribers.table import row_of, write_subscribers
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from storage.subscriber_types import Asked, Choices, Rhythm, Subscriber, SubscriberState

_COLUMNS = (
    Column("address", flexible=True),
    Column("state"),
    Column("language"),
    Column("rhythm"),
    Column("sections", right=True),
    Column("agreed on"),
)
#: rejected lines that are named
_NAMED = 10
_PRIVATE = 0o600
_REFUSED = {
    Asked.MAILBOX_LIMIT: "not asked: this mailbox got enough such mails within a day",
    Asked.DECLINED: "not asked: its owner wants no such mail; `subscribers allow` if they ask you",
    Asked.QUEUED: "asked to confirm; the mail waits to be sent",
}
_Language = Annotated[str, typer.Option(metavar="en|zh", help="The language of their mails.")]
_Rhythm = Annotated[Rhythm, typer.Option(help="How often they get mail.")]
_Sections = Annotated[
    list[str] | None,
    typer.Option(metavar="SECTION", help="Only this section, by ID, name or heading."),
]
_Addresses = Annotated[list[str], typer.Argument(metavar="ADDRESS", show_default=False)]


class SubscribersNotWrittenError(LivingSurveyError):
    """A file could not be written; an existing file is unchanged."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            f"{path} cannot be written: {cause.strerror or cause}.",
            hint="Check the permissions and free space of that directory, or name another file.",
        )


@command(
    "list",
    examples="living-survey subscribers list\nliving-survey subscribers list --state paused",
)
def list_(
    invocation: Invocation,
    state: Annotated[SubscriberState | None, typer.Option(help="Only in this state.")] = None,
    limit: Annotated[int, typer.Option(help="How many to list.", min=0)] = 50,
) -> Answer:
    """List who receives mail, with how many are in each state.

    People who were deleted or did not confirm in time have no address and are only counted.
    """
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        counts = store.subscribers.counts()
    people = [one for one in roll.everybody(services) if state in {None, one.state}]
    report = {
        "counts": {one.value: counts.get(one, 0) for one in SubscriberState},
        "subscribers": [
            {**row_of(one), "sections": list(one.choices.sections)} for one in people[:limit]
        ],
    }
    named = ", ".join(f"{number} {one.value}" for one, number in sorted(counts.items()))
    if not people:
        return Answer(report, (named or "no one is subscribed",))
    rows = (
        (
            one.address,
            one.state.value,
            *_confirmed(one),
            f"{one.consented_at:%Y-%m-%d}" if one.consented_at else "",
        )
        for one in people[:limit]
    )
    rest = len(people) - limit
    more = (f"and {rest} more; --limit shows them",) if rest > 0 else ()
    return Answer(report, (named, table(_COLUMNS, rows), *more))


def _confirmed(person: Subscriber) -> tuple[str, str, str | int]:
    """Return language, rhythm and sections; nothing before the person confirmed them."""
    if person.state is SubscriberState.WAITING:
        return "", "", ""
    chosen = person.choices
    return chosen.language, chosen.rhythm.value, len(chosen.sections) or "all"


@command(
    "add",
    examples="""
    living-survey subscribers add ada@example.org
    living-survey subscribers add ada@example.org --language zh --rhythm monthly
    """,
)
def add(
    invocation: Invocation,
    addresses: _Addresses,
    language: _Language = "en",
    rhythm: _Rhythm = Rhythm.WEEKLY,
    section: _Sections = None,
) -> Answer:
    """Ask people to subscribe; they are when they confirm.

    Each gets one mail, and no one is subscribed without their own act. `subscribers import` adds
    people who agreed elsewhere.
    """
    services = open_services(invocation.settings)
    given = [parse_address(one) for one in addresses]
    choices = _choices(services, language, rhythm, section)
    title = survey_title(services.settings.survey)
    wording = texts_of(language).say("consent", survey=title)
    report = roll.add(services, given, choices, wording)
    return Answer(report, tuple(f"{one}  {_REFUSED[asked]}" for one, asked in report.asked))


@command(
    "import",
    examples="""
    living-survey subscribers import a.csv --consent "Form of 2025" --dry-run
    living-survey subscribers import a --consent Form --consented-on 2025-03-01
    """,
)
def import_(
    invocation: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    consent: Annotated[
        str, typer.Option(metavar="TEXT", help="What they agreed to, kept with each.")
    ] = "",
    consented_on: Annotated[
        datetime | None,
        typer.Option(
            formats=[DAY], metavar="DAY", help="When, for lines without it.", show_default=False
        ),
    ] = None,
    language: _Language = "en",
    rhythm: _Rhythm = Rhythm.WEEKLY,
    section: _Sections = None,
    rejected: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write lines that cannot be added here.")
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
) -> Answer:
    """Import people who agreed elsewhere.

    FILE has an address a line, or CSV whose first line names the columns: address, language,
    sections, rhythm, consented_on. Who left or was deleted is not imported: only they themselves
    can come back.
    """
    if rejected is not None:
        check_report_file(rejected, {".csv"})
    services = open_services(invocation.settings)
    report = roll.import_people(
        services,
        file,
        consent=consent,
        consented_on=consented_on.date() if consented_on else None,
        choices=_choices(services, language, rhythm, section),
        person=reviewer_of(invocation.settings),
        dry_run=dry_run,
    )
    if rejected is not None:
        _write(rejected, _rejected_csv(report.rejected))
    would = "would be added" if dry_run else "added"
    lines = [f"{counted(report.added, 'person', 'people')} {would}"]
    for number, what in (
        (report.present, "subscribed already"),
        (report.departed, "left before and not added: only they can come back"),
        (report.repeated, "named twice in the file"),
        (len(report.rejected), "rejected"),
    ):
        lines += [f"{number} {what}"] if number else []
    notes = [f"line {one.line}: {one.reason} {one.text}" for one in report.rejected[:_NAMED]]
    if len(report.rejected) > _NAMED:
        notes.append("--rejected FILE.csv writes all")
    return Answer(report, tuple(lines), tuple(notes), status=int(bool(report.rejected)))


@command(
    "export",
    examples="""
    living-survey subscribers export --output subscribers.csv
    living-survey subscribers export --of ada@example.org
    """,
)
def export(
    invocation: Invocation,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Write to FILE, readable by you only; else stdout."),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="All that is held of one person, as JSON."),
    ] = None,
    *,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="Also who left, and who has not confirmed.")
    ] = False,
) -> Answer:
    """Write subscribers as CSV, or all that is held of one person.

    `subscribers import` reads the file again.
    """
    services = open_services(invocation.settings, read_only=True)
    if of is not None:
        held = roll.find(services, parse_address(of))
        return Answer(held, (json.dumps(held, ensure_ascii=False, indent=2),))
    if output is None and invocation.call.as_json:
        raise UsageError(
            "With --json the export needs a file, because stdout has one document.",
            hint="Add --output FILE.csv.",
        )
    people = [one for one in roll.everybody(services) if everyone or one.is_subscribed]
    content = write_subscribers(people)
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return Answer({})
    check_report_file(output, {".csv"})
    _write(output, content)
    return Answer(
        {"file": output, "subscribers": len(people)},
        (f"{output}: {counted(len(people), 'person', 'people')}",),
    )


@command("allow", examples="living-survey subscribers allow ada@example.org")
def allow(invocation: Invocation, addresses: _Addresses) -> Answer:
    """Let mails that ask to confirm go to people again who once wanted none.

    Only if they ask for it themselves.
    """
    services = open_services(invocation.settings)
    report = roll.allow(services, [parse_address(one) for one in addresses])
    said = {True: "may be asked again", False: "did not refuse such mails"}
    return Answer(report, tuple(f"{one}  {said[done]}" for one, done in report.allowed))


@command("rekey", examples="living-survey subscribers rekey")
def rekey(invocation: Invocation) -> Answer:
    """Go on with a new key after DATABASE.subscriber-key was lost.

    Links in mails sent before stop working. Addresses that were deleted are no longer recognised,
    so an import could bring them back.
    """
    number = roll.rekey(open_services(invocation.settings))
    return Answer({"rekeyed": number}, (f"{counted(number, 'address', 'addresses')} kept anew",))


@command(
    "remove",
    examples="""
    living-survey subscribers remove ada@example.org
    living-survey subscribers remove ada@example.org --delete
    """,
)
def remove(
    invocation: Invocation,
    addresses: _Addresses,
    *,
    delete: Annotated[
        bool, typer.Option("--delete", help="Erase the address too, keep its salted hash.")
    ] = False,
) -> Answer:
    """End subscriptions, or erase addresses too.

    For people who ask for it in another way than by the link in every mail.
    """
    services = open_services(invocation.settings)
    given = [parse_address(one) for one in addresses]
    report = roll.remove(services, given, person=reviewer_of(invocation.settings), delete=delete)
    said = {"unchanged": "was not subscribed", "left": "unsubscribed", "deleted": "deleted"}
    return Answer(report, tuple(f"{one}  {said[word]}" for one, word in report.removed))


def _choices(
    services: Services, language: str, rhythm: Rhythm, sections: list[str] | None
) -> Choices:
    if language not in {"en", "zh"}:
        raise UsageError(f"There is no language {language!r}.", hint="Give en or zh.")
    wanted = read_sections(services.taxonomy, sections or (), ()) if sections else frozenset()
    chosen = tuple(one.id for one in services.taxonomy.sections if one.id in (wanted or ()))
    return Choices(language, chosen, rhythm)


def _rejected_csv(rejected: tuple[Rejected, ...]) -> bytes:
    lines = [("line", "reason", "text")]
    lines += [(str(one.line), one.reason, safe_cell(one.text)) for one in rejected]
    quoted = ('"' + '","'.join(cell.replace('"', '""') for cell in line) + '"' for line in lines)
    return ("\r\n".join(quoted) + "\r\n").encode()


def _write(path: Path, content: bytes) -> None:
    try:
        put_in_place(path, content, mode=_PRIVATE)
    except OSError as error:
        raise SubscribersNotWrittenError(path, error) from error
