"""`lint`: faults of the curated list, by line, and what fixes them."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.errors import ConfigError, UsageError
from config.nearest import nearest
from config.schema import Settings
from config.visible import one_line
from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.lint_files import write_fixed
from pipeline.cli.lint_links import ask_links
from pipeline.curated.formats.read import open_list, read_scanned, scan_list
from pipeline.curated.lint.annotations import annotation
from pipeline.curated.lint.catalogue import RULES, Code
from pipeline.curated.lint.check import LintReport
from pipeline.curated.lint.check import lint as check
from pipeline.curated.lint.fix import fix as fix_list
from pipeline.curated.lint.held import read_held
from pipeline.curated.lint.online.report import LinkCounts
from pipeline.curated.lint.subject import Subject, texts_of
from pipeline.curated.types import ListFile
from pipeline.enrich.links import LinkKind, find_links
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import clock_of, store_of
from storage.types import Paper


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    GITHUB = "github"


@command(
    "lint",
    examples="""
    living-survey lint
    living-survey lint README.md --diff
    living-survey lint README.md papers/ --fix
    living-survey lint README.md --strict --format github
    living-survey lint README.md --links
    living-survey lint --rules
    """,
)
def lint(
    invocation: Invocation,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Files or directories of the list; without one survey.list of the settings.",
        ),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="github: annotations of a pull request.")
    ] = Format.TEXT,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Fix what is safe, in place.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would change, and write nothing.")
    ] = False,
    links: Annotated[
        bool,
        typer.Option(
            "--links",
            help="Also ask the http links, within the budget of [lint]; those of arXiv are not.",
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with status 1 for warnings too.")
    ] = False,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules and stop.")] = False,
) -> Answer:
    """Find faults of the curated list, and fix what is safe.

    Without --fix nothing is written. `<!-- lint: allow RULE reason -->` on an entry, directly above
    it, or at the file's top excuses it. Ends with status 1 if an error is left, with --strict also
    if a warning is.
    """
    if rules:
        return _rules()
    settings = invocation.settings
    before = _open(files, settings)
    subject, allow = _subject(before, settings), _allowed(settings)
    asked = ask_links(invocation, subject) if links else None
    if not (fix or diff):
        return _answer(check(subject, allow=allow, links=asked), output_format, strict=strict)
    done = fix_list(subject, allow=allow, links=asked)
    if diff:
        return Answer(done.report, tuple(done.report.diff.splitlines()), _notes(done.report))
    write_fixed(before, done.files)
    return _answer(done.report, output_format, strict=strict)


def _open(files: Sequence[Path] | None, settings: Settings) -> tuple[ListFile, ...]:
    paths = files or settings.survey.list
    if not paths:
        raise UsageError(
            "There is no list to look at.",
            hint="Name it: `living-survey lint README.md`, or set survey.list.",
        )
    return open_list(map(_near, paths))


def _near(path: Path) -> Path:
    """Return a path below the working directory as relative, because annotations need it so."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) and path != here else path


def _subject(files: Sequence[ListFile], settings: Settings) -> Subject:
    scanned, today = scan_list(files), clock_of(settings)().date()
    if not settings.database.path.exists():
        return Subject(read_scanned(scanned), texts_of(scanned), None, today)
    with store_of(settings, read_only=True)() as store:
        curated, held = read_held(store, scanned, _code_links)
    return Subject(curated, texts_of(scanned), held, today)


def _code_links(paper: Paper) -> tuple[str, ...]:
    links = find_links(paper.abstract, paper.comment)
    return tuple(link.url for link in links if link.kind is LinkKind.CODE)


def _allowed(settings: Settings) -> tuple[Code, ...]:
    known = {code.value: code for code in Code}
    for name in settings.lint.allow:
        if name not in known:
            near = nearest(name, known)
            raise ConfigError(
                f"lint.allow names {name}, which is no rule.",
                hint=(f"Did you mean {near[0]}? " if near else "")
                + "`living-survey lint --rules` lists them.",
            )
    return tuple(known[name] for name in settings.lint.allow)


def _answer(report: LintReport, output_format: Format, *, strict: bool) -> Answer:
    failed = report.levels["error"] or (strict and report.levels["warning"])
    github = output_format is Format.GITHUB
    text = tuple(map(annotation, report.findings)) if github else tuple(_text(report))
    notes = (*_notes(report), _summary(report)) if github else _notes(report)
    return Answer(report, text, notes, status=1 if failed else 0)


def _text(report: LintReport) -> Text:
    columns = (Column("where"), Column("level"), Column("rule"), Column("finding", below=True))
    rows = (
        (
            f"{one.file}:{one.line}",
            one.level.value,
            one.rule.value,
            one_line(f"{one.message} {one.remedy}"),
        )
        for one in report.findings
    )
    counts = table(
        (Column("number", right=True), Column("rule"), Column("")),
        ((number, rule, RULES[Code(rule)].finds) for rule, number in report.rules.items()),
    )
    found = (table(columns, rows), "", counts, "") if report.findings else ()
    return (*found, _summary(report))


def _summary(report: LintReport) -> str:
    numbers = ", ".join(counted(number, level) for level, number in report.levels.items() if number)
    said = f"{counted(report.entries, 'entry', 'entries')}: {numbers or 'no finding'}"
    if report.fixed:
        said += f"; {len(report.fixed)} fixed"
    if report.fixable:
        said += f"; --fix fixes {report.fixable}"
    if report.allowed:
        said += f"; {report.allowed} allowed"
    return f"{said}."


def _notes(report: LintReport) -> tuple[str, ...]:
    return tuple(_note_lines(report))


def _note_lines(report: LintReport) -> Iterator[str]:
    for one in report.skipped:
        rules = ", ".join(rule.value for rule in one.rules)
        yield f"living-survey: not checked, because {one.reason}: {rules}."
    if report.links:
        yield f"living-survey: {_asked(report.links)}."
    if report.not_held:
        yield (
            f"living-survey: {counted(report.not_held, 'listed paper')} not in the database, so"
            " nothing is compared with arXiv's record: `living-survey bootstrap` fetches them."
        )


def _asked(links: LinkCounts) -> str:
    if links.network_out:
        return "no server responded, so nothing was counted: look at the network"
    states = ", ".join(f"{number} {state}" for state, number in sorted(links.states.items()))
    said = f"{counted(links.links, 'link')}, {links.asked} asked by this call: {states or 'none'}"
    return said + ("; call again for the rest" if links.states.get("unknown") else "")


def _rules() -> Answer:
    columns = (
        *(Column(name) for name in ("rule", "level", "needs", "finds")),
        Column("--fix", below=True),
    )
    rows = (
        (one.code.value, one.level.value, one.needs.value, one.finds, one.fix)
        for one in RULES.values()
    )
    return Answer(tuple(RULES.values()), (table(columns, rows),))
