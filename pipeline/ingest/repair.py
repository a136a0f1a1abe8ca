"""Repair: what was announced lately and is not held, by look-up, then from OAI one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.errors import TryAgainLaterError
from pipeline.ingest.calendar import announcement_day
from pipeline.ingest.sources.errors import BlockedError, OaiError, SourceError
from pipeline.ingest.sources.oai.source import OaiSource
from pipeline.ingest.sources.query.source import QuerySource
from storage.store import OpenStore

#: How far back a missing announcement is still looked up. Moderation holds last days, not weeks.
REPAIR_DAYS = 14
#: Papers asked from OAI one by one in a run; the query API's index lags by hours at times, so a
#: few are not there yet, and more than a few are left to the next run's look-up and overlap.
MOST_RECORDS = 20


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What became of the papers that were announced and missing."""

    repaired: int
    #: announced papers that we still do not hold
    missing: tuple[str, ...]
    quarantined: int = 0
    #: why the look-up did not answer, if it did not
    failure: SourceError | None = None


def repair(
    query: QuerySource, oai: OaiSource, open_store: OpenStore, *, clock: Callable[[], datetime]
) -> RepairReport:
    """Look up what the last days announced and we do not hold; keep what cannot be read."""
    since = announcement_day(clock()) - timedelta(days=REPAIR_DAYS)
    with open_store() as store:
        lacking = list(store.ledger.missing(since))
    if not lacking:
        return RepairReport(0, ())
    quarantined = 0
    failure = None
    try:
        found = query.look_up(lacking)
        with open_store() as store:
            store.papers.upsert(found.papers, seen_at=clock())
            quarantined += store.quarantine.add(found.malformed)
            missing = list(store.ledger.missing(since))
    except SourceError as error:
        failure, missing = error, lacking
    if not isinstance(failure, TryAgainLaterError | BlockedError):
        # Where the whole of arXiv asks us to wait there is no second way.
        quarantined += _by_record(oai, open_store, missing[:MOST_RECORDS], clock)
        with open_store() as store:
            missing = list(store.ledger.missing(since))
    return RepairReport(len(lacking) - len(missing), tuple(missing), quarantined, failure)


def _by_record(
    oai: OaiSource, open_store: OpenStore, missing: Sequence[str], clock: Callable[[], datetime]
) -> int:
    quarantined = 0
    for arxiv_id in missing:
        try:
            page = oai.record(arxiv_id)
        except OaiError:
            continue  # it is not there yet; the ledger goes on naming it
        except SourceError:
            break  # the look-up has told what is wrong, or the next run will
        with open_store() as store:
            store.papers.upsert(page.papers, seen_at=clock())
            quarantined += store.quarantine.add(page.malformed)
    return quarantined
