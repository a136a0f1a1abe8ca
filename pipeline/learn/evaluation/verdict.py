"""Say in words what an evaluation found, with intervals."""

from math import isfinite, sqrt

from pipeline.learn.evaluation.report import EvaluationReport

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
    """Return sentences on the suggested sections, on the order and on the probabilities."""
    recipe = report.recipe.evaluation
    said = []
    if recipe.section_papers and isfinite(recipe.section_top1):
        found = interval(recipe.section_top1, recipe.section_papers)
        assert found is not None
        said.append(
            f"Of 10 approved papers the first suggested section is right for "
            f"{_tenths(recipe.section_top1)} ({_tenths(found[0])} to {_tenths(found[1])} with 95 % "
            f"confidence), and one of the first three for {_tenths(recipe.section_top3)}."
        )
    scope = recipe.scope
    if isfinite(scope.area_under_curve):
        said.append(
            f"An approved paper stands above a rejected one in {scope.area_under_curve * 100:.0f} "
            "of 100 pairs."
        )
    if isfinite(scope.calibration_error):
        off = f"are off by {scope.calibration_error * 100:.0f} percentage points in the mean"
        small = scope.calibration_error <= _SMALL_ERROR
        said.append(
            f"Probabilities of being in scope {off}"
            + (", which is little." if small else ": read them as an order, not as shares.")
        )
    return tuple(said)


def _tenths(share: float) -> str:
    return f"{share * 10:.1f}".removesuffix(".0")
