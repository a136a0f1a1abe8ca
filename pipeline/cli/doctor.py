"""What is wrong and what to do: doctor."""

import typer

from pipeline.cli.command import Invocation, command


@command("doctor", examples="living-survey doctor\nliving-survey doctor --json")
def doctor(invocation: Invocation) -> None:
    """Say what is wrong and what to do about it.

    Asks nobody and changes nothing. Exit status: 0 all is well, 1 something is wrong.
    """
    from pipeline.operate.doctor import examine
    from pipeline.runtime.services import Database, open_services

    findings = examine(open_services(invocation.settings, database=Database.ANY))
    wrong = [finding for finding in findings if finding.wrong]
    if invocation.output.as_json:
        invocation.output.answer({"healthy": not wrong, "findings": findings})
    else:
        for finding in sorted(findings, key=lambda one: not one.wrong):
            mark = "wrong" if finding.wrong else "note "
            invocation.output.line(f"{mark}  {finding.check}: {finding.what} {finding.remedy}")
        if not wrong:
            invocation.output.line("All is well." if not findings else "Nothing is wrong.")
    if wrong:
        raise typer.Exit(1)
