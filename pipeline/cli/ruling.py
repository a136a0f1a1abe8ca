"""`ruling`: decisions kept as precedent, and their file."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from config.errors import UsageError
from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Heading, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.review.make_ruling import Ruled
from pipeline.review.rulings.acts import rule_on, withdraw_ruling
from pipeline.review.rulings.compare import against
from pipeline.review.rulings.transfer import Imported, export_rulings, import_rulings
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from storage.errors import how_to_fetch
from storage.rulings import Ruling, RulingEvent
from storage.typed_ids import read_key

_Paper = Annotated[str, typer.Argument(metavar="ID", help="arXiv ID or link.")]
_File = Annotated[Path | None, typer.Argument(metavar="FILE", help="Instead of [review] rulings.")]
_By = Annotated[str | None, typer.Option("--reviewer", metavar="NAME", help="Who does it.")]
_COLUMNS = (
    Column("paper"),
    Column("verdict"),
    Column("sections"),
    Column("by"),
    Column("on"),
    Column("sentence", flexible=True, below=True),
)


@command("list", examples="living-survey ruling list\nliving-survey ruling list --withdrawn --json")
def list_(
    invocation: Invocation,
    section: Annotated[
        str | None, typer.Option(metavar="ID", help="Only those of this section.")
    ] = None,
    *,
    withdrawn: Annotated[
        bool, typer.Option("--withdrawn", help="Also those that were withdrawn.")
    ] = False,
) -> Answer:
    """List the rulings: decisions kept as precedent."""
    with open_services(invocation.settings, read_only=True).open_store() as store:
        rulings = store.rulings.all() if withdrawn else store.rulings.standing()
    found = [one for one in rulings if section is None or section in one.sections]
    if not found:
        return Answer([], ("no ruling",))
    return Answer([asdict(one) for one in found], (table(_COLUMNS, map(_row, found)),))


def _row(one: Ruling) -> tuple[str, ...]:
    verdict = one.verdict.value if one.stands else f"{one.verdict}, withdrawn"
    day = f"{one.ruled_at:%Y-%m-%d}"
    return one.arxiv_id, verdict, ", ".join(one.sections), one.ruled_by, day, one.sentence


@command("show", examples="living-survey ruling show 2603.01234")
def show(invocation: Invocation, paper: _Paper) -> Answer:
    """Show the ruling on a paper, its history, and what contradicts it.

    A standing decision contradicts it if its paper is near enough and it has the opposite verdict,
    or only the other one of the two sections between which it lies.
    """
    services = open_services(invocation.settings, read_only=True)
    key = read_key(paper)
    with services.open_store() as store:
        ruling = store.rulings.of([key]).get(key)
        history = store.rulings.history([key]).get(key, ())
    if ruling is None:
        raise UsageError(f"There is no ruling on {key}.", hint="`living-survey ruling list`.")
    found = against(services, ruling) if ruling.stands else ()
    report = {
        "ruling": asdict(ruling),
        "history": [asdict(one) for one in history],
        "contradicted_by": [asdict(one.decision) for one in found],
    }
    text: list[str | Heading] = [
        Heading(f"{key}  {plain_text(ruling.title)}"),
        *(_happened(one) for one in history),
        *(f"contradicted: {one.sentence}" for one in found),
    ]
    return Answer(report, tuple(text))


def _happened(one: RulingEvent) -> str:
    into = f" into {', '.join(one.sections)}" if one.sections else ""
    source = f" (from {one.source})" if one.source else ""
    what = f"{one.kind} by {one.person}{source}"
    return f'{one.happened_at:%Y-%m-%d %H:%M} UTC  {what}: {one.verdict}{into}, "{one.sentence}"'


@command(
    "add",
    examples="""
    living-survey ruling add 2603.01234 --because "It only ranks images."
    """,
)
def add(
    invocation: Invocation,
    paper: _Paper,
    because: Annotated[str, typer.Option(metavar="SENTENCE", help="Why, for later papers.")],
    by: _By = None,
) -> Answer:
    """Keep a paper's standing decision as precedent, or revise its ruling.

    The ruling takes verdict and sections of the decision. Later papers like it show it.
    """
    services = open_services(invocation.settings)
    ruled = rule_on(
        services.open_store,
        arxiv_id=read_key(paper),
        sentence=because,
        person=by or reviewer_of(invocation.settings),
        clock=services.clock,
    )
    return _said(ruled)


@command("withdraw", examples="living-survey ruling withdraw 2603.01234")
def withdraw(invocation: Invocation, paper: _Paper, by: _By = None) -> Answer:
    """Withdraw the ruling on a paper; it stays on record."""
    services = open_services(invocation.settings)
    ruled = withdraw_ruling(
        services.open_store,
        arxiv_id=read_key(paper),
        person=by or reviewer_of(invocation.settings),
        clock=services.clock,
    )
    return _said(ruled)


def _said(ruled: Ruled) -> Answer:
    one = ruled.ruling
    into = f" into {', '.join(one.sections)}" if one.sections else ""
    line = f'ruling on {one.arxiv_id} {ruled.outcome}: {one.verdict}{into}, "{one.sentence}"'
    return Answer({**asdict(one), "outcome": ruled.outcome}, (line,))


@command(
    "export",
    examples="living-survey ruling export\nliving-survey ruling export rulings.toml --force",
)
def export(
    invocation: Invocation,
    file: _File = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Also over rulings in it that were not imported.")
    ] = False,
) -> Answer:
    """Write the rulings to their file, plain text for a repository.

    Comments above the first ruling are kept. The same rulings give the same bytes.
    """
    services = open_services(invocation.settings, read_only=True)
    done = export_rulings(services, _path(services, file), force=force)
    changed = "written" if done.changed else "unchanged"
    return Answer(done, (f"{counted(done.rulings, 'ruling')}, {done.path} {changed}",))


@command(
    "import",
    examples="living-survey ruling import\nliving-survey ruling import rulings.toml --json",
)
def import_(
    invocation: Invocation,
    file: _File = None,
    by: _By = None,
    *,
    withdraw_absent: Annotated[
        bool, typer.Option("--withdraw-absent", help="Withdraw rulings that the file has not.")
    ] = False,
) -> Answer:
    """Record what people changed in the file of rulings.

    All of it or, after a fault, nothing. Rulings on papers that are not held are kept. Exit status
    1: an entry is an edit of an older state and was left out.
    """
    services = open_services(invocation.settings)
    done = import_rulings(
        services,
        _path(services, file),
        person=by or reviewer_of(invocation.settings),
        withdraw_absent=withdraw_absent,
    )
    return Answer(done, tuple(lines_of(done)), status=1 if done.conflicts else 0)


def _path(services: Services, file: Path | None) -> Path:
    return file or services.settings.review.rulings


def lines_of(done: Imported) -> Iterator[str]:
    """Return what an import did, in lines."""
    yield (
        f"{len(done.made)} made, {len(done.revised)} revised, {len(done.withdrawn)} withdrawn,"
        f" {done.unchanged} unchanged"
    )
    for ids, what in (
        (done.conflicts, "left out: edited in an older state; export, edit that, import again"),
        (done.older, "left as they are: the file has an older state"),
        (done.absent, "not in the file, and stand: --withdraw-absent withdraws them"),
        (done.unknown, f"not held, kept: {how_to_fetch(done.unknown)}"),
        (done.contrary, "decided otherwise: the ruling is kept beside the decision"),
    ):
        if ids:
            yield f"{', '.join(ids)}: {what}"
