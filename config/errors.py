"""The root of every error the operator can mend.

    LivingSurveyError                 exit 1: failed, nothing lost
    |-- ConfigError                   exit 2: wrong configuration
    |-- UsageError                    exit 2: wrong words on the command line
    `-- TryAgainLaterError            exit 75: arXiv, another run or the database is busy

Each folder derives its own from these. `str(error)` is one sentence with the id and the cause;
`hint` is the remedy. The command line shows both once, at the edge; bugs fly.
"""


class LivingSurveyError(Exception):
    """Something the operator can mend."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, then the remedy."""
        return f"{self.message} {self.hint}".strip()


class ConfigError(LivingSurveyError):
    """The configuration or the taxonomy cannot be used as it stands."""

    exit_status = 2


class UsageError(LivingSurveyError):
    """The command was called with something that does not exist or does not fit."""

    exit_status = 2


class TryAgainLaterError(LivingSurveyError):
    """Nothing is wrong here: the same command works later (EX_TEMPFAIL of sysexits.h)."""

    exit_status = 75
