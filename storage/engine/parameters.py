"""Encode lists as JSON for SQL, because binding a Python list to DuckDB is slow."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime


def texts_json(texts: Iterable[str]) -> str:
    """Return texts for the macro `listed`: `arxiv_id IN (FROM listed($ids))`."""
    return json.dumps(list(texts))


def integers_json(integers: Iterable[int]) -> str:
    """Return integers for `unnest(from_json($places, '["BIGINT"]'))`."""
    return json.dumps(list(integers))


def rows_json(rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows for `unnest(from_json($rows, '[{...}]'), recursive := true)`."""
    return json.dumps(list(rows), default=_text)


def _text(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be a parameter")
