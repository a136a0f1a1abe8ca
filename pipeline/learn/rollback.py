"""Rollback: put an older model to use again, with its predictions."""

from dataclasses import dataclass

from pipeline.runtime.record import Run
from pipeline.runtime.services import Services


@dataclass(frozen=True, slots=True)
class RollbackReport:
    """Which model is in use now, and what it has not scored."""

    model_id: str
    was: str
    #: predictions that were made current again
    predictions: int
    #: papers the model has not classified
    unclassified: int

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {"predictions": self.predictions, "unclassified": self.unclassified}


def rollback(services: Services, run: Run, *, model_id: str | None = None) -> RollbackReport:
    """Put the named model to use, or the last one that was in use before the present.

    Raises:
        ModelError: the model does not exist, is damaged, or was made for another taxonomy.
    """
    was = services.models.describe_current()
    wanted = model_id or services.models.previous_id()
    services.models.load(wanted, services.taxonomy)  # refuses a damaged or unfit model
    # The model is put to use last, so that the same command can be repeated after a kill:
    # preferring its predictions again changes nothing.
    with services.open_store() as store:
        changed = store.predictions.prefer(wanted)
        missing = store.backlog.count(wanted)
    services.models.rollback(wanted, at=services.clock(), replaced=was)
    report = RollbackReport(wanted, was, changed, missing)
    run.count(**report.totals)
    return report
