"""Render docs/reference/views.md from views.toml and the catalog of a new database."""

import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from docs.generate.markdown import NOTICE, table
from storage.store import store_opener

_DESCRIPTIONS = Path(__file__).with_name("views.toml")

_INTRODUCTION = f"""\
{NOTICE}

# SQL views

All data is in one DuckDB file, `[database] path` in the [settings](settings.md). These views are
stable: columns may be added, and a view or column is renamed or removed only with an entry in the
changelog. The tables behind them may change with any release. A paper is identified by its arXiv ID
without version, such as `2405.19334` or `math/0510544`. Every `TIMESTAMP` is UTC. `NULL` means that
the source gave no value.

DuckDB lets one process at a time open a file for writing. Living Survey holds it for milliseconds,
so open it read-only, query, and close it:

```
duckdb -readonly var/survey.duckdb
```

or `duckdb.connect("var/survey.duckdb", read_only=True)` in Python. While the file is open
elsewhere, commands wait for `busy_timeout_seconds` and then name the process that holds it. Copy
the file for long work.
"""


def views_page() -> str:
    """Return the views with the type and meaning of every column, and example queries.

    Raises:
        ValueError: a view or column is not described, or a described one does not exist.
    """
    described: Mapping[str, Any] = tomllib.loads(_DESCRIPTIONS.read_text(encoding="utf-8"))
    types = _column_types()
    _check({name: view["columns"] for name, view in described.items()}, types)
    parts = [_INTRODUCTION]
    for name, view in described.items():
        rows = (
            (column, types[name][column], meaning) for column, meaning in view["columns"].items()
        )
        parts.append(f"## {name}\n\n{view['description']}\n")
        parts.append(table(("column", "type", "meaning"), rows))
        parts += [f"{e['title']}:\n\n```sql\n{e['sql']}```\n" for e in view.get("examples", [])]
    return "\n".join(parts)


def _column_types() -> dict[str, dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.duckdb"
        with store_opener(path, busy_timeout_seconds=5)():
            pass  # opening a new database creates it
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "SELECT view_name, column_name, c.data_type FROM duckdb_views() AS v "
                "JOIN duckdb_columns() AS c ON c.table_name = view_name "
                "WHERE NOT v.internal ORDER BY view_name, column_index"
            ).fetchall()
    types: dict[str, dict[str, str]] = {}
    for view, column, data_type in rows:
        types.setdefault(view, {})[column] = data_type
    return types


def _check(described: Mapping[str, Mapping[str, str]], types: dict[str, dict[str, str]]) -> None:
    """Compare the described columns with those that exist."""
    named = {f"{view}.{column}" for view, columns in described.items() for column in columns}
    existing = {f"{view}.{column}" for view, columns in types.items() for column in columns}
    if named != existing:
        undescribed, unknown = sorted(existing - named), sorted(named - existing)
        raise ValueError(f"views.toml lacks {undescribed} and describes unknown {unknown}")
