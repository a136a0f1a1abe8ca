"""Build records and files in the format of arXiv's snapshot."""

import gzip
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
NAME = "arxiv-metadata-oai-snapshot.json"


def make_record(arxiv_id: str = "2603.00001", **overrides: Any) -> dict[str, Any]:
    """Return a record with all 14 fields, some overridden."""
    record = {
        "id": arxiv_id,
        "submitter": "Ada Example",
        "authors": "Ada Example and Bo Sample",
        "title": f"A study of\n  paper {arxiv_id}",
        "comments": "12 pages",
        "journal-ref": None,
        "doi": None,
        "report-no": None,
        "categories": "cs.CV cs.CL",
        "license": "http://creativecommons.org/licenses/by/4.0/",
        "abstract": "  We draw an image\nfrom a plan.\n",
        "versions": [{"version": "v1", "created": "Mon, 2 Mar 2026 09:30:00 GMT"}],
        "update_date": "2026-03-03",
        "authors_parsed": [["Example", "Ada", ""], ["Sample", "Bo", ""]],
    }
    return {**record, **overrides}


def make_records(count: int, **overrides: Any) -> list[dict[str, Any]]:
    """Return records with ascending IDs."""
    return [make_record(f"2603.{n:05}", **overrides) for n in range(1, count + 1)]


def line_of(record: object) -> bytes:
    """Return a record as a line without line end."""
    return json.dumps(record).encode()


def lines_of(records: Iterable[object]) -> bytes:
    """Return records as the bytes of a snapshot; bytes among them are raw lines."""
    return b"".join((r if isinstance(r, bytes) else line_of(r)) + b"\n" for r in records)


def plain_file(folder: Path, records: Iterable[object]) -> Path:
    """Write a plain snapshot."""
    path = folder / NAME
    path.write_bytes(lines_of(records))
    return path


def gzipped(folder: Path, records: Iterable[object]) -> Path:
    """Write a snapshot compressed with gzip."""
    path = folder / f"{NAME}.gz"
    path.write_bytes(gzip.compress(lines_of(records)))
    return path


def zipped(folder: Path, records: Iterable[object], *, member: str = NAME) -> Path:
    """Write a snapshot in a zip archive, as Kaggle provides it."""
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, lines_of(records))
    return path
