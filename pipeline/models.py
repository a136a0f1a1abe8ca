"""Which model is in use, without loading it: `status` must not pay two seconds for its name."""

from pathlib import Path


def current_model_id(models: Path) -> str:
    """Return the id of the model in use, or `cue words` before the first training."""
    named = models / "current"
    return named.read_text("utf-8").strip() if named.is_file() else "cue words"
