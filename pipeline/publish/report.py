"""What became of the targets of one call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.publish.changed import ChangedFile
from pipeline.publish.gate.refusal import Refusal


class Outcome(StrEnum):
    """What became of a target."""

    PUBLISHED = "published"
    #: of a dry run
    WOULD_PUBLISH = "would publish"
    UNCHANGED = "nothing to publish"
    REFUSED = "refused"
    #: something could not be read or written
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What became of one target."""

    target: str
    outcome: Outcome
    papers: int = 0
    #: papers that the target did not carry before
    new: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    #: those whose bytes change
    files: tuple[ChangedFile, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    #: refusals that a reason set aside
    overridden: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    #: its row in `publications`
    act_id: str | None = None
    #: why it failed, and the remedy
    error: str = ""
    hint: str = ""
    exit_status: int = 0

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was not published, one sentence each."""
        return (self.error,) if self.error else tuple(one.sentence for one in self.refusals)
