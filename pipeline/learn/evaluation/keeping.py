"""Keeps an evaluation's report as JSON and as a page. The same report gives the same bytes."""

from dataclasses import dataclass
from pathlib import Path

from config.errors import LivingSurveyError
from config.files import put_in_place
from pipeline.learn.evaluation.page import page
from pipeline.learn.evaluation.report import EvaluationReport


class ReportNotWrittenError(LivingSurveyError):
    """A report could not be written; what stood there stands there still."""


@dataclass(frozen=True, slots=True)
class KeptReport:
    """Where a report lies."""

    json: Path
    html: Path


def keep_report(
    report: EvaluationReport, directory: Path, document: str, *, html: Path | None = None
) -> KeptReport:
    """Write `evaluation-ID.json` and `.html`, a replay's under a name of its own.

    Args:
        report: what to draw the page from.
        directory: of all reports.
        document: the same as JSON text.
        html: where the page goes instead.

    Raises:
        ReportNotWrittenError: the system refused.
    """
    stem = f"evaluation-{report.report_id}{'-replayed' if report.replays else ''}"
    kept = KeptReport(directory / f"{stem}.json", html or directory / f"{stem}.html")
    _write(kept.json, document)
    _write(kept.html, page(report))
    return kept


def _write(path: Path, text: str) -> None:
    try:
        put_in_place(path, text.encode("utf-8"))
    except OSError as error:
        raise ReportNotWrittenError(
            f"The report {path} cannot be written: {error.strerror or error}.",
            hint="Check the rights and the free space there, or set [classifier] reports.",
        ) from error
