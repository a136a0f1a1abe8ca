"""Turn a filter into SQL conditions; values are parameters, so no text of a person is SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.errors import UsageError
from config.orders import ORDERS
from storage.engine.instants import to_utc
from storage.engine.parameters import texts_json
from storage.queue_filter import QueueFilter, QueueShare, search_terms
from storage.waiting import LIKELY_PART, SEARCHED

_FOLDED = "strip_accents(lower({0}))"
#: without deferred papers that return on a day to come
RETURNED = "waits_from <= $today"
#: without papers that do not wait for one reviewer
NOT_CLOSED = "arxiv_id NOT IN (FROM listed($without))"
# Unlikely papers have no words in `waiting`; reading the texts of millions takes seconds.
_FOUND_AMONG_UNLIKELY = f"""
in_scope < {LIKELY_PART} AND arxiv_id IN (
    SELECT arxiv_id FROM paper
    WHERE rowid IN (
        SELECT rowid FROM paper
        WHERE arxiv_id IN (
            SELECT arxiv_id FROM waiting WHERE in_scope < {LIKELY_PART} AND {{narrow}})
    ) AND {{words}})
"""  # noqa: S608  made of constants
_NAMED = "len(list_filter(authors, lambda author: {named})) > 0"
_WRITTEN_BY = f"""
arxiv_id IN (
    SELECT arxiv_id FROM paper
    WHERE arxiv_id IN (
        SELECT arxiv_id FROM waiting WHERE {{narrow}} AND (words IS NULL OR {{words}})
    ) AND {_NAMED})
"""  # noqa: S608  made of constants
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


def condition_of(wanted: QueueFilter, *, hidden_after: date | None) -> Condition:
    """Return the condition on the columns of `waiting`.

    `hidden_after` leaves out deferred papers that return later; None if there are none.
    """
    values = {name: getattr(wanted, name) for name in _CONDITIONS}
    if not wanted.at_least:
        del values["at_least"]
    parameters: dict[str, object] = {
        name: to_utc(value) if isinstance(value, datetime) else value
        for name, value in values.items()
        if value is not None
    }
    conditions = [_CONDITIONS[name] for name in parameters]
    if hidden_after is not None:
        conditions.append(RETURNED)
        parameters["today"] = hidden_after
    if wanted.without:
        conditions.append(NOT_CLOSED)
        parameters["without"] = texts_json(sorted(wanted.without))
    if wanted.share is not None and (own := _own(wanted.share)):
        conditions.append(own)
        parameters |= _own_values(wanted.share)
    narrow = " AND ".join(conditions) or "true"
    parts = [narrow]
    if terms := search_terms(wanted.search):
        stored, searched = _contained("words", "word", terms)
        if wanted.at_least < LIKELY_PART:
            words, _ = _contained(SEARCHED, "word", terms)
            stored += f" OR {_FOUND_AMONG_UNLIKELY.format(narrow=narrow, words=words)}"
        parts.append(f"({stored})")
        parameters |= searched
    if terms := search_terms(wanted.author):
        words, searched = _contained("words", "author", terms)
        named, _ = _contained(_FOLDED.format("author"), "author", terms)
        parts.append(_WRITTEN_BY.format(narrow=narrow, words=words, named=named))
        parameters |= searched
    return Condition(" AND ".join(parts), parameters)


def _own(share: QueueShare) -> str:
    """Return the condition that a paper is a person's; empty: all are."""
    parts = []
    if share.others_sections:
        # coalesce, because a paper without a section is everybody's
        parts.append("NOT coalesce(list_contains($others_sections, top_section), false)")
    if share.others_papers:
        parts.append("arxiv_id NOT IN (FROM listed($others_papers))")
    others = " AND ".join(parts)
    if not others:
        return ""
    if not share.papers:
        return others
    return f"({others} OR arxiv_id IN (FROM listed($own_papers)))"


def _own_values(share: QueueShare) -> dict[str, object]:
    values: dict[str, object] = {}
    if share.others_sections:
        values["others_sections"] = list(share.others_sections)
    if share.others_papers:
        values["others_papers"] = texts_json(share.others_papers)
    if share.papers:
        values["own_papers"] = texts_json(share.papers)
    return values


def text_condition(search: str) -> Condition:
    """Return the condition that a paper's text has every word and phrase of a search."""
    return Condition(*_contained(SEARCHED, "word", search_terms(search)))


def condition_of_text(search: str, author: str) -> Condition:
    """Return the condition that a paper has all words of a search and one author of that name."""
    parts: list[str] = []
    parameters: dict[str, object] = {}
    if terms := search_terms(search):
        sql, parameters = _contained(SEARCHED, "word", terms)
        parts.append(sql)
    if terms := search_terms(author):
        named, asked = _contained(_FOLDED.format("author"), "author", terms)
        parts.append(_NAMED.format(named=named))
        parameters |= asked
    return Condition(" AND ".join(parts) or "true", parameters)


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
