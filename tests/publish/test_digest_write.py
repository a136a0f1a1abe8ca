import json
import os
from cProfile import Profile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.publish_schema import DigestSettings
from pipeline.publish.digest.issue import UnfinishedWeekError
from pipeline.publish.digest.week import Week
from pipeline.publish.files import DigestNotWrittenError, write_file
from pipeline.publish.report import Outcome
from pipeline.publish.verify import verify
from pipeline.publish.weekly import DigestReport, publish_week
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.highlights import Highlight
from storage.store import OpenStore
from storage.types import Announcement, AnnounceType, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.built_once import build_once
from tests.support.digest import MONDAY
from tests.support.publish import publishing_services
from tests.support.storage import add_predictions, migrated, published_to

W12 = Week(2026, 12)
LATER = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """Three papers, two approved in the week, one of them in two sections."""
    build_once(tmp_path, _decide_three)
    return migrated(tmp_path / "survey.duckdb")


def _decide_three(folder: Path) -> None:
    with migrated(folder / "survey.duckdb")() as store:
        store.papers.upsert([make_paper(f"2603.0000{n}") for n in (1, 2, 3)], seen_at=MONDAY)
        store.decisions.add(
            [
                make_decision("2603.00001", decided_at=MONDAY, sections=("agents",)),
                make_decision(
                    "2603.00002",
                    decided_at=MONDAY + timedelta(hours=1),
                    sections=("editing-image", "agents"),
                    note="Look at figure 3.",
                ),
                make_decision(
                    "2603.00003",
                    decided_at=MONDAY,
                    verdict=Verdict.REJECTED,
                    reason="relevant-not-listed",
                ),
            ]
        )


def _write(
    open_store: OpenStore,
    output: Path,
    *,
    week: Week = W12,
    now: datetime = LATER,
    languages: tuple[str, ...] = ("en",),
    allow_unfinished: bool = False,
) -> DigestReport:
    services = publishing_services(open_store, output.parent, now=now)
    return publish_week(
        _writing(services, output, languages),
        Run(run_id="run-1"),
        week,
        person="ada",
        allow_unfinished=allow_unfinished,
    )


def _writing(services: Services, output: Path, languages: tuple[str, ...]) -> Services:
    digest = DigestSettings.model_validate({"output": output, "languages": languages})
    return replace(services, settings=services.settings.model_copy(update={"digest": digest}))


def _published(open_store: OpenStore) -> set[tuple[str, str]]:
    with open_store() as store:
        return published_to(store, "digest:2026-W12")


def test_week_is_written_and_recorded(open_store: OpenStore, tmp_path: Path) -> None:
    report = _write(open_store, tmp_path / "new" / "digests")

    assert (report.papers, report.preliminary, report.changed) == (2, False, True)
    assert report.groups == (("also", "editing", 1), ("also", "agents", 1))
    assert [file.path.name for file in report.files] == [
        "2026-W12.md",
        "2026-W12.html",
        "2026-W12.txt",
        "2026-W12.json",
    ]
    text = report.files[0].path.read_text(encoding="utf-8")
    assert "Look at figure 3." in text
    assert "2603.00003" not in text
    assert _published(open_store) == {
        ("2603.00001", "agents"),
        ("2603.00002", "editing-image"),
        ("2603.00002", "agents"),
    }


def test_second_run_changes_and_records_nothing(open_store: OpenStore, tmp_path: Path) -> None:
    first = _write(open_store, tmp_path)
    before = [file.path.read_bytes() for file in first.files]
    second = _write(open_store, tmp_path, now=LATER + timedelta(days=300))

    assert not second.changed
    assert [file.path.read_bytes() for file in second.files] == before
    assert len(_published(open_store)) == 3


def test_later_changes_do_not_alter_past_digest(open_store: OpenStore, tmp_path: Path) -> None:
    _write(open_store, tmp_path)
    with open_store() as store:
        store.papers.upsert(
            [make_paper("2603.00001", title="Renamed", version=2)],
            seen_at=LATER,
        )
        (approval,) = store.decisions.of_paper("2603.00002")
        store.decisions.undo(reviewer="ada", undone_at=LATER, decision_id=approval.decision_id)
        store.decisions.add([make_decision("2603.00003", decided_at=LATER)])

    assert not _write(open_store, tmp_path).changed


