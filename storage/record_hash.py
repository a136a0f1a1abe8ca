"""Hash a paper's record as its source sent it, so that unchanged records are skipped.

Databases keep these hashes, so the hashed text (DuckDB's notation of a row) must not change.
"""

import hashlib
from datetime import datetime

from storage.engine.instants import to_utc
from storage.types import Paper


def record_hash(paper: Paper) -> int:
    """Return the lower half of an MD5 over all sent fields."""
    history = ", ".join(
        f"{{'version': {version}, 'submitted_at': {_quoted(submitted_at)},"
        f" 'withdrawn': {_boolean(withdrawn)}}}"
        for version, submitted_at, withdrawn in history_of(paper)
    )
    parts = (
        paper.source.value,
        str(paper.version),
        None if paper.datestamp is None else str(paper.datestamp),
        paper.title,
        paper.abstract,
        "\x1e".join(paper.authors),
        "\x1e".join(paper.categories),
        paper.primary_category,
        paper.comment or "",
        paper.doi or "",
        paper.journal_ref or "",
        paper.license or "",
        _timestamp(to_utc(paper.submitted_at)) or "",
        _timestamp(to_utc(paper.updated_at)) or "",
        _boolean(paper.withdrawn),
        f"[{history}]",
    )
    # Like SQL's concat_ws, which skips NULL with its separator.
    text = "\x1f".join(part for part in parts if part is not None)
    digest = hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little")


def history_of(paper: Paper) -> list[tuple[int, datetime | None, bool]]:
    """Return (number, time of submission, withdrawn) of all versions, at least the current one."""
    history: dict[int, tuple[int, datetime | None, bool]] = {
        paper.version: (paper.version, to_utc(paper.updated_at), paper.withdrawn)
    }
    for version in paper.versions:
        history[version.version] = (
            version.version,
            to_utc(version.submitted_at),
            version.withdrawn,
        )
    return list(history.values())


def _timestamp(moment: datetime | None) -> str | None:
    """Return DuckDB's notation: without trailing zeros in the fraction."""
    if moment is None:
        return None
    text = str(moment)
    return text.rstrip("0") if moment.microsecond else text


def _quoted(moment: datetime | None) -> str:
    return "NULL" if moment is None else f"'{_timestamp(moment)}'"


def _boolean(value: bool) -> str:  # noqa: FBT001  a value, not a switch
    return "true" if value else "false"
