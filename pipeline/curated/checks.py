"""Check that the files of the curated list exist."""

from collections.abc import Iterator

from pipeline.runtime.findings import Finding
from pipeline.runtime.services import Services


def checks(services: Services) -> Iterator[Finding]:
    """Yield what is wrong."""
    for path in services.settings.survey.list:
        if not path.exists():
            yield Finding(
                "configuration",
                f"[survey] list names {path}, and that file does not exist.",
                "Correct the path in living-survey.toml or put the list there.",
            )
