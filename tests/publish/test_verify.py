from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.publish import targets
from pipeline.publish.digest.week import Week
from pipeline.publish.report import Outcome
from pipeline.publish.targets import Target, recorded_target
from pipeline.publish.verify import Difference, verify
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import OpenStore
from tests.support.digest import MONDAY
from tests.support.publish import (
    LATER,
    approve,
    approved,
    make_build,
    published,
    publishing_services,
    target_of,
)

ONE, TWO = "2603.00001", "2603.00002"
DIGEST = "digest:2026-W12"


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return approved(tmp_path, ONE, TWO)


@pytest.fixture
def services(open_store: OpenStore, tmp_path: Path) -> Services:
    """The digest of 2026-W12 is published."""
    found = publishing_services(open_store, tmp_path)
    report = published(found, recorded_target(DIGEST, found.settings))
    assert report.outcome is Outcome.PUBLISHED
    return found


def _found(services: Services) -> list[tuple[Difference, str]]:
    return [
        (one.difference, one.sentence) for target in verify(services, Run()) for one in target.found
    ]


def test_everything_is_as_published(services: Services) -> None:
    (target,) = verify(services, Run())
    assert (target.target, target.papers, target.found) == (DIGEST, 2, ())


def test_changed_and_missing_files_are_named(services: Services) -> None:
    output = services.settings.digest.output
    file = output / "2026-W12.md"
    file.write_text(file.read_text() + "by hand\n")
    (output / "2026-W12.html").unlink()
    assert _found(services) == [
        (
            Difference.FILE_CHANGED,
            "digests/2026-W12.md was changed since it was published.",
        ),
        (Difference.FILE_MISSING, "digests/2026-W12.html is missing."),
    ]


def test_changed_database_is_named(services: Services) -> None:
    with services.open_store() as store:
        store._session.write("UPDATE decided_text SET title = 'Another title'")
    found = _found(services)
    assert {one for one, _ in found} == {Difference.DATABASE_CHANGED}
    assert found[0][1].startswith("digests/2026-W12.md is built with other bytes")


def test_later_decisions_and_records_leave_an_issue_as_it_is(services: Services) -> None:
    with services.open_store() as store:
        (approval,) = store.decisions.of_paper(TWO)
        store.decisions.undo(
            reviewer="ada",
            undone_at=LATER + timedelta(days=1),
            decision_id=approval.decision_id,
        )
        approve(store, "2603.00003", at=LATER + timedelta(days=1))
    assert _found(services) == []


@pytest.mark.parametrize("lost", [False, True], ids=["kept", "lost"])
def test_list_changed_by_hand_must_hold_every_paper(
    open_store: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lost: bool
) -> None:
    file = tmp_path / "list.md"
    file.write_text("# List\n")

    def build_list(_: Services) -> object:
        now = file.read_bytes()
        missing = [one for one in (ONE, TWO) if one.encode() not in now]
        data = now + b"".join(f"- {one}\n".encode() for one in missing)
        return make_build(file, [ONE, TWO], data=data, made_from=now)

    def of_list(*_: object) -> Target:
        return Target("list", build_list)  # type: ignore[arg-type]

    monkeypatch.setattr(targets, "_TARGETS", {"list": of_list})
    services = publishing_services(open_store, tmp_path)
    assert published(services, of_list()).outcome is Outcome.PUBLISHED
    assert _found(services) == []
    held = ONE if lost else f"{ONE}\n{TWO}"
    file.write_text(f"# My list\n{held}\n")

    (target,) = verify(services, Run())

    assert target.notes == ("list.md was changed by hand since it was published.",)
    assert [one.sentence for one in target.found] == (
        [f"list.md was changed since it was published and lost {TWO}."] if lost else []
    )


def test_target_that_cannot_be_built_is_named(
    services: Services, tmp_path: Path, open_store: OpenStore
) -> None:
    published(services, target_of(make_build(tmp_path / "x.md", [ONE], target="radio")))
    ((difference, sentence),) = _found(services)
    assert difference is Difference.NOT_BUILT
    assert sentence.startswith("It cannot be built again: There is no target 'radio'.")


def test_week_of_a_target_is_read_from_its_name(services: Services) -> None:
    assert recorded_target(DIGEST, services.settings).week == Week(2026, 12)
    assert Week.of(MONDAY) == Week(2026, 12)
