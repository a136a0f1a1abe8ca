"""Divide a feed into the document to subscribe to and archive pages that no longer change."""

from collections.abc import Callable, Iterable, Sequence

from pipeline.publish.feeds.types import Document, Entry

#: places of an archive page. The document to subscribe to has as many to twice as many
PLACES = 50

Placed = tuple[int, Entry]


def paged(
    placed: Iterable[Placed], places: int, path: Callable[[int | None], str]
) -> tuple[Document, tuple[Document, ...]]:
    """Return the document to subscribe to and the archive pages, oldest first.

    Page n holds places (n - 1) * PLACES and on. A place may be empty, because its paper is no
    longer approved; a page without any entry is left out.

    Args:
        placed: entries with their places, from 0.
        places: how many places were given out.
        path: of the page with a number, and of the document to subscribe to (None).
    """
    entries = sorted(placed, key=lambda one: one[0])
    archived = max(0, places // PLACES - 1)
    pages: list[Document] = []
    for number in range(1, archived + 1):
        here = _between(entries, (number - 1) * PLACES, number * PLACES)
        if here:
            previous = pages[-1].path if pages else ""
            pages.append(Document(path(number), here, previous))
    rest = _between(entries, archived * PLACES, places)
    return Document(path(None), rest, pages[-1].path if pages else ""), tuple(pages)


def _between(entries: Sequence[Placed], first: int, end: int) -> tuple[Entry, ...]:
    return tuple(entry for place, entry in reversed(entries) if first <= place < end)
