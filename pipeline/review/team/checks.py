"""Check who is to read what: is anything assigned to people who cannot read."""

from collections.abc import Iterator

from pipeline.review.team.shares import read_standing
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services


def checks(services: Services) -> Iterator[Finding]:
    """Yield the findings about assignments.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    with services.open_store() as store:
        closed = read_standing(store, services.clock().date()).closed
    for name, number in closed.items():
        yield Finding(
            "team",
            f"{counted(number, 'section or batch is', 'sections and batches are')} assigned to"
            f" {name}, who has no account in use; meanwhile everybody reads them.",
            f"`living-survey team release --of {name}` ends that, `team assign` gives them to"
            " somebody else.",
            wrong=False,
        )
