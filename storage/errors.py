"""What can go wrong with the store and be mended by the operator; bugs are not in here.

StorageError                                  exit 1
|-- StoreBusyError (TryAgainLaterError)       exit 75: another process holds the file
|-- StoreDamagedError                         exit 1: rows that were there are gone
|-- SchemaVersionError                        exit 1: the file is newer than the program
|-- ForeignDatabaseError                      exit 1: the file belongs to another application
|-- PaperNotFoundError (UsageError)           exit 2
|-- DecisionNotFoundError (UsageError)        exit 2
`-- NothingToUndoError (UsageError)           exit 2
"""

from collections.abc import Sequence

from config.errors import LivingSurveyError, TryAgainLaterError, UsageError

_NAMED = 5


class StorageError(LivingSurveyError):
    """The database cannot be used as it stands."""


class StoreBusyError(StorageError, TryAgainLaterError):
    """Another process held the database for longer than we were told to wait."""


class StoreDamagedError(StorageError):
    """The database holds less than it did: restore it before anything is written."""


class SchemaVersionError(StorageError):
    """The database was written by a newer version of this program."""


class ForeignDatabaseError(StorageError):
    """The database was made by another application; we write nothing into it."""


class PaperNotFoundError(StorageError, UsageError):
    """One or more papers are not in the database."""

    def __init__(self, arxiv_ids: Sequence[str]) -> None:
        self.arxiv_ids = tuple(arxiv_ids)
        named = ", ".join(self.arxiv_ids[:_NAMED])
        more = f" and {len(self.arxiv_ids) - _NAMED} more" if len(self.arxiv_ids) > _NAMED else ""
        super().__init__(
            f"not in the database: {named}{more}.",
            hint='Bring a paper in with "living-survey add ID", then decide.',
        )


class DecisionNotFoundError(StorageError, UsageError):
    """There is no decision with this id."""

    def __init__(self, decision_id: str) -> None:
        self.decision_id = decision_id
        super().__init__(
            f"there is no decision {decision_id}.",
            hint="The ids are in the view `decisions` and in the answer of `decide`.",
        )


class NothingToUndoError(StorageError, UsageError):
    """The decision was taken back already, or the reviewer has none left."""
