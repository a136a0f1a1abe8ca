"""What the database holds of the listed papers."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.curated.formats.read import ScannedList, read_scanned
from pipeline.curated.knowledge import Knowledge, find_holders, joined, knowledge_of
from pipeline.curated.lint.published import published_in
from pipeline.curated.lint.subject import Held, PaperFacts
from pipeline.curated.types import CuratedList, Entry
from pipeline.curated.verdict import needs_title, titles_of
from storage.store import Store
from storage.types import Paper

#: the addresses of code that a paper names
CodeOf = Callable[[Paper], tuple[str, ...]]


def read_held(store: Store, scanned: ScannedList, code_of: CodeOf) -> tuple[CuratedList, Held]:
    """Return the list, read with what the database holds of its papers, and that."""
    stored = store.papers.get_many(scanned.arxiv_ids)
    papers = [one.paper for one in stored.values()]
    knowledge = knowledge_of(papers, store.titles.former(stored))
    curated = read_scanned(scanned, knowledge.known)
    titles = [
        title
        for entry in curated.entries
        if _is_open(entry, knowledge)
        for title in titles_of(entry)
    ]
    found = find_holders(store, (), titles)
    knowledge = replace(joined(found, knowledge), holders=found.holders)
    return curated, Held(knowledge, {one.arxiv_id: _facts(one, code_of) for one in papers})


def _is_open(entry: Entry, knowledge: Knowledge) -> bool:
    """Say whether only its title tells which paper an entry is."""
    held = any(one.base in knowledge.known for one in entry.arxiv_ids)
    return (held or not entry.arxiv_ids) and needs_title(entry, knowledge)


def _facts(paper: Paper, code_of: CodeOf) -> PaperFacts:
    return PaperFacts(
        paper.withdrawn, code_of(paper), published_in(paper.journal_ref, paper.comment)
    )
