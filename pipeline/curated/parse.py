"""Parse the curated list into entries with exact byte spans.

A file is scanned once: its text without comments (`markdown/source`), blocks (`blocks`), what each
block says (`reading`). Reading it, with what is known of its papers, takes the rest: the style of
the list's titles (`style`), what each block is by itself (`states`) and to the others (`roles`,
`assembly`, `introductions`), and what that makes (`outcomes`): entries, unreadable entries, and
asides, which name a paper and are no entry.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.curated.agreement import Known
from pipeline.curated.markdown.assembly import Assembly, assemble
from pipeline.curated.markdown.blocks import Block, find_blocks, is_definition
from pipeline.curated.markdown.entries import Context
from pipeline.curated.markdown.introductions import mark_introductions
from pipeline.curated.markdown.links import Occurrence, find_occurrences
from pipeline.curated.markdown.outcomes import sort_groups
from pipeline.curated.markdown.reading import Reading, Reference, read_block
from pipeline.curated.markdown.source import Source, read_source
from pipeline.curated.markdown.states import judge
from pipeline.curated.markdown.style import Style, learn
from pipeline.curated.types import CuratedList, Heading, ListFile, Place, joined
from storage.paper_key import is_doi_key


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file block by block, before anything is known of its papers."""

    file: ListFile
    source: Source
    readings: tuple[Reading, ...]
    #: every arXiv ID and paper-like link of the text
    occurrences: tuple[Occurrence, ...]
    #: reference links: label in lower case to URL
    definitions: Mapping[str, str]
    #: keys of DOIs that are held, besides those that are known when it is parsed
    held: frozenset[str] = frozenset()

    @property
    def arxiv_ids(self) -> Iterator[str]:
        """All IDs that the file names, some repeatedly."""
        yield from (one.arxiv_id.base for one in self.occurrences if one.arxiv_id)
        references = (one for reading in self.readings for one in reading.references)
        yield from (one.arxiv_id.base for one in references if one.arxiv_id)


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
    return joined(parse_files([scan_file(file) for file in files], known))


def scan_file(file: ListFile, held: frozenset[str] = frozenset()) -> ScannedFile:
    """Read the blocks of a file one by one, which takes half of the time of reading it.

    Raises:
        CuratedListError: the file is not UTF-8.
    """
    source = read_source(file)
    blocks = find_blocks(source)
    readings = (read_block(block, blocks.text, blocks.definitions) for block in blocks.blocks)
    return ScannedFile(
        file, source, tuple(readings), find_occurrences(source.text), blocks.definitions, held
    )


def scan_again(file: ListFile, before: ScannedFile) -> ScannedFile:
    """Read a file that differs little from one that was read; blocks with the same text are kept.

    Raises:
        CuratedListError: the file is not UTF-8.
    """
    source = read_source(file)
    blocks = find_blocks(source)
    kept = {_key(one.block, one.text): one for one in before.readings}
    if blocks.definitions != before.definitions:
        kept = {}
    readings = []
    for block in blocks.blocks:
        same = kept.get(_key(block, blocks.text[block.start : block.end]))
        readings.append(
            replace(same, block=block)
            if same is not None
            else read_block(block, blocks.text, blocks.definitions)
        )
    occurrences = find_occurrences(source.text)
    return ScannedFile(file, source, tuple(readings), occurrences, blocks.definitions, before.held)


def _key(block: Block, text: str) -> tuple[object, ...]:
    return block.kind, block.level, block.columns, block.plain, text


def learn_style(files: Sequence[ScannedFile]) -> Style:
    """Learn how a list writes its titles, over all files, because they are one list."""
    readings = (reading for file in files for reading in file.readings)
    return learn(reading.candidates for reading in readings if reading.references)


def parse_files(
    files: Sequence[ScannedFile],
    known: Mapping[str, Known] | None = None,
    *,
    style: Style | None = None,
) -> list[CuratedList]:
    """Parse the files of one list, each into its part, as `parse_list` does.

    A DOI is the ID of an entry only where the paper is known or held under it: lists link to many
    works that no survey holds.

    `style` is of the whole list, where the files are parts of it.
    """
    files = [_with_held(file, known or {}) for file in files]
    style = style or learn_style(files)
    contexts = [
        Context(
            file.source,
            [judge(reading, style, known or {}) for reading in file.readings],
            known or {},
            style,
        )
        for file in files
    ]
    assembled = [(context, _assembled(context)) for context in contexts]
    mark_introductions(assembled)
    return [_sorted(file, *each) for file, each in zip(files, assembled, strict=True)]


def _with_held(file: ScannedFile, known: Mapping[str, Known]) -> ScannedFile:
    """Return the file without the IDs of DOIs that are not held."""

    def is_odd(one: Reference | Occurrence) -> bool:
        key = one.arxiv_id.base if one.arxiv_id else ""
        return is_doi_key(key) and key not in known and key not in file.held

    if not any(is_odd(one) for one in file.occurrences) and not any(
        is_odd(one) for reading in file.readings for one in reading.references
    ):
        return file
    return replace(
        file,
        readings=tuple(
            replace(
                reading,
                references=tuple(
                    replace(one, arxiv_id=None) if is_odd(one) else one
                    for one in reading.references
                ),
            )
            for reading in file.readings
        ),
        occurrences=tuple(
            replace(one, arxiv_id=None) if is_odd(one) else one for one in file.occurrences
        ),
    )


def _assembled(context: Context) -> Assembly:
    made = assemble(context.judged)
    inside = sum(group.region is not None for group in made.groups if group.names(context.judged))
    total = sum(group.names(context.judged) for group in made.groups)
    if inside > total / 2:
        # A first heading such as "News" over the whole file says nothing about its sections.
        made = assemble(context.judged, deep_regions=False)
    return made


def _sorted(file: ScannedFile, context: Context, made: Assembly) -> CuratedList:
    outcomes = sort_groups(made.groups, context, file.occurrences)
    over = {frame.place for group in outcomes.entered for frame in group.path}
    over |= {place for group in outcomes.entered for place in group.bullets}
    headings = [
        _heading(context.source, context, frame.place, frame.level, frame.text)
        for frame in made.headings
        if context.judged[frame.place].reading.block.plain or frame.place in over
    ]
    return CuratedList(
        (file.file,),
        tuple(sorted(headings, key=lambda heading: heading.span)),
        tuple(outcomes.entries),
        tuple(outcomes.unreadable),
        tuple(outcomes.asides),
        tuple(_place(file.source, one) for one in file.occurrences),
    )


def _place(source: Source, one: Occurrence) -> Place:
    line = source.text[source.line_start(one.start) : source.line_end(one.end)]
    return Place(
        source.file,
        source.line(one.start),
        source.span(one.start, one.end),
        one.text,
        one.arxiv_id,
        is_definition(line),
    )


def _heading(source: Source, context: Context, place: int, level: int, text: str) -> Heading:
    block = context.judged[place].reading.block
    return Heading(
        source.file, level, text, source.span(block.start, block.end), source.line(block.start)
    )
