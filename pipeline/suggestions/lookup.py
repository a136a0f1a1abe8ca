"""Look suggested papers up at arXiv, at its usual pace; never while a page is answered."""

from dataclasses import dataclass

from pipeline.ingest.sources.errors import NotHeldError, SourceError
from pipeline.ingest.sources.open import ArxivSources
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from pipeline.suggestions.receive import kept_for


@dataclass(frozen=True, slots=True)
class SuggestedReport:
    """What was looked up."""

    #: papers that arXiv has, and that are stored now
    found: tuple[str, ...] = ()
    #: IDs that arXiv does not have
    unknown: tuple[str, ...] = ()
    #: arXiv's entry cannot be read and is quarantined
    unreadable: tuple[str, ...] = ()
    #: addresses that were kept long enough and are erased
    erased: int = 0
    #: why arXiv could not be asked; empty: it was, or nothing was to be asked
    failure: str = ""


def erase_old(services: Services) -> int:
    """Erase addresses that were kept long enough, also after the survey's end; return how many."""
    settings = services.settings.suggestions
    with services.open_store() as store:
        return store.suggestions.expire(services.clock(), kept_for=kept_for(settings))


def fetch_suggested(services: Services, arxiv: ArxivSources, run: Run) -> SuggestedReport:
    """Ask arXiv for the papers that suggestions wait for, and erase addresses that are old.

    What was approved as a fault of arXiv's record is asked for again too, because only arXiv
    changes its records. A failure is only reported, because the next call asks again.
    """
    settings, now = services.settings.suggestions, services.clock()
    erased = erase_old(services)
    with services.open_store() as store:
        keys = store.suggestions.to_look_up(settings.per_run, now)
    if not keys:
        return SuggestedReport(erased=erased)
    try:
        answer = arxiv.query.look_up(keys)
    except SourceError as error:
        return SuggestedReport(erased=erased, failure=str(error))
    got = {paper.arxiv_id for paper in answer.papers}
    missing = {*answer.unknown, *answer.refused}
    with services.open_store() as store, store.transaction():
        store.papers.upsert(answer.papers, seen_at=services.clock())
        store.quarantine.add(answer.malformed)
        found = tuple(key for key in keys if key in got)
        unknown = tuple(key for key in keys if key in missing)
        store.suggestions.looked_up(found, unknown, services.clock())
    if found:
        run.count(suggested=len(found))
    return SuggestedReport(
        found=found,
        unknown=unknown,
        unreadable=tuple(key for key in keys if key not in {*got, *missing, *answer.unheld}),
        erased=erased,
        failure=str(NotHeldError.of(answer.unheld)) if answer.unheld else "",
    )
