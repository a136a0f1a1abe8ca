"""Run queries and transactions on an open connection."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import duckdb

from storage.engine.no_pandas import statement

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

Row = tuple[Any, ...]
#: the open database, within its DuckDB
NAME = "survey"


class Session:
    """One cursor for one thread, because DuckDB returns wrong rows to threads that share it.

    `before_commit` and `after_commit` are called around commits that changed something.
    """

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        *,
        before_commit: Callable[["Session"], None] | None = None,
        after_commit: Callable[["Session"], None] | None = None,
    ) -> None:
        self._cursor = cursor
        self._before_commit = before_commit
        self._after_commit = after_commit
        self._depth = 0
        self._written = False

    def beside(self) -> "Session":
        """Return another session on the same open database, which ends with `close`."""
        cursor = self._cursor.cursor()
        cursor.execute(f"USE {NAME}")
        return Session(cursor, before_commit=self._before_commit, after_commit=self._after_commit)

    def close(self) -> None:
        """End the session, with its temporary tables."""
        self._cursor.close()

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """Return all rows of a query."""
        try:
            with statement():
                return self._cursor.execute(sql, parameters).fetchall()
        except RuntimeError as error:
            # Raised instead of KeyboardInterrupt on Ctrl-C in a query.
            if "interrupted" in str(error).lower():
                raise KeyboardInterrupt from error
            raise

    def row(self, sql: str, parameters: Mapping[str, object] | None = None) -> Row | None:
        """Return the first row, or None.

        Fetches all rows, because DuckDB 2 refuses the next statement while a result is open.
        """
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def write(self, sql: str, parameters: Mapping[str, object] | None = None) -> int:
        """Run a write; return how many rows it changed."""
        changed = self.number(sql, parameters)
        self._written = self._written or changed > 0
        return changed

    def ddl(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Change the schema or temporary tables."""
        self.rows(sql, parameters)
        self._written = True

    def number(self, sql: str, parameters: Mapping[str, object] | None = None) -> int:
        """Return the integer of a query, 0 for NULL or no row."""
        row = self.row(sql, parameters)
        return 0 if row is None or row[0] is None else int(row[0])

    def numbers(self, sql: str) -> "npt.NDArray[np.uint64]":
        """Return the only column of a query, of unsigned numbers."""
        [column] = self._cursor.execute(sql).fetchnumpy().values()
        return column

    def batches(
        self, sql: str, parameters: Mapping[str, object] | None = None, *, rows: int
    ) -> "pa.RecordBatchReader":
        """Return a query in batches of so many rows, to be read before the next query."""
        with statement():
            return self._cursor.execute(sql, parameters).to_arrow_reader(rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the block's writes, or none after an error.

        Only the outermost block commits; an error must leave it too.
        """
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        self._cursor.execute("BEGIN TRANSACTION")
        self._depth = 1
        self._written = False
        try:
            yield
            written = self._written
            if written and self._before_commit:
                self._before_commit(self)
        except BaseException:
            # DuckDB has already rolled back after a fault of the disk.
            with suppress(duckdb.Error):
                self._cursor.execute("ROLLBACK")
            raise
        else:
            self._cursor.execute("COMMIT")
        finally:
            self._depth = 0
        if written and self._after_commit:
            self._after_commit(self)

    def checkpoint(self) -> None:
        """Move committed data from the WAL into the file."""
        self._cursor.execute("CHECKPOINT")
        if self._after_commit:
            self._after_commit(self)

    @contextmanager
    def batch(self, name: str, table: "pa.Table") -> Iterator[None]:
        """Make an Arrow table readable in SQL without a copy."""
        self._cursor.register(name, table)
        try:
            yield
        finally:
            self._cursor.unregister(name)
