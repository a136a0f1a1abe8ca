"""Count the statements that a block sends to the database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest import mock

from storage.engine.session import Row, Session


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Yield the statements of the block, of every session, in order."""
    sent: list[str] = []
    rows = Session.rows

    def counting(
        session: Session, sql: str, parameters: Mapping[str, object] | None = None
    ) -> list[Row]:
        sent.append(sql)
        return rows(session, sql, parameters)

    with mock.patch.object(Session, "rows", counting):
        yield sent
