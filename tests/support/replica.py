"""Records of a small pretend arXiv, and XML as something that can be compared."""

import json
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.demo.replica.records import read_record
from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.protocol.record import Record
from tests.support import http

TUESDAY = date(2026, 3, 17)


def make_row(arxiv_id: str = "2603.90001", **overrides: Any) -> dict[str, Any]:
    """Return a row of a stream file."""
    return {
        "arxiv_id": arxiv_id,
        "day": str(TUESDAY),
        "title": f"Paper {arxiv_id}",
        "abstract": "A language model plans the picture before it is drawn.",
        "authors": ["Ada Example", "Ren\\'e Sample Jr."],
        "categories": ["cs.CV", "cs.CL"],
        "comment": "9 pages",
        **overrides,
    }


def make_record(arxiv_id: str = "2603.90001", **overrides: Any) -> Record:
    """Return a record as if a stream file held it."""
    return read_record(make_row(arxiv_id, **overrides))


def make_records(count: int, **overrides: Any) -> list[Record]:
    """Return that many records with ids in a row."""
    return [make_record(f"2603.{90001 + number}", **overrides) for number in range(count)]


def write_rows(path: Path, *rows: object) -> Path:
    """Write a JSONL file."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def oai(server: ReplicaServer, **params: str) -> etree._Element:
    """Query the OAI channel and return the root; `from_` is sent as `from`."""
    asked = {name.rstrip("_"): value for name, value in params.items()}
    answer = http.get(server.oai_url, params=asked)
    assert answer.status_code == 200
    return etree.fromstring(answer.content)


def query(server: ReplicaServer, **params: str) -> etree._Element:
    """Ask the query API. Returns the root."""
    return etree.fromstring(http.get(server.query_url, params=params).content)


def ids(root: etree._Element) -> list[str]:
    """Return the ids of an OAI page."""
    return [str(one.text).removeprefix("oai:arXiv.org:") for one in root.iter("{*}identifier")]


def token(root: etree._Element) -> str | None:
    """Return the resumption token; None where there is no element."""
    return root.findtext("*/{*}resumptionToken")


Shape = tuple[str, tuple[tuple[str, str], ...], str, tuple[Any, ...]]


def shape(element: etree._Element, ignore: Collection[str] = ()) -> Shape:
    """Return names, attributes, text and children in order, text not where it is ignored."""
    name = etree.QName(element).localname
    skip = name in ignore
    return (
        str(element.tag),
        () if skip else tuple((str(key), str(value)) for key, value in element.attrib.items()),
        "" if skip else (element.text or "").strip(),
        tuple(shape(child, ignore) for child in element),
    )


def noon(day: date) -> datetime:
    """Return noon UTC of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
