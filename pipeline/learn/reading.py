"""Keep how much to read that the last `evaluate` measured, for `status` and `plan`.

Neither numpy nor scikit-learn is imported.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from classifiers.measure.depths import FEW_RELEVANT, ReadingDepth
from config.files import read_regular_text
from config.json_toml import load_json
from pipeline.runtime.plurals import counted

NOT_MEASURED = "how much to read is not measured yet: `living-survey evaluate` measures it"


@dataclass(frozen=True, slots=True)
class MeasuredReading:
    """How much of the tested papers, most likely first, held a share of the relevant ones."""

    measured_at: datetime
    #: the model in use then
    model_id: str
    #: relevant papers among the tested ones
    approved: int
    depths: tuple[ReadingDepth, ...]


def depths_text(depths: Iterable[ReadingDepth]) -> str:
    """Return "the first 40 % (31 to 62 %) for 95 % and the first 60 % (51 to 100 %) for 99 %"."""
    return " and ".join(
        f"the first {_percent(depth.share)} % ({_percent(depth.low)} to {_percent(depth.high)} %)"
        f" for {_percent(depth.recall)} %"
        for depth in depths
    )


def warning_text(approved: int) -> str:
    """Return that so few relevant papers say little; nothing if they are enough."""
    if approved >= FEW_RELEVANT:
        return ""
    only = counted(approved, "relevant paper")
    return f"With only {only} this says little; {FEW_RELEVANT} are needed."


def reading_sentences(found: MeasuredReading | None, model_id: str) -> tuple[str, ...]:
    """Return how much to read, how far that can be trusted, and what to do about it.

    `model_id` is the model in use now.
    """
    if found is None:
        return (NOT_MEASURED,)
    day = f"{found.measured_at:%Y-%m-%d}"
    said = [f"read {depths_text(found.depths)} of the relevant papers, measured on {day}"]
    if few := warning_text(found.approved):
        said.append(few.rstrip("."))
    if found.model_id != model_id:
        said.append(
            f"measured with {found.model_id}; another model is in use, which"
            " `living-survey evaluate` measures"
        )
    return tuple(said)


def reading_path(reports: Path) -> Path:
    """Return the path of the file; a later `evaluate` replaces it."""
    return reports / "reading.json"


def reading_json(found: MeasuredReading) -> str:
    """Return the content of the file."""
    content = {**asdict(found), "measured_at": found.measured_at.isoformat()}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def last_reading(reports: Path) -> MeasuredReading | None:
    """Return what was measured last; None if nothing was, or another version wrote it."""
    try:
        content = load_json(read_regular_text(reading_path(reports)))
        content["measured_at"] = datetime.fromisoformat(content["measured_at"])
        content["depths"] = tuple(ReadingDepth(**depth) for depth in content["depths"])
        return MeasuredReading(**content)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _percent(share: float) -> str:
    return f"{share * 100:.0f}"
