"""Every container of the snapshot gives the same lines; other files are refused."""

import gzip
import itertools
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from pipeline.ingest.sources.snapshot import check as snapshot_check
from pipeline.ingest.sources.snapshot.check import newest_submission, refuse_frozen
from pipeline.ingest.sources.snapshot.file import LONGEST_LINE, SnapshotError, SnapshotFile
from tests.support.archives import changed_in_each_byte
from tests.support.snapshot import (
    NAME,
    NOW,
    gzipped,
    line_of,
    lines_of,
    make_record,
    make_records,
    plain_file,
    zipped,
)

Write = Callable[[Path, Sequence[object]], Path]
containers = pytest.mark.parametrize("write", [plain_file, gzipped, zipped])


def check(path: Path, *, now: datetime = NOW) -> datetime:
    file = SnapshotFile(path)
    newest = newest_submission(file, now=now)
    refuse_frozen(file, newest, now=now)
    return newest


@containers
@pytest.mark.parametrize("length", [1, 7, 1000, 1 << 20])
def test_blocks_of_any_size_hold_all_lines(tmp_path: Path, write: Write, length: int) -> None:
    records = make_records(5)
    read = [
        line
        for block, _ in SnapshotFile(write(tmp_path, records)).blocks(length=length)
        for line in block.lines
    ]
    assert read == [line_of(record) for record in records]


@containers
def test_reading_resumes_at_any_block(tmp_path: Path, write: Write) -> None:
    records = make_records(6)
    file = SnapshotFile(write(tmp_path, records))
    for stopped, (block, _) in enumerate(file.blocks(length=600), start=1):
        rest = [line for later, _ in file.blocks(block.end) for line in later.lines]
        seen = [
            line
            for early, _ in itertools.islice(file.blocks(length=600), stopped)
            for line in early.lines
        ]
        assert seen + rest == [line_of(record) for record in records]


@containers
def test_positions_grow_to_the_size(tmp_path: Path, write: Write) -> None:
    file = SnapshotFile(write(tmp_path, make_records(50)))
    positions = [position for _, position in file.blocks(length=2000)]
    assert positions == sorted(positions)
    assert positions[-1] == file.size


def test_last_line_without_line_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(lines_of(make_records(2)).rstrip(b"\n"))
    blocks = list(SnapshotFile(path).blocks(length=100))
    assert sum(len(block.lines) for block, _ in blocks) == 2
    assert blocks[-1][0].end == path.stat().st_size
    check(path)


def test_gzip_file_with_several_members_is_read(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.gz"
    path.write_bytes(b"".join(gzip.compress(lines_of([r])) for r in make_records(3)))
    assert [len(block.lines) for block, _ in SnapshotFile(path).blocks()] == [3]


@containers
def test_current_snapshot_has_its_newest_submission(tmp_path: Path, write: Write) -> None:
    late = [{"version": "v1", "created": "Mon, 16 Mar 2026 09:30:00 GMT"}]
    records = [*make_records(3), make_record("2603.09999", versions=late), *make_records(2)]
    assert check(write(tmp_path, records)) == datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


def test_large_plain_file_is_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_check, "_SAMPLES", 8)
    monkeypatch.setattr(snapshot_check, "_SAMPLE", 4000)
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=90 * n) for n in range(1000)]
    records = [
        make_record(
            f"2603.{n:05}",
            versions=[{"version": "v1", "created": f"{day:%a, %d %b %Y %H:%M:%S} GMT"}],
        )
        for n, day in enumerate(days)
    ]
    path = plain_file(tmp_path, records)
    assert path.stat().st_size > 10 * 8 * 4000
    assert days[-1] - check(path) < timedelta(days=1)
    with path.open("ab") as file:
        file.write(line_of(make_record())[:-20])
    with pytest.raises(SnapshotError, match="middle of a record"):
        check(path)


def test_future_date_does_not_make_a_file_current(tmp_path: Path) -> None:
    old = [{"version": "v1", "created": "Mon, 2 Mar 2020 09:30:00 GMT"}]
    future = make_record(versions=[{"version": "v1", "created": "Mon, 1 Mar 2027 09:30:00 GMT"}])
    records = make_records(30, versions=old)
    for order in ([*records, future], [future, *records]):
        with pytest.raises(SnapshotError, match=r"out of date.*2020-03-02"):
            check(plain_file(tmp_path, order))


@containers
def test_outdated_snapshot_is_refused(tmp_path: Path, write: Write) -> None:
    path = write(tmp_path, make_records(3))
    check(path, now=NOW + timedelta(days=150))
    with pytest.raises(SnapshotError, match="2026-03-02, 195 days ago") as refused:
        check(path, now=NOW + timedelta(days=180))
    assert "--accept-old" in refused.value.hint


