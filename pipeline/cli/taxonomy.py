"""`taxonomy`: check, compare and change the survey's taxonomy."""

from pathlib import Path
from typing import Annotated

import typer

from config.taxonomy import load_taxonomy, parse_taxonomy, taxonomy_text
from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Heading, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services
from pipeline.taxonomy.check import CheckReport, check_taxonomy
from pipeline.taxonomy.compare import compare, same_place
from pipeline.taxonomy.migrate import MigrationReport, MoveReport, migrate_taxonomy, taxonomy_before
from pipeline.taxonomy.plan_file import read_plan

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
        typer.Argument(metavar="FILE", show_default=False, help="Instead of the settings'."),
    ] = None,
) -> Answer:
    """Check a taxonomy's file, cue words and decisions.

    Thin sections and shared cue words are remarks. Exit status 1: approved papers are in a section
    that does not exist.
    """
    settings = invocation.settings
    taxonomy = load_taxonomy(file or settings.survey.taxonomy)
    held = settings.database.path.exists()
    open_store = open_services(settings, read_only=True).open_store if held else None
    report = check_taxonomy(taxonomy, open_store)
    return Answer(
        report, _check_text(report), notes=_lost_notes(report), status=1 if report.lost else 0
    )


@command(
    "diff",
    examples="""
    living-survey taxonomy diff taxonomy.toml taxonomy-2027.toml
    living-survey taxonomy diff built-in taxonomy.toml --plan plan.toml
    """,
)
def diff(
    _invocation: Invocation,
    old: Annotated[str, typer.Argument(metavar="OLD", help='A file, or "built-in".')],
    new: Annotated[str, typer.Argument(metavar="NEW", help='A file, or "built-in".')],
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Renames are taken from this plan, not guessed."),
    ] = None,
) -> Answer:
    """Show what differs between two taxonomies.

    Sections are told apart by their ids. Without a plan, a section that went and one that came
    under the same headings are taken for a rename.
    """
    before, after = (load_taxonomy(_path(name)) for name in (old, new))
    if plan is None:
        renamed = same_place(before, after)
    else:
        declared = read_plan(plan, before, after)
        renamed = {d.old: d.new[0] for d in declared if d.kind in {"rename", "move"}}
    found = compare(before, after, renamed)
    if not found.changes:
        return Answer(found, ("no difference",))
    columns = (Column("what"), Column("of"), Column("name"), Column("", flexible=True))
    rows = ((c.difference, c.of, c.name, c.detail) for c in found.changes)
    return Answer(found, (table(columns, rows),))


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
) -> Answer:
    """Show what a new taxonomy changes; --apply records it.

    No decision is rewritten: the change is an event, and decisions made before it are read
    through it. Papers without a new section come back in the queue, still approved.
    """
    services = open_services(invocation.settings, read_only=not apply)
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
    in_use = invocation.settings.survey.taxonomy
    switched = in_use is not None and in_use.resolve() == new_file.resolve()
    text = (
        *_moves_text(report),
        *_unplaced_text(report),
        *_outcome_text(report, None if switched else new_file),
    )
    return Answer(report, text, notes=_doubts(report))


def _path(name: str) -> Path | None:
    return None if name == _BUILT_IN else Path(name)


def _check_text(report: CheckReport) -> Text:
    text: list[str | Heading | Table] = [
        (
            f"{report.title}: {counted(report.sections, 'section')}, valid"
            f" (fingerprint {report.fingerprint[:12]})"
        )
    ]
    if report.thin:
        number = counted(len(report.thin), "section")
        text += [
            "",
            f"{number} with few approved papers to learn from",
            table(
                (Column("section"), Column("papers", right=True)),
                ((thin.section, thin.papers) for thin in report.thin),
            ),
        ]
    if report.shared_cues:
        text += [
            "",
            "Cue words that point to several",
            table(
                (Column("cue"), Column("of"), Column("names", flexible=True)),
                ((cue.cue, cue.of, ", ".join(cue.names)) for cue in report.shared_cues),
            ),
        ]
    for cue in report.weak_cues:
        text += ["", f"cue {cue.cue!r} of {cue.of} {cue.name} is searched as {cue.seen_as!r}"]
    for time in report.times:
        text += [
            "",
            (
                f"{time.section} stands under a heading that says when"
                f" ({' > '.join(time.headings)}), but the model places papers by their subject:"
                " leave that heading out of `headings`"
                f' and set by_date = "{time.says}" instead'
            ),
        ]
    if report.dated:
        text += [
            "",
            "Ordered by date below their headings, not by the model",
            table(
                (Column("section"), Column("by")),
                ((dated.section, dated.by_date) for dated in report.dated),
            ),
        ]
    if report.unplaced:
        papers = counted(
            report.unplaced,
            "approved paper lost its section and waits",
            "approved papers lost their section and wait",
        )
        text += ["", f"{papers} in the queue"]
    if report.migrated_to:
        text += [
            "",
            (
                f"The last recorded change led to another taxonomy ({report.migrated_to[:12]}):"
                " set [survey] taxonomy to it, or migrate to this one."
            ),
        ]
    if not report.database:
        text += ["", "There is no database yet: decisions were not checked."]
    return tuple(text)


