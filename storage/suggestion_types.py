"""What is recorded of suggestions from outside."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SuggestionKind(StrEnum):
    """What a person says is missing or wrong."""

    MISSING_PAPER = "missing-paper"
    WRONG_SECTION = "wrong-section"
    ACCEPTED_AT = "accepted-at"
    MISSING_CODE = "missing-code"
    WRONG_RECORD = "wrong-record"
    WITHDRAWN = "withdrawn"
    DUPLICATE_OF = "duplicate-of"


#: what is wrong with a published line
CORRECTIONS = tuple(one for one in SuggestionKind if one is not SuggestionKind.MISSING_PAPER)


class Relation(StrEnum):
    """Who a person says to be; nothing of it is verified."""

    AUTHOR = "author"
    READER = "reader"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """The way a suggestion came."""

    PAGE = "page"
    GITHUB = "github"
    MAIL = "mail"


class SuggestionState(StrEnum):
    """How a suggestion stands."""

    #: the database does not hold the paper yet: the next run looks it up
    NOT_HELD = "not-held"
    #: arXiv has no such paper
    UNKNOWN = "unknown"
    #: for a reviewer
    WAITING = "waiting"
    DEFERRED = "deferred"
    LISTED = "listed"
    NOT_LISTED = "not-listed"
    #: a correction that was approved
    APPLIED = "applied"
    REFUSED = "refused"
    #: closed with a reason and without a decision
    CLOSED = "closed"


#: what has no answer yet
OPEN = (SuggestionState.WAITING, SuggestionState.NOT_HELD)


class Received(StrEnum):
    """What became of a suggestion that came in."""

    STORED = "stored"
    #: the same was stored before
    AGAIN = "again"
    NETWORK_LIMIT = "network limit"
    TOTAL_LIMIT = "total limit"
    #: too many wait for an answer
    FULL = "full"


class SuggestionAct(StrEnum):
    """What was done about a suggestion."""

    FOUND = "found"
    UNKNOWN = "unknown"
    APPLIED = "applied"
    REFUSED = "refused"
    CLOSED = "closed"
    REOPENED = "reopened"
    ANSWERED = "answered"
    #: the person took name and address back, or the address was kept long enough
    FORGOTTEN = "forgotten"
    #: the answer is about to be mailed, the server has it, or it was refused
    MAILING = "mailing"
    MAILED = "mailed"
    UNMAILED = "unmailed"


@dataclass(frozen=True, slots=True)
class SuggestionLimits:
    """How much is taken from strangers."""

    per_network_hour: int
    per_hour: int
    waiting: int


@dataclass(frozen=True, slots=True)
class NewSuggestion:
    """A suggestion as it came in; its texts are clean and below their limits."""

    suggestion_id: str
    kind: SuggestionKind
    arxiv_id: str
    new_value: str = ""
    old_value: str = ""
    note: str = ""
    name: str = ""
    relation: Relation = Relation.UNKNOWN
    credited: bool = False
    channel: Channel = Channel.PAGE
    origin: str = ""
    language: str = "en"
    address: str | None = field(default=None, repr=False)
    network_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion as it stands."""

    suggestion_id: str
    kind: SuggestionKind
    arxiv_id: str
    old_value: str
    new_value: str
    note: str
    name: str
    relation: Relation
    credited: bool
    channel: Channel
    origin: str
    language: str
    received_at: datetime
    state: SuggestionState
    #: None: nothing was decided
    settled_at: datetime | None
    settled_by: str | None
    #: of what was applied, refused or closed: what was changed, or why not
    detail: str
    decision_id: str | None
    #: what a publisher wrote to the person; empty: nothing
    answer: str

    @property
    def case(self) -> str:
        """The key of all suggestions that say the same kind of thing of one paper."""
        return f"{self.kind.value}:{self.arxiv_id}"


@dataclass(frozen=True, slots=True)
class SuggestionCase:
    """All open suggestions of one kind about one paper."""

    kind: SuggestionKind
    arxiv_id: str
    #: people who asked
    askers: int
    first_at: datetime
    last_at: datetime
    held: bool
    #: what was suggested, each once
    values: tuple[str, ...]

    @property
    def case(self) -> str:
        """The key, as `Suggestion.case`."""
        return f"{self.kind.value}:{self.arxiv_id}"


@dataclass(frozen=True, slots=True)
class SuggestionCount:
    """What waits for an answer."""

    cases: int
    suggestions: int
    #: of the oldest; None: none waits
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Credit:
    """A person who agreed to be named, and what came of it."""

    name: str
    arxiv_id: str
    kind: SuggestionKind
    settled_at: datetime
