"""RIS, CSL-JSON, CSV, JSON Lines and Parquet: what readers get back."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest
import rispy

from config.tex.text import plain_text
from config.visible import one_line
from pipeline.publish.exports.csl_json import write_csl_json
from pipeline.publish.exports.csv_table import safe_cell, write_csv
from pipeline.publish.exports.formats import FORMATS
from pipeline.publish.exports.jsonl import write_jsonl
from pipeline.publish.exports.parquet import write_parquet
from pipeline.publish.exports.record import ExportRecord
from pipeline.publish.exports.ris import write_ris
from pipeline.publish.exports.table import COLUMNS, row_of
from tests.support.exports import hostile_records, make_record

#: properties of an item in csl-data.json (1.0.2) that are written here
CSL = re.compile(
    "id|type|title|author|issued|submitted|genre|publisher|number|archive|archive_location|DOI|URL"
    "|abstract|keyword|status|note|container-title|volume|issue|page"
)
BEFORE = "[\\s'\"`\u2018-\u201f\u00ab\u00bb\uff02\uff07]*"
SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b]"


def _unescaped(cell: str) -> str:
    """Return a cell without the apostrophes that the export sets."""
    return re.sub(f"(^|;)'(?={BEFORE}{SIGN})", r"\1", cell)


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.fixture(scope="module")
def hostile() -> list[ExportRecord]:
    return hostile_records(2_000)


def test_ris_is_read_back(hostile: list[ExportRecord]) -> None:
    entries = rispy.loads(write_ris(hostile).decode())
    assert [entry["id"] for entry in entries] == [record.key for record in hostile]
    for entry, record in zip(entries, hostile, strict=True):
        assert entry["title"] == (plain_text(record.paper.title) or record.key)
        assert entry["urls"] == [record.url]


def test_ris_has_one_field_a_line(hostile: list[ExportRecord]) -> None:
    lines = write_ris(hostile).decode().splitlines()
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines if line)
    assert lines.count("ER  - ") == len(hostile)


def test_ris_fields_of_a_journal_paper() -> None:
    record = make_record(
        authors=("Ludwig van der Berg", "Bo Sample Jr.", "Odd Machines Team"),
        journal_ref="Odd Letters 3(2), 5-9 (2026)",
        doi="10.1234/odd.1",
    )
    [entry] = rispy.loads(write_ris([record]).decode())
    assert entry["type_of_reference"] == "JOUR"
    assert entry["authors"] == ["van der Berg, Ludwig", "Sample, Bo, Jr.", "Odd Machines Team"]
    assert (entry["secondary_title"], entry["volume"], entry["number"]) == ("Odd Letters", "3", "2")
    assert (entry["start_page"], entry["end_page"], entry["year"]) == ("5", "9", "2026")
    assert entry["date"] == "2026/03/16/"
    assert entry["doi"] == "10.1234/odd.1"
    assert entry["keywords"] == ["Image generation, LLM-based"]


def test_csl_json_is_valid_and_read_back(hostile: list[ExportRecord]) -> None:
    items: list[dict[str, Any]] = json.loads(write_csl_json(hostile))
    assert [item["id"] for item in items] == [record.key for record in hostile]
    for item, record in zip(items, hostile, strict=True):
        assert all(map(CSL.fullmatch, item))
        assert item["type"] in {"article", "article-journal", "paper-conference"}
        assert item["title"] == (plain_text(record.paper.title) or record.key)
        assert all("literal" in name or "family" in name for name in item["author"])


def test_csl_json_dates_and_names() -> None:
    [item] = json.loads(write_csl_json([make_record(authors=("Ludwig van der Berg", "王小明"))]))
    assert item["issued"] == {"date-parts": [[2026, 3, 16]]}
    assert item["author"] == [
        {"family": "Berg", "given": "Ludwig", "non-dropping-particle": "van der"},
        {"literal": "王小明"},
    ]
    assert (item["type"], item["publisher"], item["number"]) == (
        "article",
        "arXiv",
        "arXiv:2603.00001",
    )


def test_csv_is_read_back(hostile: list[ExportRecord]) -> None:
    rows = _rows(write_csv(hostile))
    assert [row["arxiv_id"] for row in rows] == [record.paper.arxiv_id for record in hostile]
    for row, record in zip(rows, hostile, strict=True):
        assert _unescaped(row["title"]) == one_line(record.paper.title)
        assert row["submitted_at"] == "2026-03-16T09:30:00Z"
        assert row["withdrawn"] == ("true" if record.paper.withdrawn else "false")


def test_csv_has_no_formula(hostile: list[ExportRecord]) -> None:
    content = write_csv(hostile)
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == len(hostile) + 1
    for separator in (",", ";"):
        rows = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=separator)
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if re.match(f'[\\s"]*{SIGN}', cell)]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2", "'-2"),
        ("+2", "'+2"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff201", "'\uff201"),
        ('"=1', "'\"=1"),
        ("'=1", "''=1"),
        (" \u201c=1", "'\u201c=1"),
        ("\u200b=1", "'=1"),
        ("A; =1", "A;' =1"),
        ("a-b = c", "a-b = c"),
        ("'Twas", "'Twas"),
        ("", ""),
    ],
)
def test_formula_gets_an_apostrophe(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


def test_csv_joins_lists() -> None:
    record = make_record(
        authors=("Ada Example", "=Bo"),
        sections=("generation-image-llm-based", "editing-image-llm-based"),
    )
    [row] = _rows(write_csv([record]))
    assert row["authors"] == "Ada Example;' =Bo"
    assert row["sections"] == "generation-image-llm-based; editing-image-llm-based"
    assert row["tasks"] == "generation; editing"
    assert row["comment"] == ""


def test_jsonl_has_every_column_of_every_paper(hostile: list[ExportRecord]) -> None:
    lines = write_jsonl(hostile).decode().splitlines()
    assert len(lines) == len(hostile)
    for line, record in zip(lines, hostile, strict=True):
        row = json.loads(line)
        assert list(row) == [column.name for column in COLUMNS]
        assert row["title"] == record.paper.title
        assert datetime.fromisoformat(row["submitted_at"]) == record.paper.submitted_at


def test_parquet_is_read_back(hostile: list[ExportRecord]) -> None:
    # Arrow takes no lone surrogates, which no text of the database has
    records = [one for one in hostile if "\\ud800" not in repr(one)]
    table = pq.read_table(io.BytesIO(write_parquet(records)))
    wanted = [
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in row_of(one).items()
        }
        for one in records
    ]
    assert len(records) > 500
    assert table.to_pylist() == wanted
    assert str(table.schema.field("authors").type) == "list<element: string>"
    assert table["approved_at"][0].as_py() == datetime(2026, 3, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", FORMATS)
def test_builds_of_a_format_have_equal_bytes(name: str) -> None:
    records = [make_record(f"2603.{n:05}", title=f"Odd & {n}") for n in range(1, 50)]
    again = [make_record(f"2603.{n:05}", title=f"Odd & {n}") for n in range(1, 50)]
    assert FORMATS[name].write(records) == FORMATS[name].write(again)


@pytest.mark.parametrize("name", FORMATS)
def test_empty_export_is_valid(name: str) -> None:
    content = FORMATS[name].write([])
    if name == "parquet":
        assert pq.read_table(io.BytesIO(content)).num_rows == 0
    elif name == "csv":
        assert content.decode().split(",")[:2] == ["arxiv_id", "version"]
    else:
        assert content == (b"[]\n" if name == "csl-json" else b"")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_marks_withdrawn_papers(name: str) -> None:
    content = FORMATS[name].write([make_record(withdrawn=True)])
    if name == "parquet":
        assert pq.read_table(io.BytesIO(content))["withdrawn"].to_pylist() == [True]
        return
    marks = {"csv": ",true,", "jsonl": '"withdrawn": true'}
    assert marks.get(name, "Withdrawn at arXiv") in content.decode()
    assert (
        marks.get(name, "Withdrawn at arXiv") not in FORMATS[name].write([make_record()]).decode()
    )
