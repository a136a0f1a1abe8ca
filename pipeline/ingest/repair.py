"""Repair: ask for announced papers that are missing, by look-up and then one by one from OAI."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from config.errors import TryAgainLaterError
from pipeline.ingest.sources.errors import BlockedError, OaiError, SourceError
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.open import ArxivSources
from pipeline.runtime.services import Services
from storage.calendar import announcement_day

#: Days for which a missing announcement is looked up; moderation takes days, not weeks.
REPAIR_DAYS = 14
#: Papers asked from OAI one by one in a run, because the query API's index can lag by hours; the
#: rest is left to the next run.
MOST_RECORDS = 20


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What became of announced papers that were missing."""

    repaired: int
    #: announced papers that are still not stored
    missing: tuple[str, ...]
    quarantined: int = 0
    #: why the look-up failed, if it did
    failure: SourceError | None = None


def repair(services: Services, arxiv: ArxivSources) -> RepairReport:
    """Ask for papers that were announced lately and are not stored."""
    since = announcement_day(services.clock()) - timedelta(days=REPAIR_DAYS)
    with services.open_store() as store:
        lacking = list(store.ledger.missing(since))
    if not lacking:
        return RepairReport(0, ())
    quarantined = 0
    failure = None
    try:
        found = arxiv.query.look_up(lacking)
        with services.open_store() as store:
            store.papers.upsert(found.papers, seen_at=services.clock())
            quarantined += store.quarantine.add(found.malformed)
            missing = list(store.ledger.missing(since))
    except SourceError as error:
        failure, missing = error, lacking
    if not isinstance(failure, TryAgainLaterError | BlockedError):
        # Not after a request to wait, which holds for all of arXiv.
        quarantined += _by_record(services, arxiv.oai, missing[:MOST_RECORDS])
        with services.open_store() as store:
            missing = list(store.ledger.missing(since))
    return RepairReport(len(lacking) - len(missing), tuple(missing), quarantined, failure)


def _by_record(services: Services, oai: OaiSource, missing: Sequence[str]) -> int:
    quarantined = 0
    for arxiv_id in missing:
        try:
            page = oai.record(arxiv_id)
        except OaiError:
            continue  # not there yet; the ledger still has it as missing
        except SourceError:
            break  # reported by the look-up or by the next run
        with services.open_store() as store:
            store.papers.upsert(page.papers, seen_at=services.clock())
            quarantined += store.quarantine.add(page.malformed)
    return quarantined
