"""Which model is in use, without loading it: `status` must not pay two seconds for its name."""

from pathlib import Path

from config.taxonomy import Taxonomy


def current_model_id(models: Path) -> str:
    """Return the id of the model in use, or `cue words` before the first training."""
    named = models / "current"
    return named.read_text("utf-8").strip() if named.is_file() else "cue words"


def known_model_id(models: Path, taxonomy: Taxonomy) -> str | None:
    """Return the id that predictions of the classifier in use carry, None if only loading tells."""
    named = models / "current"
    if named.is_file():
        return named.read_text("utf-8").strip()
    if any(models.glob("*.json")):
        return None
    from classifiers.cues import CueClassifier  # noqa: PLC0415  `status` needs no numpy

    return CueClassifier(taxonomy).model_id
