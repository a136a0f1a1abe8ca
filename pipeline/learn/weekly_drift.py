"""Measure drift in the first run of each week."""

from pipeline.learn.drift_report import DriftReport, drift_path, iso_week
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services


def weekly_drift(services: Services, run: Run) -> DriftReport | None:
    """Measure drift in the first run of an ISO week; None in other runs and without a model."""
    if drift_path(services.settings.classifier.reports, iso_week(services.clock())).exists():
        return None
    if services.models.current_id() is None:
        return None
    # Most runs do not need scikit-learn.
    from pipeline.learn.drift import measure_drift  # noqa: PLC0415

    return measure_drift(services, run)
