"""Find where in the list a section's papers go: a run of entries, or a heading without any."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from config.taxonomy import Taxonomy
from config.when import says_when
from pipeline.curated.insertion.layout import Layout, PlacedHeading, Run, normal
from pipeline.curated.insertion.types import NewPaper

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\b|(?<=\d[-/.])(\d{{1,2}})(?!\d)", re.IGNORECASE)


class NoSiteError(Exception):
    """The list has no place for a paper; the text says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where papers of one section go."""

    layout: Layout
    #: None: the heading has no entries yet
    run: Run | None
    heading: PlacedHeading | None

    @property
    def start(self) -> int:
        """Where it begins in its file, which tells it from others."""
        return self.run.extents[0].start if self.run else self.heading.heading.span[0] if self.heading else 0

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings under which its entries are read."""
        return self.run.headings if self.run else self.heading.texts if self.heading else ()


def find_site(
    layouts: Sequence[Layout], taxonomy: Taxonomy, section: str, paper: NewPaper
) -> Site:
    """Return where a paper of a section goes.

    Raises:
        NoSiteError: no file has the section's heading, or none for the paper's year.
    """
    for layout in layouts:
        runs = [run for run in layout.runs if _is_of(taxonomy, run.headings, section)]
        if runs:
            run = _run_for(runs, paper)
            return Site(layout, run, _heading_over(layout, run))
    for layout in layouts:
        for placed in layout.headings:
            if _is_of(taxonomy, placed.texts, section):
                return Site(layout, None, placed)
    name = " / ".join(taxonomy.section(section).headings) or section
    raise NoSiteError(f'the list has no heading "{name}"')


def _is_of(taxonomy: Taxonomy, headings: Sequence[str], section: str) -> bool:
    found = taxonomy.section_at(headings)
    return found is not None and found.id == section


def _run_for(runs: Sequence[Run], paper: NewPaper) -> Run:
    dated = [run for run in runs if any(says_when(text) for text in run.headings)]
    if not dated:
        return max(runs, key=lambda run: len(run.extents))
    fitting = [run for run in dated if all(_fits(text, paper) for text in run.headings)]
    if fitting:
        return max(fitting, key=lambda run: len(run.extents))
    undated = [run for run in runs if run not in dated]
    if undated:
        return max(undated, key=lambda run: len(run.extents))
    raise NoSiteError(f"its section has no heading for {paper.day:%B %Y}")


def _fits(heading: str, paper: NewPaper) -> bool:
    """Say whether a heading that says when includes the paper's day."""
    if not says_when(heading):
        return True
    year, month = _YEAR.search(heading), _MONTH.search(heading)
    if year and int(year[0]) != paper.day.year:
        return False
    if month is None:
        return True
    number = _MONTHS.index(month[1].lower()) + 1 if month[1] else int(month[2])
    return number == paper.day.month


def _heading_over(layout: Layout, run: Run) -> PlacedHeading | None:
    above = [one for one in layout.headings if one.heading.span[0] <= run.extents[0].start]
    return above[-1] if above else None


def opening_of(layouts: Sequence[Layout], site: Site) -> tuple[Run, str, str]:
    """Return a run whose form a section without entries takes, and what stands around entries.

    Returns:
        The run; what stands between heading and first entry, such as a table's head; what closes
        the block.

    Raises:
        NoSiteError: the list has no entry at all.
    """
    everything = [(layout, run) for layout in (site.layout, *layouts) for run in layout.runs]
    if not everything:
        raise NoSiteError("the list has no entry whose form it could take")
    blocks = Counter(run.block for _, run in everything)
    block = blocks.most_common(1)[0][0]
    of_block = [(layout, run) for layout, run in everything if run.block == block]
    around = [(run, _opening(layout, run), _closing(layout, run)) for layout, run in of_block]
    openings = Counter(opening for _, opening, _ in around if opening is not None)
    opening = openings.most_common(1)[0][0] if openings else "\n\n"
    run, _, closing = next((one for one in around if one[1] == opening), around[0])
    return run, opening, closing


def _opening(layout: Layout, run: Run) -> str | None:
    """Return what stands between a heading and its first entry, unless it is prose."""
    over = _heading_over(layout, run)
    if over is None:
        return None
    text = normal(layout.data[over.heading.span[1] : run.extents[0].start])
    bare = text.strip()
    is_block = run.block in {"row", "html"} and bare.startswith(("|", "<")) and "\n\n" not in bare
    is_head = run.block == "row" and re.search(r"-{2,}", bare) is not None and "\n\n" not in bare
    return text if not bare or is_block or is_head else None


def _closing(layout: Layout, run: Run) -> str:
    """Return the tags that close the block of a run."""
    if run.block != "html":
        return ""
    found = re.match(r"(?:\s*</(?:ul|ol|table|tbody)>)+", normal(layout.data[run.end :]))
    return found[0] if found else ""
