"""The site as a target of `publish`."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.curated.title import survey_title
from pipeline.publish.addresses import public_directory
from pipeline.publish.publication import Build, Inputs
from pipeline.publish.site.build import build_site
from pipeline.publish.site.read import SiteSource, read_source, site_data
from pipeline.runtime.services import Services


def build(services: Services) -> Build:
    """Build the site from decisions, papers and published issues.

    Raises:
        NotPublishedError: a published issue cannot be read.
        UnknownLanguageError: a language has no phrases.
    """
    return _built(services, read_source(services))


def read_inputs(services: Services) -> Inputs:
    """Read everything that the site is made of.

    Raises:
        NotPublishedError: a published issue cannot be read.
    """
    source, settings = read_source(services), services.settings
    taxonomy = services.taxonomy
    parts = (
        settings,
        survey_title(settings.survey),
        taxonomy.fingerprint,
        taxonomy.sections,
        taxonomy.facets,
        source,
    )
    return Inputs(parts, lambda: _built(services, source))


def _built(services: Services, source: SiteSource) -> Build:
    settings = services.settings
    with _fewer_collections():
        data = site_data(services, source)
        return build_site(data, public_directory(settings), settings.digest.languages[0])


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for cycles rarely, because pages are kept and hold none: that is a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
