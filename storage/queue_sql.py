"""Turn a filter into SQL conditions; values are parameters, so no text of a person is SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.errors import UsageError
from config.orders import ORDERS
from storage.engine.instants import to_utc
from storage.queue_filter import QueueFilter, search_terms

_FOLDED = "strip_accents(lower({0}))"
_TEXT = _FOLDED.format(
    "concat_ws(chr(10), title, arxiv_id, array_to_string(authors, chr(10)), abstract)"
)
#: a deferred paper waits again
RETURNED = "(return_on IS NULL OR return_on <= $today)"
# Texts are read of the papers that fulfil the other conditions, because reading all takes seconds.
_FOUND = """
arxiv_id IN (
    SELECT arxiv_id FROM paper
    WHERE rowid IN (
        SELECT rowid FROM paper WHERE arxiv_id IN (SELECT arxiv_id FROM waiting WHERE {narrow})
    ) AND {texts})
"""
#: by the field of the filter that is the parameter
_CONDITIONS: Mapping[str, str] = {
    "at_least": "in_scope >= $at_least",
    "below": "in_scope < $below",
    "section": "top_section = $section",
    "category": "list_contains(categories, $category)",
    "announced_from": "announced >= $announced_from",
    "announced_until": "announced <= $announced_until",
    "question": "list_contains(open_facets, $question)",
    "arrived_after": "first_seen_at > $arrived_after",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE clause with its parameters."""

    sql: str
    parameters: Mapping[str, object]


def condition_of(wanted: QueueFilter, today: date) -> Condition:
    """Return the condition on the columns of `waiting`."""
    values = {name: getattr(wanted, name) for name in _CONDITIONS}
    parameters: dict[str, object] = {
        name: to_utc(value) if isinstance(value, datetime) else value
        for name, value in values.items()
        if value not in (None, 0.0)
    }
    narrow = " AND ".join([RETURNED, *(_CONDITIONS[name] for name in parameters)])
    parameters["today"] = today
    author, named = _contained(_FOLDED.format("author"), "author", search_terms(wanted.author))
    words, searched = _contained(_TEXT, "word", search_terms(wanted.search))
    texts = [f"len(list_filter(authors, lambda author: {author})) > 0"] if author else []
    texts += [words] if words else []
    if not texts:
        return Condition(narrow, parameters)
    found = _FOUND.format(narrow=narrow, texts=" AND ".join(texts))
    return Condition(f"{narrow} AND {found}", {**parameters, **named, **searched})


def text_condition(search: str) -> Condition:
    """Return the condition that a paper's text has every word and phrase of a search."""
    return Condition(*_contained(_TEXT, "word", search_terms(search)))


def check_order(order: str) -> None:
    """Raise UsageError for an order that the queue does not have."""
    if order not in ORDERS:
        raise UsageError(
            f"The queue has no order {order!r}.", hint=f"Use one of: {', '.join(ORDERS)}."
        )


def _contained(text: str, name: str, terms: Sequence[str]) -> tuple[str, dict[str, object]]:
    """Return the SQL that a text has every term, and its parameters."""
    parameters: dict[str, object] = {f"{name}_{n}": term for n, term in enumerate(terms)}
    sql = " AND ".join(f"contains({text}, {_FOLDED.format(f'${key}')})" for key in parameters)
    return sql, parameters
