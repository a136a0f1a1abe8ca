"""What a model says about itself, readable beside its arrays. Holds values; computes nothing."""

from dataclasses import dataclass

#: raised whenever an older file could be misread; never reused
FORMAT = 2


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """Where a model comes from and what it was measured at."""

    model_id: str
    #: ISO 8601, UTC
    trained_at: str
    #: sha256 over every example and background document it learned from
    data_fingerprint: str
    taxonomy_fingerprint: str
    #: name to version of the libraries that made it
    libraries: dict[str, str]
    #: the recipe and the seed
    settings: dict[str, float | int | bool]
    #: approved, rejected and background papers, and approved papers by label
    counts: dict[str, int]
    #: measured on the examples that calibrate the model: held out of the fits behind it
    metrics: dict[str, float]
    #: what those are: later than the papers behind their fit, or parts by hash (`holding.py`)
    held_out: str
    format: int = FORMAT
