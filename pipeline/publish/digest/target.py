"""The digest as a target of `publish`."""

from pipeline.publish.digest.issue import build_issue, edition_of
from pipeline.publish.digest.week import Week
from pipeline.publish.publication import Build
from pipeline.runtime.services import Services


def build_week(services: Services, week: Week, *, preliminary: bool = False) -> Build:
    """Build the issue of a week; nothing is written.

    Raises:
        UnknownLanguageError: a language has no phrases.
        DigestCountError: a number in a file is not the number of the issue.
    """
    with services.open_store() as store:
        issue = build_issue(
            store,
            services.taxonomy,
            edition_of(services.settings),
            week,
            preliminary=preliminary,
        )
    return issue.build
