"""`doctor`: what is wrong and how to fix it."""

import os
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from pipeline.cli.answer import Answer, Heading
from pipeline.cli.command import Invocation, command
from pipeline.operate.doctor import (
    Examined,
    examine,
    examine_arxiv,
    examine_mail_of,
    findings,
)
from pipeline.runtime.findings import Finding
from pipeline.runtime.json_text import plain
from pipeline.runtime.services import Database, open_services


class Subject(StrEnum):
    """What is examined apart."""

    MAIL = "mail"
    ARXIV = "arxiv"


@command(
    "doctor",
    examples="""
    living-survey doctor
    living-survey doctor --json
    living-survey doctor --repair
    living-survey doctor mail
    living-survey doctor arxiv
    """,
)
def doctor(
    invocation: Invocation,
    subject: Annotated[
        Subject | None,
        typer.Argument(
            metavar="mail|arxiv",
            show_default=False,
            help="Examine instead whether mail would arrive (asks DNS and the SMTP server, sends "
            "nothing), or whether arXiv answers (one request at the usual pace).",
        ),
    ] = None,
    *,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="First derive the stored queue again if it is wrong."),
    ] = False,
) -> Answer:
    """Report what is wrong and how to fix it.

    It goes through the stages in order and tells what is wrong from what is worth knowing. Alone
    it makes no request, and without --repair it changes nothing. Exit status: 0 nothing is wrong,
    whatever notes there are; 1 something is wrong; 2 the settings cannot be read.
    """
    if subject is Subject.MAIL:
        services = open_services(invocation.settings, database=Database.ANY, read_only=True)
        return _answer(examine_mail_of(services, os.environ))
    if subject is Subject.ARXIV:
        services = open_services(invocation.settings, database=Database.ANY, read_only=True)
        return _answer(examine_arxiv(services))
    if repair:
        with open_services(invocation.settings).open_store() as store:
            store.queue.repair()
    return _by_stage(
        examine(open_services(invocation.settings, database=Database.ANY, read_only=True))
    )


def _by_stage(examined: tuple[Examined, ...]) -> Answer:
    lines: list[str | Heading] = []
    for one in examined:
        if one.findings:
            lines += [Heading(one.stage), *map(_line, one.findings)]
    quiet = [one.stage for one in examined if not one.findings]
    if quiet and lines:
        lines += ["", f"Nothing to say of: {', '.join(quiet)}."]
    answer = _answer(findings(examined))
    report = {
        "healthy": answer.status == 0,
        "findings": [
            {"stage": one.stage, **plain(finding)} for one in examined for finding in one.findings
        ],
    }
    return replace(answer, report=report, text=(*lines, *answer.text[len(findings(examined)) :]))


def _line(finding: Finding) -> str:
    kind = "wrong" if finding.wrong else "note "
    return f"{kind}  {finding.check}: {finding.what} {finding.remedy}"


def _answer(found: tuple[Finding, ...]) -> Answer:
    wrong = [finding for finding in found if finding.wrong]
    lines = [_line(finding) for finding in sorted(found, key=lambda one: not one.wrong)]
    if not wrong:
        lines.append("All is well." if not found else "Nothing is wrong.")
    report = {"healthy": not wrong, "findings": found}
    return Answer(report, tuple(lines), status=1 if wrong else 0)
