"""Papers rebuilt from the archive of raw answers alone, in the order they came. Asks nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config.errors import UsageError
from pipeline.ingest.announcements import is_ahead, store_feed
from pipeline.ingest.sources.feed.source import cut_off
from pipeline.ingest.sources.reread import reread_archive
from pipeline.ingest.sources.transport.archive import Archive
from storage.store import OpenStore
from storage.types import UpsertCounts


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What an archive held."""

    #: answers that could be read; error and throttle pages are passed over
    answers: int
    feeds: int
    counts: UpsertCounts
    quarantined: int


def replay_archive(
    directory: Path, open_store: OpenStore, *, on_answer: Callable[[int], None] = lambda _: None
) -> ReplayReport:
    """Store what the archived answers say, each as of the moment it was fetched.

    Raises:
        UsageError: there is no archive in the directory.
        BadAnswerError: an archived answer is damaged; what came before it is stored.
    """
    answers, feeds, quarantined, counts = 0, 0, 0, UpsertCounts()
    for again in reread_archive(Archive(directory)):
        at = again.answer.fetched_at
        with open_store() as store, store.transaction():
            counts += store.papers.upsert(again.papers, seen_at=at)
            quarantined += store.quarantine.add(again.malformed)
            categories = feed_categories(again.answer.url)
            # A feed cut at the cap was asked for again in halves: those are here as well.
            feed = again.feed
            capped = feed and feed.capped and len(categories) > 1
            if feed and categories and not capped and not is_ahead(feed, at):
                if feed.capped:
                    feed = cut_off(feed, categories)
                store_feed(store, categories, feed, checked_at=at)
                feeds += 1
        answers += 1
        on_answer(1)
    if not answers:
        raise UsageError(
            f"There is no archived answer in {directory}.",
            hint="Name the directory of [arxiv] archive, which holds folders by year.",
        )
    with open_store() as store:
        store.checkpoint()
    return ReplayReport(answers, feeds, counts, quarantined)


def feed_categories(url: str) -> tuple[str, ...]:
    """Return the categories a feed's address asks for (`.../rss/cs.CV+cs.CL`), else none."""
    parts = unquote(urlsplit(url).path).split("/")
    if len(parts) >= 2 and parts[-2] in ("rss", "atom"):
        return tuple(parts[-1].split("+"))
    return ()
