"""Rules decide without a person: only after a replay, sampled, stopped, reopened, undone as one."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import UsageError
from config.roles import Role
from config.rules_schema import Rule
from config.schema import ClassifierSettings, DatabaseSettings, ReviewSettings
from config.team_schema import TeamSettings
from pipeline.cli.decide import reviewer_of
from pipeline.learn.cross_fit import cross_fit, fold_of
from pipeline.review.decide import record
from pipeline.review.double.rules import rules_of
from pipeline.review.proposal import propose
from pipeline.review.rules.act import RulesReport, apply_rules
from pipeline.review.rules.replay import replay
from pipeline.review.rules.state import RuleState, disable, enable, states, undo_rule
from pipeline.review.second_look import confirm
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.highlights import Highlight
from storage.rule_types import RuleAct
from storage.types import Source, Verdict
from tests.support.learning import (
    DAY,
    START,
    arxiv_id,
    call,
    decide,
    decisions,
    opener,
    settle,
    small_taxonomy,
    store_papers,
)
from tests.support.services import make_services
from tests.support.texts import approved, outside

pytestmark = pytest.mark.slow  # trains six models once

RULE = Rule(id="far", reason="other", scope_below=30, no_words=True, most_wrong=5)
NOW = START + 400 * DAY
WAITING = 12


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey whose decisions were scored by models that did not see them."""
    folder = tmp_path_factory.mktemp("surveyed")
    open_store = settle(folder, decided=0)
    decide(open_store, decisions(200), first=START + DAY)
    assert call(folder, "train", now=NOW - DAY).exit_code == 0
    store_papers(open_store, outside(WAITING, start=900), seen_at=NOW - DAY)
    assert call(folder, "classify", now=NOW - DAY).exit_code == 0
    cross_fit(services_of(folder), Run())
    return folder


