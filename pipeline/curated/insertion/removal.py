"""Take an entry out of a list with what divides it from its neighbours."""

import re

from pipeline.curated.insertion.extents import Extent
from pipeline.curated.insertion.layout import Layout, Run

_DIVIDES = re.compile(rb"(?:\s|-{3,}|\*{3,}|_{3,})*")
_LINE_END = re.compile(rb"\r\n|\n|\r|$")


def removal_of(layout: Layout, extent: Extent) -> tuple[int, int] | None:
    """Return the bytes to remove; None where the entry shares its lines with another."""
    if not extent.is_whole:
        return None
    data = layout.data
    run = next((one for one in layout.runs if extent in one.extents), Run((), (extent,)))
    place = run.extents.index(extent)
    if place + 1 < len(run.extents):
        following = run.extents[place + 1].start
        if _DIVIDES.fullmatch(data, extent.end, following):
            return extent.start, following
    if place and _DIVIDES.fullmatch(data, run.extents[place - 1].end, extent.start):
        return run.extents[place - 1].end, extent.end
    end = _LINE_END.search(data, extent.end)
    return extent.start, end.end() if end else len(data)
