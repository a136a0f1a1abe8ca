"""One page: read this first. A cycle fetches, classifies, and says how long the queue is.

Now and then it also trains anew or looks at drift (`pipeline/learn/retrain.py`).

Every step asks the database what is left to do, so a cycle can be killed anywhere and run again.
What a reviewer approves from the queue is published by `digest`, which reads decisions only.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rich.progress import Progress

from pipeline.ingest.fetch import FetchReport, fetch_papers
from pipeline.ingest.ledger import overdue_sentence
from pipeline.ingest.sources.open import ArxivSources
from pipeline.learn.classify import ClassifyReport, classify_papers
from pipeline.learn.drift_report import DriftReport
from pipeline.learn.retrain import retrain_step, weekly_drift_step
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What one cycle did."""

    fetch: FetchReport
    classify: ClassifyReport
    #: papers that wait for a reviewer now
    queue: int
    #: the model that was trained on the way, None if none was due
    trained: str | None = None
    #: the week's look at drift, None in all but its first run
    drift: DriftReport | None = None


def run_cycle(services: Services, arxiv: ArxivSources, record: Run, bars: Progress) -> CycleReport:
    """Fetch, then classify what is new; the ledger follows from what is held."""
    fetched = fetch_step(services, arxiv, record, bars)
    trained = retrain_step(services, record, bars)
    classified = classify_step(services, record, bars)
    drift = weekly_drift_step(services, record, bars)
    with services.open_store() as store:
        queue = store.queue.size()
    return CycleReport(fetched, classified, queue, trained, drift)


def fetch_step(services: Services, arxiv: ArxivSources, record: Run, bars: Progress) -> FetchReport:
    """Fetch as the settings say and record what came."""
    settings = services.settings.arxiv
    report = fetch_papers(
        arxiv.oai,
        arxiv.feed,
        arxiv.query,
        services.open_store,
        sets=settings.sets,
        categories=settings.categories,
        overlap_days=settings.overlap_days,
        clock=services.clock,
        on_page=_advance(bars, "papers from OAI"),
    )
    for harvest in report.harvests:
        counts = harvest.counts
        record.count(new=counts.new, revised=counts.revised, unchanged=counts.unchanged)
    record.count(
        quarantined=report.quarantined,
        repaired=report.repaired,
        late=report.ledger.late,
        corrections=sum(report.corrections.values()),
    )
    faults = [f"{failure.source}: {failure.reason}" for failure in report.failures]
    if report.ledger.overdue:
        faults.append(overdue_sentence(report.ledger.overdue))
    record.error = "; ".join(faults) or None
    return report


def classify_step(services: Services, record: Run, bars: Progress) -> ClassifyReport:
    """Classify with the current model; without one, by the taxonomy's cue words.

    Raises:
        ModelError: the model in use cannot be used, also when there is nothing to classify.
    """
    current = services.models.check_current(services.taxonomy)
    with services.open_store() as store:
        if not store.backlog.count(current.model_id):
            return ClassifyReport(current.model_id, 0)
    classifier = current.load()
    report = classify_papers(
        classifier,
        services.open_store,
        clock=services.clock,
        on_batch=_advance(bars, "papers classified"),
    )
    record.count(classified=report.classified)
    return report


def _advance(bars: Progress, description: str) -> Callable[[int], None]:
    task = bars.add_task(description, total=None)
    return lambda count: bars.advance(task, count)
