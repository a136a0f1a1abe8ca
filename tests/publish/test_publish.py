from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.publish.publication import Build, BuiltFile
from pipeline.publish.publish import Asked, publish
from pipeline.publish.report import Outcome
from pipeline.runtime.record import Run
from storage.store import OpenStore
from tests.support.digest import MONDAY
from tests.support.publish import (
    approved,
    make_build,
    published,
    publishing_services,
    target_of,
)
from tests.support.storage import published_to

ONE, TWO, THREE = (f"2603.0000{number}" for number in (1, 2, 3))
LONGER = f"- {ONE}\n- {TWO}\n- {THREE}\nand a note\n".encode()


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """Three approved papers."""
    return approved(tmp_path, ONE, TWO, THREE)


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    return tmp_path / "list.md"


def test_target_is_written_and_recorded(open_store: OpenStore, list_file: Path) -> None:
    services = publishing_services(open_store, list_file.parent)

    report = published(services, target_of(make_build(list_file, [ONE, TWO])))

    assert (report.outcome, report.exit_status) == (Outcome.PUBLISHED, 0)
    assert report.new == (ONE, TWO)
    assert list_file.read_text() == f"- {ONE}\n- {TWO}\n"
    with open_store() as store:
        last = store.publications.last("list")
        assert last is not None
        assert (last.act_id, last.person, last.run_id) == (report.act_id, "ada", "run-1")
        assert [(file.path, file.size) for file in last.files] == [("list.md", 26)]
        assert published_to(store, "list") == {(ONE, "agents"), (TWO, "agents")}


def test_second_call_writes_and_records_nothing(open_store: OpenStore, list_file: Path) -> None:
    services = publishing_services(open_store, list_file.parent)
    target = target_of(make_build(list_file, [ONE]))
    published(services, target)
    before = list_file.stat().st_mtime_ns, list_file.stat().st_ino

    assert published(services, target).outcome is Outcome.UNCHANGED

    assert (list_file.stat().st_mtime_ns, list_file.stat().st_ino) == before
    with open_store() as store:
        assert len(store.publications.of_paper(ONE)) == 1


def test_dry_run_shows_the_change_and_writes_nothing(
    open_store: OpenStore, list_file: Path
) -> None:
    list_file.write_bytes(b"# List\r\n\r\nby hand")
    build = make_build(
        list_file,
        [ONE],
        data=b"# List\r\n- 2603.00001\r\n\r\nby hand",
        made_from=list_file.read_bytes(),
    )
    services = publishing_services(open_store, list_file.parent)

    report = published(services, target_of(build), dry_run=True)

    assert report.outcome is Outcome.WOULD_PUBLISH
    (file,) = report.files
    assert file.diff.splitlines()[2:] == [
        "@@ -1,3 +1,4 @@",
        " # List",
        "+- 2603.00001",
        " ",
        " by hand",
        "\\ No newline at end of file",
    ]
    assert list_file.read_bytes() == b"# List\r\n\r\nby hand"
    with open_store() as store:
        assert store.publications.latest() == []


def test_difference_of_counts_stops_the_target(open_store: OpenStore, list_file: Path) -> None:
    list_file.write_text("as it was")
    build = make_build(list_file, [ONE], counts={"papers": 1}, recounted={"papers": 2, "late": 1})
    services = publishing_services(open_store, list_file.parent)

    report = published(services, target_of(build), override="It is fine.")

    assert (report.outcome, report.exit_status) == (Outcome.REFUSED, 1)
    assert report.reasons == (
        "The record counts 1 papers, the rendered files hold 2.",
        "The record counts no late, the rendered files hold 1.",
    )
    assert list_file.read_text() == "as it was"


def test_refused_target_does_not_stop_the_others(open_store: OpenStore, list_file: Path) -> None:
    services = publishing_services(open_store, list_file.parent)
    bad = target_of(make_build(list_file, ["2603.99999"]))
    good = target_of(make_build(list_file.with_name("w12.md"), [ONE], target="digest:2026-W12"))
    run = Run()

    refused, done = publish(services, run, (bad, good), Asked("ada"))

    assert (refused.outcome, done.outcome) == (Outcome.REFUSED, Outcome.PUBLISHED)
    assert run.error == "list: 2603.99999 has no standing approval."
    assert run.counts == {"refused": 1, "published": 1}
    assert not list_file.exists()
    with open_store() as store:
        assert [one.target for one in store.publications.refusals()] == ["list"]


def test_override_is_recorded_with_person_and_reason(
    open_store: OpenStore, list_file: Path
) -> None:
    services = publishing_services(open_store, list_file.parent, grow_freely=0)
    published(services, target_of(make_build(list_file, [ONE])))
    more = target_of(make_build(list_file, [ONE, TWO, THREE]))
    assert published(services, more).outcome is Outcome.REFUSED

    report = published(services, more, override="The workshop came at once.")

    assert report.outcome is Outcome.PUBLISHED
    with open_store() as store:
        last = store.publications.last("list")
        assert last is not None
        assert (last.person, last.override_reason) == ("ada", "The workshop came at once.")
        assert last.overridden == (
            "It would grow from 1 paper to 3, and at most 0 more are expected.",
        )
        assert store.publications.refusals() == []


def test_reason_is_not_recorded_where_nothing_was_refused(
    open_store: OpenStore, list_file: Path
) -> None:
    services = publishing_services(open_store, list_file.parent)
    published(services, target_of(make_build(list_file, [ONE])), override="Just in case.")
    with open_store() as store:
        last = store.publications.last("list")
    assert last is not None
    assert last.override_reason is None


