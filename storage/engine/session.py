"""One open connection, as the tables' classes use it: rows, writes, transactions. No table's name.

A session belongs to one lease and one thread; DuckDB gives wrong rows when threads share one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa

Row = tuple[Any, ...]

# What these count is all they do; a change of schema counts nothing and is one all the same.
_ON_ROWS = re.compile(r"\s*(?:INSERT|MERGE|UPDATE|DELETE)\b")


class Session:
    """Speaks SQL on one cursor; calls `before_commit` and `after_commit` around every commit.

    A transaction whose statements touched no row is no commit: the manifest stays as it is.
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

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """Return all rows of a query."""
        try:
            return self._cursor.execute(sql, parameters).fetchall()
        except RuntimeError as error:
            # Ctrl-C inside a query: DuckDB swallows the KeyboardInterrupt and raises this.
            if "interrupted" in str(error).lower():
                raise KeyboardInterrupt from error
            raise

    def row(self, sql: str, parameters: Mapping[str, object] | None = None) -> Row | None:
        """Return the first row of a query, None if there is none.

        All are fetched: DuckDB 2 refuses the next statement while a result is half read.
        """
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def write(self, sql: str, parameters: Mapping[str, object] | None = None) -> int:
        """Change something; return how many rows were touched, 0 for a change of schema."""
        touched = self.number(sql, parameters)
        self._written = self._written or touched > 0 or not _ON_ROWS.match(sql)
        return touched

    def number(self, sql: str, parameters: Mapping[str, object] | None = None) -> int:
        """Return the one whole number a query yields, 0 for none."""
        row = self.row(sql, parameters)
        return 0 if row is None or row[0] is None else int(row[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that is written inside, or nothing of it if an error leaves the block.

        Blocks nest: only the outermost commits. An error must leave the outermost block too.
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
            self._cursor.execute("ROLLBACK")
            raise
        else:
            self._cursor.execute("COMMIT")
        finally:
            self._depth = 0
        if written and self._after_commit:
            self._after_commit(self)

    def checkpoint(self) -> None:
        """Move what is committed from the WAL into the file."""
        self._cursor.execute("CHECKPOINT")
        if self._after_commit:
            self._after_commit(self)

    @contextmanager
    def batch(self, name: str, table: "pa.Table") -> Iterator[None]:
        """Let SQL read an Arrow table under a name, without copying it."""
        self._cursor.register(name, table)
        try:
            yield
        finally:
            self._cursor.unregister(name)
