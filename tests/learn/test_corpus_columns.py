"""Rows of a corpus as works: columns, inverted abstracts, identifiers, batches, places."""

import gzip
import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.fs import LocalFileSystem

from config.errors import UsageError
from pipeline.learn.corpus import reading
from pipeline.learn.corpus.columns import Work, columns_of, work_of
from pipeline.learn.corpus.pace import duration, left
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.reading import PartitionError, batches, is_partition, partitions
from pipeline.learn.corpus.walk import FoundFile

PLAIN = columns_of(())
AT = datetime.fromisoformat("1970-01-01")
_WORDS = st.lists(st.text("abc", min_size=1, max_size=3), max_size=20)


@given(words=_WORDS)
def test_inverted_abstract_is_the_text_in_every_form(words: list[str]) -> None:
    inverted = {word: [n for n, one in enumerate(words) if one == word] for word in words}
    for value in (inverted, json.dumps(inverted), list(inverted.items())):
        row = {"abstract_inverted_index": value if words else None}
        assert work_of(row, PLAIN).abstract == " ".join(words)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"arxiv_id": "2405.19334v2"}, "2405.19334"),
        ({"doi": "https://doi.org/10.48550/arXiv.2405.19334"}, "2405.19334"),
        ({"ids": {"arxiv": "https://arxiv.org/abs/hep-th/9901001"}}, "hep-th/9901001"),
        ({"locations": [{"landing_page_url": None}, {"pdf_url": "http://arxiv.org/pdf/2405.19334"}]},
         "2405.19334"),
        ({"doi": "10.1000/2405.19334"}, ""),
        ({"locations": [None, 1, {"landing_page_url": 3}]}, ""),
        ({"arxiv_id": 2405.19334}, ""),
    ],
)  # fmt: skip
def test_arxiv_id_is_found_where_openalex_has_it(row: dict[str, Any], expected: str) -> None:
    assert work_of(row, PLAIN).arxiv_id == expected


def test_named_columns_replace_the_known_ones() -> None:
    columns = columns_of(["title=names.main", "abstract=text", "id=number"])
    row = {"names": {"main": "A title"}, "title": "no", "text": "An abstract", "number": 7}
    doi = {"doi": "https://doi.org/10.1000/ABC"}
    assert work_of(row | doi, columns) == Work("7", "A title", "An abstract", "10.1000/abc", "")
    assert {"names", "text", "number", "doi"} <= columns.names


@pytest.mark.parametrize("text", ["title", "title=", "author=x", "=x"])
def test_column_of_no_field_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="names no field"):
        columns_of([text])


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("a.parquet", True),
        ("updated_date=2024-01-01/part_000.gz", True),
        ("a.jsonl", True),
        ("a.jsonl.zst", True),
        ("a.json.gz", True),
        ("manifest", False),
        ("_temporary/a.parquet", False),
        ("day=1/.a.parquet", False),
        ("a.csv.gz", False),
        ("a.tar.gz", False),
    ],
)
def test_partitions_are_known_by_their_names(path: str, *, read: bool) -> None:
    assert is_partition(FoundFile(path, 1, None)) is read


class _Short(io.BytesIO):
    """Returns less than was asked for, as slow file systems do."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(3, size or 0))


@given(lines=st.lists(st.binary(max_size=8).filter(lambda line: b"\n" not in line), max_size=6))
def test_lines_are_whole_whatever_a_read_returns(lines: list[bytes]) -> None:
    found = list(reading._lines(_Short(b"\n".join(lines)), "x"))
    assert found == [line for line in lines if line.strip()]


def test_batches_are_bounded_and_count_what_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ROWS", 3)
    lines = b"".join(b'{"title": "%d"}\n' % n for n in range(7)) + b"{\n[1]\n"
    (tmp_path / "a.jsonl").write_bytes(lines)
    # two compressed parts one after the other, as `cat` makes them
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines[:20]) + gzip.compress(lines[20:]))
    pq.write_table(pa.table({"title": [str(n) for n in range(7)]}), tmp_path / "c.parquet")
    for name, unreadable in (("a.jsonl", 2), ("b.jsonl.gz", 2), ("c.parquet", 0)):
        found = list(batches(Place(str(tmp_path)), name, PLAIN))
        assert max(len(each.rows) + each.unreadable for each in found) == 3
        assert [row["title"] for each in found for row in each.rows] == list("0123456")
        assert sum(each.unreadable for each in found) == unreadable


def test_endless_line_and_parquet_without_titles_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LONGEST", 10)
    (tmp_path / "a.jsonl").write_bytes(b"x" * 100)
    pq.write_table(pa.table({"name": ["x"]}), tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and no more")
    place = Place(str(tmp_path))
    for name, said in (
        ("a.jsonl", "a line of more"),
        ("b.parquet", "it has name"),
        ("c.parquet", "no Parquet file"),
    ):
        with pytest.raises(PartitionError, match=said):
            list(batches(place, name, PLAIN))


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Return the address of a file system that is not this machine's."""
    memory = fsspec.filesystem("memory")
    yield "fsspec+memory://elsewhere"
    memory.rm("/elsewhere", recursive=True)


