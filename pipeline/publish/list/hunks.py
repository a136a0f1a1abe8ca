"""Show one proposal as a diff."""

from collections.abc import Sequence
from pathlib import PurePath

from pipeline.curated.insertion.edits import edited
from pipeline.curated.types import ListFile
from pipeline.publish.list.proposals import Proposal
from pipeline.runtime.diff import unified


def hunk(proposal: Proposal, files: Sequence[ListFile]) -> str:
    """Return a proposal's change of the files as a unified diff, without the last line end."""
    return "".join(
        unified(PurePath(file.name).name, file.data, edited(file, proposal.edits))
        for file in files
        if any(edit.file == file.name for edit in proposal.edits)
    ).rstrip("\n")
