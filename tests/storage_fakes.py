"""What the storage tests share: a store in a temporary folder, and processes of their own."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from storage.changes import Change
from storage.instants import from_utc
from storage.store import OpenStore, Store, store_opener
from storage.types import Source

ROOT = Path(__file__).resolve().parents[1]


def opener(folder: Path, *, busy_timeout_seconds: float = 30.0) -> OpenStore:
    """Return the opener of the folder's database."""
    return store_opener(database(folder), busy_timeout_seconds=busy_timeout_seconds)


def database(folder: Path) -> Path:
    """Return where the folder's database lies."""
    return folder / "survey.duckdb"


def changes_in(store: Store) -> list[Change]:
    """Return all that ever changed about papers, as an analyst reads it, oldest first."""
    sql = """
    SELECT arxiv_id, kind, old, new, source, seen_at FROM changes ORDER BY seen_at, arxiv_id, kind
    """
    return [
        Change(arxiv_id, kind, old, new, Source(source), from_utc(seen_at))
        for arxiv_id, kind, old, new, source, seen_at in store._session.rows(sql)
    ]


def start_process(script: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start Python on a script that sees this project and its test builders."""
    preamble = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]\n"
    return subprocess.Popen(
        [sys.executable, "-c", preamble + textwrap.dedent(script), *arguments],
        stdin=subprocess.PIPE,  # a script that reads it waits for us
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines_of(process: "subprocess.Popen[str]") -> Iterator[str]:
    """Yield what the process says, a line as soon as it is said."""
    assert process.stdout is not None
    for line in process.stdout:
        yield line.rstrip("\n")