def test_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(UsageError, match="AWS_SECRET_ACCESS_KEY") as refused:
        Place("s3://key:hidden@works/2026")
    assert "hidden" not in str(refused.value)


def test_place_elsewhere_is_listed_read_and_written(elsewhere: str) -> None:
    place = Place(elsewhere)
    assert place.local is None
    place.put("a/b.jsonl", b'{"title": "one"}\n')
    with place.writing("c/d.parquet") as sink:
        sink.write(b"content")
    assert [(file.path, file.bytes) for file in partitions(place, place.files())] == [
        ("a/b.jsonl", 17),
        ("c/d.parquet", 7),
    ]
    assert (place.read("c/d.parquet"), place.read("none")) == (b"content", None)
    [found] = batches(place, "a/b.jsonl", PLAIN)
    assert found.rows == [{"title": "one"}]
    place.remove("a/b.jsonl")
    place.remove("a/b.jsonl")
    assert [file.path for file in place.files()] == ["c/d.parquet"]


def test_one_file_is_a_corpus_by_path_and_by_address(tmp_path: Path) -> None:
    path = tmp_path / "works.txt"
    path.write_bytes(b'{"title": "one"}\n')
    for address in (str(path), path.as_uri()):
        place = Place(address)
        [file] = partitions(place, place.files())
        assert (file.path, file.bytes) == ("", 17)
        assert [each.rows for each in batches(place, "", PLAIN)] == [[{"title": "one"}]]


def test_unknown_address_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        Place("gopher://a.org/x")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (59.4, "59 s"), (59.9, "1 min"), (90, "1 min 30 s"), (4_800, "1 h 20 min"),
     (7_199, "2 h"), (86_399, "1 d"), (100_000, "1 d 4 h")],
)  # fmt: skip
def test_durations_have_two_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_time_left_is_that_of_the_pace_so_far() -> None:
    assert left(0, 100, 5) == "time left not known yet"
    assert left(25, 100, 60) == "about 3 min left"
    assert left(100, 100, 60) == "nothing left"


@pytest.mark.parametrize(
    ("row", "authors", "published"),
    [
        ({"authorships": [{"author": {"display_name": "Ada Alm"}}, {"raw_author_name": "B. Berg"}],
          "publication_date": "2026-03-02"}, ("Ada Alm", "B. Berg"), date(2026, 3, 2)),
        ({"authors": ["Ada\n Alm", "", 3, {"name": "Bo"}], "published": date(2026, 3, 2)},
         ("Ada Alm", "Bo"), date(2026, 3, 2)),
        ({"authors": "Ada Alm; Bo Berg", "published": datetime(2026, 3, 2, tzinfo=UTC)},
         ("Ada Alm", "Bo Berg"), date(2026, 3, 2)),
        ({"authors": {"a": 1}, "published": "soon"}, (), None),
        ({}, (), None),
    ],
)  # fmt: skip
def test_authors_and_day_are_read_in_every_form(
    row: dict[str, Any], authors: tuple[str, ...], published: date | None
) -> None:
    work = work_of(row, PLAIN)
    assert (work.authors, work.published) == (authors, published)


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        ("https://doi.org/10.1000/A%3CB", "10.1000/a<b"),
        ("10.1000/A%3CB", "10.1000/a%3cb"),
        ("https://doi.org/10.48550/arXiv.2405.19334", "10.48550/arxiv.2405.19334"),
        ("none", ""),
    ],
)
def test_only_the_address_of_a_doi_is_decoded(written: str, doi: str) -> None:
    assert work_of({"doi": written}, PLAIN).doi == doi


