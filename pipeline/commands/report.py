"""What is there: status, and the taxonomy's sections."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.commands.invocation import Invocation, command
from pipeline.console import Column

if TYPE_CHECKING:
    from storage.types import LedgerDay


@command("status", examples="living-survey status\nliving-survey status --json")
def status(invocation: Invocation) -> None:
    """Show what is held, what ran, what is complete."""
    from pipeline.bootstrap import bootstrap
    from pipeline.models import current_model_id
    from pipeline.status import status_report

    services = bootstrap(invocation.settings)
    report = status_report(
        services.open_store,
        model_id=current_model_id(invocation.settings.classifier.models),
        now=services.clock(),
    )
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    say = invocation.output.line
    say(f"papers      {report.papers}")
    say(f"queue       {report.queue}")
    say(f"decisions   {report.decisions}")
    if report.quarantine:
        say(f"quarantine  {report.quarantine}")
    say(f"model       {report.model_id}")
    say()
    invocation.output.table(
        (
            Column("last runs"),
            Column("started"),
            Column("status"),
            Column("what", flexible=True),
        ),
        (
            (
                run.command,
                f"{run.started_at:%Y-%m-%d %H:%M}",
                run.status,
                run.error or ", ".join(f"{n} {name}" for name, n in run.counts.items() if n),
            )
            for run in report.runs
        ),
    )
    _say_ledger(invocation, report.ledger)


@command("sections", examples="living-survey sections\nliving-survey sections --json")
def sections(invocation: Invocation) -> None:
    """List the taxonomy's sections with their ids."""
    from config.taxonomy import load_taxonomy

    taxonomy = load_taxonomy(invocation.settings.survey.taxonomy)
    if invocation.output.as_json:
        invocation.output.answer(
            [
                {
                    "id": section.id,
                    "path": section.path,
                    "task": section.task,
                    "modality": section.modality,
                    "technique": section.technique,
                    "definition": section.definition,
                    "names": section.names,
                }
                for section in taxonomy.sections
            ]
        )
        return
    invocation.output.table(
        (Column("section"), Column("heading", flexible=True)),
        ((section.id, " > ".join(section.path)) for section in taxonomy.sections),
    )


def _say_ledger(invocation: Invocation, days: "Sequence[LedgerDay]") -> None:
    if not days:
        invocation.output.line("\nledger: no feed was read yet; `living-survey run` reads today's")
        return
    invocation.output.line()
    invocation.output.table(
        (
            Column("announced on"),
            Column("category"),
            Column("announced", right=True),
            Column("held", right=True),
            Column("missing", right=True),
            Column("status"),
        ),
        (
            (
                day.day,
                day.category,
                day.announced,
                day.held,
                len(day.missing),
                f"{day.status} (stale feed)" if day.stale else day.status,
            )
            for day in days
        ),
    )
