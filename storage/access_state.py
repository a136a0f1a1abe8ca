"""Count changes to accounts and sessions, so that a service knows when to read them again."""

from pathlib import Path

from storage.engine.connection import connected
from storage.engine.session import Session


def note_change(session: Session) -> None:
    """Count a change, in the transaction that makes it."""
    session.write("UPDATE access_state SET generation = generation + 1")


def generation(session: Session) -> int:
    """Return the number of changes."""
    return session.number("SELECT generation FROM access_state")


def strip_access(copy: Path) -> None:
    """Delete from a copy of the database what opens the pages of this machine."""
    with connected(copy, timeout_seconds=0) as connection:
        session = Session(connection)
        with session.transaction():
            forget_access(session, passwords=True)
        session.checkpoint()


def forget_access(session: Session, *, passwords: bool) -> None:
    """Delete sessions, links and counts of failures, which belong to one machine and one time.

    `passwords` are deleted too, so that a copy for somebody else holds none.
    """
    for table in ("web_session", "account_link", "login_failure", "trail_network"):
        session.write(f"DELETE FROM {table}")  # noqa: S608  names of our own
    if passwords:
        session.write("DELETE FROM account_password")
    note_change(session)
