"""Say in words what an evaluation found, with intervals."""

from collections.abc import Iterator
from math import isfinite, sqrt

from classifiers.measure.reading import FEWEST_TRUSTED, Trust
from classifiers.measure.reports import Evaluation, ScopeReport
from pipeline.learn.evaluation.report import EvaluationReport
from pipeline.learn.reading import depths_text, warning_text

#: of the normal distribution, for 95 % confidence
_Z = 1.96
#: calibration errors up to this one are small
_SMALL_ERROR = 0.05


def interval(share: float, papers: int) -> tuple[float, float] | None:
    """Return Wilson's 95 % interval of a share of papers; None if the share is not finite."""
    if not papers or not isfinite(share):
        return None
    z2 = _Z * _Z
    middle = (share + z2 / (2 * papers)) / (1 + z2 / papers)
    spread = share * (1 - share) / papers + z2 / (4 * papers * papers)
    half = _Z * sqrt(spread) / (1 + z2 / papers)
    return max(0.0, middle - half), min(1.0, middle + half)


def interval_text(share: float, papers: int) -> str:
    """Return ", between 0.61 and 0.83 with 95 % confidence", or nothing."""
    found = interval(share, papers)
    return (
        "" if found is None else f", between {found[0]:.2f} and {found[1]:.2f} with 95 % confidence"
    )


def most_work_saved(relevant: int, papers: int) -> float:
    """Return the WSS@95 of a perfect order: it reads 95 % of the relevant papers and stops."""
    return 0.95 * (1 - relevant / papers) if papers else float("nan")


def verdict(report: EvaluationReport) -> tuple[str, ...]:
    """Return what a maintainer needs: sections, what to trust, how far to read, probabilities.

    About the model in use, if it was measured.
    """
    found = report.described.evaluation
    said = [*_sections(found), *_in_scope(found.scope), *reading_sentences(found.scope)]
    scope = found.scope
    if isfinite(scope.calibration_error):
        off = f"are off by {scope.calibration_error * 100:.0f} percentage points in the mean"
        small = scope.calibration_error <= _SMALL_ERROR
        said.append(
            f"Probabilities of being in scope {off}"
            + (", which is little." if small else ": read them as an order, not as shares.")
        )
    return tuple(said)


def reading_sentences(scope: ScopeReport) -> tuple[str, ...]:
    """Return how much of the papers to read, most likely first; nothing without approved ones."""
    if not scope.reading:
        return ()
    said = f"To find the relevant papers among such, read {depths_text(scope.reading)} of them."
    return (f"{said} {warning_text(scope.approved)}".rstrip(),)


def trust_text(trust: Trust | None, papers: int) -> str:
    """Return "trust what is above 90 %: 45 of 48 were right", or that nothing can be said."""
    if trust is None and papers < FEWEST_TRUSTED:
        return f"which probability to trust takes {FEWEST_TRUSTED} papers"
    if trust is None:
        return "no probability is shown to be right nine times of ten"
    return (
        f"trust what is above {_percent(trust.above)} %: {trust.right} of {trust.papers} were right"
    )


def right_text(share: float, papers: int) -> str:
    """Return "8 (6.7 to 8.9 with 95 % confidence)", of 10."""
    found = interval(share, papers)
    assert found is not None
    return f"{tenths(share)} ({tenths(found[0])} to {tenths(found[1])} with 95 % confidence)"


def _sections(found: Evaluation) -> Iterator[str]:
    if found.section_papers and isfinite(found.section_top1):
        three = interval(found.section_top3, found.section_papers)
        assert three is not None
        yield (
            "Of 10 suggested sections of approved papers"
            f" {right_text(found.section_top1, found.section_papers)} are right, and for"
            f" {tenths(found.section_top3)} ({tenths(three[0])} to {tenths(three[1])}) one of the"
            f" first three is; {trust_text(found.section_trust, found.section_papers)}."
        )


def _in_scope(scope: ScopeReport) -> Iterator[str]:
    if isfinite(scope.area_under_curve):
        yield (
            f"An approved paper stands above a rejected one in {scope.area_under_curve * 100:.0f} "
            "of 100 pairs; of probabilities of being in scope, "
            f"{trust_text(scope.trust, scope.papers)}."
        )


def tenths(share: float) -> str:
    """Return a share as a number of 10."""
    return f"{share * 10:.1f}".removesuffix(".0")


def _percent(share: float) -> str:
    return f"{share * 100:.0f}"