def _lost_notes(report: CheckReport) -> tuple[str, ...]:
    notes = []
    for lost in report.lost:
        meant = f"; did you mean {' or '.join(lost.nearest)}?" if lost.nearest else ""
        papers = counted(lost.papers, "approved paper is", "approved papers are")
        notes.append(
            f"living-survey: {papers} in {lost.section!r}, which this taxonomy does not have{meant}"
        )
    if notes:
        notes.append("Plan where they go: `living-survey taxonomy migrate --help`")
    return tuple(notes)


def _moves_text(report: MigrationReport) -> Text:
    if report.already:
        return (f"This change is recorded already ({report.change_id}).",)
    text: list[str | Heading | Table] = [
        table(
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
    ]
    if edited := sum(move.kind == "edit" for move in report.moves):
        sections = counted(edited, "section changes only its", "sections change only their")
        text.append(f"{sections} words (`living-survey taxonomy diff` shows them).")
    decisions = counted(report.decisions, "decision reads", "decisions read")
    text += ["", f"{decisions} differently; none is rewritten. --json names the papers."]
    return tuple(text)


def _becomes(move: MoveReport) -> str:
    """Return the new ids; of a split with the papers that each receives."""
    if move.arriving:
        return ", ".join(f"{section} ({papers})" for section, papers in move.arriving)
    return ", ".join(move.new) or "-"


def _doubts(report: MigrationReport) -> tuple[str, ...]:
    notes = [
        f"living-survey: {section} left its headings to {taker}. If only the ids were"
        f' exchanged, its papers stay behind: plan a [[rename]] from "{section}" to "{taker}".'
        for section, taker in report.doubtful
    ]
    if report.in_vain:
        notes.append(
            "living-survey: the plan's `papers` name some that were not decided there: "
            + ", ".join(report.in_vain)
        )
    return tuple(notes)


def _unplaced_text(report: MigrationReport) -> Text:
    if not report.unplaced:
        return ()
    papers = counted(
        len(report.unplaced),
        "approved paper has no new section and comes",
        "approved papers have no new section and come",
    )
    rest = len(report.unplaced) - _MOST_LISTED
    return (
        "",
        f"{papers} back in the queue,",
        "unless the plan's `papers` give them one:",
        table(
            (Column("arXiv id"), Column("was in"), Column("title", flexible=True, below=True)),
            (
                (p.arxiv_id, ", ".join(p.was), plain_text(p.title))
                for p in report.unplaced[:_MOST_LISTED]
            ),
        ),
        *((f"and {rest} more; --json lists all",) if rest > 0 else ()),
    )


def _outcome_text(report: MigrationReport, not_in_use: Path | None) -> Text:
    if report.undeclared:
        return (
            "",
            f"The new taxonomy has no {', '.join(report.undeclared)}. A plan must say where",
            "their papers go, for example:",
            "",
            report.draft,
        )
    if not report.applied:
        return ("", "Nothing was recorded. The same with --apply records it.")
    settings = f'  set [survey] taxonomy = "{not_in_use}" in the settings'
    return (
        "",
        "Next:" if report.already else f"Recorded as {report.change_id}. Next:",
        *((settings,) if not_in_use is not None else ()),
        "  living-survey train      (models of the old taxonomy are refused)",
        "  living-survey classify   (until then the queue shows the old model's scores, moved)",
    )
