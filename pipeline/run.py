"""One cycle of the survey. Read this first.

Every step asks the database what is left to do, so a cycle can be killed anywhere and run again.
"""

from dataclasses import dataclass

from pipeline.ingest.corrections import Inbox, read_inbox
from pipeline.ingest.fetch import FetchReport, fetch
from pipeline.ingest.sources.open import ArxivSources
from pipeline.ingest.tidy import Tidied, tidy
from pipeline.learn.classify import ClassifyReport, classify
from pipeline.learn.drift_report import DriftReport
from pipeline.learn.retrain import retrain_if_due
from pipeline.learn.weekly_drift import weekly_drift
from pipeline.review.rules.act import RulesReport, apply_rules
from pipeline.runtime.queue_words import limits_of
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from pipeline.suggestions.lookup import SuggestedReport, fetch_suggested
from storage.calendar import announcement_day
from storage.queue_filter import QueueFilter, QueueTally

#: papers compared in one lease, about a second
_COMPARED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What one cycle did."""

    fetch: FetchReport
    #: papers that people suggested, looked up
    suggested: SuggestedReport
    #: the model trained in this cycle; None: training was not due
    trained: str | None
    classify: ClassifyReport
    #: what rules decided without a person
    rules: RulesReport
    #: the week's drift report, in its first cycle only
    drift: DriftReport | None
    #: papers that wait for a reviewer now
    queue: int
    #: the same by day and limit
    waiting: QueueTally
    #: decided papers that changed at arXiv and wait for an answer
    inbox: Inbox
    #: pairs of papers that are perhaps the same work
    doubles: int
    #: the archive of raw responses
    archive: Tidied


def run_cycle(services: Services, arxiv: ArxivSources, run: Run) -> CycleReport:
    """Fetch what arXiv announced, retrain if enough was decided, classify what is new."""
    with run.step("fetch"):
        fetched = fetch(services, arxiv, run)
    with run.step("suggestions"):
        suggested = SuggestedReport()
        if not fetched.failures:  # it may be a request to wait, which holds for all of arXiv
            suggested = fetch_suggested(services, arxiv, run)
    with run.step("train"):
        trained = retrain_if_due(services, run)
    with run.step("classify"):
        classified = classify(services, run)
    with run.step("rules"):
        ruled = apply_rules(services, run)
    with run.step("drift"):
        drift = weekly_drift(services, run)
    tally = waiting(services)
    return CycleReport(
        fetch=fetched,
        suggested=suggested,
        trained=trained,
        classify=classified,
        rules=ruled,
        drift=drift,
        queue=tally.whole,
        waiting=tally,
        inbox=inbox(services),
        doubles=doubles(services),
        archive=tidy(services.settings.arxiv, services.clock().date()),
    )


def waiting(services: Services) -> QueueTally:
    """Let deferred papers return whose day has come, and count the papers that wait."""
    today = announcement_day(services.clock())
    with services.open_store() as store:
        store.queue.begin_day(today)
        return store.queue.tally(QueueFilter(), today=today, limits=limits_of(services.settings))


def inbox(services: Services) -> Inbox:
    """Find the cases that no fetch has found, and return the open ones."""
    with services.open_store() as store:
        store.corrections.find(services.clock())
        return read_inbox(store)


def doubles(services: Services) -> int:
    """Compare papers that were not compared yet, and return how many pairs wait for an answer."""
    at_least = services.settings.review.likely_from / 100
    while True:
        with services.open_store() as store:
            if not store.same_work.find(
                at_least=at_least, limit=_COMPARED_AT_ONCE, now=services.clock()
            ):
                return store.same_work.count()
