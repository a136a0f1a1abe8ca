"""Errors of the database that an operator can fix.

StorageError                                  exit 1
|-- StoreBusyError (TryAgainLaterError)       exit 75: another process holds the file
|-- StoreDamagedError                         exit 1: rows that were there are gone
|   `-- DatabaseGoneError                     exit 1: the file is gone, other files of it are there
|-- StoreNotWritableError                     exit 1: the disk is full or read-only
|-- SchemaVersionError                        exit 1: the file is newer than the program
|-- ForeignDatabaseError                      exit 1: the file belongs to another application
|-- PaperNotFoundError (UsageError)           exit 2
|-- DecisionNotFoundError (UsageError)        exit 2
|-- NothingToUndoError (UsageError)           exit 2
|-- TokenNotFoundError (UsageError)           exit 2
|-- IssueStateError (UsageError)              exit 2: an issue is not what the act needs
`-- SubscriberNotFoundError (UsageError)      exit 2
"""

from collections.abc import Sequence

from config.errors import LivingSurveyError, TryAgainLaterError, UsageError
from storage.paper_key import is_doi_key

_NAMED = 5


class StorageError(LivingSurveyError):
    """The database cannot be used in its current state."""


class StoreBusyError(StorageError, TryAgainLaterError):
    """Another process held the database for longer than the timeout."""


class StoreDamagedError(StorageError):
    """The database lost rows and must be restored before anything is written."""


class RestoreLosesError(StorageError):
    """The database holds what the backup does not."""


class DatabaseGoneError(StoreDamagedError):
    """The database is gone, but other files of the survey show that there was one."""


class StoreNotWritableError(StorageError):
    """The disk is full or read-only; nothing was recorded."""


class SchemaVersionError(StorageError):
    """The database was written by a newer version of this program."""


class ForeignDatabaseError(StorageError):
    """The database belongs to another application."""


def how_to_fetch(keys: Sequence[str]) -> str:
    """Return which commands bring papers that are not held; `add` takes no DOI."""
    dois = [is_doi_key(key) for key in keys]
    elsewhere = "`living-survey import --candidates` brings works that are not at arXiv."
    at_arxiv = "`living-survey add ID` fetches a paper of arXiv."
    return " ".join([at_arxiv] * (not all(dois)) + [elsewhere] * any(dois))


class PaperNotFoundError(StorageError, UsageError):
    """One or more papers are not in the database."""

    def __init__(self, arxiv_ids: Sequence[str]) -> None:
        self.arxiv_ids = tuple(arxiv_ids)
        named = ", ".join(self.arxiv_ids[:_NAMED])
        more = f" and {len(self.arxiv_ids) - _NAMED} more" if len(self.arxiv_ids) > _NAMED else ""
        super().__init__(
            f"Not in the database: {named}{more}.",
            hint=how_to_fetch(self.arxiv_ids),
        )


class DecisionNotFoundError(StorageError, UsageError):
    """No decision has this ID."""

    def __init__(self, decision_id: str) -> None:
        self.decision_id = decision_id
        super().__init__(
            f"Decision {decision_id} does not exist.",
            hint="`living-survey decide` prints the ID; the view `decisions` lists all IDs.",
        )


class BatchNotFoundError(StorageError, UsageError):
    """No act that recorded decisions together has this ID."""

    def __init__(self, batch_id: str) -> None:
        self.batch_id = batch_id
        super().__init__(
            f"There is no act {batch_id}.",
            hint="`living-survey decide` prints the ID; the view `decision_batches` lists all IDs.",
        )


class TokenNotFoundError(StorageError, UsageError):
    """No token of the API has this ID."""

    def __init__(self, token_id: str) -> None:
        super().__init__(
            f"There is no token {token_id[:40]!r}.",
            hint="`living-survey token list` shows the IDs.",
        )


class NothingToUndoError(StorageError, UsageError):
    """The decision was undone already, or the reviewer has none left."""


class IssueStateError(StorageError, UsageError):
    """The issue of a week is not built, edited since, or not approved, as the act needs it."""


class SubscriberNotFoundError(StorageError, UsageError):
    """No consent of this person stands."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is not subscribed.",
            hint="`living-survey subscribers list` shows who is.",
        )


class AccountError(StorageError, UsageError):
    """There is no account of this name, or there is one already."""
