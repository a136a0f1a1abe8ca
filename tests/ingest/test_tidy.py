"""Packed responses are read as loose ones are; old days go by policy, damaged ones stay."""

import shutil
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.schema import ArxivSettings
from pipeline.ingest.sources.errors import BadResponseError
from pipeline.ingest.sources.transport.archive import Archive, RawResponse
from pipeline.ingest.sources.transport.packs import days_in, members, pack_of
from pipeline.ingest.tidy import Tidied, look, tidy
from tests.support.archives import changed_in_each_byte
from tests.support.cli import SurveyInProcess

TODAY = date(2026, 3, 17)
NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)


def keep(directory: Path, *ages: int, bodies: int = 3) -> Archive:
    archive = Archive(directory)
    for age in ages:
        for number in range(bodies):
            at = NOON - timedelta(days=age, seconds=-number)
            body = f"day {age} number {number}".encode()
            archive.keep(RawResponse(f"http://a/{age}/{number}", 200, {"x": "y"}, body, at))
    return archive


def tidied(directory: Path, *, pack: int = 30, kept: int = 0) -> Tidied:
    settings = ArxivSettings(archive=directory, archive_pack_days=pack, archive_keep_days=kept)
    return tidy(settings, TODAY)


def read(archive: Archive) -> list[tuple[str, bytes, datetime]]:
    return [(one.url, one.body, one.fetched_at) for one in archive.replay()]


def test_packed_days_replay_as_before(tmp_path: Path) -> None:
    archive = keep(tmp_path, 40, 31, 30, 0)
    before = read(archive)
    assert tidied(tmp_path) == Tidied(packed=2)
    assert read(archive) == before
    packs = sorted(tmp_path.rglob("*.zip"))
    assert [pack.name for pack in packs] == ["05.zip", "14.zip"]
    assert [folder.is_dir() for folder in days_in(tmp_path)] == [False, False, True, True]
    assert tidied(tmp_path) == Tidied()


def test_nearest_response_is_found_in_a_pack(tmp_path: Path) -> None:
    archive = keep(tmp_path, 40)
    moment = NOON - timedelta(days=40)
    tidied(tmp_path)
    found = archive.nearest(b"number 1", moment)
    assert found is not None
    assert found.body == b"day 40 number 1"
    assert found.path is not None
    assert found.path.parent.name == "05.zip"


def test_responses_of_a_packed_day_join_its_pack(tmp_path: Path) -> None:
    archive = keep(tmp_path, 40)
    tidied(tmp_path)
    at = NOON - timedelta(days=40, hours=3)
    archive.keep(RawResponse("http://a/late", 200, {}, b"late", at))
    assert next(one.body for one in archive.replay()) == b"late"
    assert tidied(tmp_path) == Tidied(packed=1)
    assert len(read(archive)) == 4
    [pack] = tmp_path.rglob("*.zip")
    with zipfile.ZipFile(pack) as opened:
        assert len(opened.namelist()) == 8


def test_kill_between_pack_and_deletion_counts_nothing_twice(tmp_path: Path) -> None:
    archive = keep(tmp_path, 40)
    [folder] = days_in(tmp_path)
    shutil.copytree(folder, tmp_path / "copy")
    before = read(archive)
    tidied(tmp_path)
    shutil.move(tmp_path / "copy", folder)
    assert read(archive) == before
    assert tidied(tmp_path) == Tidied(packed=1)
    assert not folder.exists()
    assert read(archive) == before


def test_damaged_response_stays_loose_and_is_named(tmp_path: Path) -> None:
    archive = keep(tmp_path, 40)
    [folder] = days_in(tmp_path)
    broken = sorted(folder.glob("*.gz"))[1]
    broken.write_bytes(b"nothing")
    report = tidied(tmp_path)
    assert (report.packed, len(report.damaged)) == (0, 1)
    assert str(broken) in report.damaged[0]
    assert [path.name for path in folder.iterdir() if path.suffix == ".gz"] == [broken.name]
    assert len(members(folder)) == 3
    with pytest.raises(BadResponseError, match="is damaged"):
        read(archive)
    for path in (broken, broken.with_suffix(".json")):
        path.unlink()
    assert [body for _, body, _ in read(archive)] == [b"day 40 number 0", b"day 40 number 2"]


