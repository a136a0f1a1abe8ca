"""What can go wrong between arXiv and a `Paper`. Raises nothing by itself.

SourceError                          exit 1
|-- ArxivUnreachableError            exit 75: timeouts, resets, 5xx, the run's deadline
|-- ThrottledError                   exit 75: 429, 503, 406, `Rate exceeded.`; a cool-down runs
|-- BlockedError                     exit 1: 403; a human must look, nothing is retried
|-- BadAnswerError                   an answer that is not what was asked for
|   |-- IncompleteAnswerError        cut short or garbled in transit: worth asking once more
|   |-- UnevenFeedsError             exit 75: feeds of one morning are of different days
|   |-- BadRequestError              400: arXiv names our mistake; never retried
|   `-- OaiError                     an OAI-PMH `<error code=...>`
|       `-- BadResumptionTokenError  the chain is broken: restart the window
`-- MalformedRecordError             one record that cannot be read; its page lives on
"""

from config.errors import LivingSurveyError, TryAgainLaterError


class SourceError(LivingSurveyError):
    """Something between arXiv and us."""


class ArxivUnreachableError(SourceError, TryAgainLaterError):
    """arXiv did not answer, or answered that it cannot."""


class ThrottledError(SourceError, TryAgainLaterError):
    """arXiv asks us to wait. `retry_after` is the rest of the cool-down in seconds."""

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint=hint or "Run the same command later; the wait is recorded.")
        self.retry_after = retry_after


class BlockedError(SourceError):
    """arXiv refuses us (403). Asking again would be taken for an attack."""


class BadAnswerError(SourceError):
    """An answer that is not what was asked for."""


class IncompleteAnswerError(BadAnswerError, TryAgainLaterError):
    """An answer cut short or garbled in transit; the same request may succeed."""


class UnevenFeedsError(BadAnswerError, TryAgainLaterError):
    """Feeds asked for one after the other are of different days; arXiv is renewing them."""


class BadRequestError(BadAnswerError):
    """arXiv says that the request is wrong (400 or an error entry). `reason` is its own word."""

    def __init__(self, message: str, *, reason: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class OaiError(BadAnswerError):
    """An OAI-PMH error answer; `code` as in section 3.6 of the protocol."""

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class BadResumptionTokenError(OaiError):
    """The resumption token is unknown or outlived; ask for the window from its start."""


class MalformedRecordError(SourceError):
    """One record that cannot be read. The message is the reason kept in quarantine."""
