"""Describe which waiting papers are asked for, and what the queue answers."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from config.errors import UsageError
from storage.paper_key import parse_key

#: words and phrases of one search
MOST_TERMS = 12
#: characters of one search
LONGEST_SEARCH = 300
_TERM = re.compile(r'"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+)')
_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02"), '"')


@dataclass(frozen=True, slots=True)
class QueueShare:
    """What is a person's to read: their batches, and what is not somebody else's."""

    #: of the person's batches
    papers: tuple[str, ...] = ()
    #: of others' batches, if they are not in `papers`
    others_papers: tuple[str, ...] = ()
    #: assigned to others and not to the person
    others_sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which waiting papers are asked for, and in which order; all conditions hold together."""

    #: the first suggestion's section
    section: str | None = None
    #: any of the paper's categories
    category: str | None = None
    #: probability of scope, from here
    at_least: float = 0.0
    #: probability of scope, below here
    below: float | None = None
    #: announcement days, both inclusive
    announced_from: date | None = None
    announced_until: date | None = None
    #: a facet whose label the model left open
    question: str | None = None
    #: words of one author's name
    author: str = ""
    #: words and quoted phrases of title, abstract, authors or ID
    search: str = ""
    #: seen here after this instant
    arrived_after: datetime | None = None
    #: these papers in this order, whatever else is asked for: a planned session
    ids: tuple[str, ...] | None = None
    #: only what is this person's
    share: QueueShare | None = None
    order: str = "likely"
    #: papers that do not wait for this reviewer, though they have no decision
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """The two probabilities that divide the queue."""

    #: papers from here are likely
    likely_from: float = 0.5
    #: papers below are set aside
    set_aside_below: float = 0.1


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A waiting paper as a list shows it."""

    arxiv_id: str
    title: str
    in_scope: float
    top_section: str | None
    #: the day arXiv announced it, or should have by its calendar; None without a submission date
    announced: date | None
    open_facets: tuple[str, ...]
    primary_category: str


@dataclass(frozen=True, slots=True)
class QueueTally:
    """How many papers wait: likely today <= likely this week <= above the limit <= whole."""

    #: by top section: those that the filter selects in each section
    sections: Mapping[str, int]
    #: those that the filter selects
    size: int
    #: those that it selects in all sections and in none
    across: int
    #: all that wait
    whole: int
    #: below the lower limit
    set_aside: int
    #: the last announcement day with a waiting paper, likely or not
    newest_day: date | None
    #: likely and announced on that day
    likely_today: int
    #: likely and announced on the seven days to that day
    likely_week: int
    #: likely
    above_limit: int
    #: deferred papers that return on a day to come, which do not wait
    returning: int = 0


def search_terms(text: str) -> tuple[str, ...]:
    """Return the words and quoted phrases of a search, each once.

    A text that is an arXiv ID or a DOI in any notation is that paper's key.

    Raises:
        UsageError: the text is too long or has too many words.
    """
    if key := parse_key(text):
        return (key,)
    if len(text) > LONGEST_SEARCH:
        raise UsageError(
            f"A search has at most {LONGEST_SEARCH} characters; this one has {len(text)}.",
            hint="Search for the rarest words.",
        )
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    found = (match["phrase"] or match["word"] or "" for match in _TERM.finditer(text))
    terms = tuple(dict.fromkeys(" ".join(term.split()) for term in found if term.strip()))
    if len(terms) > MOST_TERMS:
        raise UsageError(
            f"A search has at most {MOST_TERMS} words and phrases; this one has {len(terms)}.",
            hint="Leave out the common words, or put a phrase into quotes.",
        )
    return terms
