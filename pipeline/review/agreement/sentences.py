"""Say what the measures mean, for the terminal and the page."""

from pipeline.review.agreement.drift import FALSE_ALARMS, HORIZON
from pipeline.review.agreement.kappa import FEWEST
from pipeline.review.agreement.report import (
    FEWEST_REPEATS,
    FEWEST_VERDICTS,
    Between,
    OverTime,
    WithSelf,
)
from pipeline.review.agreement.sections import FEWEST as FEWEST_APPROVED
from pipeline.runtime.plurals import counted


def said_between(one: Between) -> tuple[str, ...]:
    """Return sentences on two people."""
    table = one.table
    if one.kappa is None:
        return (f"{counted(table.papers, 'paper')} with two verdicts; kappa needs {FEWEST}.",)
    kappa = one.kappa
    found = (
        f"Kappa {kappa.kappa:.2f}, between {kappa.low:.2f} and {kappa.high:.2f} with 95 %"
        f" confidence, on {table.papers} papers; the same verdict on {kappa.observed:.0%}."
    )
    said = [found]
    if kappa.skewed:
        said.append(
            "Nearly all papers have the same verdict, so a few papers decide on kappa: read the"
            " interval and the counts."
        )
    if one.sections is None:
        said.append(f"Both approve {one.both_approved}; sections need {FEWEST_APPROVED}.")
    else:
        alpha = one.sections
        said.append(
            f"Sections of the {alpha.papers} that both approve: alpha {alpha.alpha:.2f}, between"
            f" {alpha.low:.2f} and {alpha.high:.2f}; the same sections on {alpha.same}."
        )
    return tuple(said)


def said_with_self(one: WithSelf) -> str:
    """Return a sentence on repeated verdicts."""
    if one.same is None:
        decided = one.repeated - one.deferred
        return f"{counted(decided, 'paper')} read again; the share needs {FEWEST_REPEATS}."
    same = one.same
    return (
        f"The same verdict on {same.count} of {same.of} papers read again: {same.share:.0%},"
        f" between {same.low:.0%} and {same.high:.0%} with 95 % confidence."
    )


def said_over_time(one: OverTime) -> str:
    """Return a sentence on a person's standard."""
    if one.drift is None:
        known = f"{counted(one.verdicts, 'verdict')} with a probability from before"
        return f"{known}; drift needs {FEWEST_VERDICTS}."
    drift = one.drift
    chance = f"{FALSE_ALARMS:.0%} of people without a drift pass the limit within {HORIZON:,}"
    if drift.direction is None or drift.since is None:
        return (
            f"No drift in {drift.verdicts:,} verdicts after the first: the sum reached"
            f" {drift.highest:.1f} of {drift.limit:.1f} ({chance})."
        )
    return (
        f"Since about {drift.since:%Y-%m-%d} {drift.direction} than at the beginning:"
        f" {drift.approved_since} approvals where {drift.expected_since:.0f} were expected of such"
        f" papers; found after {drift.found_after:,} verdicts ({chance})."
    )
