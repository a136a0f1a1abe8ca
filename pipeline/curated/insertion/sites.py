"""Find where in the list a section's papers go: a run of entries, or a heading without any."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from config.taxonomy import Taxonomy
from config.when import says_when
from pipeline.curated.insertion.dated import NewHeading, dated_as, fits, new_heading
from pipeline.curated.insertion.layout import Layout, PlacedHeading, Run
from pipeline.curated.insertion.surroundings import closing, heading_over, opening
from pipeline.curated.insertion.types import NewPaper


class NoSiteError(Exception):
    """The list has no place for a paper; the text says why, without a full stop."""


class NoTimeError(NoSiteError):
    """The section is divided by time, and no heading fits the paper's day."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where papers of one section go."""

    layout: Layout
    #: None: the heading has no entries yet
    run: Run | None
    heading: PlacedHeading | None
    #: the heading is written too
    new: NewHeading | None = None

    @property
    def start(self) -> int:
        """Where it begins in its file, which tells it from others."""
        if self.new is not None:
            return -1 - self.new.offset
        if self.run is not None:
            return self.run.extents[0].start
        return self.heading.heading.span[0] if self.heading else 0

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings under which its entries are read."""
        if self.new is not None:
            return self.new.headings
        if self.run is not None:
            return self.run.headings
        return self.heading.texts if self.heading else ()


def find_site(layouts: Sequence[Layout], taxonomy: Taxonomy, section: str, paper: NewPaper) -> Site:
    """Return where a paper of a section goes.

    Raises:
        NoSiteError: no file has the section's heading.
        NoTimeError: none of its headings fits the paper's day.
    """
    for layout in layouts:
        runs = [run for run in layout.runs if is_of(taxonomy, run.headings, section)]
        empty = [one for one in layout.headings if is_of(taxonomy, one.texts, section)]
        if runs:
            return _site_among(layout, runs, empty, paper)
    for layout in layouts:
        empty = [one for one in layout.headings if is_of(taxonomy, one.texts, section)]
        if empty:
            return _site_below(layout, empty, paper)
    name = " / ".join(taxonomy.section(section).headings) or section
    raise NoSiteError(f'the list has no heading "{name}"')


def is_of(taxonomy: Taxonomy, headings: Sequence[str], section: str) -> bool:
    """Say whether headings are those of a section."""
    found = taxonomy.section_at(headings)
    return found is not None and found.id == section


def _site_below(layout: Layout, headings: Sequence[PlacedHeading], paper: NewPaper) -> Site:
    """Return the heading of a section without entries that a paper goes below."""
    for placed in headings:
        if fits(placed.texts, paper):
            return Site(layout, None, placed)
    raise _no_time(headings[0].texts, paper)


def _site_among(
    layout: Layout, runs: Sequence[Run], headings: Sequence[PlacedHeading], paper: NewPaper
) -> Site:
    """Return the place among the runs of a section, which may be divided by dates."""
    dated = [run for run in runs if any(map(says_when, run.headings))]
    fitting = [run for run in dated if fits(run.headings, paper)]
    undated = [run for run in runs if run not in dated]
    if chosen := fitting or undated:
        run = max(chosen, key=lambda run: len(run.extents))
        return Site(layout, run, heading_over(layout, run))
    for placed in headings:
        if any(map(says_when, placed.texts)) and fits(placed.texts, paper):
            return Site(layout, None, placed)
    new = new_heading(layout, dated, paper)
    if new is None:
        raise _no_time(dated[0].headings, paper)
    return Site(layout, None, None, new)


def _no_time(headings: Sequence[str], paper: NewPaper) -> NoTimeError:
    """Return the error that names the headings which a paper needs."""
    needed = [(dated_as(one, paper) or one) if says_when(one) else one for one in headings]
    return NoTimeError(
        f'its section has no heading for {paper.day:%B %Y}; write "{" / ".join(needed)}"'
    )


def opening_of(layouts: Sequence[Layout], site: Site) -> tuple[Run, str, str]:
    """Return a run whose form a section without entries takes, and what stands around entries.

    Returns:
        The run; what stands between heading and first entry, such as a table's head; what closes
        the block.

    Raises:
        NoSiteError: the list has no entry at all.
    """
    if site.new is not None:
        return site.new.model, site.new.opening, site.new.closing
    everything = [(layout, run) for layout in (site.layout, *layouts) for run in layout.runs]
    if not everything:
        raise NoSiteError("the list has no entry whose form it could take")
    blocks = Counter(run.block for _, run in everything)
    block = blocks.most_common(1)[0][0]
    of_block = [(layout, run) for layout, run in everything if run.block == block]
    around = [(run, opening(layout, run), closing(layout, run)) for layout, run in of_block]
    openings = Counter(begins for _, begins, _ in around if begins is not None)
    usual = openings.most_common(1)[0][0] if openings else "\n\n"
    run, _, ends = next((one for one in around if one[1] == usual), around[0])
    return run, usual, ends