def test_damaged_pack_is_named_and_never_written_over(tmp_path: Path) -> None:
    archive = keep(tmp_path, 40)
    tidied(tmp_path)
    [pack] = tmp_path.rglob("*.zip")
    pack.write_bytes(b"nothing")
    with pytest.raises(BadResponseError, match=r"05\.zip is damaged"):
        read(archive)
    keep(tmp_path, 40, bodies=1)
    assert "05.zip" in tidied(tmp_path).damaged[0]
    assert pack.read_bytes() == b"nothing"
    assert archive.nearest(b"number 0", NOON - timedelta(days=40)) is None


def test_pack_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    folder = tmp_path / "05"
    with zipfile.ZipFile(pack_of(folder), "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("\u00e9.json", b"{}")
        pack.writestr("\u00e9.gz", b"a" * 40)
    refused = 0
    for content in changed_in_each_byte(pack_of(folder).read_bytes()):
        pack_of(folder).write_bytes(content)
        try:
            for member in members(folder):
                member.read(".gz", most_bytes=100)
        except (OSError, ValueError):
            refused += 1
    assert refused > 40


def test_old_days_are_deleted_packed_or_not(tmp_path: Path) -> None:
    archive = keep(tmp_path, 100, 91, 90, 5)
    tidied(tmp_path, pack=95)
    assert tidied(tmp_path, pack=0, kept=90) == Tidied(deleted=2)
    assert {url.split("/")[3] for url, *_ in read(archive)} == {"90", "5"}


def test_nothing_is_deleted_or_packed_without_a_policy(tmp_path: Path) -> None:
    keep(tmp_path, 1000)
    assert tidied(tmp_path, pack=0) == Tidied()
    assert ArxivSettings().archive_keep_days == 0


def test_packs_are_plain_zip_files(tmp_path: Path) -> None:
    keep(tmp_path, 40)
    [folder] = days_in(tmp_path)
    tidied(tmp_path)
    with zipfile.ZipFile(pack_of(folder)) as opened:
        assert opened.testzip() is None
        assert {info.compress_type for info in opened.infolist()} == {zipfile.ZIP_STORED}


def test_command_shows_and_tidies_the_archive(tmp_path: Path) -> None:
    keep(tmp_path / "var/archive", 40, 1)
    loopback = {
        f"LIVING_SURVEY_ARXIV__{name}_URL": "http://127.0.0.1:1" for name in ("OAI", "RSS", "QUERY")
    }
    survey = SurveyInProcess(tmp_path, {"LIVING_SURVEY_NOW": NOON.isoformat(), **loopback})
    survey.json("init", "--contact", "survey@example.org", "--new-database")
    shown = survey.json("archive")
    assert (shown["archive"]["days"], shown["archive"]["packed_days"]) == (2, 0)
    done = survey.json("archive", "--tidy")
    assert (done["archive"]["packed_days"], done["tidied"]["packed"]) == (1, 1)
    text = survey.call("archive").out
    assert "2 days, 2026-02-05 to 2026-03-16, 1 of them packed" in text


def test_archive_of_a_lost_database_is_shown_and_not_tidied(tmp_path: Path) -> None:
    keep(tmp_path / "var/archive", 1000)
    keeping = {"LIVING_SURVEY_ARXIV__ARCHIVE_KEEP_DAYS": "30"}
    survey = SurveyInProcess(tmp_path, keeping)
    assert survey.json("archive")["archive"]["days"] == 1
    refused = survey.call("archive", "--tidy")
    assert (refused.status, "is missing, but" in refused.err) == (1, True)
    assert survey.json("archive")["archive"]["days"] == 1


def test_archive_of_a_wrong_directory_is_no_empty_archive(tmp_path: Path) -> None:
    refused = SurveyInProcess(tmp_path, {}).call("archive")
    assert (refused.status, "There is no database" in refused.err) == (2, True)


def test_empty_archive_is_no_error(tmp_path: Path) -> None:
    assert look(tmp_path / "none").days == 0
    assert tidied(tmp_path / "none") == Tidied()
