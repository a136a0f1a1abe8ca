"""Find what stands around the entries of a run: its heading, what opens and closes its block."""

import re

from pipeline.curated.insertion.layout import Layout, PlacedHeading, Run
from pipeline.curated.insertion.lines import normal


def heading_over(layout: Layout, run: Run) -> PlacedHeading | None:
    """Return the last heading above a run."""
    above = [one for one in layout.headings if one.heading.span[0] <= run.extents[0].start]
    return above[-1] if above else None


def opening(layout: Layout, run: Run) -> str | None:
    """Return what stands between a heading and its first entry, unless it is prose."""
    over = heading_over(layout, run)
    if over is None:
        return None
    text = normal(layout.data[over.heading.span[1] : run.extents[0].start])
    bare = text.strip()
    is_block = run.block in {"row", "html"} and bare.startswith(("|", "<")) and "\n\n" not in bare
    is_head = run.block == "row" and re.search(r"-{2,}", bare) is not None and "\n\n" not in bare
    return text if not bare or is_block or is_head else None


def closing(layout: Layout, run: Run) -> str:
    """Return the tags that close the block of a run."""
    if run.block != "html":
        return ""
    found = re.match(r"(?:\s*</(?:ul|ol|table|tbody)>)+", normal(layout.data[run.end :]))
    return found[0] if found else ""