@pytest.fixture
def folder(surveyed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(surveyed, tmp_path / "survey")
    return tmp_path / "survey"


@pytest.fixture
def services(folder: Path) -> Services:
    return services_of(folder)


def services_of(folder: Path, rule: Rule = RULE, days: int = 0) -> Services:
    return make_services(
        opener(folder),
        NOW + days * DAY,
        taxonomy=small_taxonomy(),
        database=DatabaseSettings(path=folder / "var" / "survey.duckdb"),
        classifier=ClassifierSettings(models=folder / "var" / "models"),
        review=ReviewSettings(reviewer="ada", rules=(rule,)),
    )


def apply(services: Services) -> RulesReport:
    run = Run()
    report = apply_rules(services, run)
    assert run.counts == report.totals
    return report


def state(services: Services) -> RuleState:
    with services.open_store() as store:
        [one] = states(services.settings.review.rules, services.taxonomy, store)
    return one


def enabled(services: Services) -> None:
    replay(services, RULE, person="ada")
    enable(services, "far", person="ada")


def waiting() -> list[str]:
    return [arxiv_id(one) for one in outside(WAITING, start=900)]


def standing(services: Services, keys: list[str]) -> dict[str, str]:
    with services.open_store() as store:
        return {key: one.reviewer for key, one in store.decisions.standing(keys).items()}


def test_scores_are_of_every_decision_of_people(services: Services) -> None:
    with services.open_store() as store:
        scores = store.second_looks.scores()
        made = store.decisions.training()
    assert len(scores) == len(made) == 224
    assert {fold_of(one.arxiv_id) for one in scores} == set(range(5))
    inside = {one.text.arxiv_id for one in made if one.verdict is Verdict.APPROVED}
    right = sum((one.in_scope >= 0.5) == (one.arxiv_id in inside) for one in scores)
    assert right > 210


def test_replay_says_whether_scores_or_decisions_are_missing(
    services: Services, tmp_path: Path
) -> None:
    with services.open_store() as store:
        store._session.write("DELETE FROM cross_score")
    with pytest.raises(UsageError, match="0 decisions with a score") as unscored:
        replay(services, RULE, person="ada")
    assert unscored.value.hint.startswith("`living-survey second-look find`")
    few = settle(tmp_path / "few", decided=0)
    decide(few, decisions(20), first=START + DAY)
    with pytest.raises(UsageError, match="0 decisions with a score") as undecided:
        replay(services_of(tmp_path / "few"), RULE, person="ada")
    assert undecided.value.hint.startswith("The survey has ")
    assert "Decide more papers first" in undecided.value.hint


def test_rule_acts_only_after_a_replay_and_by_an_admin(services: Services) -> None:
    assert apply(services) == RulesReport()
    with pytest.raises(UsageError, match="was not replayed"):
        enable(services, "far", person="ada")
    made = replay(services, RULE, person="ada")
    assert (made.decided, made.approved, made.wrong) == (224, 124, ())
    assert made.acted > 90
    assert not state(services).acts
    with services.open_store() as store:
        store.accounts.add("bo", Role.ADMIN, actor="", at=NOW)
        store.accounts.add("ada", Role.PUBLISHER, actor="bo", at=NOW)
    with pytest.raises(UsageError, match="ada is not an admin") as refused:
        enable(services, "far", person="ada")
    assert "with `--reviewer NAME`" in str(refused.value.hint)
    enable(services, "far", person="bo")
    assert state(services).sentence.startswith("acts, enabled by bo")
    with services.open_store() as store:
        [last] = store.trail.recent(1)
    assert (last.actor, last.act, last.subject) == ("bo", "rule.enabled", "far")


def test_changed_rule_voids_its_replay_and_acts_no_more(folder: Path, services: Services) -> None:
    enabled(services)
    changed = services_of(folder, RULE.model_copy(update={"scope_below": 40}))
    assert "changed since it was enabled" in state(changed).sentence
    assert apply(changed).decided == ()
    with pytest.raises(UsageError, match="was not replayed"):
        enable(changed, "far", person="ada")
    strict = services_of(folder, RULE.model_copy(update={"most_wrong": 1.0}))
    replay(strict, strict.settings.review.rules[0], person="ada")
    with pytest.raises(UsageError, match="may be wrong"):
        enable(strict, "far", person="ada")


def test_what_it_decides_is_a_class_of_its_own(folder: Path, services: Services) -> None:
    enabled(services)
    with services.open_store() as store:
        before = len(store.decisions.training())
    report = apply(services)

    [(rule, many)] = report.decided
    assert rule == "far"
    assert many >= WAITING
    assert set(standing(services, waiting()).values()) == {"rule:far"}
    with services.open_store() as store:
        assert len(store.decisions.training()) == before
        assert store.learning.tally(NOW - DAY).since == 0
        counts = store.screening.counts()
        assert (counts.by_rules, counts.rejected) == (many, 100)
        assert counts.unclassified == 0
        assert store.account.tally().by_reviewers == 200
        [one] = {each.batch_id for each in store.rules.standing("far")}
        assert store.batches.get(str(one)).source == "far"
        note = store.rules.standing("far")[0].note or ""
        assert "in scope" in note
        assert "no cue word" in note
    assert apply(services).decided == (("far", 0),)
    shown = call(folder, "decisions", now=NOW)
    assert f"{many} decisions of the rule far on" in shown.stdout


def test_papers_that_a_person_touched_are_left(services: Services) -> None:
    enabled(services)
    deferred, undone, highlighted, added, *others = waiting()
    with services.open_store() as store:
        paper = store.papers.get_many([added])[added].paper
        by_hand = replace(paper, arxiv_id="2512.00001", title="By hand", source=Source.QUERY)
        store.papers.upsert([by_hand], seen_at=NOW)
        store.highlights.set(Highlight(highlighted, "bo", "", NOW))
    for key, verdict in ((deferred, "defer"), (undone, "reject")):
        proposal = propose(
            services.taxonomy, arxiv_id=key, verdict=verdict, reviewer="bo",
            until_new_version=verdict == "defer",
        )  # fmt: skip
        record(services.open_store, services.taxonomy, proposal, clock=services.clock)
    with services.open_store() as store:
        store.decisions.undo(reviewer="bo", undone_at=NOW + timedelta(minutes=1))
    apply(services)

    found = standing(services, [*waiting(), "2512.00001"])
    assert found.pop(deferred) == "bo"
    assert sorted(found) == sorted([added, *others])
    assert set(found.values()) == {"rule:far"}


@pytest.mark.parametrize("by_section", [False, True])
def test_papers_that_two_people_read_are_left(services: Services, *, by_section: bool) -> None:
    enabled(services)
    with services.open_store() as store:
        predicted = store.predictions.latest(waiting())
    first = predicted[waiting()[0]].sections[0].section
    team = TeamSettings(double_sections=(first,)) if by_section else TeamSettings(double_review=50)
    stated = services.settings.model_copy(update={"team": team})
    rules = rules_of(stated.team, services.taxonomy)
    two = {key for key, one in predicted.items() if rules.needs_two(key, one.sections[0].section)}
    apply(replace(services, settings=stated))
    assert set(standing(services, waiting())) == set(waiting()) - two
    assert two


def test_changed_paper_is_reopened_and_decided_again(folder: Path, services: Services) -> None:
    enabled(services)
    apply(services)
    revised, versioned, *_ = waiting()
    with services.open_store() as store:
        held = store.papers.get_many([revised, versioned])
        text = approved(1)[0].document.abstract
        store.papers.upsert(
            [
                replace(held[revised].paper, version=2, title="Text to image", abstract=text),
                replace(held[versioned].paper, version=2),
            ],
            seen_at=NOW,
        )
    later = services_of(folder, days=1)
    report = apply(later)

    assert report.reopened == 2
    assert standing(later, [revised, versioned]) == {versioned: "rule:far"}
    assert call(folder, "classify", now=NOW + DAY).exit_code == 0
    apply(later)
    assert revised not in standing(later, [revised]), "its new text is in scope"
    with services.open_store() as store:
        [old] = store.decisions.of_paper(revised)
    assert old.undone_by == "rule:far"


def test_wrong_sample_stops_the_rule_and_raises_an_alarm(folder: Path, services: Services) -> None:
    enabled(services)
    [(_, many)] = apply(services).decided
    assert apply(services).drawn == 0, "the week is not over"
    later = services_of(folder, days=8)
    assert apply(later).drawn == 5
    assert apply(later).drawn == 0
    with later.open_store() as store:
        drawn = [one.arxiv_id for one in store.rules.sample("far")]
    assert "5 open" in call(folder, "rule", "sample", now=NOW + 8 * DAY).stdout
    confirm(later.open_store, drawn[:2], person="bo", clock=later.clock)
    assert (state(later).read, state(later).wrong, state(later).open) == (2, 0, 3)
    assert apply(later).stopped == ()
    proposal = propose(
        later.taxonomy,
        arxiv_id=drawn[2],
        verdict="approve",
        reviewer="bo",
        sections=["safety-attack"],
    )
    record(later.open_store, later.taxonomy, proposal, clock=later.clock)
    report = apply(services_of(folder, days=9))

    [(rule, why)] = report.stopped
    assert (rule, report.decided) == ("far", ())
    assert why.startswith("1 of 3 drawn decisions were wrong, and the replay allowed")
    assert state(later).sentence == f"stopped itself: {why}"
    alarms = call(folder, "alerts", "send", now=NOW + 9 * DAY).output
    listed = call(folder, "alerts", "list", now=NOW + 9 * DAY).output
    assert "the rule far stopped itself" in alarms + listed
    assert len(standing(later, waiting())) == many or many > WAITING


def test_all_that_a_rule_decided_is_undone_as_one(folder: Path, services: Services) -> None:
    enabled(services)
    [(_, many)] = apply(services).decided
    kept = waiting()[0]
    proposal = propose(services.taxonomy, arxiv_id=kept, verdict="reject", reviewer="bo")
    later = services_of(folder, days=1)
    record(later.open_store, later.taxonomy, proposal, clock=later.clock)

    assert undo_rule(later, "far", person="ada") == many - 1
    assert standing(later, waiting()) == {kept: "bo"}
    assert not state(later).acts
    enable(later, "far", person="ada")
    assert apply(later).decided == (("far", 0),), "it never decides them again"
    disable(later, "far", person="ada")
    with later.open_store() as store:
        kinds = [one.kind for one in store.rules.events()["far"]]
    assert kinds == [RuleAct.ENABLED, RuleAct.UNDONE, RuleAct.ENABLED, RuleAct.DISABLED]


def test_set_aside_paper_returns_with_a_new_version(folder: Path, services: Services) -> None:
    rule = RULE.model_copy(update={"verdict": "set-aside", "reason": ""})
    aside = services_of(folder, rule)
    replay(aside, rule, person="ada")
    enable(aside, "far", person="ada")
    apply(aside)
    key = waiting()[0]
    with services.open_store() as store:
        [one] = store.decisions.of_paper(key)
        assert store.screening.counts().deferred == 0
    assert (one.verdict, one.return_after_version) == (Verdict.DEFERRED, 1)


def test_rule_without_a_fit_model_does_not_act(folder: Path, services: Services) -> None:
    enabled(services)
    for file in (folder / "var" / "models").glob("*.npz"):
        file.write_bytes(file.read_bytes()[:-7] + b"damaged")
    report = apply(services)
    assert report.decided == (("far", 0),)
    [(rule, papers)] = report.missing
    assert rule == "far"
    assert papers >= len(waiting())


def test_papers_that_two_people_read_count_as_lacking_no_signal(
    folder: Path, services: Services
) -> None:
    enabled(services)
    for file in (folder / "var" / "models").glob("*.npz"):
        file.write_bytes(file.read_bytes()[:-7] + b"damaged")
    team = services.settings.model_copy(update={"team": TeamSettings(double_review=100)})
    assert apply(replace(services, settings=team)).missing == ()
    assert apply(services).missing != ()


def test_commands_show_and_do_it(folder: Path, services: Services) -> None:
    (folder / "survey.toml").write_text(
        '[review]\nreviewer = "ada"\n[[review.rules]]\nid = "far"\nscope_below = 30\n'
        "no_words = true\nmost_wrong = 5\n",
        encoding="utf-8",
    )

    def run(*words: str) -> str:
        done = call(folder, *words, "--config", str(folder / "survey.toml"), now=NOW)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert reviewer_of(services.settings) == "ada"
    assert "does not act: not replayed" in run("rule", "list")
    shown = run("rule", "replay", "far")
    assert "of 224 decided papers, of which people approved none." in shown
    assert "errors on 124 approved papers: model 0, words 0, both 0" in shown
    assert "acts, enabled by ada" in run("rule", "enable", "far")
    assert "acts no more" in run("rule", "disable", "far")
    assert "no decision is contradicted" in run("second-look", "list")
