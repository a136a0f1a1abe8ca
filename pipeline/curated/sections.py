"""Find the sections an entry stands in."""

from contextlib import suppress

from config.section_names import AmbiguousSectionError, find_section
from config.taxonomy import Taxonomy, UnknownSectionError
from pipeline.curated.types import Entry


def sections_of(entry: Entry, taxonomy: Taxonomy, *, by_tags: bool) -> tuple[str, ...]:
    """Return the sections by the entry's headings, or else, with `by_tags`, those its tags name.

    A file without headings names sections in tags: columns of a table, fields of BibTeX.
    """
    if section := taxonomy.section_at(entry.headings):
        return (section.id,)
    named: dict[str, None] = {}
    for tag in entry.tags if by_tags else ():
        with suppress(AmbiguousSectionError, UnknownSectionError):
            named[find_section(taxonomy, tag).id] = None
    return tuple(named)
