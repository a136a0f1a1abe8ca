"""Count what a restore would lose: rows of the database that the backup does not hold.

Rows are compared by keys of what people or other systems did, because a count would hide that one
row was replaced by another.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from storage.engine.connection import connected
from storage.engine.session import Session
from storage.errors import StorageError, StoreBusyError

#: what is lost -> the keys of its rows; a schema without the table has none
_KEYS = {
    "decisions": "SELECT hash(kind, decision_id) FROM decision_event",
    "papers": "SELECT hash(arxiv_id) FROM paper",
    "publications": "SELECT hash(act_id) FROM publication_act",
    "published lines": "SELECT hash(arxiv_id, target, section, published_at) FROM publication",
    "edits of issues": "SELECT hash(week, kind, seq, happened_at) FROM issue_event",
    "events of mails": "SELECT hash(mailing, n, subscriber_id, kind, happened_at) FROM mail_event",
    "events of subscribers": (
        "SELECT hash(subscriber_id, kind, seq, happened_at) FROM subscriber_event"
    ),
    "answers to corrections": "SELECT hash(seq, happened_at) FROM correction_event",
    "answers about doubles": "SELECT hash(seq, happened_at) FROM same_work_event",
    "highlights": "SELECT hash(seq, happened_at) FROM highlight_event",
    "second looks": "SELECT hash(seq, happened_at) FROM second_look_event",
    "acts on rules": "SELECT hash(seq, happened_at) FROM rule_event",
    "replays of rules": "SELECT hash(seq, happened_at) FROM rule_replay",
    "draws of rules": "SELECT hash(rule, week, decision_id) FROM rule_draw",
    "rulings": "SELECT hash(seq, happened_at) FROM ruling_event",
    "acceptances of days": "SELECT hash(seq, happened_at) FROM ledger_acceptance",
    "answers to alarms": (
        "SELECT hash(seq, happened_at) FROM alert_event WHERE kind IN ('accepted', 'withdrawn')"
    ),
    "changes of the taxonomy": "SELECT hash(change_id) FROM taxonomy_change",
    "preferences of reviewers": (
        "SELECT hash(seq, happened_at) FROM preference_event WHERE name <> 'visited'"
    ),
    "acts on accounts": "SELECT hash(seq, happened_at) FROM account_event",
    "passwords": "SELECT hash(account, changed_at) FROM account_password",
    "acts of administration": "SELECT hash(seq, happened_at) FROM trail_event",
    "assignments": "SELECT hash(seq, happened_at) FROM assignment_event",
    "absences": "SELECT hash(seq, happened_at) FROM absence_event",
    "ends of the survey": "SELECT hash(seq, happened_at) FROM freeze_act",
    "papers of audits": "SELECT hash(arxiv_id, decision_id) FROM audit_draw",
    "suggestions": "SELECT hash(suggestion_id) FROM suggestion",
    "answers to suggestions": "SELECT hash(seq, happened_at) FROM suggestion_event",
    "words of double reviews": "SELECT hash(event, opinion_id, happened_at) FROM opinion_event",
    "events of API tokens": (
        "SELECT hash(kind, token_id, happened_at) FROM api_token_event WHERE actor <> 'restore'"
    ),
    "translations": "SELECT hash(arxiv_id, field, language, source_hash) FROM translation",
}
#: kinds in the singular, for messages
_ONE = {
    "decisions": "decision",
    "papers": "paper",
    "publications": "publication",
    "published lines": "published line",
    "edits of issues": "edit of an issue",
    "events of mails": "event of a mail",
    "events of subscribers": "event of a subscriber",
    "answers to corrections": "answer to a correction",
    "answers about doubles": "answer about doubles",
    "highlights": "highlight",
    "second looks": "second look",
    "acts on rules": "act on a rule",
    "replays of rules": "replay of a rule",
    "draws of rules": "draw of a rule",
    "rulings": "ruling",
    "acceptances of days": "acceptance of a day",
    "answers to alarms": "answer to an alarm",
    "changes of the taxonomy": "change of the taxonomy",
    "preferences of reviewers": "preference of a reviewer",
    "acts on accounts": "act on an account",
    "passwords": "password",
    "acts of administration": "act of administration",
    "assignments": "assignment",
    "absences": "absence",
    "ends of the survey": "end of the survey",
    "papers of audits": "paper of an audit",
    "suggestions": "suggestion",
    "answers to suggestions": "answer to a suggestion",
    "words of double reviews": "word of a double review",
    "events of API tokens": "event of an API token",
    "translations": "translation",
}

Keys = Mapping[str, npt.NDArray[np.uint64]]


def keys_of(session: Session) -> Keys:
    """Return the keys of an open database by what they are of."""
    return {what: _column(session, sql) for what, sql in _KEYS.items()}


def lost_by(database: Path, backup: Keys, *, timeout_seconds: float) -> dict[str, int]:
    """Return how many rows of the database the backup lacks, without those of which it lacks none.

    A database that is missing or that DuckDB cannot read has nothing that could be lost by
    replacing it; the replaced file is kept.

    Raises:
        StoreBusyError: another program has the database open.
    """
    if not database.exists():
        return {}
    try:
        with connected(database, timeout_seconds=timeout_seconds, read_only=True) as connection:
            present = keys_of(Session(connection))
    except StoreBusyError:
        raise
    except (StorageError, duckdb.Error):
        return {}
    counts = {what: int(np.setdiff1d(keys, backup[what]).size) for what, keys in present.items()}
    return {what: count for what, count in counts.items() if count}


def losses_sentence(lost: Mapping[str, int]) -> str:
    """Return what is lost in words, such as `2 decisions and 1 paper`."""
    named = [f"{count:,} {what if count > 1 else _ONE[what]}" for what, count in lost.items()]
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1]))) if named else "nothing"


def _column(session: Session, sql: str) -> npt.NDArray[np.uint64]:
    try:
        return session.numbers(sql)
    except (duckdb.CatalogException, duckdb.BinderException):
        return np.empty(0, np.uint64)
