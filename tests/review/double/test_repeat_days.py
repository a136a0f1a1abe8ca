"""Repeats reach whoever reads in days, sessions, sections or saved views; over simulated days."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.review.agreement.report import read_facts
from pipeline.review.double.repeats import Turn
from pipeline.review.double.rules import TeamRules
from storage.opinion_types import Opinion, OpinionKind
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import START, Clock, Page, ReviewSite, Visitor, kept_site, scores

#: papers decided twelve weeks ago, and papers of that time that wait
OLD = [f"2512.{number:05}" for number in range(1, 61)]
LEFT = [f"2512.{number:05}" for number in range(101, 141)]
THEN = START - timedelta(weeks=12)
DAY = timedelta(days=1)
SECTIONS = ("make-image", "make-video")


@dataclass
class Reading:
    """A person who reads for some days, and what was seen."""

    site: ReviewSite
    visitor: Visitor
    seen: list[list[str]] = field(default_factory=list)
    #: the number of the list before and after each verdict
    steps: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def papers(self) -> list[str]:
        """All papers that were read, in order."""
        return [key for sitting in self.seen for key in sitting]

    @property
    def words(self) -> list[Opinion]:
        """The words on repeated papers."""
        with self.site.open_store() as store:
            return [one for one in store.opinions.live() if one.kind is OpinionKind.REPEAT]

    def sit(self, path: str, most: int, *, within: str = "") -> None:
        """Read a list from the top, as long as its page says so, until the sitting ends."""
        sitting: list[str] = []
        self.seen.append(sitting)
        page = self.visitor.get(path)
        while page.ids and len(sitting) < most and within in page.text:
            key, before = page.ids[0], size_of(page)
            sitting.append(key)
            page = self.visitor.follow(self.visitor.decide(page, key, "rejected"))
            self.steps.append((key, before, size_of(page)))


def size_of(page: Page) -> int:
    """Return how many papers a list says it has."""
    found = re.search(r"Paper \d+ of (\d+)", page.text)
    return int(found[1]) if found else 0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ReviewSite]:
    with kept_site(tmp_path) as made:
        yield made


@pytest.fixture
def reading(site: ReviewSite) -> Reading:
    """Ada decided 60 papers twelve weeks ago; 40 of that time wait."""
    site.rules = TeamRules(repeats=5)
    arrive(site, OLD + LEFT, THEN - DAY)
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    key,
                    verdict=Verdict.APPROVED if number % 2 else Verdict.REJECTED,
                    sections=("make-image",) if number % 2 else (),
                    decided_at=THEN + timedelta(seconds=12 * number),
                )
                for number, key in enumerate(OLD)
            ]
        )
    return Reading(site, Visitor(site.app("ada")))


def arrive(site: ReviewSite, ids: list[str], at: datetime) -> None:
    """Put likely papers into the queue, in two sections."""
    site.put_all(
        [
            (
                make_paper(key, submitted_at=at, updated_at=at, title=f"Layouts of paper {key}"),
                make_prediction(
                    key,
                    in_scope=0.97 - 0.03 * (number % 15),
                    sections=scores(**{SECTIONS[number % 2].replace("-", "_"): 0.8}),
                    predicted_at=at,
                ),
            )
            for number, key in enumerate(ids)
        ]
    )


def days(reading: Reading, count: int, papers: int) -> Iterator[int]:
    """Let days pass, on each of which papers arrive."""
    for day in range(count):
        now = START + day * DAY
        reading.site.clock = Clock(now)
        reading.visitor.app = reading.site.app("ada")
        ids = [f"2603.{day:02}{number:03}" for number in range(1, papers + 1)]
        arrive(reading.site, ids, now - DAY)
        yield day


def check(reading: Reading, least: int) -> list[str]:
    """Check that the share is that of the setting and no paper is shown twice; return repeats."""
    repeated = [key for key in reading.papers if key in OLD]
    assert [one.arxiv_id for one in reading.words] == repeated
    assert least <= len(repeated) <= round(0.06 * len(reading.papers)), reading.seen
    assert len(set(reading.papers)) == len(reading.papers)
    return repeated


def check_numbers(reading: Reading) -> None:
    """Check that each verdict takes one paper from the list, whatever it was."""
    assert {before - after for _, before, after in reading.steps} == {1}, reading.steps


def test_whoever_reads_days_meets_repeats_among_older_papers(reading: Reading) -> None:
    for day in days(reading, 9, 11):
        reading.sit("/queue", 100, within=f"Likely, announced {START + day * DAY:%-d %b}")
    repeated = check(reading, least=3)  # 3 % of 99
    older = [key for key in reading.papers if key in LEFT]
    # an old paper among those of a day is at least as likely one that waits
    assert len(repeated) <= len(older) <= 3 * len(repeated)
    with reading.site.open_store() as store:
        facts = read_facts(store, reading.site.clock() + 2 * DAY)
    assert [one.arxiv_id for one in facts.repeats] == repeated  # counted as agreement with oneself


def test_session_has_repeats_and_as_many_papers_as_planned(reading: Reading) -> None:
    for _ in days(reading, 3, 20):
        page = reading.visitor.get("/plan?minutes=5")
        [plan] = [one for one in page.forms("/plan") if "token" in one]
        [planned] = map(int, re.findall(r"(\d+) papers? in \d+ min", page.text))
        started = reading.visitor.follow(reading.visitor.post("/plan", plan))
        assert size_of(started) == planned
        reading.sit("/queue?order=plan", 100)
        assert f"{planned} of {planned} decided" in reading.visitor.get("/plan").text
    check(reading, least=2)
    check_numbers(reading)


def test_section_has_repeats_that_its_numbers_have_too(reading: Reading) -> None:
    for _ in days(reading, 3, 40):
        reading.sit("/queue?section=make-image", 20)
    repeated = check(reading, least=2)
    assert all(OLD.index(key) % 2 == 0 for key in repeated)
    check_numbers(reading)


def test_saved_view_has_repeats_that_it_selects(reading: Reading) -> None:
    home = reading.visitor.get("/queue?search=layouts&category=cs.CV&order=mixed")
    saved = {**home.form("/views"), "name": "Layouts", "act": "save"}
    assert reading.visitor.post("/views", saved).status == 303
    for _ in days(reading, 4, 5):
        page = reading.visitor.get("/queue")
        [view] = page.tree.xpath("//a[normalize-space()='Layouts']/@href")
        reading.sit(view, 12)
    check(reading, least=2)
    check_numbers(reading)


def test_numbers_have_repeats_before_they_come() -> None:
    turn = Turn("ada", 0, 0, 5)
    first = turn.gap(0)
    assert turn.coming(first + 1) == 0
    assert turn.coming(first + 2) == 1
    for read in range(first + 3):
        now = replace(turn, read=read)
        assert now.coming(50 - read) == turn.coming(50)
    assert replace(turn, number=1).coming(50 - first) == turn.coming(50) - 1
    assert turn.coming(10_000) == turn.coming(60)
