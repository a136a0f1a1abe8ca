"""Continue the numbers of numbered entries."""

import re
from collections.abc import Sequence

from pipeline.curated.insertion.extents import Extent
from pipeline.curated.insertion.layout import Layout, Run

#: behind a bullet, hashes or a bar
NUMBER = re.compile(
    r"[ \t>]*(?:[-*+][ \t]+|#{1,6}[ \t]+|\|[ \t]*|\*\*)*[\[(]?(?P<number>\d{1,4})"
    r"(?=[.)\]\u3001](?!\d)|[ \t]*\|)"
)


def number_of(extent: Extent) -> int | None:
    """Return the number at the beginning of an entry."""
    found = NUMBER.match(extent.text)
    return int(found["number"]) if found else None


def place_by_number(run: Run) -> int | None:
    """Return the place that the numbers leave for a new entry: the end, or the top.

    None: entries have no numbers, or Markdown counts them by itself.
    """
    numbers = _numbers(run.extents)
    if numbers is None or run.is_list_numbered:
        return None
    return 0 if len(numbers) > 1 and numbers[0] > numbers[-1] else len(numbers)


def next_number(layout: Layout, run: Run, place: int, already: int) -> int | None:
    """Return the number of a new entry.

    Args:
        layout: the file.
        run: the entries around it.
        place: before which of them.
        already: entries inserted at that place before it.
    """
    numbers = _numbers(run.extents)
    if numbers is None:
        return None
    if len(numbers) > 1 and len(set(numbers)) == 1:
        return numbers[0]
    if run.is_list_numbered and place < len(numbers):
        return numbers[place]  # Markdown counts from the first number
    highest = max(numbers)
    if numbers[0] != 1 and not run.is_list_numbered:
        others = [found for one in layout.extents if (found := number_of(one)) is not None]
        highest = max(others)
    return highest + 1 + already


def _numbers(extents: Sequence[Extent]) -> list[int] | None:
    numbers = [number_of(extent) for extent in extents]
    known = [number for number in numbers if number is not None]
    return known if known and len(known) == len(numbers) else None
