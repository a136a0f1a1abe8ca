"""Write an evaluation report as JSON and as HTML; the same report gives the same bytes."""

from dataclasses import dataclass
from pathlib import Path

from config.errors import LivingSurveyError
from config.files import put_in_place
from pipeline.learn.evaluation.page import page
from pipeline.learn.evaluation.report import EvaluationReport
from pipeline.learn.reading import MeasuredReading, reading_json, reading_path
from pipeline.runtime.json_text import as_json


class ReportNotWrittenError(LivingSurveyError):
    """A report could not be written; an existing file is unchanged."""


@dataclass(frozen=True, slots=True)
class KeptReport:
    """The files of a report."""

    json: Path
    html: Path


def keep_report(
    report: EvaluationReport, directory: Path, *, html: Path | None = None
) -> KeptReport:
    """Write `evaluation-ID.json` and `.html`, or `evaluation-ID-replayed.*` with replays.

    Args:
        report: what to write.
        directory: where reports are kept.
        html: another path for the page.

    Raises:
        ReportNotWrittenError: a file could not be written.
    """
    stem = f"evaluation-{report.report_id}{'-replayed' if report.replays else ''}"
    kept = KeptReport(directory / f"{stem}.json", html or directory / f"{stem}.html")
    _write(kept.json, as_json(report))
    _write(kept.html, page(report))
    return kept


def keep_reading(found: MeasuredReading, directory: Path) -> None:
    """Write how much to read, for `status` and `plan`.

    Raises:
        ReportNotWrittenError: the file could not be written.
    """
    _write(reading_path(directory), reading_json(found))


def _write(path: Path, text: str) -> None:
    try:
        put_in_place(path, text.encode("utf-8"))
    except OSError as error:
        raise ReportNotWrittenError(
            f"The report {path} cannot be written: {error.strerror or error}.",
            hint="Check its permissions and free space, or set [classifier] reports.",
        ) from error