def test_withdrawn_approval_is_not_published(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    "2603.00002",
                    decided_at=MONDAY + timedelta(days=1),
                    verdict=Verdict.REJECTED,
                )
            ]
        )

    report = _write(open_store, tmp_path)

    assert report.papers == 1
    assert "2603.00002" not in report.files[0].path.read_text(encoding="utf-8")
    assert _published(open_store) == {("2603.00001", "agents")}


def test_each_language_has_three_files(open_store: OpenStore, tmp_path: Path) -> None:
    report = _write(open_store, tmp_path, languages=("zh", "en", "zh"))

    assert [file.path.name for file in report.files] == [
        "2026-W12.md",
        "2026-W12.html",
        "2026-W12.txt",
        "2026-W12.en.md",
        "2026-W12.en.html",
        "2026-W12.en.txt",
        "2026-W12.json",
    ]
    assert '<html lang="zh">' in report.files[1].path.read_text(encoding="utf-8")


def test_empty_week_is_written_but_not_recorded(tmp_path: Path) -> None:
    opener = migrated(tmp_path / "survey.duckdb")
    report = _write(opener, tmp_path / "out")

    assert (report.papers, report.groups) == (0, ())
    assert "No paper was approved" in report.files[0].path.read_text(encoding="utf-8")
    assert _published(opener) == set()


def test_unknown_section_is_reported_and_refused(tmp_path: Path) -> None:
    opener = migrated(tmp_path / "survey.duckdb")
    with opener() as store:
        store.papers.upsert([make_paper("2603.00001"), make_paper("2603.00002")], seen_at=MONDAY)
        store.decisions.add(
            [make_decision("2603.00001", decided_at=MONDAY, sections=("gone", "agents"))]
        )

    report = _write(opener, tmp_path / "out")

    assert report.unknown_sections == ("gone",)
    assert report.groups == (("also", "agents", 1),)
    assert report.published is not None
    assert report.published.outcome is Outcome.REFUSED
    assert "'gone'" in report.published.refusals[0].sentence
    assert not (tmp_path / "out").exists()
    assert _published(opener) == set()


def test_unfinished_week_error_names_last_complete_one(
    open_store: OpenStore, tmp_path: Path
) -> None:
    with pytest.raises(UnfinishedWeekError, match="2026-W11") as caught:
        _write(open_store, tmp_path / "out", now=W12.end - timedelta(seconds=1))

    assert caught.value.exit_status == 2
    assert not (tmp_path / "out").exists()


def test_preview_of_unfinished_week_is_not_recorded(open_store: OpenStore, tmp_path: Path) -> None:
    midweek = MONDAY + timedelta(days=2)
    preview = _write(open_store, tmp_path, now=midweek, allow_unfinished=True)

    assert preview.preliminary
    assert "Preliminary" in preview.files[0].path.read_text(encoding="utf-8")
    assert _published(open_store) == set()
    final = _write(open_store, tmp_path, now=W12.end)
    assert final.changed
    assert "Preliminary" not in final.files[0].path.read_text(encoding="utf-8")
    assert len(_published(open_store)) == 3


def test_future_week_cannot_be_previewed(open_store: OpenStore, tmp_path: Path) -> None:
    with pytest.raises(UnfinishedWeekError, match="is in the future"):
        _write(open_store, tmp_path, week=Week(2030, 1), allow_unfinished=True)


