"""Read the views in parts, for files that other programs read.

They are read from a copy of the database, because reading millions of rows takes longer than anyone
should wait, and because all parts must be of one moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storage.backup import back_up
from storage.engine.connection import connected
from storage.engine.paths import real_path
from storage.engine.session import Session

if TYPE_CHECKING:
    import pyarrow as pa

#: views with addresses, names or words of people who are no reviewers, or of accounts
ABOUT_PEOPLE = frozenset(
    {
        "absences",
        "accounts",
        "api_tokens",
        "confirmations",
        "mail_outcomes",
        "mail_receipts",
        "subscriber_events",
        "subscribers",
        "suggestions",
        "suppression_events",
        "trail",
    }
)
#: the day or instant whose month divides a view; the others are one part
_DIVIDED_BY = {
    "changes": "seen_at",
    "decisions": "decided_at",
    "paper_versions": "submitted_at",
    "papers": "submitted_at",
    "predictions": "predicted_at",
    "queue": "announced",
}
#: rows that are in memory at once
_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class LakePart:
    """Rows of a view that are written to one file."""

    view: str
    #: such as 2026-03, `none` for rows without a day; empty: the view is not divided
    month: str
    rows: int
    #: of their content and its column names and types, by this version of DuckDB
    fingerprint: str


class Lake:
    """The views of one copy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def views(self, *, about_people: bool = False) -> list[str]:
        """Return the names of the views, sorted."""
        found = self._session.rows(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name = 'survey'"
        )
        return sorted(name for (name,) in found if about_people or name not in ABOUT_PEOPLE)

    def parts(self, view: str) -> list[LakePart]:
        """Return the parts of a view by month; a view without rows has one part."""
        columns = self._session.rows(f'DESCRIBE "{view}"')
        types = ", ".join(f"{name} {kind}" for name, kind, *_ in columns)
        found = self._session.rows(
            f"""
            SELECT {_month(view)} AS month, count(*),
                   printf('%d-%d', sum(hash(part)::HUGEINT), bit_xor(hash(part)))
            FROM "{view}" AS part GROUP BY month ORDER BY month
            """  # noqa: S608  names of our own views
        )
        [(version,)] = self._session.rows("SELECT version()")
        return [
            LakePart(view, month, rows, f"{version} {fingerprint} {types}")
            for month, rows, fingerprint in found or [("", 0, "0-0")]
        ]

    def read(self, part: LakePart) -> "pa.RecordBatchReader":
        """Return the rows of a part in batches, in the order of their columns."""
        return self._session.batches(
            f"""
            SELECT * FROM "{part.view}" WHERE {_month(part.view)} = $month ORDER BY ALL
            """,  # noqa: S608  names of our own views
            {"month": part.month},
            rows=_ROWS,
        )


@contextmanager
def copied_lake(database: Path, *, busy_timeout_seconds: float) -> Iterator[Lake]:
    """Copy the database for the block and read the copy; a copy left by a killed call is replaced.

    Raises:
        StorageError: there is no database, or it cannot be copied.
        StoreDamagedError: the database or the copy has a damaged block.
        StoreBusyError: the database was held, or another copy made, for all of the timeout.
    """
    database = real_path(database)
    copy = database.with_name(f"{database.name}.lake-copy")
    copy.unlink(missing_ok=True)
    try:
        back_up(database, copy, busy_timeout_seconds=busy_timeout_seconds)
        with connected(copy, timeout_seconds=0, read_only=True) as connection:
            yield Lake(Session(connection))
    finally:
        copy.unlink(missing_ok=True)


def _month(view: str) -> str:
    column = _DIVIDED_BY.get(view)
    return f"coalesce(strftime({column}, '%Y-%m'), 'none')" if column else "''"