@containers
def test_pitfall_70_copy_frozen_in_2020_is_refused(tmp_path: Path, write: Write) -> None:
    frozen = make_records(3, categories=["hep-ph"], versions=["v1", "v2"])
    with pytest.raises(SnapshotError, match="frozen since August 2020"):
        check(write(tmp_path, frozen))


def test_recorded_line_of_the_frozen_copy_is_refused(shared_fixtures: Path) -> None:
    with pytest.raises(SnapshotError, match="frozen since August 2020"):
        check(shared_fixtures / "misc/gcs_metadata_v5_frozen_2020_shape.jsonl")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (b'[{"id": "2603.00001"}]', "not a JSON object"),
        (b'{"name": "something else"}\n', "no category"),
        (b"id,title\n2603.00001,A study\n", "not JSON"),
        (b"\x00\x01\x02", "not JSON"),
        (b"<!DOCTYPE html><html>Sign in</html>", "XML or HTML"),
        (b"PAR1....", "Parquet"),
        (b"PK\x03\x04rubbish", "cut short or damaged"),
        (b"\x1f\x8brubbish", "cut short or damaged"),
        (b"BZh91AY&SY", "bzip2"),
    ],
)
def test_file_of_another_format_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / NAME
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=words) as refused:
        check(path)
    assert str(path) in refused.value.message
    assert refused.value.hint


@containers
def test_file_truncated_anywhere_is_refused(tmp_path: Path, write: Write) -> None:
    whole = write(tmp_path, make_records(40)).read_bytes()
    path = tmp_path / "cut"
    for end in range(len(whole) // 7, len(whole) - 2, len(whole) // 7):
        path.write_bytes(whole[:end])
        with pytest.raises(SnapshotError):
            check(path)


@pytest.mark.parametrize("write", [gzipped, zipped])
def test_damaged_archive_is_refused(tmp_path: Path, write: Write) -> None:
    path = write(tmp_path, make_records(200))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SnapshotError):
        check(path)


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_zip_with_any_byte_changed_is_read_or_refused(tmp_path: Path, method: int) -> None:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(NAME, lines_of(make_records(1)))
        archive.writestr("\u00e9.txt", b"")
    whole, refusals = path.read_bytes(), []
    for content in changed_in_each_byte(whole):
        path.write_bytes(content)
        try:
            list(SnapshotFile(path).blocks())
        except SnapshotError as error:
            refusals.append(error.message.removeprefix(str(path)))
    assert len(refusals) > len(whole) / 8
    assert max(map(len, refusals)) < 300


def test_zip_may_hold_other_files(tmp_path: Path) -> None:
    path = zipped(tmp_path, make_records(2))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("notes.json", "{}")
        archive.writestr("read me", "hello")
    check(path)


def test_zip_without_a_snapshot_lists_its_members(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=rf"holds no {NAME} that can be read: papers\.csv\."):
        SnapshotFile(zipped(tmp_path, make_records(1), member="papers.csv"))


def test_zip_with_several_snapshots_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, make_records(1))
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(5):
            archive.writestr(f"copies/{number}/{NAME}", lines_of(make_records(1)))
    with pytest.raises(SnapshotError, match=rf"holds several {NAME}: .* and 1 more"):
        SnapshotFile(path)


def test_encrypted_zip_is_refused(tmp_path: Path) -> None:
    if shutil.which("zip") is None:
        pytest.skip("needs the zip program: Python cannot encrypt")
    plain_file(tmp_path, make_records(1))
    subprocess.run(
        ["zip", "-q", "-P", "secret", "locked.zip", NAME], cwd=tmp_path, check=True, timeout=600
    )
    with pytest.raises(SnapshotError, match="can be read"):
        SnapshotFile(tmp_path / "locked.zip")


def test_file_without_line_ends_is_refused_early(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"{" + b" " * (LONGEST_LINE + 1))
    with pytest.raises(SnapshotError, match="not have one JSON object per line"):
        check(path)


def test_missing_file_and_directory_are_usage_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            SnapshotFile(path)


def test_identity_changes_with_the_file(tmp_path: Path) -> None:
    path = plain_file(tmp_path, make_records(2))
    first = SnapshotFile(path).identity
    assert SnapshotFile(path).identity == first
    plain_file(tmp_path, make_records(3))
    assert SnapshotFile(path).identity != first


def test_file_is_closed_after_use(tmp_path: Path) -> None:
    path = plain_file(tmp_path, make_records(3))
    with closing(SnapshotFile(path).blocks(length=10)) as blocks:
        next(blocks)
        assert _is_open(path)
    assert not _is_open(path)


def _is_open(path: Path) -> bool:
    """Say whether this process holds the file, by its open descriptors."""
    for descriptor in list(Path("/dev/fd").iterdir()):
        # the listing's own descriptor is closed by now
        with suppress(OSError):
            if os.path.samestat(os.fstat(int(descriptor.name)), path.stat()):
                return True
    return False
