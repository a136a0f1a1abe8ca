"""Build the list: approved papers inserted into the hand-written files."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.errors import UsageError
from config.schema import Settings
from config.taxonomy import Taxonomy
from pipeline.curated.files import list_files
from pipeline.curated.formats.kinds import Format, format_of
from pipeline.curated.insertion.edits import Edit, edited, overlap
from pipeline.curated.insertion.insert import Insertions, insert_papers
from pipeline.curated.types import ListFile
from pipeline.publish.files import NotPublishedError
from pipeline.publish.list.ending import ENDING, ending_edits, ending_text
from pipeline.publish.list.facts import Facts, read_facts
from pipeline.publish.list.notes import list_notes
from pipeline.publish.list.proposals import Proposal, find_proposals
from pipeline.publish.list.types import BuiltList
from pipeline.publish.publication import Build, BuiltFile
from pipeline.runtime.ending import ended
from pipeline.runtime.services import Services
from storage.freezes import Freeze
from storage.paper_key import doi_keys_in


def list_paths(settings: Settings) -> tuple[Path, ...]:
    """Return the files of the list.

    Raises:
        UsageError: none is named.
    """
    if not settings.survey.list:
        raise UsageError("No list is named.", hint="Set [survey] list to its file.")
    return list_files(settings.survey.list)


def build_from(services: Services, contents: Mapping[Path, bytes]) -> BuiltList:
    """Build the list from the content of its files.

    Raises:
        CuratedListError: a file is not UTF-8.
        NotPublishedError: no file is Markdown.
    """
    taxonomy, asked = services.taxonomy, services.settings.list.apply
    paths = {str(path): path for path in contents}
    every = [ListFile(str(path), data) for path, data in contents.items()]
    files = tuple(file for file in every if format_of(file) is Format.MARKDOWN)
    if not files:
        raise NotPublishedError(
            "No file of the list is Markdown.", hint="`living-survey export` writes other formats."
        )
    with services.open_store() as store:
        facts = read_facts(store, (file.data.decode("utf-8", "replace") for file in files))
        freeze = ended(store.freezes.standing(), services.clock().date())
    made = insert_papers(files, facts.papers, taxonomy, facts.known)
    edits = [Edit(one.file, one.offset, one.offset, one.data) for one in made.inserted]
    proposals = find_proposals(made, facts, taxonomy)
    applied: list[Proposal] = []
    for one in proposals:
        if one.kind in asked and one.edits and not overlap(one.edits, edits):
            edits += one.edits
            applied.append(one)
    language = services.settings.digest.languages[0]
    notice = list(ending_edits(files[0], freeze, language)) if ENDING in asked else []
    edits += notice
    built = {file.name: edited(file, edits) for file in files}
    entries = _entries(made, facts, taxonomy, applied)
    papers = {arxiv_id for arxiv_id, _ in entries}
    build = Build(
        target="list",
        files=tuple(BuiltFile(paths[one.name], built[one.name], one.data) for one in files),
        entries=entries,
        counts={"papers": len(papers), "inserted": len(made.inserted)},
        recounted=_recounted(files, built, sorted(papers), made),
        notes=(
            *list_notes(made, facts, files, proposals, applied),
            *_on_notice(notice, freeze, language),
        ),
    )
    return BuiltList(build, files, made, facts, proposals, tuple(applied))


def _on_notice(notice: Sequence[Edit], freeze: Freeze | None, language: str) -> Iterator[str]:
    if notice and freeze is not None:
        yield f"Its top says: {ending_text(freeze, language)}"
    elif notice:
        yield "Its top no longer says that the list ended."


def branch_name(pattern: str, build: Build, day: str) -> str:
    """Return the name of the branch: `{digest}` tells contents apart, `{date}` is the day."""
    digest = hashlib.sha256(b"\0".join(file.data for file in build.files)).hexdigest()
    return pattern.replace("{digest}", digest[:10]).replace("{date}", day)


def _entries(
    made: Insertions, facts: Facts, taxonomy: Taxonomy, applied: Sequence[Proposal]
) -> tuple[tuple[str, str], ...]:
    """Return the papers that people approved and the list then has as entries, by section."""
    found = {(one.arxiv_id, one.section) for one in made.inserted}
    changed = {one.arxiv_id for one in applied}
    for paper, sections in facts.papers:
        listed = made.listed.get(paper.arxiv_id)
        if listed is None or listed.entry is None:
            continue
        section = taxonomy.section_at(listed.entry.headings)
        stays = section is not None and paper.arxiv_id not in changed
        found.update(
            (paper.arxiv_id, one) for one in ((section.id,) if stays and section else sections[:1])
        )
    return tuple(sorted(found))


def _recounted(
    files: Sequence[ListFile],
    built: Mapping[str, bytes],
    papers: Sequence[str],
    made: Insertions,
) -> dict[str, int]:
    """Count again, from the bytes that would be written."""
    old = {file.name: file.data for file in files}
    text = b"\n".join(built.values())
    found = 0
    dois = doi_keys_in(text.decode("utf-8", "replace"))
    for arxiv_id in papers:
        listed = made.listed.get(arxiv_id)
        sign = arxiv_id.encode()
        if listed is not None and listed.by_title and listed.entry and listed.entry.title_span:
            start, end = listed.entry.title_span
            sign = old[listed.file][start:end]
        found += arxiv_id in dois or sign in text
    added = sum(
        built[name].count(data) - old[name].count(data)
        for name, data in {(one.file, one.data) for one in made.inserted}
    )
    return {"papers": found, "inserted": added}