def test_half_of_a_pair_in_json_is_replaced() -> None:
    row = json.loads(
        r"""{"id": "\ud801", "title": "Lone \ud800 half", "abstract": {"a\udfff": [0], "b": [1]},
        "authors": ["A \ud800", {"name": "B \udfff"}], "doi": "10.1000/\ud800"}"""
    )
    work = work_of(row, columns_of([]))
    texts = (work.id, work.title, work.abstract, work.doi, *work.authors)
    assert texts == (
        "\ufffd",
        "Lone \ufffd half",
        "a\ufffd b",
        "10.1000/\ufffd",
        "A \ufffd",
        "B \ufffd",
    )
    assert all(text.encode() for text in texts)


@pytest.mark.parametrize(
    ("column", "read"),
    [
        (pa.array([10_000_000, 0], pa.int32()).cast(pa.date32()), [None, date(1970, 1, 1)]),
        (
            pa.array([1_001, 0], pa.timestamp("ns")),
            [AT.replace(microsecond=1), AT],
        ),
        (pa.array([2**60, 0], pa.timestamp("us", "UTC")), [None, AT]),
        (pa.array([0, 0], pa.timestamp("us", "No/Zone")), [AT] * 2),
    ],
)
def test_value_that_python_cannot_hold_costs_no_other(
    tmp_path: Path, column: pa.Array, read: list[object]
) -> None:
    table = pa.table({"title": ["one", "two"], "published": column})
    pq.write_table(table, tmp_path / "p.parquet")
    [rows] = batches(Place(str(tmp_path)), "p.parquet", columns_of([]))
    assert [row["title"] for row in rows.rows] == ["one", "two"]
    assert [row["published"] for row in rows.rows] == read


def test_title_that_is_not_utf8_costs_no_other(tmp_path: Path) -> None:
    texts = pa.array([b"sound", b"not \xff"], pa.binary()).buffers()
    titles = pa.StringArray.from_buffers(2, texts[1], texts[2])
    pq.write_table(pa.table({"id": ["1", "2"], "title": titles}), tmp_path / "p.parquet")
    [rows] = batches(Place(str(tmp_path)), "p.parquet", columns_of([]))
    assert rows.rows == [{"id": "1", "title": "sound"}, {"id": "2", "title": None}]


def test_name_of_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"part-\xff.jsonl")).write_text("{}\n")
    with pytest.raises(UsageError, match=r"part-\\xff"):
        Place(str(tmp_path)).files()


@pytest.mark.parametrize("address", ["s3://", "gs://", "gcs://", "s3://?region=x", "s3:///"])
def test_address_without_a_bucket_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"names no bucket|Missing bucket name"):
        Place(address)


def test_links_are_followed_and_loops_count_no_file_twice(tmp_path: Path) -> None:
    corpus, elsewhere = tmp_path / "corpus", tmp_path / "elsewhere"
    for directory in (corpus / "day", elsewhere):
        directory.mkdir(parents=True)
        (directory / "p.jsonl").write_text("{}")
    (corpus / "a-loop").symlink_to(corpus)
    (corpus / "day" / "above").symlink_to(tmp_path)
    (corpus / "day" / "again").symlink_to(corpus / "day")
    (corpus / "linked").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(corpus)
    (corpus / "one.jsonl").symlink_to(elsewhere / "p.jsonl")
    (corpus / "nowhere").symlink_to(corpus / "missing")
    (corpus / "itself").symlink_to(corpus / "itself")
    for address in (str(corpus), f"file://{corpus}"):
        found = Place(address).files()
        assert [file.path for file in found] == ["day/p.jsonl", "linked/p.jsonl", "one.jsonl"]
        assert {file.bytes for file in found} == {2}
    [info] = LocalFileSystem().get_file_info([str(corpus / "day" / "p.jsonl")])
    assert found[0].changed_ns == info.mtime_ns
    assert [file.path for file in Place(str(corpus)).files("day")] == ["p.jsonl"]
    assert Place(str(corpus)).files("missing") == []
