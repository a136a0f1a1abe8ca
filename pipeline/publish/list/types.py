"""What the list target builds, with what it is made of."""

from dataclasses import dataclass

from pipeline.curated.insertion.insert import Insertions
from pipeline.curated.types import ListFile
from pipeline.publish.list.facts import Facts
from pipeline.publish.list.proposals import Proposal
from pipeline.publish.publication import Build


@dataclass(frozen=True, slots=True)
class BuiltList:
    """The list as it would be published."""

    build: Build
    #: as they were
    files: tuple[ListFile, ...]
    made: Insertions
    facts: Facts
    #: of entries that stand in the list already
    proposals: tuple[Proposal, ...]
    #: those that the settings ask for
    applied: tuple[Proposal, ...]
