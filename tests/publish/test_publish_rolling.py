"""A target that follows the decisions: files go with papers, unchanged ones stay unwritten."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.publish import targets
from pipeline.publish.gate.refusal import Rule
from pipeline.publish.publication import Build, BuiltFile
from pipeline.publish.recorded import published_file
from pipeline.publish.report import Outcome
from pipeline.publish.targets import Target
from pipeline.publish.verify import Difference, verify
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.store import OpenStore
from tests.support.publish import approved, published, publishing_services

ONE, TWO = "2603.00001", "2603.00002"
STYLE = '<link rel="stylesheet" href="../a.css">'


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return approved(tmp_path, ONE, TWO)


@pytest.fixture
def services(open_store: OpenStore, tmp_path: Path) -> Services:
    return publishing_services(open_store, tmp_path)


def _target(folder: Path, ids: Iterable[str], *, text: str = "", own: Iterable[str] = ()) -> Target:
    """Return a target with one page a paper in a directory, and an index."""
    papers = tuple(ids)
    pages = {f"papers/{one}.html": f"<p>{one}</p>\n{text}\n" for one in papers}
    pages["index.html"] = "".join(f"<p>{one}</p>\n" for one in papers)
    build = Build(
        target="pages",
        files=tuple(
            BuiltFile(folder / name, page.encode(), own_lines=frozenset(own))
            for name, page in pages.items()
        ),
        entries=tuple((one, "agents") for one in papers),
        counts={"papers": len(papers)},
        recounted={"papers": len(papers)},
        rolling=True,
    )
    return Target("pages", lambda _: build)


def _take_back(services: Services, arxiv_id: str) -> None:
    with services.open_store() as store:
        [decision] = store.decisions.of_paper(arxiv_id)
        store.decisions.undo(
            reviewer="ada", undone_at=services.clock(), decision_id=decision.decision_id
        )


def test_page_of_a_paper_that_left_is_removed(services: Services, tmp_path: Path) -> None:
    published(services, _target(tmp_path, (ONE, TWO)))
    _take_back(services, TWO)
    target = _target(tmp_path, (ONE,))

    dry = published(services, target, dry_run=True)
    assert [one.path.name for one in dry.files if one.removed] == [f"{TWO}.html"]
    assert (tmp_path / f"papers/{TWO}.html").exists()

    report = published(services, target)
    assert report.outcome is Outcome.PUBLISHED
    assert [path.name for path in (tmp_path / "papers").iterdir()] == [f"{ONE}.html"]
    assert published(services, target).outcome is Outcome.UNCHANGED


def test_directory_that_is_left_empty_is_removed(services: Services, tmp_path: Path) -> None:
    published(services, _target(tmp_path, (ONE,)))
    _take_back(services, ONE)
    published(services, _target(tmp_path, ()))
    assert not (tmp_path / "papers").exists()


def test_file_of_another_hand_is_neither_removed_nor_touched(
    services: Services, tmp_path: Path
) -> None:
    published(services, _target(tmp_path, (ONE,)))
    other = tmp_path / "papers" / "CNAME"
    other.write_text("example.org")
    _take_back(services, ONE)
    published(services, _target(tmp_path, ()))
    assert other.read_text() == "example.org"


def test_page_changed_by_hand_is_not_removed(services: Services, tmp_path: Path) -> None:
    published(services, _target(tmp_path, (ONE, TWO)))
    page = tmp_path / f"papers/{TWO}.html"
    page.write_text("mine")
    _take_back(services, TWO)
    report = published(services, _target(tmp_path, (ONE,)))
    assert [one.rule for one in report.refusals] == [Rule.EDITED]
    assert page.read_text() == "mine"


def test_unchanged_files_are_not_written(services: Services, tmp_path: Path) -> None:
    target = _target(tmp_path, (ONE, TWO))
    published(services, target)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.html")}
    assert published(services, target).outcome is Outcome.UNCHANGED
    published(services, _target(tmp_path, (ONE,), text=""))
    kept = tmp_path / f"papers/{ONE}.html"
    assert kept.stat().st_mtime_ns == times[kept]


def test_only_the_target_s_own_lines_may_load_something(services: Services, tmp_path: Path) -> None:
    refused = published(services, _target(tmp_path, (ONE,), text=STYLE))
    assert {one.rule for one in refused.refusals} == {Rule.ACTIVE}
    allowed = published(services, _target(tmp_path, (ONE,), text=STYLE, own=[STYLE]))
    assert allowed.outcome is Outcome.PUBLISHED
    other = _target(tmp_path, (ONE,), text=STYLE.replace("..", "//evil.example"), own=[STYLE])
    assert {one.rule for one in published(services, other).refusals} == {Rule.ACTIVE}


def test_file_may_shrink_with_its_papers(services: Services, tmp_path: Path) -> None:
    published(services, _target(tmp_path, (ONE, TWO), text="a long text " * 100))
    assert published(services, _target(tmp_path, (ONE, TWO))).outcome is Outcome.PUBLISHED


def test_verify_says_what_would_change_and_calls_only_files_wrong(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(services, _target(tmp_path, (ONE,)))
    built = {"pages": lambda *_: _target(tmp_path, (ONE, TWO))}
    monkeypatch.setattr(targets, "_TARGETS", built)
    (found,) = verify(services, Run())
    assert found.found == ()
    assert found.notes == (f"{TWO} can be published.", "Built now, 2 files would differ.")

    (tmp_path / "index.html").write_text("mine")
    (tmp_path / f"papers/{ONE}.html").unlink()
    (found,) = verify(services, Run())
    assert {one.difference for one in found.found} == {
        Difference.FILE_CHANGED,
        Difference.FILE_MISSING,
    }


def test_hundreds_of_files_are_put_in_place_whole(services: Services, tmp_path: Path) -> None:
    count = 300
    files = tuple(BuiltFile(tmp_path / f"p/{one}.md", f"{one}\n".encode()) for one in range(count))
    build = Build("pages", files, (), {}, {}, rolling=True)
    assert published(services, Target("pages", lambda _: build)).outcome is Outcome.PUBLISHED
    texts = {path.stem: path.read_text() for path in (tmp_path / "p").iterdir()}
    assert texts == {str(one): f"{one}\n" for one in range(count)}


def test_files_of_others_are_not_written_over(services: Services, tmp_path: Path) -> None:
    index = tmp_path / "index.html"
    index.write_text("MY PAGE")
    report = published(services, _target(tmp_path, [ONE]))
    assert report.reasons == ("index.html was there before and not written by `publish`.",)
    assert index.read_text() == "MY PAGE"
    assert not (tmp_path / "papers").exists()
    over = published(services, _target(tmp_path, [ONE]), override="It was a draft.")
    assert over.outcome is Outcome.PUBLISHED
    page = tmp_path / "papers" / f"{TWO}.html"
    page.write_text("MY NOTES")
    later = published(services, _target(tmp_path, [ONE, TWO]))
    assert later.outcome is Outcome.REFUSED
    assert page.read_text() == "MY NOTES"


def test_recorded_path_elsewhere_is_never_removed(services: Services, tmp_path: Path) -> None:
    """A restored backup or a note beside the database can record any path."""
    others = [tmp_path / "list.md", tmp_path.parent / f"{tmp_path.name}-other.txt"]
    for path in others:
        path.write_text("precious")
    named = [others[0], others[1], tmp_path / "pages" / ".." / "list.md"]
    published(services, _target(tmp_path / "pages", (ONE, TWO)))
    with services.open_store() as store:
        last = store.publications.last("pages")
        assert last is not None
        files = [published_file(BuiltFile(path, b"precious"), Path("/none")) for path in named]
        act = replace(last, act_id="0123456789ab", files=(*last.files, *files))
        store.publications.insert(act)
    _take_back(services, ONE)
    report = published(services, _target(tmp_path / "pages", (TWO,)))
    assert report.outcome is Outcome.PUBLISHED
    assert [path.read_text() for path in others] == ["precious", "precious"]
    assert not (tmp_path / "pages" / "papers" / f"{ONE}.html").exists()
