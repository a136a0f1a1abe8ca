"""Check that the decisions fit the sections of the taxonomy."""

from collections.abc import Iterator

from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from pipeline.taxonomy.check import check_taxonomy


def checks(services: Services) -> Iterator[Finding]:
    """Yield what is wrong or worth knowing.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    report = check_taxonomy(services.taxonomy, services.open_store)
    if report.lost and report.migrated_to:
        yield Finding(
            "taxonomy",
            f"the last recorded change led to another taxonomy than {report.title!r}, which the"
            " settings name.",
            "Set [survey] taxonomy to the new file.",
        )
    for lost in () if report.migrated_to else report.lost:
        meant = f" (is it now {' or '.join(lost.nearest)}?)" if lost.nearest else ""
        papers = counted(lost.papers, "approved paper is", "approved papers are")
        yield Finding(
            "taxonomy",
            f"{papers} in {lost.section!r}, which {report.title!r} does not have{meant}.",
            "`living-survey taxonomy migrate --help` explains how to move them.",
        )
    if report.unplaced:
        yield Finding(
            "taxonomy",
            f"{counted(report.unplaced, 'approved paper waits', 'approved papers wait')}"
            " for a new section.",
            "`living-survey serve` shows them in the queue.",
            wrong=False,
        )
