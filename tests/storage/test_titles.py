from datetime import datetime, timedelta

import pytest

from storage.store import OpenStore
from tests.support.builders import make_decision, make_paper


def test_former_titles_come_from_changes_newest_first(open_store: OpenStore, now: datetime) -> None:
    with open_store() as store:
        for days, title in enumerate(("Kettles", "Pots", "Pans")):
            paper = make_paper("2603.00001", version=days + 1, title=title)
            store.papers.upsert([paper], seen_at=now + timedelta(days=days))

        assert store.titles.former(["2603.00001", "2603.00002"]) == {
            "2603.00001": ("Pots", "Kettles")
        }


def test_former_title_is_known_from_a_decision(open_store: OpenStore, now: datetime) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00001", title="Kettles")], seen_at=now)
        store.decisions.add([make_decision("2603.00001")])
        assert store.titles.former(["2603.00001"]) == {}
        store.papers.upsert([make_paper("2603.00001", version=2, title="Pots")], seen_at=now)

        assert store.titles.former(["2603.00001"]) == {"2603.00001": ("Kettles",)}


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("Slow Bells for Quick Weather", "slow bells, for quick weather."),
        ("Schrödinger's Teapot", "Schrodingers Teapot"),
        ("KettleNet: Boiling Water by Looking at It", "Boiling Water by Looking at It"),
        ("Boiling Water by Looking at It", "KettleNet: Boiling Water by Looking at It"),
        (r"\emph{Odd} Machines", "Odd Machines"),
        ("倒茶的机器与灯笼和飞蛾的书", "倒茶的机器与灯笼和飞蛾的书。"),
    ],
)
def test_paper_is_found_by_title(
    open_store: OpenStore, now: datetime, held: str, asked: str
) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00001", title=held)], seen_at=now)

        assert store.titles.holders([asked, "Another Title"]) == {asked: ("2603.00001",)}


def test_paper_is_found_by_former_title(open_store: OpenStore, now: datetime) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper("2603.00001", title="Kettles")], seen_at=now)
        store.papers.upsert([make_paper("2603.00001", version=2, title="Pots")], seen_at=now)

        assert store.titles.holders(["Kettles"]) == {"Kettles": ("2603.00001",)}


@pytest.mark.parametrize("asked", ["?", "", "Kettles: A Survey", "Kettles: Survey"])
def test_short_part_of_a_title_finds_nothing(
    open_store: OpenStore, now: datetime, asked: str
) -> None:
    with open_store() as store:
        store.papers.upsert(
            [make_paper("2603.00001", title="A Survey"), make_paper("2603.00002", title="Survey")],
            seen_at=now,
        )

        assert store.titles.holders([asked]) == {}


def test_approvals_of_one_reviewer_are_listed(open_store: OpenStore, now: datetime) -> None:
    with open_store() as store:
        store.papers.upsert([make_paper(f"2603.0000{n}") for n in (1, 2, 3)], seen_at=now)
        store.decisions.add(
            [
                make_decision("2603.00001", reviewer="list"),
                make_decision("2603.00002", reviewer="ada"),
                make_decision("2603.00003", reviewer="list"),
                make_decision("2603.00003", reviewer="ada", decided_at=now),
            ]
        )

        assert [one.arxiv_id for one in store.decisions.approved_by("list")] == ["2603.00001"]
