"""Check that published feeds are there as published, because no reader sees that a feed stops."""

from collections.abc import Iterator

from config.errors import LivingSurveyError
from pipeline.publish.feeds.websub import TARGET, waiting_topics
from pipeline.publish.files import content_of
from pipeline.publish.recorded import sha256_of
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.publication_types import Publication

#: files that a sentence names
_NAMED = 3


def checks(services: Services) -> Iterator[Finding]:
    """Yield files of feeds that are not as published, and what the hub was not told."""
    with services.open_store() as store:
        last = store.publications.last(TARGET)
    if last is None:
        return
    if other := _other_files(services, last):
        more = f" and {len(other) - _NAMED} more" if len(other) > _NAMED else ""
        yield Finding(
            "feeds",
            f"{', '.join(other[:_NAMED])}{more} {'is' if len(other) == 1 else 'are'} not as"
            f" published on {last.begun_at:%Y-%m-%d}: readers see another feed, or none.",
            "`living-survey publish --target feeds` writes what is missing. Move a file away that"
            " somebody changed.",
        )
    if waiting := waiting_topics(services, last):
        yield Finding(
            "feeds",
            f"The hub {services.settings.feeds.hub} was not told of"
            f" {counted(len(waiting), 'changed feed')}.",
            "`living-survey publish --target feeds` tells it; readers that ask the feed itself see"
            " it already.",
            wrong=False,
        )


def _other_files(services: Services, last: Publication) -> list[str]:
    found = []
    for file in last.files:
        try:
            now = content_of(services.settings.root / file.path)
        except LivingSurveyError:  # it cannot be read
            now = None
        if now is None or sha256_of(now) != file.sha256:
            found.append(file.path)
    return found