def test_refusal_ends_when_nothing_is_left_to_publish(
    open_store: OpenStore, list_file: Path
) -> None:
    services = publishing_services(open_store, list_file.parent)
    good = target_of(make_build(list_file, [ONE]))
    published(services, good)
    published(services, target_of(make_build(list_file, [ONE, "2603.99999"])))
    published(services, good)
    with open_store() as store:
        assert store.publications.refusals() == []


def test_file_changed_meanwhile_is_left_as_it_is(open_store: OpenStore, list_file: Path) -> None:
    list_file.write_text("as read")
    build = make_build(list_file, [ONE], made_from=b"as read")
    services = publishing_services(open_store, list_file.parent)
    # Another program writes between the comparison and the replacement.
    target = target_of(build, content=lambda _: _edit(list_file))

    report = published(services, target)

    assert (report.outcome, report.exit_status) == (Outcome.FAILED, 1)
    assert "was changed while it was being published" in report.error
    assert list_file.read_text() == "edited"


def _edit(path: Path) -> bytes:
    before = path.read_bytes()
    path.write_text("edited")
    return before


def test_file_edited_by_hand_is_not_written_over(open_store: OpenStore, tmp_path: Path) -> None:
    file = tmp_path / "w12.md"
    services = publishing_services(open_store, tmp_path)
    published(services, target_of(make_build(file, [ONE], target="digest:2026-W12")))
    file.write_text("corrected by hand")
    more = target_of(make_build(file, [ONE, TWO], target="digest:2026-W12"))

    report = published(services, more)

    assert report.reasons == ("w12.md was changed by hand since it was published.",)
    assert file.read_text() == "corrected by hand"


def test_what_a_killed_publication_wrote_is_not_called_edited(
    open_store: OpenStore, tmp_path: Path
) -> None:
    file = tmp_path / "w12.md"
    services = publishing_services(open_store, tmp_path)
    published(services, target_of(make_build(file, [ONE], target="digest:2026-W12")))

    def killed(build: Build) -> None:
        file.write_bytes(build.files[0].data)
        raise SystemExit

    for ids in ([ONE, TWO], [ONE, TWO, THREE]):  # one after the other
        build = make_build(file, ids, target="digest:2026-W12")
        with pytest.raises(SystemExit):
            published(services, target_of(build, put=killed))
    third = make_build(file, [ONE, TWO, THREE], data=LONGER, target="digest:2026-W12")

    assert published(services, target_of(third)).outcome is Outcome.PUBLISHED
    assert file.read_bytes() == LONGER


@pytest.mark.parametrize("marked", ["file", "directory"])
def test_read_only_place_is_one_sentence(
    open_store: OpenStore, tmp_path: Path, marked: str
) -> None:
    file = tmp_path / "out" / "list.md"
    file.parent.mkdir()
    file.write_text("as it was")
    place, mode = (file, 0o444) if marked == "file" else (file.parent, 0o555)
    place.chmod(mode)
    services = publishing_services(open_store, tmp_path)

    report = published(services, target_of(make_build(file, [ONE])))

    assert report.outcome is Outcome.FAILED
    assert report.error == f"{place} cannot be read or written: it is read-only."
    assert file.read_text() == "as it was"
    place.chmod(0o755)
    assert published(services, target_of(make_build(file, [ONE]))).outcome is Outcome.PUBLISHED


def test_error_in_the_second_file_leaves_the_first(open_store: OpenStore, tmp_path: Path) -> None:
    first, second = tmp_path / "a.md", tmp_path / "b" / "b.md"
    first.write_text("as it was")
    (tmp_path / "b").write_text("a file in place of the directory")
    build = Build(
        "digest:2026-W12",
        (BuiltFile(first, b"new"), BuiltFile(second, b"new")),
        ((ONE, "agents"),),
        {"papers": 1},
        {"papers": 1},
    )

    report = published(publishing_services(open_store, tmp_path), target_of(build))

    assert report.outcome is Outcome.FAILED
    assert first.read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.glob(".*part")) == []


def test_mode_and_link_of_a_file_are_kept(open_store: OpenStore, tmp_path: Path) -> None:
    real, link = tmp_path / "real.md", tmp_path / "list.md"
    real.write_text("before")
    real.chmod(0o640)
    link.symlink_to(real)

    published(publishing_services(open_store, tmp_path), target_of(make_build(link, [ONE])))

    assert link.is_symlink()
    assert real.read_text() == f"- {ONE}\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_list_changed_by_hand_is_nothing_to_publish(open_store: OpenStore, list_file: Path) -> None:
    services = publishing_services(open_store, list_file.parent)
    published(services, target_of(make_build(list_file, [ONE])))
    list_file.write_text(f"# Mine\n- {ONE}\n")
    same = make_build(
        list_file, [ONE], data=list_file.read_bytes(), made_from=list_file.read_bytes()
    )
    assert published(services, target_of(same)).outcome is Outcome.UNCHANGED


def test_clock_of_the_record_is_the_surveys(open_store: OpenStore, list_file: Path) -> None:
    at = MONDAY + timedelta(days=3)
    services = publishing_services(open_store, list_file.parent, now=at)
    published(services, target_of(make_build(list_file, [ONE])))
    with open_store() as store:
        last = store.publications.last("list")
    assert last is not None
    assert (last.begun_at, last.finished_at) == (at, at)
