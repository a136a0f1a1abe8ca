"""Record the decisions of a file, and say which lines were refused."""

from pathlib import Path

from pipeline.cli.answer import Answer
from pipeline.review.decide_file import decide_from_file
from pipeline.review.double.rules import rules_of
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services


def decide_from(services: Services, file: Path, reviewer: str) -> Answer:
    """Record the decisions of a file; `reviewer` is for lines without a name."""
    report = decide_from_file(
        services.open_store,
        services.taxonomy,
        file,
        reviewer=reviewer,
        reasons=services.settings.review.reasons,
        clock=services.clock,
        team=rules_of(services.settings.team, services.taxonomy),
    )
    replaced = f", {len(report.replaced)} replaced another" if report.replaced else ""
    kept = f", {report.kept} kept until another person says the same" if report.kept else ""
    recorded = counted(report.recorded, "decision")
    act = f"  (act {report.batch_id})" if report.batch_id else ""
    return Answer(
        report,
        (f"recorded {recorded}{kept}, {report.already} unchanged{replaced}{act}",),
        (
            *(f"{file}:{line.line}: refused: {line.reason}" for line in report.refused),
            *([f"columns not read: {', '.join(report.ignored)}"] if report.ignored else ()),
        ),
        status=1 if report.refused else 0,
    )
