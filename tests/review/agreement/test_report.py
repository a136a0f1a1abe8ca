"""What is measured from the database, shown at the terminal and on the page, and to whom."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.roles import Role
from pipeline.review.agreement.kappa import kappa_of
from pipeline.review.agreement.readings import Pair, Word
from pipeline.review.agreement.report import SILENT, agreement_of, read_facts, table_of
from pipeline.review.agreement.sections import alpha_of
from pipeline.review.web.people import People, Person
from storage.opinion_types import NewOpinion, OpinionKind
from storage.store import Store
from storage.types import LIST_REVIEWER, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import SurveyInProcess
from tests.support.review import START, ReviewSite, Visitor, make_site
from tests.support.storage import add_predictions, database

DATA = Path(__file__).resolve().parents[4] / "shared/data"
IDS = [f"2603.{number:05}" for number in range(1, 61)]
YES, NO, LATER = Verdict.APPROVED, Verdict.REJECTED, Verdict.DEFERRED
BEGIN = START - timedelta(weeks=20)


def word(key: str, who: str, verdict: Verdict, number: int, **also: object) -> NewOpinion:
    sections = ("make-image",) if verdict is YES else ()
    at = BEGIN + timedelta(minutes=number)
    return NewOpinion(key, OpinionKind.FIRST, verdict, sections, who, at, **also)  # type: ignore[arg-type]


def say_both(store: Store, said: Sequence[tuple[Verdict, Verdict]]) -> None:
    """Record two words on each paper, ada's first on every other one."""
    for number, (key, (ada, bo)) in enumerate(zip(IDS, said, strict=False)):
        names = [("ada", ada), ("bo", bo)]
        if number % 2:
            names.reverse()
        [first] = store.opinions.add([word(key, *names[0], 2 * number)])
        second = word(key, *names[1], 2 * number + 1, beside=(first.opinion_id,))
        store.opinions.add([_kind(second, OpinionKind.SECOND)])


def _kind(one: NewOpinion, kind: OpinionKind) -> NewOpinion:
    return replace(one, kind=kind)


@pytest.fixture
def site(tmp_path: Path) -> ReviewSite:
    """A site with 60 papers that were predicted long ago."""
    site = make_site(tmp_path)
    with site.open_store() as store:
        store.papers.upsert([make_paper(key) for key in IDS], seen_at=BEGIN)
        add_predictions(
            store, [make_prediction(key, predicted_at=BEGIN - timedelta(days=1)) for key in IDS]
        )
    return site


def as_reviewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the one person of a service be a reviewer only."""

    def named(self: People) -> Person:
        return self.named(self._reviewer, Role.REVIEWER)

    monkeypatch.setattr(People, "only", property(named))


def repeat(store: Store, key: str, then: Verdict, now: Verdict, number: int) -> None:
    """Record ada's decision and the verdict on the same paper long after."""
    at = BEGIN + timedelta(minutes=number)
    sections = ("make-image",) if then is YES else ()
    [made] = store.decisions.add(
        [make_decision(key, verdict=then, sections=sections, decided_at=at)]
    )
    again = word(key, "ada", now, 10_000 + number, repeats=made.decision_id)
    store.opinions.add([_kind(again, OpinionKind.REPEAT)])


def test_pairs_are_counted_whoever_spoke_first(site: ReviewSite) -> None:
    said = [(YES, YES)] * 20 + [(YES, NO)] * 4 + [(NO, YES)] * 3 + [(NO, NO)] * 13
    with site.open_store() as store:
        say_both(store, [*said, (LATER, YES), (NO, LATER)])
        facts = read_facts(store, START)
    [between] = agreement_of(facts).pairs
    assert (between.first, between.second, between.deferred) == ("ada", "bo", 2)
    assert between.table.counts == (20, 4, 3, 13)
    assert between.kappa == kappa_of(between.table)
    assert between.sections is not None
    assert (between.sections.papers, between.sections.alpha) == (20, 1.0)


def test_word_that_was_taken_back_makes_no_pair(site: ReviewSite) -> None:
    with site.open_store() as store:
        say_both(store, [(YES, YES)] * 3)
        words = [one for one in store.opinions.live() if one.arxiv_id == IDS[0]]
        store.opinions.take_back(words, reviewer="ada", at=START)
        assert len(read_facts(store, START).pairs) == 2


def test_self_agreement_and_what_to_look_at_again(site: ReviewSite) -> None:
    with site.open_store() as store:
        for number, key in enumerate(IDS[:25]):
            repeat(store, key, YES, NO if number < 3 else YES, number)
        facts = read_facts(store, START)
        [alone] = agreement_of(facts).selves
        assert alone.same is not None
        assert (alone.same.count, alone.same.of) == (22, 25)
        assert set(alone.open) == set(IDS[:3])
        later = make_decision(IDS[0], verdict=NO, sections=(), decided_at=START)
        store.decisions.add([later])
        [alone] = agreement_of(read_facts(store, START)).selves
    assert set(alone.open) == set(IDS[1:3])


def test_repeat_is_not_spoken_of_at_once(site: ReviewSite) -> None:
    with site.open_store() as store:
        repeat(store, IDS[0], YES, NO, 0)
        given = BEGIN + timedelta(minutes=10_000)
        assert read_facts(store, given + SILENT - timedelta(seconds=1)).repeats == ()
        assert len(read_facts(store, given + SILENT).repeats) == 1


