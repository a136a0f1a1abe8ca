"""Fill columns and tables that are derived from others, after the schema changed."""

from storage.announced import fill_announced
from storage.engine.session import Session
from storage.waiting import rebuild


def derive(session: Session) -> None:
    """Derive everything again, in the transaction of the last migration."""
    fill_announced(session)
    rebuild(session)
