"""Say how far a model's probabilities can be trusted, and show them as words or as percentages.

A probability of scope is calibrated on papers that people rejected. Before enough of them it only
ranks, so every page and command shows words.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from classifiers.errors import ModelError
from classifiers.kept.registry import ModelRegistry
from classifiers.linear.header import FEW
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.store import Store

#: from this probability on; below the last: unlikely
_WORDS = ((0.9, "very likely"), (0.5, "likely"), (0.2, "unsure"))
_LAST_WORD = "unlikely"
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of the model in use without loading it."""

    #: None: no model was trained, cue words are used
    trained_at: datetime | None = None
    #: papers it learned from
    approved: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Certainty:
    """Whether the probabilities of the model in use are calibrated, and what is missing."""

    origin: Origin
    #: standing rejections
    rejections: int
    #: decisions after the training
    since: int
    #: rejections a calibration needs
    needed: int = FEW
    #: decisions that the order of likely papers follows beyond the model
    followed: int = 0

    @property
    def calibrated(self) -> bool:
        """Whether the model in use learned from enough approvals and rejections."""
        known = min(self.origin.approved, self.origin.rejected)
        return self.origin.trained_at is not None and known >= self.needed

    @property
    def enough(self) -> bool:
        """Whether a training now would calibrate; pages offer it then."""
        return not self.calibrated and self.rejections >= self.needed

    @property
    def trained_on(self) -> date | None:
        """The UTC day of the training."""
        at = self.origin.trained_at
        return at.astimezone(UTC).date() if at else None

    def shown(self, probability: float) -> str:
        """Return what is shown of a probability: percent if calibrated, else a word."""
        return percent(probability) if self.calibrated else word(probability)

    @property
    def banner(self) -> str:
        """Why there are words instead of percentages; empty if there are percentages."""
        if self.calibrated:
            return ""
        lead, needed = "Percentages are not calibrated yet", self.needed
        if not self.enough:
            return f"{lead}: {self.rejections} of {counted(needed, 'rejection')}."
        if self.origin.trained_at is None:
            return f"{lead}: no model was trained on the {self.rejections} rejections."
        if self.origin.rejected < needed:
            known = f"{self.origin.rejected} of {self.rejections} rejections"
            return f"{lead}: the model learned from {known}."
        return f"{lead}: the model learned from {self.origin.approved} of {needed} approvals."

    @property
    def trained_line(self) -> str:
        """When the model was trained, and how many decisions it does not know."""
        day = self.trained_on
        if day is None:
            return f"no model trained yet, {counted(self.since, 'decision')} so far"
        return f"trained on {day.day} {day:%B %Y}, {counted(self.since, 'decision')} since"

    @property
    def order_line(self) -> str:
        """What the order of likely papers follows beyond the model; empty if nothing."""
        day = self.trained_on
        if not self.followed or day is None:
            return ""
        return (
            f"Order follows {counted(self.followed, 'decision')} since; figures are those of the"
            f" model of {day.day} {day:%B %Y}."
        )


def percent(probability: float) -> str:
    """Return whole percent, never 0 % or 100 %, because no model is certain."""
    if probability < 0.01:
        return "<1\N{NARROW NO-BREAK SPACE}%"
    if probability > 0.99:
        return ">99\N{NARROW NO-BREAK SPACE}%"
    return f"{probability * 100:.0f}\N{NARROW NO-BREAK SPACE}%"


def word(probability: float) -> str:
    """Return a probability in a word."""
    return next((name for least, name in _WORDS if probability >= least), _LAST_WORD)


def origin_of(models: ModelRegistry) -> Origin:
    """Return the origin of the model in use; one that cannot be read is not calibrated."""
    try:
        model_id = models.current_id()
        header = models.get(model_id) if model_id else None
        trained_at = datetime.fromisoformat(header.trained_at) if header else None
    except (ModelError, ValueError):
        return Origin()
    if header is None or trained_at is None:
        return Origin()
    return Origin(trained_at, header.approved, header.rejected)


def read_certainty(store: Store, origin: Origin, in_scope_reasons: Collection[str]) -> Certainty:
    """Return the certainty at this moment; see `Learning.tally` for the reasons."""
    found = store.learning.tally(origin.trained_at or _NEVER, in_scope_reasons)
    return Certainty(
        origin, found.rejections, found.since, followed=store.queue.followed.decisions()
    )


def certainty_of(services: Services, store: Store) -> Certainty:
    """Return the certainty of the model in use, for commands."""
    reasons = services.settings.review.reasons
    codes = [reason.code for reason in reasons if reason.in_scope]
    return read_certainty(store, origin_of(services.models), codes)
