"""`start`: the first day of a survey, in one command that can be called again."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.errors import TryAgainLaterError, UsageError
from config.files import read_regular_text
from config.schema import Settings
from config.settings import DEFAULT_FILE, ENV_PREFIX, load_settings
from config.taxonomy import load_taxonomy
from pipeline.cli.answer import Answer, Text
from pipeline.cli.backfill import backfill
from pipeline.cli.bootstrap import bootstrap
from pipeline.cli.command import Invocation, command
from pipeline.cli.init import init_text
from pipeline.cli.run import run
from pipeline.cli.train import train
from pipeline.curated.files import list_files
from pipeline.curated.formats.read import read_list
from pipeline.ingest.coverage import Gap, coverage_now
from pipeline.ingest.sources.open import NO_CONTACT
from pipeline.learn.train import FEWEST_TO_LEARN, NothingToLearnError
from pipeline.operate.first_day import ToDo, fit, left_to_do, pace, requests
from pipeline.operate.init import initialise
from pipeline.operate.units.crontab import cron_lines
from pipeline.operate.units.installation import installation_of
from pipeline.runtime.plurals import counted
from pipeline.runtime.queue_words import limits_of, queue_sentence
from pipeline.runtime.services import Services, open_services
from storage.arxiv_id import find_arxiv_ids
from storage.calendar import announcement_day
from storage.queue_filter import QueueFilter

_AGAIN = "Call `living-survey start` again: it goes on where it stopped."


class TaxonomyChoice(StrEnum):
    """Where a new survey's taxonomy comes from."""

    BUILT_IN = "built-in"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class StartReport:
    """What each step did, by command; steps that were done before are absent."""

    steps: dict[str, object]
    #: steps that could not be completed
    left: tuple[str, ...]
    approved: int
    #: papers that wait for a reviewer
    queue: int
    #: the same by day and limit, in words
    waiting: str
    #: the first day from which no day of papers is missing
    whole_since: date | None
    #: earlier days that are missing
    gaps: tuple[Gap, ...]
    #: crontab lines that keep the survey up to date
    cron: tuple[str, ...]


@command(
    "start",
    examples="""
    living-survey start --list README.md --contact you@example.org
    living-survey start --list papers/ --contact a@b.org --category cs.RO
    living-survey start
    """,
)
def start(
    invocation: Invocation,
    curated: Annotated[
        list[Path] | None,
        typer.Option(
            "--list", metavar="PATH", help="The survey's curated list: a file or a directory."
        ),
    ] = None,
    contact: Annotated[
        str, typer.Option(help="Mail address arXiv can reach you at.", show_default=False)
    ] = "",
    taxonomy: Annotated[
        TaxonomyChoice | None,
        typer.Option(help="Instead of what fits the list's headings.", show_default=False),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(metavar="CATEGORY", help="arXiv category to keep, repeatable: cs.RO."),
    ] = None,
    arxiv: Annotated[
        str, typer.Option(metavar="URL", help="A replica instead of arXiv.", show_default=False)
    ] = "",
) -> Answer:
    """Do a survey's first day: init, bootstrap, 30 days, train, run.

    It skips what is done, so it can be stopped anywhere and called again. Exit status: 0 done, 1
    something needs you (it says what), 75 arXiv is out of reach: call it again.
    """
    steps: dict[str, object] = {}

    def show(name: str, answer: Answer) -> None:
        steps[name] = answer.report
        if invocation.output.as_json:
            for note in answer.notes:
                invocation.output.note(note)
        else:
            invocation.output.show(replace(answer, text=_without_next(answer.text)))

    _set_up(invocation, curated or (), contact, taxonomy, category or (), arxiv, show)
    services = open_services(invocation.settings)
    ids = _ids_to_ask(services)
    can_train = True
    for name in ("bootstrap", "backfill", "train", "run"):
        todo = left_to_do(services, can_train=can_train)
        if name not in todo.steps:
            _say_skipped(invocation, name, todo)
            continue
        answer = _step(invocation, services, name, todo, ids=ids)
        if answer is None:
            can_train = False
            continue
        show(name, answer)
        status = answer.status
        if name == "bootstrap" and not left_to_do(services).approved:
            invocation.output.note("living-survey: no paper of the list is approved.")
            status = status or 1
        if status:
            report = _report(services, steps, left_to_do(services))
            return Answer(report, (), (f"living-survey: {_AGAIN}",), status)
    return _finished(_report(services, steps, left_to_do(services, can_train=can_train)))


def _step(
    invocation: Invocation, services: Services, name: str, todo: ToDo, *, ids: int
) -> Answer | None:
    """Run one step; None: there is too little to learn from."""
    settings = services.settings.arxiv
    needed = requests(todo, settings, ids=ids)
    left = f"; with the steps after it {pace(sum(needed.values()), settings)}"
    span = f" {todo.past}" if name == "backfill" else ""
    rest = left if len(needed) > 1 and needed[name] != sum(needed.values()) else ""
    invocation.output.line("")
    invocation.output.line(f"# {name}{span}: {pace(needed[name], settings)}{rest}")
    try:
        if name == "bootstrap":
            return bootstrap.function(invocation)
        if name == "train":
            return train.function(invocation)
        if name == "run":
            return run.function(invocation)
        assert todo.past is not None
        first, last = (
            datetime.combine(day, time(), UTC) for day in (todo.past.first, todo.past.last)
        )
        return backfill.function(invocation, first, last)
    except NothingToLearnError as error:
        invocation.output.line(f"skipped    {error.message}")
        return None
    except TryAgainLaterError as error:
        raise TryAgainLaterError(error.message, hint=f"{error.hint} {_AGAIN}".strip()) from error


