"""Errors between arXiv and a `Paper`.

SourceError                          exit 1
|-- ArxivUnreachableError            exit 75: timeouts, resets, 5xx, deadline
|-- ThrottledError                   exit 75: 429, 503, 406, `Rate exceeded.`
|-- BlockedError                     exit 1: 403; never retried
|-- BadResponseError                 exit 1: not what was asked for
|   |-- IncompleteResponseError      exit 75: cut short or garbled
|   |-- BrokenReaderError            exit 1: a value that our reader did not expect
|   |-- BrokenChainError             exit 75: pages do not follow each other
|   |-- UnevenFeedsError             exit 75: feeds are of different days
|   |-- BadRequestError              exit 1: 400; never retried
|   |-- NotHeldError             exit 1: a hub lacks papers that arXiv may have
|   `-- OaiError                     exit 1: OAI-PMH `<error code=...>`
|       `-- BadResumptionTokenError  exit 75: restart the window
`-- MalformedRecordError             one unreadable record; its page is kept
"""

from collections.abc import Sequence
from typing import ClassVar

from config.errors import LivingSurveyError, TryAgainLaterError

#: characters of a message and of a value from arXiv in it
_LONGEST, _LONGEST_VALUE = 1_000, 200
#: papers named in one message
_NAMED = 10


def shown(value: str) -> str:
    """Return a value from arXiv as a message repeats it: one line of at most 200 characters."""
    cut = value[:_LONGEST_VALUE]
    line = "".join(sign if sign.isprintable() else " " for sign in cut)
    return " ".join(line.split()) + ("..." if len(value) > _LONGEST_VALUE else "")


class SourceError(LivingSurveyError):
    """A fault between arXiv and the survey; `remedy` is the default hint."""

    remedy: ClassVar[str] = "Run the same command later; what has arrived so far is stored."

    def __init__(self, message: str, *, hint: str = "") -> None:
        # Messages repeat what arXiv sent, and are stored with the run.
        short = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."
        super().__init__(short, hint=hint or self.remedy)


class ArxivUnreachableError(SourceError, TryAgainLaterError):
    """arXiv did not respond, or responded with a server error."""


class ThrottledError(SourceError, TryAgainLaterError):
    """arXiv asks us to wait; `retry_after` is the rest of the cool-down in seconds."""

    remedy = "Run the same command later; the wait is recorded."

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class BlockedError(SourceError):
    """arXiv refuses us (403); repeated requests would look like an attack."""

    remedy = "Stop all jobs, read https://arxiv.org/denied.html and write to arXiv if unsure."


class BadResponseError(SourceError):
    """The response is not what was asked for."""

    remedy = (
        "Check the addresses under [arxiv] in living-survey.toml and any proxy before them; if they"
        " are right, run the same command later."
    )


class IncompleteResponseError(BadResponseError, TryAgainLaterError):
    """The response was cut short or garbled in transit; the same request may succeed."""

    remedy = SourceError.remedy


class BrokenReaderError(BadResponseError):
    """A response broke the program that reads it, so the program has a fault, too."""

    remedy = (
        "This is a fault of living-survey: please report it with the log, which has the traceback,"
        " and the response. The other sources are asked all the same."
    )


class BrokenChainError(BadResponseError, TryAgainLaterError):
    """The pages of an OAI window do not follow each other, even after a restart."""

    remedy = (
        "arXiv's list was out of order twice. Run the same command later: what has arrived is"
        " stored, and the whole window is requested again."
    )


class UnevenFeedsError(BadResponseError, TryAgainLaterError):
    """Feeds requested one after the other are of different days, because arXiv is renewing them."""

    remedy = SourceError.remedy


class BadRequestError(BadResponseError):
    """arXiv rejects the request (400 or an error entry); `reason` is arXiv's text."""

    remedy = "Correct the command, or sets and categories under [arxiv]."

    def __init__(self, message: str, *, reason: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class OaiError(BadResponseError):
    """An OAI-PMH error response; `code` as in section 3.6 of the protocol."""

    remedy = "Check [arxiv] sets and the window's days."

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class BadResumptionTokenError(OaiError, TryAgainLaterError):
    """The resumption token is unknown or expired; request the window from its start."""

    remedy = BrokenChainError.remedy


class NotHeldError(BadResponseError):
    """A hub does not hold papers that arXiv may have."""

    remedy = (
        'Set query_url = "https://export.arxiv.org/api/query" under [arxiv] in living-survey.toml:'
        " look-ups then go to arXiv itself."
    )

    @classmethod
    def of(cls, arxiv_ids: Sequence[str]) -> "NotHeldError":
        """Return the error for these papers."""
        named = ", ".join(arxiv_ids[:_NAMED])
        more = f" and {len(arxiv_ids) - _NAMED} more" if len(arxiv_ids) > _NAMED else ""
        return cls(f"The hub does not hold {named}{more}.")


class MalformedRecordError(SourceError):
    """One record that cannot be read; the message becomes the reason kept in quarantine."""

    remedy = ""
