"""The taxonomy's own commands: taxonomy check, taxonomy diff, taxonomy migrate."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column
from pipeline.runtime.plurals import counted

if TYPE_CHECKING:
    from pipeline.taxonomy.check import CheckReport
    from pipeline.taxonomy.migrate import MigrationReport, MoveReport

_BUILT_IN = "built-in"
_MOST_LISTED = 50


@command(
    "check",
    examples="""
    living-survey taxonomy check
    living-survey taxonomy check taxonomy-2027.toml
    """,
)
def check(
    invocation: Invocation,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", show_default=False, help="Instead of the settings'."),
    ] = None,
) -> None:
    """Check a taxonomy's file, cue words and decisions.

    Thin sections and shared cue words are remarks; approved papers whose section does not exist
    end it with status 1.
    """
    from config.taxonomy import load_taxonomy
    from pipeline.runtime.services import open_services
    from pipeline.taxonomy.check import check_taxonomy

    settings = invocation.settings
    taxonomy = load_taxonomy(file or settings.survey.taxonomy)
    held = settings.database.path.exists()
    report = check_taxonomy(taxonomy, open_services(settings).open_store if held else None)
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        _say_check(invocation, report)
    if report.lost:
        raise typer.Exit(1)


@command(
    "diff",
    examples="""
    living-survey taxonomy diff taxonomy.toml taxonomy-2027.toml
    living-survey taxonomy diff built-in taxonomy.toml --plan plan.toml
    """,
)
def diff(
    invocation: Invocation,
    old: Annotated[str, typer.Argument(metavar="OLD", help='A file, or "built-in".')],
    new: Annotated[str, typer.Argument(metavar="NEW", help='A file, or "built-in".')],
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Renames are taken from this plan, not guessed."),
    ] = None,
) -> None:
    """Show what differs between two taxonomies.

    Sections are told apart by their ids. Without a plan, a section that went and one that came
    under the same headings are taken for a rename.
    """
    from config.taxonomy import load_taxonomy
    from pipeline.taxonomy.compare import compare, same_place
    from pipeline.taxonomy.plan_file import read_plan

    before, after = (load_taxonomy(_path(name)) for name in (old, new))
    if plan is None:
        renamed = same_place(before, after)
    else:
        declared = read_plan(plan, before, after)
        renamed = {d.old: d.new[0] for d in declared if d.kind in {"rename", "move"}}
    found = compare(before, after, renamed)
    if invocation.output.as_json:
        invocation.output.answer(found)
        return
    if not found.changes:
        invocation.output.line("no difference")
        return
    invocation.output.table(
        (Column("what"), Column("of"), Column("name"), Column("", flexible=True)),
        ((c.difference, c.of, c.name, c.detail) for c in found.changes),
    )


@command(
    "migrate",
    examples="""
    living-survey taxonomy migrate new.toml --plan plan.toml
    living-survey taxonomy migrate new.toml --plan plan.toml --apply
    """,
)
def migrate(
    invocation: Invocation,
    new_file: Annotated[Path, typer.Argument(metavar="NEW_FILE", help="The taxonomy to come.")],
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What becomes of sections: docs/guides/change-the-taxonomy.md."
        ),
    ] = None,
    old_file: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE", help='The taxonomy so far, if not the settings\'; "built-in".'
        ),
    ] = None,
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who applies it.")] = None,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Record it; else only show it.")] = False,
) -> None:
    """Show what a new taxonomy does; --apply records it.

    No decision is rewritten: the change is an event, and decisions made before it are read
    through it. Papers that nobody placed come back in the queue, approved as they are.
    """
    from config.taxonomy import parse_taxonomy, taxonomy_text
    from pipeline.cli.decide import reviewer_of
    from pipeline.runtime.services import open_services
    from pipeline.taxonomy.migrate import migrate_taxonomy, taxonomy_before
    from pipeline.taxonomy.plan_file import read_plan

    services = open_services(invocation.settings)
    new_text = taxonomy_text(new_file)
    new = parse_taxonomy(new_text, str(new_file))
    old_path = _path(old_file) if old_file else invocation.settings.survey.taxonomy
    before = taxonomy_before(
        services.open_store,
        taxonomy_text(old_path),
        where=str(old_path or "the built-in taxonomy"),
        new=new,
    )
    report = migrate_taxonomy(
        services.open_store,
        before=before,
        after=(new_text, new),
        declared=read_plan(plan, before[1], new) if plan else (),
        apply=apply,
        by=reviewer or reviewer_of(invocation.settings),
        now=services.clock(),
    )
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    in_use = invocation.settings.survey.taxonomy
    switched = in_use is not None and in_use.resolve() == new_file.resolve()
    _say_migration(invocation, report, None if switched else new_file)


def _path(name: str) -> Path | None:
    return None if name == _BUILT_IN else Path(name)


def _say_check(invocation: Invocation, report: "CheckReport") -> None:
    say = invocation.output.line
    say(
        f"{report.title}: {counted(report.sections, 'section')}, valid"
        f" (fingerprint {report.fingerprint[:12]})"
    )
    if report.thin:
        say(f"\n{counted(len(report.thin), 'section')} with few approved papers to learn from")
        invocation.output.table(
            (Column("section"), Column("papers", right=True)),
            ((thin.section, thin.papers) for thin in report.thin),
        )
    if report.shared_cues:
        say("\nCue words that point to several")
        invocation.output.table(
            (Column("cue"), Column("of"), Column("names", flexible=True)),
            ((cue.cue, cue.of, ", ".join(cue.names)) for cue in report.shared_cues),
        )
    for cue in report.weak_cues:
        say(f"\ncue {cue.cue!r} of {cue.of} {cue.name} is looked for as {cue.seen_as!r}")
    if report.unplaced:
        papers = counted(
            report.unplaced,
            "approved paper lost its section and waits",
            "approved papers lost their section and wait",
        )
        say(f"\n{papers} in the queue")
    if report.migrated_to:
        say(
            f"\nThe last recorded change led to another taxonomy ({report.migrated_to[:12]}):"
            " set [survey] taxonomy to it, or migrate to this one."
        )
    for lost in report.lost:
        meant = f"; did you mean {' or '.join(lost.nearest)}?" if lost.nearest else ""
        papers = counted(lost.papers, "approved paper stands", "approved papers stand")
        invocation.output.note(
            f"living-survey: {papers} in {lost.section!r}, which this taxonomy does not have{meant}"
        )
    if report.lost:
        invocation.output.note("Plan where they go: living-survey taxonomy migrate --help")
    if not report.database:
        say("\nThere is no database yet: decisions were not looked at.")


def _say_migration(
    invocation: Invocation, report: "MigrationReport", not_in_use: Path | None
) -> None:
    say = invocation.output.line
    if report.already:
        say(f"This change is recorded already ({report.change_id}).")
    else:
        invocation.output.table(
            (
                Column("change"),
                Column("section"),
                Column("becomes"),
                Column("papers", right=True),
                Column("to place", right=True),
                Column("in queue", right=True),
            ),
            (
                (
                    move.kind,
                    move.old or "-",
                    _becomes(move),
                    move.papers,
                    move.unplaced,
                    move.waiting,
                )
                for move in report.moves
                if move.kind != "edit"
            ),
        )
        if edited := sum(move.kind == "edit" for move in report.moves):
            sections = counted(edited, "section changes only its", "sections change only their")
            say(f"{sections} words (taxonomy diff shows them).")
        say(
            f"\n{counted(report.decisions, 'decision reads', 'decisions read')} differently;"
            " none is rewritten. --json names the papers."
        )
    for section, taker in report.doubtful:
        invocation.output.note(
            f"living-survey: {section} left its headings to {taker}. If only the ids were"
            f' exchanged, its papers stay behind: plan a [[rename]] from "{section}" to "{taker}".'
        )
    if report.in_vain:
        invocation.output.note(
            "living-survey: the plan's `papers` name some that nobody decided there: "
            + ", ".join(report.in_vain)
        )
    _say_unplaced(invocation, report)
    if report.undeclared:
        say(f"\nThe new taxonomy has no {', '.join(report.undeclared)}. A plan must say where")
        say("their papers go, for example:\n")
        say(report.draft)
    elif report.applied:
        _say_next(invocation, report, not_in_use)
    else:
        say("\nNothing was recorded. The same with --apply records it.")


def _becomes(move: "MoveReport") -> str:
    """Return the new ids; of a split with the papers that each receives."""
    if move.arriving:
        return ", ".join(f"{section} ({papers})" for section, papers in move.arriving)
    return ", ".join(move.new) or "-"


def _say_next(invocation: Invocation, report: "MigrationReport", not_in_use: Path | None) -> None:
    say = invocation.output.line
    say("\nNext:" if report.already else f"\nRecorded as {report.change_id}. Next:")
    if not_in_use is not None:
        say(f'  set [survey] taxonomy = "{not_in_use}" in the settings')
    say("  living-survey train      (models of the old taxonomy are refused)")
    say("  living-survey classify   (until then the queue shows the old model's word, moved)")


def _say_unplaced(invocation: Invocation, report: "MigrationReport") -> None:
    if not report.unplaced:
        return
    say = invocation.output.line
    papers = counted(
        len(report.unplaced),
        "approved paper has nowhere to go and comes",
        "approved papers have nowhere to go and come",
    )
    say(f"\n{papers} back in the queue,")
    say("unless the plan's `papers` say where they belong:")
    invocation.output.table(
        (Column("arXiv id"), Column("was in"), Column("title", flexible=True)),
        ((p.arxiv_id, ", ".join(p.was), p.title) for p in report.unplaced[:_MOST_LISTED]),
    )
    if len(report.unplaced) > _MOST_LISTED:
        say(f"and {len(report.unplaced) - _MOST_LISTED} more; --json lists all")