def test_nothing_is_recorded_if_writing_fails(open_store: OpenStore, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the directory should be")

    report = _write(open_store, tmp_path / "out")

    assert report.published is not None
    assert report.published.outcome is Outcome.FAILED
    assert "Nothing was replaced" in report.published.hint
    assert not report.changed
    assert _published(open_store) == set()


def test_failed_replacement_leaves_old_file(tmp_path: Path) -> None:
    target = tmp_path / "digest.md"
    (target / "in-the-way").mkdir(parents=True)

    with pytest.raises(DigestNotWrittenError, match=r"digest\.md"):
        write_file(target, b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["digest.md"]


def test_file_with_same_bytes_is_not_touched(tmp_path: Path) -> None:
    target = tmp_path / "digest.md"
    assert write_file(target, b"text\n").changed
    os.utime(target, (1, 1))

    assert not write_file(target, b"text\n").changed
    assert target.stat().st_mtime == 1
    assert write_file(target, b"other\n").changed
    assert target.read_text(encoding="utf-8") == "other\n"
    assert [path.name for path in tmp_path.iterdir()] == ["digest.md"]


SATURDAY = MONDAY + timedelta(days=5)


def _change(open_store: OpenStore, arxiv_id: str, seen_at: datetime, **changed: Any) -> None:
    """Let arXiv change a paper, as a run at `seen_at` stores it."""
    with open_store() as store:
        stored = store.papers.get_many([arxiv_id])[arxiv_id].paper
        changed = {"version": stored.version + 1, **changed}
        store.papers.upsert([replace(stored, **changed)], seen_at=seen_at)


@pytest.mark.parametrize("seen_at", [SATURDAY, LATER])
def test_paper_withdrawn_before_the_issue_is_named_and_not_listed(
    open_store: OpenStore, tmp_path: Path, seen_at: datetime
) -> None:
    _change(open_store, "2603.00001", seen_at, withdrawn=True, comment="A proof is wrong.")
    report = _write(open_store, tmp_path, languages=("en", "zh"))

    assert report.papers == 1
    assert [paper.arxiv_id for paper in report.withdrawn] == ["2603.00001"]
    assert report.corrections == ()
    for file in report.files:
        text = file.path.read_text(encoding="utf-8").replace("\\", "")
        heading = '"withdrawn": [' if file.path.suffix == ".json" else "Corrections"
        if ".zh." in file.path.name:
            heading = "更正"
        listed, _, corrected = text.partition(heading)
        assert "2603.00001" not in listed, file.path
        assert "2603.00001" in corrected, file.path
        assert "2603.00002" in listed, file.path
    assert {arxiv_id for arxiv_id, _ in _published(open_store)} == {"2603.00002"}


def test_later_withdrawal_is_named_in_the_digest_of_its_week_once(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _write(open_store, tmp_path)
    _change(open_store, "2603.00001", LATER, withdrawn=True)
    after, next_week = LATER + timedelta(days=7), LATER + timedelta(days=14)
    report = _write(open_store, tmp_path, week=Week(2026, 13), now=after)
    assert (report.papers, report.withdrawn) == (0, ())
    assert [(one.arxiv_id, one.kinds) for one in report.corrections] == [
        ("2603.00001", ("withdrawn",))
    ]
    assert "withdrawn" in report.files[0].path.read_text(encoding="utf-8")
    assert _write(open_store, tmp_path, week=Week(2026, 14), now=next_week).corrections == ()
    again = _write(open_store, tmp_path, week=Week(2026, 13), now=next_week)
    assert not again.changed


def test_rejection_after_a_withdrawal_does_not_hide_it(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _change(open_store, "2603.00001", LATER, withdrawn=True)
    with open_store() as store:
        store.decisions.add(
            [make_decision("2603.00001", verdict=Verdict.REJECTED, sections=(), decided_at=LATER)]
        )
    report = _write(open_store, tmp_path, week=Week(2026, 13), now=LATER + timedelta(days=7))
    assert [one.arxiv_id for one in report.corrections] == ["2603.00001"]


def test_new_title_of_a_listed_paper_is_named_with_the_old_one(
    open_store: OpenStore, tmp_path: Path
) -> None:
    with open_store() as store:
        former = store.papers.titles(["2603.00002"])["2603.00002"]
    _change(open_store, "2603.00002", SATURDAY, title="A Better Name")
    report = _write(open_store, tmp_path)
    assert [(one.title, one.former_title) for one in report.corrections] == [
        ("A Better Name", former)
    ]


def test_undecided_and_rejected_papers_are_not_corrected(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _change(open_store, "2603.00003", SATURDAY, withdrawn=True)
    report = _write(open_store, tmp_path)
    assert (report.withdrawn, report.corrections) == ((), ())


def test_approval_taken_back_before_the_issue_is_not_listed(
    open_store: OpenStore, tmp_path: Path
) -> None:
    with open_store() as store:
        store.decisions.add(
            [make_decision("2603.00001", verdict=Verdict.REJECTED, sections=(), decided_at=LATER)]
        )
    report = _write(open_store, tmp_path, now=LATER + timedelta(hours=1))

    assert report.papers == 1
    assert "2603.00001" not in report.files[0].path.read_text(encoding="utf-8")


def test_withdrawal_after_publication_leaves_the_old_issue_as_it_was(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _write(open_store, tmp_path)
    _change(open_store, "2603.00001", LATER + timedelta(days=1), withdrawn=True)

    assert not _write(open_store, tmp_path, now=LATER + timedelta(days=2)).changed


def test_what_comes_after_publication_changes_no_figure(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _change(open_store, "2603.00002", SATURDAY, withdrawn=True)
    _write(open_store, tmp_path)
    after = LATER + timedelta(days=1)
    _change(open_store, "2603.00002", after, withdrawn=False)
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00009")], seen_at=after)
        store.highlights.set(Highlight("2603.00001", "ada", "Too late.", after))
        item = Announcement(MONDAY.date(), "2603.00009", 1, AnnounceType.NEW, "Late", ("cs.CV",))
        store.announcements.add_items(MONDAY.date(), ("cs.CV",), [item], seen_at=after)

    assert not _write(open_store, tmp_path, now=after + timedelta(days=1)).changed


def test_empty_issue_keeps_its_figures(open_store: OpenStore, tmp_path: Path) -> None:
    for arxiv_id in ("2603.00001", "2603.00002"):
        _change(open_store, arxiv_id, SATURDAY, withdrawn=True)
    first = _write(open_store, tmp_path, languages=("en", "zh"))
    assert first.papers == 0
    after = LATER + timedelta(days=1)
    _change(open_store, "2603.00002", after, withdrawn=False)
    with open_store() as store:
        item = Announcement(MONDAY.date(), "2603.00009", 1, AnnounceType.NEW, "Late", ("cs.CV",))
        store.announcements.add_items(MONDAY.date(), ("cs.CV",), [item], seen_at=after)
        (approval,) = store.decisions.of_paper("2603.00001")
        store.decisions.undo(reviewer="ada", undone_at=after, decision_id=approval.decision_id)

    again = _write(open_store, tmp_path, now=after, languages=("en", "zh"))

    assert (again.papers, again.changed) == (0, False)
    services = publishing_services(open_store, tmp_path.parent, now=after)
    (target,) = verify(_writing(services, tmp_path, ("en", "zh")), Run())
    assert target.found == ()


def test_next_issue_links_an_empty_one_before(open_store: OpenStore, tmp_path: Path) -> None:
    _write(open_store, tmp_path)
    _write(open_store, tmp_path, week=Week(2026, 13), now=LATER + timedelta(days=7))
    later = LATER + timedelta(days=14)
    report = _write(open_store, tmp_path, week=Week(2026, 14), now=later)

    assert 'href="2026-W13.html"' in report.files[1].path.read_text(encoding="utf-8")
    # An issue that goes out late does not change those of later weeks.
    _write(open_store, tmp_path, week=Week(2026, 11), now=later)
    assert not _write(open_store, tmp_path, now=later).changed


def test_trend_counts_what_earlier_issues_listed(open_store: OpenStore, tmp_path: Path) -> None:
    _change(open_store, "2603.00001", SATURDAY, withdrawn=True)
    shown = _write(open_store, tmp_path)
    _change(open_store, "2603.00002", LATER, withdrawn=True)
    report = _write(open_store, tmp_path, week=Week(2026, 13), now=LATER + timedelta(days=7))

    assert shown.papers == 1
    weeks = json.loads(report.files[-1].path.read_bytes())["trend"]["weeks"]
    assert [one["papers"] for one in weeks if one["papers"]] == [1]


def test_trend_leaves_out_withdrawn_papers_of_weeks_without_issue(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _change(open_store, "2603.00001", LATER, withdrawn=True)
    report = _write(open_store, tmp_path, week=Week(2026, 13), now=LATER + timedelta(days=7))

    weeks = json.loads(report.files[-1].path.read_bytes())["trend"]["weeks"]
    assert [one["papers"] for one in weeks if one["papers"]] == [1]


def test_withdrawal_that_an_issue_named_is_not_corrected_again(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _change(open_store, "2603.00001", LATER - timedelta(hours=1), withdrawn=True)
    assert [paper.arxiv_id for paper in _write(open_store, tmp_path).withdrawn] == ["2603.00001"]
    after = LATER + timedelta(days=7)
    assert _write(open_store, tmp_path, week=Week(2026, 13), now=after).corrections == ()


def test_paper_approved_again_is_moved_not_listed_again(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _write(open_store, tmp_path)
    with open_store() as store:
        store.decisions.add(
            [make_decision("2603.00001", decided_at=LATER, sections=("editing-audio",))]
        )
    report = _write(open_store, tmp_path, week=Week(2026, 13), now=LATER + timedelta(days=7))

    assert report.papers == 0
    assert [(one.kinds, one.former_sections, one.sections) for one in report.corrections] == [
        (("moved",), ("agents",), ("editing-audio",))
    ]


def test_approval_taken_back_after_its_issue_is_corrected(
    open_store: OpenStore, tmp_path: Path
) -> None:
    _write(open_store, tmp_path, now=LATER)
    with open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    "2603.00001",
                    verdict=Verdict.REJECTED,
                    sections=(),
                    decided_at=LATER + timedelta(hours=1),
                )
            ]
        )
    report = _write(open_store, tmp_path, week=Week(2026, 13), now=LATER + timedelta(days=7))

    assert [(one.kinds, one.issue) for one in report.corrections] == [(("taken_back",), "2026-W12")]
    assert "we were wrong" in report.files[0].path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"comment": "Accepted at CVPR 2026"}, ("published",)),
        ({"journal_ref": "Journal of Kettles 3 (2026)"}, ("published",)),
        ({"doi": "10.1000/kettle"}, ("published",)),
        ({"comment": "Retracted by the publisher."}, ("retracted",)),
        ({"comment": "14 pages"}, ()),
    ],
)
def test_changed_record_is_corrected_once(
    open_store: OpenStore, tmp_path: Path, changed: dict[str, Any], kinds: tuple[str, ...]
) -> None:
    _write(open_store, tmp_path)
    _change(open_store, "2603.00001", LATER, **changed)
    after = LATER + timedelta(days=14)

    report = _write(open_store, tmp_path, week=Week(2026, 13), now=after)
    assert [one.kinds for one in report.corrections] == ([kinds] if kinds else [])
    assert _write(open_store, tmp_path, week=Week(2026, 14), now=after).corrections == ()


def test_issue_counts_the_decisions_of_its_week(open_store: OpenStore, tmp_path: Path) -> None:
    report = _write(open_store, tmp_path, languages=("en", "zh"))
    record = json.loads(report.files[-1].path.read_bytes())

    assert (record["made"] | {"days": {}}) == {
        "announced": 0,
        "reviewed": 3,
        "approved": 2,
        "rejected": 1,
        "deferred": 0,
        "reasons": {"relevant-not-listed": 1},
        "in_scope": 3,
        "waiting": 0,
        "precision": 2 / 3,
        "days": {},
    }
    assert record["counts"]["papers"] == 2
    assert record["languages"].keys() == {"en", "zh"}


def test_next_issue_links_the_one_before(open_store: OpenStore, tmp_path: Path) -> None:
    _write(open_store, tmp_path)
    report = _write(open_store, tmp_path, week=Week(2026, 14), now=LATER + timedelta(days=14))

    assert 'href="2026-W12.html"' in report.files[1].path.read_text(encoding="utf-8")


@pytest.mark.parametrize("state", ["emptied", "shuffled", "set to 1"])
def test_predictions_change_no_byte(open_store: OpenStore, tmp_path: Path, state: str) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00004")], seen_at=MONDAY)
        add_predictions(
            store, [make_prediction(f"2603.0000{n}", in_scope=0.2 * n) for n in (1, 2, 3, 4)]
        )
    before = _write(open_store, tmp_path / "one")
    changes = {
        "emptied": "DELETE FROM prediction",
        "shuffled": "UPDATE prediction SET in_scope = 0.9 - in_scope, top_section = 'agents'",
        "set to 1": "UPDATE prediction SET in_scope = 1",
    }
    with open_store() as store:
        store._session.write(changes[state])
    again = _write(open_store, tmp_path / "two")

    for one, other in zip(before.files, again.files, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()
    assert "2603.00004" not in before.files[0].path.read_text(encoding="utf-8")


def test_calls_grow_with_the_papers_of_an_issue_and_no_faster(tmp_path: Path) -> None:
    # Pages of both are shortened, which takes several renderings.
    _, few, many = (_calls(tmp_path / str(number), number) for number in (1, 200, 400))

    assert many < _MOST_CALLS
    assert many < 2.2 * few


#: of 400 papers, which took 2.13 million on 2026-11-29, and twice as many when built twice
_MOST_CALLS = 2_700_000


def _calls(directory: Path, number: int) -> int:
    """Count the calls that an issue takes, because they are the same on a busy machine."""
    opener = migrated(directory / "survey.duckdb")
    papers = [make_paper(f"2603.1{n:04}", title=f"Paper {n} of Many") for n in range(number)]
    with opener() as store:
        store.papers.upsert(papers, seen_at=MONDAY)
        store.decisions.add(
            [
                make_decision(paper.arxiv_id, decided_at=MONDAY, sections=("agents",))
                for paper in papers
            ]
        )
    with Profile() as profile:
        assert _write(opener, directory / "out").papers == number
    return sum(entry.callcount for entry in profile.getstats())
