"""Remember that a backup was restored, because what was mailed after it may be unknown since."""

from datetime import datetime
from pathlib import Path

from config.files import put_in_place, read_regular_text

_NAME = "restored"


def note_restored(directory: Path, now: datetime) -> None:
    """Write when a backup was put in place to `[mail] journal`."""
    directory.mkdir(parents=True, exist_ok=True)
    put_in_place(directory / _NAME, f"{now.isoformat()}\n".encode())


def restored_at(directory: Path) -> datetime | None:
    """Return when a backup was last put in place; None: never, or it is not known."""
    try:
        return datetime.fromisoformat(read_regular_text(directory / _NAME).strip())
    except (OSError, ValueError):
        return None
