"""`doctor`: what is wrong and how to fix it."""

from typing import Annotated

import typer

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.operate.doctor import examine
from pipeline.runtime.services import Database, open_services


@command(
    "doctor",
    examples="living-survey doctor\nliving-survey doctor --json\nliving-survey doctor --repair",
)
def doctor(
    invocation: Invocation,
    *,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="First derive the stored queue again if it is wrong."),
    ] = False,
) -> Answer:
    """Report what is wrong and how to fix it.

    It makes no request, and without --repair it changes nothing. Exit status: 0 nothing is wrong,
    1 something is.
    """
    if repair:
        with open_services(invocation.settings).open_store() as store:
            store.queue.repair()
    findings = examine(open_services(invocation.settings, database=Database.ANY, read_only=True))
    wrong = [finding for finding in findings if finding.wrong]
    lines = [
        f"{'wrong' if finding.wrong else 'note '}  {finding.check}: {finding.what} {finding.remedy}"
        for finding in sorted(findings, key=lambda one: not one.wrong)
    ]
    if not wrong:
        lines.append("All is well." if not findings else "Nothing is wrong.")
    report = {"healthy": not wrong, "findings": findings}
    return Answer(report, tuple(lines), status=1 if wrong else 0)
