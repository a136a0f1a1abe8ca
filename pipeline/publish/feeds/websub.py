"""Tell a WebSub hub which feeds changed, after their files are in place.

The hub then reads the feeds and sends them to who subscribed there
(https://www.w3.org/TR/websub/). How a publisher tells a hub is left open there; hubs take
`hub.mode=publish` with `hub.url` since PubSubHubbub 0.4.

Each request is recorded, so that the next publication tells what this one could not.
"""

from collections.abc import Iterator, Mapping

from pipeline.ingest.sources.web.form import post_form
from pipeline.publish import addresses
from pipeline.publish.recorded import recorded_path
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.hub_pings import HubPing
from storage.publication_types import Publication

#: its name in `publications`
TARGET = "feeds"
#: that a hub may make in a row before it is left alone until the next publication
_REFUSALS = 3


def tell_hub(services: Services) -> tuple[str, ...]:
    """Tell the hub of every feed whose published content it does not know; return what failed."""
    settings = services.settings
    hub, base_url = settings.feeds.hub, settings.publish.base_url
    if not hub:
        return ()
    if not base_url:
        return ("No hub is notified, because [publish] base_url is not set.",)
    with services.open_store() as store:
        last = store.publications.last(TARGET)
    if last is None:
        return ()
    waiting = waiting_topics(services, last)
    pings = list(_asked(services, hub, waiting))
    if pings:
        with services.open_store() as store:
            store.hub_pings.add(pings)
    faults = [one.fault for one in pings if one.fault]
    if not faults:
        return ()
    left = counted(len(waiting) - sum(one.fault is None for one in pings), "feed")
    said = f"The hub {hub} {faults[0]}, so it was not told of {left}."
    return (f"{said} The next `living-survey publish` tells it.",)


def waiting_topics(services: Services, published: Publication) -> Mapping[str, str]:
    """Return the digest of every feed whose content the hub does not know, by its address."""
    hub = services.settings.feeds.hub
    if not hub or not services.settings.publish.base_url:
        return {}
    with services.open_store() as store:
        known = store.hub_pings.known(hub)
    found = _topics(services, published)
    return {topic: digest for topic, digest in found.items() if known.get(topic) != digest}


def _topics(services: Services, published: Publication) -> Mapping[str, str]:
    """Return the digest of every published feed that readers subscribe to, by its address."""
    settings = services.settings
    directory = recorded_path(addresses.public_directory(settings), settings.root)
    found = {}
    for file in published.files:
        path = file.path.removeprefix(f"{directory}/")
        if addresses.is_subscribed(path):
            found[addresses.absolute(settings.publish.base_url, path)] = file.sha256
    return found


def _asked(services: Services, hub: str, waiting: Mapping[str, str]) -> Iterator[HubPing]:
    """Yield what became of each request, until the hub fails or refuses several in a row."""
    settings, refused = services.settings, 0
    for topic, digest in waiting.items():
        visit = post_form(
            hub,
            {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic},
            contact=settings.arxiv.contact,
            timeout_seconds=settings.feeds.hub_timeout_seconds,
        )
        fault: str | None = visit.fault or None
        if visit.status is not None and not 200 <= visit.status < 300:
            fault = f"answered {visit.status}"
        yield HubPing(hub, topic, digest, services.clock(), fault)
        refused = refused + 1 if fault else 0
        if fault and (refused >= _REFUSALS or visit.status not in range(400, 500)):
            return
