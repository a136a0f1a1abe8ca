"""What can go wrong between arXiv and a `Paper`. Raises nothing by itself.

SourceError                          exit 1
|-- ArxivUnreachableError            exit 75: timeouts, resets, 5xx, the run's deadline
|-- ThrottledError                   exit 75: 429, 503, 406, `Rate exceeded.`; a cool-down runs
|-- BlockedError                     exit 1: 403; a human must look, nothing is retried
|-- BadAnswerError                   exit 1: not what was asked for; is it arXiv that answers?
|   |-- IncompleteAnswerError        exit 75: cut short or garbled: worth asking once more
|   |-- BrokenChainError             exit 75: the pages of a list do not follow each other
|   |-- UnevenFeedsError             exit 75: feeds of one morning are of different days
|   |-- BadRequestError              exit 1: 400, arXiv names our mistake; never retried
|   `-- OaiError                     exit 1: an OAI-PMH `<error code=...>`
|       `-- BadResumptionTokenError  exit 75: the chain is broken: restart the window
`-- MalformedRecordError             one record that cannot be read; its page lives on

75 is for what arXiv mends by itself. Should it not, the ledger calls a human after 36 hours.
"""

from typing import ClassVar

from config.errors import LivingSurveyError, TryAgainLaterError


class SourceError(LivingSurveyError):
    """Something between arXiv and us. Each kind has a `remedy`, for where nobody knows better."""

    remedy: ClassVar[str] = "Run the same command later; what came so far is stored."

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint or self.remedy)


class ArxivUnreachableError(SourceError, TryAgainLaterError):
    """arXiv did not answer, or answered that it cannot."""


class ThrottledError(SourceError, TryAgainLaterError):
    """arXiv asks us to wait. `retry_after` is the rest of the cool-down in seconds."""

    remedy = "Run the same command later; the wait is recorded."

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class BlockedError(SourceError):
    """arXiv refuses us (403). Asking again would be taken for an attack."""

    remedy = "Stop all jobs, read https://arxiv.org/denied.html and write to arXiv if unsure."


class BadAnswerError(SourceError):
    """An answer that is not what was asked for."""

    remedy = (
        "Check the addresses under [arxiv] in living-survey.toml and any proxy before them; if they"
        " are right, run the same command later."
    )


class IncompleteAnswerError(BadAnswerError, TryAgainLaterError):
    """An answer cut short or garbled in transit; the same request may succeed."""

    remedy = SourceError.remedy


class BrokenChainError(BadAnswerError, TryAgainLaterError):
    """The pages of one OAI window do not follow each other, also when it was started anew."""

    remedy = (
        "arXiv's list was in disorder twice. Run the same command later: what came is stored, and"
        " the whole window is asked for again."
    )


class UnevenFeedsError(BadAnswerError, TryAgainLaterError):
    """Feeds asked for one after the other are of different days; arXiv is renewing them."""

    remedy = SourceError.remedy


class BadRequestError(BadAnswerError):
    """arXiv says that the request is wrong (400 or an error entry). `reason` is its own word."""

    remedy = "Mend the words of the command, or sets and categories under [arxiv]."

    def __init__(self, message: str, *, reason: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class OaiError(BadAnswerError):
    """An OAI-PMH error answer; `code` as in section 3.6 of the protocol."""

    remedy = "Check [arxiv] sets and the window's days."

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class BadResumptionTokenError(OaiError, TryAgainLaterError):
    """The resumption token is unknown or outlived; ask for the window from its start."""

    remedy = BrokenChainError.remedy


class MalformedRecordError(SourceError):
    """One record that cannot be read. The message is the reason kept in quarantine."""

    remedy = ""
