"""Check that the curated list of the settings exists."""

from collections.abc import Iterator

from pipeline.runtime.findings import Finding
from pipeline.runtime.services import Services


def checks(services: Services) -> Iterator[Finding]:
    """Yield what is wrong."""
    curated = services.settings.survey.list
    if curated is not None and not curated.is_file():
        yield Finding(
            "configuration",
            f"[survey] list names {curated}, and that file does not exist.",
            "Correct the path in living-survey.toml or put the list there.",
        )
