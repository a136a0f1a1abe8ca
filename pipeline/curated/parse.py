"""Parse the curated list into entries with exact byte spans.

A file is read in the steps of `markdown/`: its text without comments (`source`), blocks
(`blocks`), what each block says (`reading`), the style of the list's titles (`style`), what each
block is by itself (`states`) and to the others (`roles`, `assembly`,
`introductions`), and what that makes (`outcomes`): entries, unreadable entries, and asides, which
name a paper and are no entry.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from pipeline.curated.agreement import Known
from pipeline.curated.markdown.assembly import Assembly, assemble
from pipeline.curated.markdown.blocks import find_blocks
from pipeline.curated.markdown.entries import Context
from pipeline.curated.markdown.introductions import mark_introductions
from pipeline.curated.markdown.outcomes import sort_groups
from pipeline.curated.markdown.reading import Reading, read_block
from pipeline.curated.markdown.source import Source, read_source
from pipeline.curated.markdown.states import judge
from pipeline.curated.markdown.style import learn
from pipeline.curated.types import CuratedList, Heading, ListFile, joined


def parse_list(
    data: bytes | Sequence[ListFile], known: Mapping[str, Known] | None = None
) -> CuratedList:
    """Parse a whole list; unreadable entries are reported with their line.

    Args:
        data: one file's bytes, or the files in order.
        known: arXiv's titles and authors by ID. Where such a title stands in the words of a block
            that names the ID, it is the title.

    Raises:
        CuratedListError: a file is not UTF-8.
    """
    files = (ListFile("list.md", data),) if isinstance(data, bytes) else tuple(data)
    return joined(parse_files(files, known))


def parse_files(
    files: Sequence[ListFile], known: Mapping[str, Known] | None = None
) -> list[CuratedList]:
    """Parse the files of one list, each into its part, as `parse_list` does."""
    scanned = [_scan(file) for file in files]
    readings = [part for _, part in scanned]
    # Learned over all files, because they are one list.
    style = learn(reading.candidates for part in readings for reading in part if reading.references)
    contexts = [
        Context(
            source, [judge(reading, style, known or {}) for reading in part], known or {}, style
        )
        for source, part in scanned
    ]
    assembled = [(context, _assembled(context)) for context in contexts]
    mark_introductions(assembled)
    return [_sorted(file, *each) for file, each in zip(files, assembled, strict=True)]


@lru_cache(maxsize=4)  # because `bootstrap` reads a list again once it knows the papers
def _scan(file: ListFile) -> tuple[Source, tuple[Reading, ...]]:
    """Read the blocks of a file one by one, which takes half of the time."""
    source = read_source(file)
    blocks = find_blocks(source)
    return source, tuple(
        read_block(block, blocks.text, blocks.definitions) for block in blocks.blocks
    )


def _assembled(context: Context) -> Assembly:
    made = assemble(context.judged)
    inside = sum(group.region is not None for group in made.groups if group.names(context.judged))
    total = sum(group.names(context.judged) for group in made.groups)
    if inside > total / 2:
        # A first heading such as "News" over the whole file says nothing about its sections.
        made = assemble(context.judged, deep_regions=False)
    return made


def _sorted(file: ListFile, context: Context, made: Assembly) -> CuratedList:
    outcomes = sort_groups(made.groups, context)
    over = {frame.place for group in outcomes.entered for frame in group.path}
    over |= {place for group in outcomes.entered for place in group.bullets}
    headings = [
        _heading(context.source, context, frame.place, frame.level, frame.text)
        for frame in made.headings
        if context.judged[frame.place].reading.block.plain or frame.place in over
    ]
    return CuratedList(
        (file,),
        tuple(sorted(headings, key=lambda heading: heading.span)),
        tuple(outcomes.entries),
        tuple(outcomes.unreadable),
        tuple(outcomes.asides),
    )


def _heading(source: Source, context: Context, place: int, level: int, text: str) -> Heading:
    block = context.judged[place].reading.block
    return Heading(
        source.file, level, text, source.span(block.start, block.end), source.line(block.start)
    )
