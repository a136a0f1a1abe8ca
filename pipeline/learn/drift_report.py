"""Weekly drift reports: one JSON file for each ISO week.

Neither numpy nor scikit-learn is imported, because `status` and `doctor` read the newest report.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from classifiers.ambiguity import NOTABLE_SHIFT
from config.errors import LivingSurveyError
from config.files import put_in_place, read_regular_text
from config.json_toml import load_json
from pipeline.runtime.plurals import counted

#: decisions of people from which a change is reported, because with fewer a young survey's first
#: weeks differ from each other anyway
FEWEST_DECISIONS = 50


def iso_week(moment: datetime) -> str:
    """Return the ISO 8601 week in UTC that contains an aware datetime, as 2026-W12."""
    return f"{moment.astimezone(UTC):%G-W%V}"


@dataclass(frozen=True, slots=True)
class ExamplePaper:
    """A paper that illustrates a finding."""

    arxiv_id: str
    title: str


@dataclass(frozen=True, slots=True)
class DriftReport:
    """One week of papers compared with the time of training; None: not enough papers."""

    #: ISO week, as 2026-W12
    week: str
    model_id: str
    #: ISO 8601, UTC
    looked_at: str
    #: papers first seen in the seven days before
    papers: int
    #: share of their words unknown to the model, and the same of papers before
    unknown_terms: float | None
    unknown_before: float | None
    #: population stability index of in-scope probabilities
    score_shift: float | None
    #: expected calibration error on the newest decisions the model did not learn from
    calibration_error: float | None
    decided: int
    #: papers left open or rejected lately
    troubled: int
    #: (term, papers among those), clearest first; empty: no alarm
    missing_terms: tuple[tuple[str, int], ...]
    missing_examples: tuple[ExamplePaper, ...]
    #: sentences about notable changes
    notable: tuple[str, ...]
    #: decisions of people so far; None: written by an older version
    human: int | None = None

    @property
    def verdicts(self) -> tuple[str, ...]:
        """What is notable, or that nothing is; empty if nothing is known."""
        if self.notable:
            return self.notable
        early = self.human is not None and self.human < FEWEST_DECISIONS
        measured = (self.unknown_before, self.score_shift, self.calibration_error)
        if early or all(figure is None for figure in measured):
            return ()
        return ("nothing notable",)

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {"drift_alarms": len(self.notable)}


def drift_sentences(report: DriftReport) -> tuple[str, ...]:
    """Return what was measured, a sentence each; what is not known is left out."""
    said = []
    if report.unknown_terms is not None:
        before = report.unknown_before
        compared = "" if before is None else f", {before:.1%} of those of earlier papers"
        said.append(
            f"{report.unknown_terms:.1%} of the week's words are unknown to the model{compared}."
        )
    if report.score_shift is not None:
        how = "have" if report.score_shift >= NOTABLE_SHIFT else "have hardly"
        said.append(
            f"In-scope probabilities {how} shifted since training: {report.score_shift:.2f}, "
            f"{NOTABLE_SHIFT} is notable."
        )
    if report.calibration_error is not None:
        said.append(
            f"On {counted(report.decided, 'decision')} that the model does not know, its "
            f"probabilities are off by {report.calibration_error:.2f} on average."
        )
    if report.troubled:
        were = "was" if report.troubled == 1 else "were"
        said.append(f"{counted(report.troubled, 'paper')} {were} left open or rejected lately.")
    return tuple(said)


def drift_path(reports: Path, week: str) -> Path:
    """Return the path of a week's report."""
    return reports / f"drift-{week}.json"


def save_drift(reports: Path, report: DriftReport) -> Path:
    """Write a week's report; a later one of the same week replaces it.

    Raises:
        LivingSurveyError: the file cannot be written.
    """
    path = drift_path(reports, report.week)
    text = json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n"
    try:
        put_in_place(path, text.encode("utf-8"))
    except OSError as error:
        raise LivingSurveyError(
            f"The report {path} cannot be written: {error.strerror or error}.",
            hint="Check permissions and free space there, or set [classifier] reports.",
        ) from error
    return path


def newest_drift(reports: Path) -> DriftReport | None:
    """Return the newest readable report, if any."""
    for path in sorted(reports.glob("drift-*.json"), reverse=True):
        try:
            content = load_json(read_regular_text(path))
            content["missing_terms"] = tuple(
                (str(term), int(papers)) for term, papers in content["missing_terms"]
            )
            content["missing_examples"] = tuple(
                ExamplePaper(**each) for each in content["missing_examples"]
            )
            content["notable"] = tuple(content["notable"])
            return DriftReport(**content)
        except (OSError, ValueError, TypeError, KeyError):  # written by another version
            continue
    return None
