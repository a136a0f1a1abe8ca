"""Say what a build of the list leaves out or proposes, one sentence each."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from pipeline.curated.insertion.insert import Insertions
from pipeline.curated.insertion.listed import Listed
from pipeline.curated.types import ListFile
from pipeline.publish.list.facts import Facts
from pipeline.publish.list.hunks import hunk
from pipeline.publish.list.proposals import Proposal, ProposalKind

#: on one thing
_MOST = 20


def list_notes(
    made: Insertions,
    facts: Facts,
    files: Sequence[ListFile],
    proposals: Sequence[Proposal],
    applied: Sequence[Proposal],
) -> Iterator[str]:
    """Yield the notes; a proposal's diff follows its sentence on lines of its own."""
    refused = [f"{r.arxiv_id} is not inserted in {r.section}: {r.reason}." for r in made.refused]
    yield from _limited(refused)
    yield from _limited(list(_not_added(made.listed)))
    listed = {one.arxiv_id for one in proposals if one.kind is ProposalKind.WITHDRAWAL}
    yield from _limited(
        [
            f"{one} is withdrawn at arXiv and not inserted."
            for one in facts.withdrawn
            if one not in listed
        ]
    )
    yield from _limited([f"Applied: {one.sentence}" for one in applied])
    waiting = [one for one in proposals if one not in applied]
    yield from _limited([_proposed(one, files) for one in waiting])


def _proposed(proposal: Proposal, files: Sequence[ListFile]) -> str:
    diff = hunk(proposal, files)
    return f"Proposed: {proposal.sentence}" + (f"\n{diff}" if diff else "")


def _not_added(listed: Mapping[str, Listed]) -> Iterator[str]:
    for arxiv_id, one in listed.items():
        place = f"line {one.line} of {PurePath(one.file).name}"
        if one.by_title:
            yield f"{arxiv_id} stands in {place} with another ID and is not added again."
        elif one.entry is None:
            yield f"{arxiv_id} is named in {place}, outside the entries, and is not added."


def _limited(sentences: Sequence[str]) -> Iterator[str]:
    yield from sentences[:_MOST]
    if len(sentences) > _MOST:
        yield f"{len(sentences) - _MOST} more are like these."
