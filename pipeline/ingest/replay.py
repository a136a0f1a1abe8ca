"""Replay: rebuild papers and announcements from the archive of raw responses, offline."""

from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config.errors import UsageError
from pipeline.ingest.announcements import is_current, store_feed
from pipeline.ingest.sources.feed.source import cut_off
from pipeline.ingest.sources.reread import reread_archive
from pipeline.ingest.sources.transport.archive import Archive
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.types import UpsertCounts


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What an archive contained."""

    #: readable responses; error and throttle pages are skipped
    answers: int
    feeds: int
    counts: UpsertCounts
    quarantined: int

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`."""
        return {**asdict(self.counts), "quarantined": self.quarantined}


def replay(services: Services, run: Run, directory: Path) -> ReplayReport:
    """Store the content of the archived responses, each as of the time it was fetched.

    Raises:
        UsageError: the directory holds no archive.
        BadResponseError: a response is damaged; what came before it is stored.
    """
    advance = run.progress("responses read again")
    answers, feeds, quarantined, counts = 0, 0, 0, UpsertCounts()
    for again in reread_archive(Archive(directory)):
        at = again.response.fetched_at
        with services.open_store() as store, store.transaction():
            counts += store.papers.upsert(again.papers, seen_at=at)
            quarantined += store.quarantine.add(again.malformed)
            categories = feed_categories(again.response.url)
            # A feed cut at the limit was asked for again in halves, which are archived too.
            feed = again.feed
            capped = feed and feed.capped and len(categories) > 1
            if feed and categories and not capped and is_current(feed, at):
                if feed.capped:
                    feed = cut_off(feed, categories)
                store_feed(store, categories, feed, checked_at=at)
                feeds += 1
        answers += 1
        advance(1)
    if not answers:
        raise UsageError(
            f"There is no archived response in {directory}.",
            hint="Use the directory of [arxiv] archive, which has a folder for each year.",
        )
    with services.open_store() as store:
        store.checkpoint()
    report = ReplayReport(answers, feeds, counts, quarantined)
    run.count(**report.totals)
    return report


def feed_categories(url: str) -> tuple[str, ...]:
    """Return the categories of a feed's address (`.../rss/cs.CV+cs.CL`); () for other ones."""
    parts = unquote(urlsplit(url).path).split("/")
    if len(parts) >= 2 and parts[-2] in ("rss", "atom"):
        return tuple(parts[-1].split("+"))
    return ()
