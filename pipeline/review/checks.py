"""Check the length of the queue."""

from collections.abc import Iterator

from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services

_LONG_QUEUE = 2_000


def checks(services: Services) -> Iterator[Finding]:
    """Yield the findings about the queue."""
    with services.open_store() as store:
        waiting = store.queue.size()
    if waiting > _LONG_QUEUE:
        yield Finding(
            "queue",
            f"{counted(waiting, 'paper waits', 'papers wait')} for a reviewer.",
            "`living-survey serve` shows the likeliest first.",
            wrong=False,
        )
