"""`doctor`: what is wrong and how to fix it."""

import os
from enum import StrEnum
from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.operate.doctor import examine, examine_mail_of
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import Database, open_services


class Subject(StrEnum):
    """What is examined apart."""

    MAIL = "mail"


@command(
    "doctor",
    examples="""
    living-survey doctor
    living-survey doctor --json
    living-survey doctor --repair
    living-survey doctor mail
    """,
)
def doctor(
    invocation: Invocation,
    subject: Annotated[
        Subject | None,
        typer.Argument(
            metavar="[mail]",
            show_default=False,
            help="Examine instead whether mail would arrive: ask DNS and the SMTP server. Nothing "
            "is sent.",
        ),
    ] = None,
    *,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="First derive the stored queue again if it is wrong."),
    ] = False,
) -> Answer:
    """Report what is wrong and how to fix it.

    Without `mail` it makes no request, and without --repair it changes nothing. Exit status: 0
    nothing is wrong, 1 something is.
    """
    if subject is Subject.MAIL:
        services = open_services(invocation.settings, database=Database.ANY, read_only=True)
        return _answer(examine_mail_of(services, os.environ))
    if repair:
        with open_services(invocation.settings).open_store() as store:
            store.queue.repair()
    return _answer(
        examine(open_services(invocation.settings, database=Database.ANY, read_only=True))
    )


def _answer(findings: tuple[Finding, ...]) -> Answer:
    wrong = [finding for finding in findings if finding.wrong]
    lines = [
        f"{'wrong' if finding.wrong else 'note '}  {finding.check}: {finding.what} {finding.remedy}"
        for finding in sorted(findings, key=lambda one: not one.wrong)
    ]
    if not wrong:
        lines.append("All is well." if not findings else "Nothing is wrong.")
    report = {"healthy": not wrong, "findings": findings}
    return Answer(report, tuple(lines), status=1 if wrong else 0)