def test_verdicts_count_once_with_the_probability_from_before(site: ReviewSite) -> None:
    with site.open_store() as store:
        say_both(store, [(YES, NO)] * 2)
        at = BEGIN + timedelta(days=1)
        first, second = (
            make_decision(
                IDS[5], reviewer="cy", decided_at=at + timedelta(hours=n), verdict=verdict
            )
            for n, verdict in enumerate((YES, NO))
        )
        store.decisions.add([first, second])
        store.decisions.add([make_decision(IDS[6], reviewer=LIST_REVIEWER, decided_at=at)])
        add_predictions(
            store, [make_prediction(IDS[5], model_id="later", in_scope=0.1, predicted_at=START)]
        )
        graded = read_facts(store, START).graded
    assert {name: len(some) for name, some in graded.items()} == {"ada": 2, "bo": 2, "cy": 1}
    assert (graded["cy"][0].approved, graded["cy"][0].probability) == (True, 0.9)


def test_terminal_says_what_there_is_too_little_of(site: ReviewSite, tmp_path: Path) -> None:
    with site.open_store() as store:
        say_both(store, [(YES, YES)] * 5)
    config = f'[database]\npath = "{database(tmp_path).name}"\n'
    (tmp_path / "living-survey.toml").write_text(config, encoding="utf-8")
    survey = SurveyInProcess(tmp_path)
    said = survey.call("agreement").out
    assert "ada and bo: 5 papers with two verdicts; kappa needs 30." in said
    assert "no paper was read again" in said
    assert "drift needs 300" in said
    report = json.loads(survey.call("agreement", "--json", "--reviewer", "bo").out)
    assert [one["table"]["both_approve"] for one in report["pairs"]] == [5]
    assert [one["reviewer"] for one in report["drifts"]] == ["bo"]


def test_admin_sees_everybody_on_the_page(site: ReviewSite) -> None:
    with site.open_store() as store:
        say_both(store, [(YES, YES)] * 20 + [(NO, NO)] * 15)
        repeat(store, IDS[50], YES, NO, 50)
    page = Visitor(site.app("root")).get("/agreement")
    assert page.status == 200
    assert "1.00" in page.text
    assert "1 paper so far; 20 are needed" in page.text
    assert "You see everybody" in page.text
    assert {"ada", "bo"} <= {bdi.text_content() for bdi in page.tree.xpath("//main//bdi")}
    assert not page.tree.xpath(f"//main//a[@href='/paper/{IDS[50]}']")


def test_reviewer_sees_only_what_concerns_him(
    site: ReviewSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.open_store() as store:
        say_both(store, [(YES, YES)] * 5)
        repeat(store, IDS[50], YES, NO, 50)
    as_reviewer(monkeypatch)
    cy = Visitor(site.app("cy")).get("/agreement")
    assert not cy.tree.xpath("//main//bdi")
    bo = Visitor(site.app("bo")).get("/agreement")
    assert bo.tree.xpath("//main//table//bdi")
    assert [one.text_content() for one in bo.tree.xpath("//main//h3")] == ["bo"]
    assert not bo.tree.xpath(f"//main//a[@href='/paper/{IDS[50]}']")
    ada = Visitor(site.app("ada")).get("/agreement")
    assert ada.tree.xpath(f"//main//a[@href='/paper/{IDS[50]}']")


def test_reviewer_may_not_end_words_of_others(
    site: ReviewSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.open_store() as store:
        store.opinions.add([word(IDS[0], "ada", YES, 0)])
    as_reviewer(monkeypatch)
    bo = Visitor(site.app("bo"))
    assert "no one needs any more" not in bo.get("/conflicts").text
    token = bo.get("/queue").form("/decide")["token"]
    assert bo.post("/conflicts/lone", {"token": token, "end": "release"}).status == 403
    with site.open_store() as store:
        assert store.decisions.count() == 0


@pytest.mark.skipif(not DATA.exists(), reason="the data for development are not here")
def test_reading_by_hand_agrees_with_other_lists() -> None:
    """64 of the 500 papers read one by one were placed by other lists, or are in none for sure."""

    def lines(name: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]

    read = {str(one["arxiv_id"]): one for one in lines("dev_stream_read.jsonl")}
    placed = {str(one["arxiv_id"]): one for one in lines("dev_labels.jsonl")}
    unlisted = set(json.loads((DATA / "dev_unlisted.json").read_text("utf-8"))["easy_negatives"])
    verdicts = {"yes": YES, "no": NO, "borderline": LATER}
    pairs = [
        Pair(
            key,
            Word("reader", verdicts[str(one["in_scope"])], _tasks(one["sections"]), BEGIN),
            Word("lists", YES if key in placed else NO, _placed(placed.get(key)), BEGIN),
        )
        for key, one in read.items()
        if key in placed or key in unlisted
    ]
    table = table_of(pairs)
    kappa = kappa_of(table)
    alpha = alpha_of([(p.first.sections, p.second.sections) for p in pairs if p.both_approved])
    assert kappa is not None
    assert alpha is not None
    assert (table.papers, len(pairs) - table.papers) == (64, 4)
    assert kappa.kappa == 1
    assert 0.85 < kappa.low < kappa.high == 1
    assert 0.4 < alpha.alpha < 0.9


def _tasks(sections: object) -> frozenset[str]:
    assert isinstance(sections, list)
    return frozenset(str(one).partition("-")[0] for one in sections)


def _placed(one: dict[str, object] | None) -> frozenset[str]:
    tasks = one["task"] if one else []
    assert isinstance(tasks, list)
    return frozenset(map(str, tasks))
