"""Define the base classes of all errors that the operator can correct.

    LivingSurveyError                 exit 1: failed, nothing lost
    |-- NotWrittenError               exit 1: a file cannot be written, as on a full disk
    |-- ConfigError                   exit 2: wrong configuration
    |-- UsageError                    exit 2: wrong command line
    `-- TryAgainLaterError            exit 75: arXiv, another run or the database is busy

Every package derives its errors from these. The message names the item and the cause, `hint` the
remedy. The command line prints both; any other exception is a bug and shows a traceback.
"""


class LivingSurveyError(Exception):
    """An error that the operator can correct."""

    exit_status = 1
    #: what was asked takes more than there is yet, for example decisions: nothing is broken
    too_early = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, then the remedy."""
        return f"{self.message} {self.hint}".strip()


class ConfigError(LivingSurveyError):
    """The configuration or the taxonomy cannot be used."""

    exit_status = 2


class UsageError(LivingSurveyError):
    """The command line names something that does not exist or does not fit."""

    exit_status = 2


class NotWrittenError(LivingSurveyError):
    """A file that the product keeps cannot be written; one that was there is unchanged."""


class TryAgainLaterError(LivingSurveyError):
    """The same command succeeds later (EX_TEMPFAIL of sysexits.h)."""

    exit_status = 75
