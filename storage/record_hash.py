"""A record's hash in Python, equal to the one `storage/paper_merge.py` computes and stores. Pure.

It only spares work: a record whose hash were another than SQL's would be merged, and found to be
unchanged there. So a DuckDB that writes dates or lists in another way costs time and no paper.
"""

import hashlib
from datetime import datetime

from storage.engine.instants import to_utc
from storage.paper_batch import history_of
from storage.types import Paper


def record_hash(paper: Paper) -> int:
    """Return `md5_number_lower` over all that a source sent about a paper."""
    history = ", ".join(
        f"{{'version': {version}, 'submitted_at': {_quoted(submitted_at)},"
        f" 'withdrawn': {_truth(withdrawn)}}}"
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
        _moment(to_utc(paper.submitted_at)) or "",
        _moment(to_utc(paper.updated_at)) or "",
        _truth(paper.withdrawn),
        f"[{history}]",
    )
    # As concat_ws does it: what is not known leaves no place.
    text = "\x1f".join(part for part in parts if part is not None)
    digest = hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little")


def _moment(moment: datetime | None) -> str | None:
    """Return a stored instant as DuckDB writes it: without zeros behind the last digit."""
    if moment is None:
        return None
    text = str(moment)
    return text.rstrip("0") if moment.microsecond else text


def _quoted(moment: datetime | None) -> str:
    return "NULL" if moment is None else f"'{_moment(moment)}'"


def _truth(said: bool) -> str:  # noqa: FBT001  a value, not a switch
    return "true" if said else "false"
