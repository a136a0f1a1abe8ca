"""The weekly looks at drift, one JSON file per ISO week among the reports. Measures nothing.

Light on purpose: `status` and `doctor` read the newest, and must not pay for scikit-learn.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.errors import LivingSurveyError
from config.files import put_in_place


def iso_week(moment: datetime) -> str:
    """Return the ISO 8601 week in UTC that contains an aware datetime, as 2026-W12."""
    return f"{moment.astimezone(UTC):%G-W%V}"


@dataclass(frozen=True, slots=True)
class ExamplePaper:
    """A paper that shows what is meant."""

    arxiv_id: str
    title: str


@dataclass(frozen=True, slots=True)
class DriftReport:
    """One week of the stream against the time of training; None: too little to say."""

    #: ISO week, as 2026-W12
    week: str
    model_id: str
    #: ISO 8601, UTC
    looked_at: str
    #: papers first seen in the seven days before
    papers: int
    #: share of their words that the model has no term for, and of papers from the time of training
    unknown_terms: float | None
    unknown_before: float | None
    #: population stability index of in-scope probabilities
    score_shift: float | None
    #: expected calibration error over the newest decisions the model never learned from
    calibration_error: float | None
    decided: int
    #: papers left open or rejected lately, among which a missing section would show
    troubled: int
    #: (term, papers among the troubled ones), clearest first; empty: no alarm
    missing_terms: tuple[tuple[str, int], ...]
    missing_examples: tuple[ExamplePaper, ...]
    #: sentences that ask for somebody's eyes; empty: all is as it was
    notable: tuple[str, ...]


def drift_path(reports: Path, week: str) -> Path:
    """Return where a week's look lies."""
    return reports / f"drift-{week}.json"


def save_drift(reports: Path, report: DriftReport) -> Path:
    """Write a week's look; a later one of the same week replaces it.

    Raises:
        LivingSurveyError: the system refused.
    """
    path = drift_path(reports, report.week)
    text = json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n"
    try:
        put_in_place(path, text.encode("utf-8"))
    except OSError as error:
        raise LivingSurveyError(
            f"The report {path} cannot be written: {error.strerror or error}.",
            hint="Check the rights and the free space there, or set [classifier] reports.",
        ) from error
    return path


def newest_drift(reports: Path) -> DriftReport | None:
    """Return the newest look that can be read, None if there is none."""
    for path in sorted(reports.glob("drift-*.json"), reverse=True):
        try:
            content = json.loads(path.read_text("utf-8"))
            content["missing_terms"] = tuple(
                (str(term), int(papers)) for term, papers in content["missing_terms"]
            )
            content["missing_examples"] = tuple(
                ExamplePaper(**each) for each in content["missing_examples"]
            )
            content["notable"] = tuple(content["notable"])
            return DriftReport(**content)
        except (OSError, ValueError, TypeError, KeyError):  # of another version: only a look
            continue
    return None
