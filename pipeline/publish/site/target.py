"""The site as a target of `publish`."""

from pipeline.publish.addresses import public_directory
from pipeline.publish.publication import Build
from pipeline.publish.site.build import build_site
from pipeline.publish.site.read import read_site
from pipeline.runtime.services import Services


def build(services: Services) -> Build:
    """Build the site from decisions, papers and published issues.

    Raises:
        NotPublishedError: a published issue cannot be read.
        UnknownLanguageError: a language has no phrases.
    """
    settings = services.settings
    return build_site(read_site(services), public_directory(settings), settings.digest.languages[0])
