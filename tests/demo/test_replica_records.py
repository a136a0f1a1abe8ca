"""Files in, records out: three shapes, one error with file and line."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.demo.replica.calendar import NEW_YORK, announcement_day
from pipeline.demo.replica.catalogue import Catalogue
from pipeline.demo.replica.records import OTHER_TITLE, ReplicaDataError, load_records, read_record
from tests.support.replica import make_record, make_row, write_rows


def test_stream_rows_become_records_with_one_version(tmp_path: Path) -> None:
    [record] = load_records([write_rows(tmp_path / "a.jsonl", make_row(unknown_field=1))])
    assert record.arxiv_id == "2603.90001"
    assert record.datestamp == date(2026, 3, 17)
    assert record.current.announced == date(2026, 3, 17)
    assert record.license is None


def test_gzip_is_read_and_later_rows_replace_earlier_ones(tmp_path: Path) -> None:
    first = write_rows(tmp_path / "a.jsonl", make_row(title="Old"))
    second = tmp_path / "b.jsonl.gz"
    second.write_bytes(gzip.compress(json.dumps(make_row(title="New")).encode()))
    [record] = load_records([first, second])
    assert record.title == "New"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ('{"arxiv_id": "x", "title": "T"}', "'x' is not an arXiv id"),
        ('{"arxiv_id": "2603.90001"}', "title is missing"),
        ('{"arxiv_id": "2603.90001", "title": "T", "day": "17 March"}', "is not a day"),
        ('{"arxiv_id": "2603.90001", "title": "T", "authors": "A, B"}', "is not a list of text"),
        ('{"arxiv_id": "2603.90001", "title": "T", "submitted_at": "2026-03-01"}', "no time zone"),
    ],
)
def test_a_bad_line_is_named_with_its_file(tmp_path: Path, line: str, said: str) -> None:
    path = write_rows(tmp_path / "papers.jsonl", make_row())
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(ReplicaDataError, match=said) as caught:
        load_records([path])
    assert f"{path}, line 2" in caught.value.message
    assert caught.value.exit_status == 2


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ReplicaDataError, match="cannot be read"):
        load_records([tmp_path / "absent.jsonl"])


def _seed(title: str, fits: str | None) -> dict[str, object]:
    return {
        "arxiv_id": "2303.90001",
        "title": title,
        "abstract": None,
        "authors": None,
        "categories": None,
        "published": None,
        "id_matches_title": fits,
    }


@pytest.mark.parametrize(
    ("rows", "served"),
    [
        ([_seed("Other", "no"), _seed("Right", "yes")], "Right"),
        ([_seed("Perhaps", None), _seed("Other", "no")], "Perhaps"),
        ([_seed("Other", "no"), _seed("Another", "no")], OTHER_TITLE),
    ],
)
def test_a_title_known_to_be_wrong_is_never_served(
    tmp_path: Path, rows: list[dict[str, object]], served: str
) -> None:
    [record] = load_records([write_rows(tmp_path / "seed.jsonl", *rows)])
    assert record.title == served
    assert record.current.announced is None
    assert record.versions[0].submitted_at.month == 3


def test_the_stream_wins_over_the_seed(tmp_path: Path) -> None:
    seed = write_rows(tmp_path / "seed.jsonl", _seed("Listed", "yes"))
    stream = write_rows(tmp_path / "stream.jsonl", make_row("2303.90001", title="Announced"))
    [record] = load_records([seed, stream])
    assert record.title == "Announced"


def test_snapshot_rows_carry_their_history() -> None:
    record = read_record(
        {
            "id": "0704.90001",
            "submitter": "A. Example",
            "authors": "A. Ex\\'ample, B. Sample, Jr.",
            "title": "Old\n  paper",
            "comments": None,
            "journal-ref": "J. Imag. Res. 1",
            "doi": "10.5555/1",
            "categories": "hep-ph cs.CV",
            "abstract": "  Text.\n",
            "versions": [
                {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
                {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
            ],
            "update_date": "2008-11-26",
            "authors_parsed": [["Exámple", "A.", ""], ["Sample", "B.", "Jr."]],
        }
    )
    assert record.authors == ("A. Exámple", "B. Sample Jr.")
    assert record.authors_text.startswith("A. Ex\\'ample")
    assert record.categories == ("hep-ph", "cs.CV")
    assert record.datestamp == date(2008, 11, 26)
    assert [version.number for version in record.versions] == [1, 2]
    assert record.versions[1].submitted_at == datetime(2007, 7, 24, 20, 10, 27, tzinfo=UTC)


def test_the_real_files_are_read(shared_data: Path, shared_fixtures: Path) -> None:
    records = load_records(
        [
            shared_data / "stream" / "2025-12.jsonl.gz",
            shared_data / "seed_abstracts.jsonl",
            shared_fixtures / "misc" / "kaggle_snapshot_sample.jsonl",
        ]
    )
    by_id = {record.arxiv_id: record for record in records}
    assert len(by_id) == 3097 + 416 + 2
    assert by_id["2303.13873"].title.startswith("Fantasia3D")
    assert by_id["2111.10337"].title == OTHER_TITLE


@pytest.mark.parametrize(
    ("local", "feed"),
    [
        ("2026-03-16T13:59", "2026-03-17"),  # Monday before the deadline
        ("2026-03-16T14:00", "2026-03-18"),
        ("2026-03-19T15:00", "2026-03-23"),  # Thursday afternoon appears in Monday's feed
        ("2026-03-20T13:00", "2026-03-23"),
        ("2026-03-20T14:30", "2026-03-24"),
        ("2026-03-21T12:00", "2026-03-24"),
    ],
)
def test_deadlines_lead_to_feed_days(local: str, feed: str) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=NEW_YORK)
    assert announcement_day(moment) == date.fromisoformat(feed)


@pytest.mark.parametrize("day", ["2026-03-16", "2026-03-17", "2026-03-20"])
def test_a_guessed_submission_leads_to_its_day(day: str) -> None:
    record = make_record(day=day)
    assert announcement_day(record.current.submitted_at) == date.fromisoformat(day)


def test_a_later_version_is_invisible_until_it_is_announced() -> None:
    record = make_record(
        versions=[
            {"version": 1, "submitted_at": "2026-03-16T10:00:00Z"},
            {"version": 2, "submitted_at": "2026-03-18T10:00:00Z"},
        ]
    )
    catalogue = Catalogue([record])
    assert catalogue.as_of(date(2026, 3, 16)).records == ()
    [seen] = catalogue.as_of(date(2026, 3, 18)).records
    assert (seen.current.number, seen.datestamp) == (1, date(2026, 3, 17))
    [later] = catalogue.as_of(date(2026, 3, 19)).records
    assert (later.current.number, later.datestamp) == (2, date(2026, 3, 19))
