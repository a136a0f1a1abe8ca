"""A person reads papers again that he decided long ago, without being reminded."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.review.double.able import AbleNumbers, PlacedPapers
from pipeline.review.double.repeats import ROWS, Due, Kept, Turn, candidates, due, place, shows_age
from pipeline.review.double.rules import TeamRules
from pipeline.review.make_ruling import make_ruling
from storage.batches import BatchKind, NewBatch
from storage.opinion_types import NewOpinion, Opinion, OpinionKind
from storage.queue_filter import QueueFilter, QueueRow
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import START, Page, ReviewSite, Visitor, kept_site, make_site, scores

OLD = [f"2511.{number:05}" for number in range(1, 31)]
NEW = [f"2603.{number:05}" for number in range(1, 81)]
THEN = START - timedelta(weeks=12)
RULES = TeamRules(repeats=10)
LIST = "/queue?order=likely"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ReviewSite]:
    """A site whose reviewer ada decided 30 papers twelve weeks ago; 80 others wait."""
    with kept_site(tmp_path) as site:
        fill(site)
        yield site


def fill(site: ReviewSite) -> None:
    site.rules = RULES
    with site.open_store() as store:
        store.papers.upsert([make_paper(key) for key in OLD], seen_at=THEN)
    pairs = [
        (
            make_paper(key),
            make_prediction(
                key,
                in_scope=0.98 - 0.01 * (number % 80),
                sections=scores(make_image=0.8),
                predicted_at=THEN - timedelta(days=1),
            ),
        )
        for number, key in enumerate([*NEW, *OLD])
    ]
    site.put_all(pairs)
    with site.open_store() as store:
        store.decisions.add(
            [
                make_decision(
                    key,
                    verdict=Verdict.APPROVED if number % 2 else Verdict.REJECTED,
                    sections=("make-image",) if number % 2 else (),
                    decided_at=THEN + timedelta(minutes=number),
                )
                for number, key in enumerate(OLD)
            ]
        )


def read(visitor: Visitor, papers: int, verdict: str = "rejected") -> list[str]:
    """Decide the first paper of the list so many times; return what was read."""
    found = []
    page = visitor.get(LIST)
    for _ in range(papers):
        key = page.ids[0]
        found.append(key)
        page = visitor.follow(visitor.decide(page, key, verdict, section=["make-image"]))
    return found


def given(site: ReviewSite) -> list[Opinion]:
    with site.open_store() as store:
        return [one for one in store.opinions.live() if one.kind is OpinionKind.REPEAT]


def shown_repeat(visitor: Visitor) -> tuple[Page, str]:
    """Read until a repeated paper is in the list; return the page and the paper."""
    page = visitor.get(LIST)
    for _ in range(40):
        repeated = [key for key in page.ids if key in OLD]
        if repeated:
            return page, repeated[0]
        read(visitor, 1)
        page = visitor.get(LIST)
    raise AssertionError("no paper was repeated")


def test_share_of_repeats_is_that_of_the_setting(site: ReviewSite) -> None:
    seen = read(Visitor(site.app("ada")), 70)
    repeated = [key for key in seen if key in OLD]
    assert 4 <= len(repeated) <= 11  # 10 % of 70
    assert [one.arxiv_id for one in given(site)] == repeated
    places = [place for place, key in enumerate(seen) if key in OLD]
    assert len({after - before for before, after in pairwise(places)}) > 1  # irregular


def test_repeat_changes_no_decision(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    _, key = shown_repeat(ada)
    before = site.decisions(key)
    ada.decide(ada.get(LIST), key, "deferred")
    assert site.decisions(key) == before
    [word] = given(site)
    assert (word.verdict, word.repeats) == (Verdict.DEFERRED, before[0].decision_id)


def test_repeated_paper_looks_like_any_other(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    page, key = shown_repeat(ada)
    percents = [
        str(row.text_content()) for row in page.tree.xpath("//main//li//*[@class='percent']")
    ]
    assert percents == sorted(percents, reverse=True)

    def skeleton(paper: str) -> str:
        text = ada.get(page.link(paper)).tree.xpath("//form[@id='verdict']")[0].text_content()
        return " ".join(text.split())

    other = next(one for one in page.ids if one not in OLD)
    assert "Approved" not in skeleton(key)
    assert skeleton(key).count("%") == skeleton(other).count("%")
    opened = ada.get(page.link(key))
    assert not opened.tree.xpath("//p[@class='standing']")
    reasons = ada.get(f"/paper/{key}?from=/queue")
    assert not reasons.tree.xpath("//p[@class='standing']")
    assert ada.get(f"/paper/{key}").tree.xpath("//p[@class='standing']")


def test_answer_to_a_repeat_looks_like_any_other(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    page, key = shown_repeat(ada)
    other = next(one for one in page.ids if one not in OLD)
    answers = []
    for paper in (key, other):
        form = {**ada.get(page.link(paper)).form("/decide", paper), "verdict": "rejected"}
        answer = ada.post("/decide", {**form, "reason": "other"}, {"accept": "application/json"})
        answers.append(json.loads(answer.response.text))
    first, second = answers
    assert first.keys() == second.keys()
    assert second["done_today"] == first["done_today"] + 1
    shape = [
        answer["flash"].replace(paper, "ID").replace(answer["decision_id"], "DECISION")
        for answer, paper in zip(answers, (key, other), strict=True)
    ]
    assert re.sub(r"A study[^<]*", "", shape[0]) == re.sub(r"A study[^<]*", "", shape[1])
    for answer in answers:
        assert re.fullmatch(r"[0-9a-f]{16}", answer["decision_id"])
        assert answer["next"].endswith(f"done={answer['decision_id']}")


def test_address_after_a_repeat_looks_like_any_other(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    page, key = shown_repeat(ada)
    other = next(one for one in page.ids if one not in OLD)
    shapes = set()
    for paper in (key, other):
        there = ada.decide(ada.get(LIST), paper, "rejected").response.headers["location"]
        shape = re.sub(r"paper=2\d{3}\.\d{5}&at=\d", "PAPER", there)
        shapes.add(re.sub(r"[0-9a-f]{16}$", "ID", shape))
        undo = ada.get(there).form("/undo")
        assert set(undo) == {"token", "decision_id", "view"}
    assert len(shapes) == 1, shapes


def test_undone_repeat_is_shown_again_as_new(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    page, key = shown_repeat(ada)
    done = ada.follow(ada.decide(page, key, "rejected"))
    back = ada.follow(ada.post("/undo", done.form("/undo")))
    assert back.paper == key
    assert not back.tree.xpath("//p[@class='standing']")
    assert given(site) == []


def test_marked_repeat_is_a_waiting_paper(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    page, key = shown_repeat(ada)
    marked = [key, next(one for one in page.ids if one not in OLD)]
    form = {"token": page.form("/decide")["token"], "view": LIST}
    asked = ada.post("/decide-many", {**form, "paper": marked})
    assert "Decide 2 papers" in asked.text
    sent = {**asked.form("/decide-many"), "verdict": "rejected", "reason": "other"}
    answer = ada.post("/decide-many", sent)
    [word] = given(site)
    assert word.arxiv_id == key
    assert re.fullmatch(
        r"/queue\?order=likely&done=[0-9a-f]{16}", answer.response.headers["location"]
    )
    for done in (answer.response.headers["location"], f"{LIST}&done={word.opinion_id}"):
        assert (
            "and one other paper" in ada.get(done).tree.xpath("//*[@id='flash']")[0].text_content()
        )


def test_only_repeats_marked_together_answer_as_any_other(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    page, key = shown_repeat(ada)
    form = {"token": page.form("/decide")["token"], "view": LIST}
    asked = ada.post("/decide-many", {**form, "paper": [key]})
    sent = {**asked.form("/decide-many"), "verdict": "rejected", "reason": "other"}
    assert "done=" in ada.post("/decide-many", sent).response.headers["location"]
    assert [one.arxiv_id for one in given(site)] == [key]


def test_precedent_is_not_repeated(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    _, key = shown_repeat(ada)
    with site.open_store() as store:
        make_ruling(store, store.decisions.standing([key])[key], "As a rule.", "ada", START)
    assert key not in ada.get(LIST).ids


def test_lists_of_others_have_no_repeat(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    shown_repeat(ada)
    assert not set(Visitor(site.app("bo")).get(LIST).ids) & set(OLD)


@pytest.mark.parametrize(
    ("path", "able"),
    [
        ("/queue?order=newest", True),
        ("/queue?search=study", True),
        ("/queue?search=nothing+that+is+there", False),
        ("/queue?announced=newest", True),
        ("/queue?announced=2026-03-01..2026-03-31&order=mixed", True),
        ("/queue?section=make-image", True),
        ("/queue?section=agents", False),
        ("/queue?category=cs.CV", True),
        ("/queue?category=cs.RO", False),
        ("/queue?author=sample", True),
        ("/queue?author=nemo", False),
        ("/queue?at_least=99", False),
        ("/queue", True),
    ],
)
def test_repeat_fulfils_what_a_list_asks_for(site: ReviewSite, path: str, *, able: bool) -> None:
    ada = Visitor(site.app("ada"))
    shown_repeat(ada)
    page = ada.get(path)
    assert bool(set(page.ids) & set(OLD)) is able, page.text


def test_pages_after_the_first_skip_no_paper(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    page, _ = shown_repeat(ada)
    with site.open_store() as store:
        waiting = [
            row.arxiv_id for row in store.queue.rows(QueueFilter(), limit=100, today=START.date())
        ]
    pages = [*page.ids, *ada.get(f"{LIST}&page=2").ids, *ada.get(f"{LIST}&page=3").ids]
    assert [key for key in pages if key not in OLD] == waiting


def test_opening_pages_stores_nothing(site: ReviewSite) -> None:
    ada = Visitor(site.app("ada"))
    page, key = shown_repeat(ada)
    for _ in range(3):
        assert ada.get(page.link(key)).paper == key
    assert given(site) == []


@pytest.mark.parametrize("why", ["", "recent", "bulk", "revised", "third", "unpredicted"])
def test_only_papers_read_alone_long_ago_are_repeated(tmp_path: Path, why: str) -> None:
    site = make_site(tmp_path)
    key = OLD[0]
    predicted = THEN + timedelta(days=1 if why == "unpredicted" else -1)
    site.put(make_paper(key), make_prediction(key, predicted_at=predicted))
    at = START - timedelta(weeks=1) if why == "recent" else THEN
    act = NewBatch(BatchKind.BULK, "ada", at) if why == "bulk" else None
    with site.open_store() as store:
        [made] = store.decisions.add([make_decision(key, decided_at=at)], act)
        if why == "third":
            said = NewOpinion(key, OpinionKind.THIRD, made.verdict, made.sections, "ada", at)
            store.opinions.add([replace(said, decision_id=made.decision_id)])
        if why == "revised":
            store.papers.upsert([make_paper(key, version=2, abstract="Another.")], seen_at=START)
        found = store.repeats.candidates("ada", until=START - timedelta(weeks=8), salt="", most=9)
        assert [one.arxiv_id for one in found] == ([] if why else [key])


def test_nothing_is_due_without_the_setting(site: ReviewSite) -> None:
    with site.open_store() as store:
        assert due(store, "ada", TeamRules()) is None
        assert due(store, "ada", RULES) is not None
        assert candidates(store, "bo", RULES, START) == []


DUE = Due("salt", 0)


def row(key: str, in_scope: float) -> QueueRow:
    return QueueRow(key, key, in_scope, "a", date(2026, 3, 17), (), "cs.CV")


def test_repeat_stands_where_its_probability_belongs() -> None:
    rows = [row(f"r{number}", 0.95 - 0.05 * number) for number in range(12)]
    offered = [row("low", 0.1), row("mid", 0.77)]
    found = place(rows, offered, QueueFilter(), DUE)
    assert found is not None
    assert (found.row.arxiv_id, found.place) == ("mid", 4)
    assert place(rows, offered[:1], QueueFilter(), DUE) is None
    assert place(rows, offered[:1], QueueFilter(order="newest"), DUE) is None
    assert place(rows[:1], offered, QueueFilter(), DUE) is None
    assert place(rows, [], QueueFilter(), DUE) is None


@pytest.mark.parametrize("order", ["likely", "uncertain", "mixed", "random", "newest"])
def test_paper_stays_in_its_list_until_it_is_read(order: str) -> None:
    rows = [row(f"r{number}", 0.95 - 0.02 * number) for number in range(40)]
    offered = [row(f"o{number}", 0.96 - 0.01 * number) for number in range(40)]
    if order == "uncertain":
        rows.sort(key=lambda one: abs(one.in_scope - 0.5))
    wanted, placed = QueueFilter(order=order), PlacedPapers()
    names = set()
    for over in range(len(rows)):
        found, first = Due("salt", over), rows[over : over + ROWS]
        stands = place(first, offered, wanted, found, placed.of("ada", found, wanted))
        assert stands is not None
        placed.keep("ada", found, wanted, stands, first)
        names.add(stands.row.arxiv_id)
        if over == 0:
            before = stands.place
            assert before >= 1
        assert stands.place == max(0, before - over)
    assert len(names) == 1


def test_paper_that_may_not_be_repeated_any_more_makes_room() -> None:
    rows = [row(f"r{number}", 0.95 - 0.02 * number) for number in range(12)]
    kept = Kept("gone", ("r3",))
    found = place(rows, [row("mid", 0.9)], QueueFilter(), DUE, kept)
    assert found is not None
    assert found.row.arxiv_id == "mid"


@pytest.mark.parametrize("order", ["likely", "mixed", "random"])
def test_desk_comes_to_the_repeat_that_a_list_shows(site: ReviewSite, order: str) -> None:
    ada, shown, read_ = Visitor(site.app("ada")), "", []
    page = ada.get(f"/queue?order={order}")
    for _ in range(22):
        listed = [key for key in page.ids if key in OLD]
        assert not shown or shown in read_ or listed == [shown]
        shown = listed[0] if listed else shown
        read_.append(page.paper)
        page = ada.follow(ada.decide(page, page.paper, "rejected"))
    repeated = [key for key in read_ if key in OLD]
    assert repeated
    assert [one.arxiv_id for one in given(site)] == repeated


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (QueueFilter(), False),
        (QueueFilter(order="random"), False),
        (QueueFilter(at_least=0.5, section="a", search="layout"), False),
        (QueueFilter(order="newest"), True),
        (QueueFilter(arrived_after=START), True),
        (QueueFilter(announced_from=date(2026, 3, 1)), True),
    ],
)
def test_list_of_days_shows_how_old_a_paper_is(wanted: QueueFilter, *, shown: bool) -> None:
    assert shows_age(wanted) is shown


def test_number_of_candidates_is_kept_for_a_list_until_a_repeat_is_given() -> None:
    kept, asked = AbleNumbers(), []

    def count() -> int:
        asked.append(1)
        return len(asked)

    turn = Turn("ada", 0, 3, 5)
    for wanted in (QueueFilter(), QueueFilter(without=frozenset({"2603.00001"}))):
        assert kept.of(turn, wanted, START, count) == 1
    assert kept.of(replace(turn, reviewer="bo"), QueueFilter(), START, count) == 2
    assert kept.of(turn, QueueFilter(section="a"), START, count) == 3
    assert kept.of(replace(turn, number=1), QueueFilter(section="a"), START, count) == 4
    later = START + timedelta(minutes=11)
    assert kept.of(replace(turn, number=1), QueueFilter(section="a"), later, count) == 5
