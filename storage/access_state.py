"""Count changes to accounts and sessions, so that a service knows when to read them again."""

from datetime import datetime
from pathlib import Path

from storage.api_tokens import ApiTokens
from storage.engine.connection import connected
from storage.engine.session import Session


def note_change(session: Session) -> None:
    """Count a change, in the transaction that makes it."""
    session.write("UPDATE access_state SET generation = generation + 1")


def generation(session: Session) -> int:
    """Return the number of changes."""
    return session.number("SELECT generation FROM access_state")


def strip_access(copy: Path, now: datetime, *, actor: str) -> None:
    """Delete from a copy of the database what opens pages and API, for somebody else.

    Tokens of the API end in it: whoever holds one would act on the new machine too.
    """
    with connected(copy, timeout_seconds=0) as connection:
        session = Session(connection)
        with session.transaction():
            forget_access(session, passwords=True)
            end_tokens(session, now, actor=actor)
            session.write("UPDATE api_token_event SET secret_hash = NULL")
        session.checkpoint()


def end_tokens(session: Session, now: datetime, *, actor: str) -> int:
    """Revoke every token of the API; return how many were in force."""
    tokens = ApiTokens(session)
    present = tokens.all()
    for one in present:
        tokens.revoke(one.token_id, actor=actor, now=now)
    return sum(one.is_live(now) for one in present)


def forget_access(session: Session, *, passwords: bool) -> None:
    """Delete sessions, links and counts of failures, which belong to one machine and one time.

    `passwords` are deleted too, so that a copy for somebody else holds none.
    """
    for table in ("web_session", "account_link", "login_failure", "trail_network"):
        session.write(f"DELETE FROM {table}")  # noqa: S608  names of our own
    if passwords:
        session.write("DELETE FROM account_password")
    note_change(session)
