"""The header of a model file, readable without its arrays."""

from dataclasses import dataclass, field

from classifiers.representations.names import DEFAULT, TFIDF

#: increased when older files could be misread; never reused
FORMAT = 3

#: examples of a kind below which constants replace a fit of the calibration
FEW = 20

#: in `counts`: decided papers that were drawn at random; not stated if there were none
DRAWN = "drawn at random"
#: in `metrics`: the share of undecided papers in scope, estimated with them
DRAWN_SHARE = "in_scope_share"


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """Origin and measures of a model."""

    model_id: str
    #: ISO 8601, UTC
    trained_at: str
    #: sha256 of all examples and background documents
    data_fingerprint: str
    taxonomy_fingerprint: str
    libraries: dict[str, str]
    #: the recipe and the seed
    settings: dict[str, float | int | bool]
    #: papers by kind, and approved papers by label
    counts: dict[str, int]
    #: measured on the held-out examples that calibrate the model
    metrics: dict[str, float]
    #: by date or by hash (`holding.py`)
    held_out: str
    format: int = FORMAT
    #: the representations in the model and their versions; models made before there were others
    #: do not state them
    representations: dict[str, str] = field(default_factory=lambda: {TFIDF: "1"})
    #: "representation: kind of output" -> share beside the terms, 0 if it did not help
    shares: dict[str, float] = field(default_factory=dict)

    @property
    def tried(self) -> tuple[str, ...]:
        """The representations that were to be used, whether or not they helped."""
        return (*DEFAULT, *dict.fromkeys(share.split(": ")[0] for share in self.shares))

    @property
    def approved(self) -> int:
        """Approved papers it learned from."""
        return self.counts.get("approved", 0)

    @property
    def rejected(self) -> int:
        """Papers it learned from as out of scope."""
        return self.counts.get("rejected", 0)
