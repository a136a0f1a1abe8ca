"""The feeds as a target of `publish`."""

from collections.abc import Mapping

from config.schema import Settings
from pipeline.publish import addresses
from pipeline.publish.approved import Approved
from pipeline.publish.digest.types import OTHER
from pipeline.publish.feeds.atom import atom
from pipeline.publish.feeds.compose import Feeds, compose, read_feeds
from pipeline.publish.feeds.json_feed import json_feed
from pipeline.publish.feeds.opml import opml
from pipeline.publish.feeds.recount import counts_of, recount
from pipeline.publish.feeds.websub import TARGET
from pipeline.publish.publication import Build, BuiltFile
from pipeline.runtime.services import Services


def build_feeds(services: Services) -> Build:
    """Build every feed; nothing is written."""
    settings = services.settings
    with services.open_store() as store:
        source = read_feeds(store, services.taxonomy, services.clock().date())
    feeds = compose(source, services.taxonomy, settings)
    files = rendered(feeds)
    markup = {
        f"{page.path}.{suffix}": "".join(entry.content for entry in feeds.about.shown(feed, page))
        for feed in feeds.all
        for page in feed.documents
        for suffix in (addresses.ATOM, addresses.JSON)
    }
    directory = addresses.public_directory(settings)
    moments = [
        source.approved.changed_at,
        source.ended_or_not_at,
        *(one.last_at for one in source.issues),
        *(one.made_at for one in source.translations.values()),
    ]
    return Build(
        target=TARGET,
        files=tuple(
            BuiltFile(directory / path, data, markup=markup.get(path, ""))
            for path, data in files.items()
        ),
        entries=placements(source.approved),
        counts=counts_of(feeds),
        recounted=recount(feeds, files),
        notes=_notes(settings),
        rolling=True,
        marked_withdrawn=frozenset(one.arxiv_id for one in source.approved.papers if one.withdrawn),
        changed_at=max((one for one in moments if one is not None), default=None),
    )


def rendered(feeds: Feeds) -> Mapping[str, bytes]:
    """Return the content of every file by its path below the public directory.

    A file comes after those that it leads to, so that no reader is sent to one that is not there.
    """
    files: dict[str, bytes] = {}
    for feed in feeds.all:
        for page in feed.documents:
            files[f"{page.path}.{addresses.ATOM}"] = atom(feed, page, feeds.about)
            files[f"{page.path}.{addresses.JSON}"] = json_feed(feed, page, feeds.about)
    files[addresses.OPML] = opml(feeds)
    return files


def placements(approved: Approved) -> tuple[tuple[str, str], ...]:
    """Return every (arXiv ID, section ID) of the approved papers."""
    return tuple(
        (paper.arxiv_id, section)
        for paper in approved.papers
        for section in paper.sections or (OTHER,)
    )


def _notes(settings: Settings) -> tuple[str, ...]:
    if settings.publish.base_url:
        return ()
    note = (
        "[publish] base_url is not set, so the feeds link each other by relative addresses, which"
        " not every reader follows."
    )
    return (note,)
