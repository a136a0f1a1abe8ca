"""Complete: ask arXiv again for records that have no text to judge."""

from dataclasses import dataclass

from pipeline.ingest.sources.errors import OaiError, SourceError
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.runtime.services import Services
from storage.incomplete import AskOutcome

#: records asked for in a run, because each is a request; the rest is left to the next run
MOST_ASKED = 10


@dataclass(frozen=True, slots=True)
class CompleteReport:
    """What came of asking again."""

    asked: int = 0
    #: papers that have a text now and wait for a reviewer
    completed: tuple[str, ...] = ()
    quarantined: int = 0


def complete(services: Services, oai: OaiSource) -> CompleteReport:
    """Ask for the incomplete records that are due; each answer is stored before the next request.

    A paper is asked for again after 1, 2, 4, 8 and then every 16 days.
    """
    with services.open_store() as store:
        due = store.incomplete.due(services.clock(), MOST_ASKED)
    asked = quarantined = 0
    completed = []
    for arxiv_id in due:
        try:
            page = oai.record(arxiv_id)
        except OaiError:
            page = None  # OAI does not have it; asked again later
        except SourceError:
            break  # arXiv is out of reach, which the harvest reports
        asked += 1
        with services.open_store() as store, store.transaction():
            if page is not None:
                quarantined += store.quarantine.add(page.malformed)
                store.papers.upsert(page.papers, seen_at=services.clock())
            outcome = store.incomplete.asked(arxiv_id, failed=page is None, now=services.clock())
        if outcome is AskOutcome.WHOLE:
            completed.append(arxiv_id)
    return CompleteReport(asked, tuple(completed), quarantined)
