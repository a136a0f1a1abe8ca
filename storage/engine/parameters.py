"""Encode lists as JSON for SQL, because binding a Python list to DuckDB is slow."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

#: up to this number constants are faster, because DuckDB then skips blocks without them
_FEW = 50


def about(sql: str, arxiv_ids: Sequence[str]) -> tuple[str, dict[str, object]]:
    """Return a statement with `{only}` limited to these papers, and its parameters."""
    if len(arxiv_ids) > _FEW or not arxiv_ids:
        return sql.format(only="arxiv_id IN (FROM listed($ids))"), {"ids": texts_json(arxiv_ids)}
    named: dict[str, object] = {f"id_{number}": key for number, key in enumerate(arxiv_ids)}
    if len(arxiv_ids) == 1:
        return sql.format(only="arxiv_id = $id_0"), named
    return sql.format(only=f"arxiv_id IN ({', '.join(f'${name}' for name in named)})"), named


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
