"""Render docs/reference/views.md from the comments in the schema and the example queries."""

import tomllib
from pathlib import Path

from docs.generate.markdown import NOTICE, table
from storage.engine.schema import describe_views

_QUERIES = Path(__file__).with_name("queries.toml")

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
    """Return the views with the type and meaning of every column, and example queries."""
    queries = tomllib.loads(_QUERIES.read_text(encoding="utf-8"))
    parts = [_INTRODUCTION]
    for view in describe_views():
        rows = ((column.name, column.type, column.comment) for column in view.columns)
        parts.append(f"## {view.name}\n\n{view.comment}\n")
        parts.append(table(("column", "type", "meaning"), rows))
        parts += [
            f"{query['title']}:\n\n```sql\n{query['sql']}```\n"
            for query in queries.get(view.name, [])
        ]
    return "\n".join(parts)
