"""The alarm that the model fits the new papers no more."""

from collections.abc import Iterator

from config.alerts_schema import AlertsSettings
from config.visible import one_line
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts


def drift(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield that words, probabilities or calibration moved in the newest weekly report."""
    report = facts.drift
    if report is None or not report.notable:
        return
    yield Alarm(
        "drift",
        f"the model fits less well since {report.week}: {one_line('; '.join(report.notable))}.",
        "`living-survey drift` shows terms and papers, `living-survey train` learns from the newest"
        " decisions.",
        len(report.notable),
    )
