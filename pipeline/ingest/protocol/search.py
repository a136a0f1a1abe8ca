"""Parse the search language of the query API as arXiv executes it.

Measured on arXiv's own parser: operators are upper case and right-associative without
precedence (`a AND b OR c` is `a AND (b OR c)`), words side by side are OR-ed, a word without
field means `all:`, `lastUpdatedDate:` silently filters the submission date.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from pipeline.ingest.protocol.record import Record
from pipeline.ingest.protocol.tex import to_unicode

_FIELDS = {
    "ti": "ti", "title": "ti", "au": "au", "abs": "abs", "co": "co", "jr": "jr", "cat": "cat",
    "rn": "rn", "id": "id", "all": "all", "doi": "doi",
    "submittedDate": "submittedDate", "lastUpdatedDate": "submittedDate",
}  # fmt: skip
#: each nests the rest of the query once
_MOST_TOKENS = 400
_OPERATORS = {"AND", "OR", "ANDNOT"}
_TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()])
        |(?P<field>[A-Za-z]+):(?:"(?P<phrase>[^"]*)"|\[(?P<range>[^\]]*)\]|(?P<value>[^\s()"\[]+))
        |"(?P<bare>[^"]*)"
        |(?P<word>[^\s()"]+))""",
    re.VERBOSE,
)
_RANGE = re.compile(r"(\d{8}(?:\d{4})?) TO (\d{8}(?:\d{4})?)")

Test = Callable[[Record], int]


class BadQueryError(Exception):
    """The text cannot be parsed; arXiv answers 400."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: `executed` is what arXiv writes into the title of its answer."""

    executed: str
    #: how many terms a record matches; 0 means none, so the record is no result
    score: Test


def parse(text: str) -> Query:
    """Parse a `search_query`.

    Raises:
        BadQueryError: parentheses or operators do not fit.
    """
    tokens = _tokens(text)
    if len(tokens) > _MOST_TOKENS:
        raise BadQueryError(text)
    query, rest = _expression(tokens, text)
    if rest:
        raise BadQueryError(text)
    return query


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    field: str = "all"
    #: where the value stood in brackets: a date range
    ranged: bool = False
    phrase: bool = False


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise BadQueryError(text)
        position = match.end()
        tokens.append(_token(match, text))
    # `AND NOT` is read as ANDNOT.
    merged: list[_Token] = []
    for token in tokens:
        if token.text == "NOT" and merged and merged[-1].text == "AND":
            merged[-1] = _Token("operator", "ANDNOT")
        else:
            merged.append(token)
    return merged


def _token(match: re.Match[str], text: str) -> _Token:
    if paren := match["paren"]:
        return _Token(paren, paren)
    if match["field"] is not None:
        field = _FIELDS.get(match["field"])
        if field is None:
            raise BadQueryError(text)
        if match["range"] is not None:
            return _Token("term", match["range"], field, ranged=True)
        if match["phrase"] is not None:
            return _Token("term", match["phrase"], field, phrase=True)
        return _Token("term", match["value"], field)
    if match["bare"] is not None:
        return _Token("term", match["bare"], phrase=True)
    word = match["word"]
    return _Token("operator" if word in _OPERATORS else "term", word)


def _expression(tokens: list[_Token], text: str) -> tuple[Query, list[_Token]]:
    left, rest = _unit(tokens, text)
    if not rest or rest[0].kind == ")":
        return left, rest
    operator = "OR"
    if rest[0].kind == "operator":
        operator, rest = rest[0].text, rest[1:]
    right, rest = _expression(rest, text)
    return _combine(operator, left, right), rest


def _unit(tokens: list[_Token], text: str) -> tuple[Query, list[_Token]]:
    if not tokens or tokens[0].kind in {")", "operator"}:
        raise BadQueryError(text)
    first, rest = tokens[0], tokens[1:]
    if first.kind == "term":
        return _term(first), rest
    inner, rest = _expression(rest, text)
    if not rest or rest[0].kind != ")":
        raise BadQueryError(text)
    return Query(f"({inner.executed})", inner.score), rest[1:]


def _combine(operator: str, left: Query, right: Query) -> Query:
    one, two = left.score, right.score
    if operator == "AND":

        def score(record: Record) -> int:
            first = one(record)
            second = two(record) if first else 0
            return first + second if second else 0

    elif operator == "ANDNOT":

        def score(record: Record) -> int:
            return one(record) if not two(record) else 0

    else:

        def score(record: Record) -> int:
            return one(record) + two(record)

    return Query(f"{left.executed} {operator} {right.executed}", score)


def _term(token: _Token) -> Query:
    if token.field == "submittedDate":
        return _dates(token)
    value = token.text
    if token.field == "au" and "_" in value:
        value, token = value.replace("_", " "), _Token("term", value, "au", phrase=True)
    executed = f'{token.field}:"{value}"' if token.phrase else f"{token.field}:{value}"
    if token.field == "cat":
        pattern = value
        return Query(
            executed, lambda record: any(fnmatchcase(c, pattern) for c in record.categories)
        )
    words = _words(value)
    return Query(executed, lambda record: _matches(record, token.field, words))


def _dates(token: _Token) -> Query:
    match = _RANGE.fullmatch(token.text.strip())
    if not token.ranged or match is None:
        # Open ranges do not exist: arXiv reads garbage and finds nothing.
        return Query(f"submittedDate:{token.text}", lambda _: 0)
    start, end = match[1], match[2]
    start, end = start if len(start) > 8 else f"{start}0000", end if len(end) > 8 else f"{end}2359"
    try:
        first, last = (
            datetime.strptime(value, "%Y%m%d%H%M").replace(tzinfo=UTC) for value in (start, end)
        )
    except ValueError as error:
        raise BadQueryError(token.text) from error
    # Inclusive at whole minutes: 2359 is 23:59:00, so a day's last seconds fall between windows.
    return Query(
        f'submittedDate:"{start} TO {end}"',
        lambda record: first <= record.versions[0].submitted_at <= last,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", to_unicode(text).casefold()))


def _texts(record: Record, field: str) -> tuple[str, ...]:
    by_field = {
        "ti": record.title,
        "abs": record.abstract or "",
        "co": record.comment or "",
        "jr": record.journal_ref or "",
        "rn": record.report_no or "",
        "doi": record.doi or "",
        "id": record.arxiv_id,
    }
    if field == "au":
        return record.authors
    if field == "all":
        return (*by_field.values(), *record.authors, *record.categories)
    return (by_field[field],)


def _matches(record: Record, field: str, words: tuple[str, ...]) -> int:
    if not words:
        return 0
    found = 0
    for text in _texts(record, field):
        have, size = _words(text), len(words)
        found += any(have[i : i + size] == words for i in range(len(have) - size + 1))
    return found