def _set_up(
    invocation: Invocation,
    curated: Sequence[Path],
    contact: str,
    taxonomy: TaxonomyChoice | None,
    categories: Sequence[str],
    arxiv: str,
    show: Callable[[str, Answer], None],
) -> None:
    """Write the settings, the taxonomy and the database, whichever are not there."""
    target = invocation.call.config or Path(os.environ.get(f"{ENV_PREFIX}CONFIG") or DEFAULT_FILE)
    if target.exists():
        settings = invocation.settings
        _check_list(settings, curated, target)
        drafted = settings.survey.taxonomy
        if settings.database.path.exists() and (drafted is None or drafted.exists()):
            return
        curated, draft = settings.survey.list, drafted is not None
    else:
        if not curated:
            raise UsageError(
                f"There is no survey here: {target} does not exist.",
                hint="Name its list: `living-survey start --list README.md --contact ADDRESS`.",
            )
        if not contact and not arxiv and load_settings().arxiv.is_live:
            raise UsageError(NO_CONTACT, hint="Add `--contact you@example.org`.")
        draft = _drafts(invocation, curated, taxonomy)
    report = initialise(
        target,
        contact=contact,
        curated=curated,
        draft=draft,
        categories=categories,
        arxiv=arxiv,
    )
    show("init", Answer(report, init_text(report)))


def _drafts(
    invocation: Invocation, curated: Sequence[Path], taxonomy: TaxonomyChoice | None
) -> bool:
    """Return whether to draft a taxonomy from the list's headings, and say why."""
    if taxonomy is not None:
        return taxonomy is TaxonomyChoice.DRAFT
    found = fit(read_list(curated), load_taxonomy())
    share = f"has a section for {found.placed} of the list's {found.entries} entries"
    if found.built_in:
        invocation.output.line(f"taxonomy   built-in, because it {share}")
    else:
        invocation.output.line(
            f"taxonomy   drafted from the list's headings, because the built-in one {share};"
            " `--taxonomy built-in` uses that one"
        )
    return not found.built_in


def _check_list(settings: Settings, curated: Sequence[Path], target: Path) -> None:
    known = {path.resolve() for path in settings.survey.list}
    other = [path for path in curated if path.resolve() not in known]
    if other:
        raise UsageError(
            f"{target} belongs to a survey with another list than {other[0]}.",
            hint="Start the new survey in a directory of its own, or change [survey] list there.",
        )


def _ids_to_ask(services: Services) -> int:
    """Return how many IDs the list's files name that are not stored."""
    ids: set[str] = set()
    for path in list_files(services.settings.survey.list):
        text = read_regular_text(path, errors="replace")
        ids.update(found.id.base for found in find_arxiv_ids(text))
    with services.open_store() as store:
        return len(ids - store.papers.held(ids))


def _say_skipped(invocation: Invocation, name: str, todo: ToDo) -> None:
    few = name == "train" and todo.approved < FEWEST_TO_LEARN
    why = (
        f"{counted(todo.approved, 'approved paper')} of the {FEWEST_TO_LEARN} it needs; the"
        " taxonomy's cue words classify until then"
        if few
        else "done before"
    )
    invocation.output.line(f"# {name}: {why}")


def _without_next(text: Text) -> Text:
    """Return a command's text without its advice on what to call next."""
    end = next(
        (
            place
            for place, part in enumerate(text)
            if isinstance(part, str) and part.startswith("Next:")
        ),
        len(text),
    )
    return text[:end]


def _report(services: Services, steps: dict[str, object], todo: ToDo) -> StartReport:
    settings = services.settings
    today, limits = announcement_day(services.clock()), limits_of(settings)
    with services.open_store() as store:
        queue = store.queue.tally(QueueFilter(), today=today, limits=limits)
        found = coverage_now(store, settings.arxiv, services.clock())
    return StartReport(
        steps=steps,
        left=todo.steps,
        approved=todo.approved,
        queue=queue.whole,
        waiting=queue_sentence(queue, limits, today),
        whole_since=found.whole_since,
        gaps=found.gaps,
        cron=tuple(cron_lines(installation_of(settings, os.environ))),
    )


def _finished(report: StartReport) -> Answer:
    lines = [
        "",
        *(f"gap: {gap.sentence}; `{gap.command}` brings it" for gap in report.gaps),
        (
            f"{counted(report.approved, 'paper')} approved,"
            f" {report.waiting}; no day since"
            f" {report.whole_since} is missing."
        ),
    ]
    if report.left:
        note = f"living-survey: {', '.join(report.left)} could not be completed. {_AGAIN}"
        return Answer(report, tuple(lines), (note,), TryAgainLaterError.exit_status)
    return Answer(
        report,
        (
            *lines,
            "",
            "Now review:  living-survey serve     (open the address it prints)",
            "Every day:   these lines in `crontab -e` (`living-survey schedule` has other ways)",
            *(f"  {line}" for line in report.cron),
            "If in doubt: living-survey doctor",
        ),
    )
