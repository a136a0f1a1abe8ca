"""A new model takes its place only if it is not worse on decisions neither learned from."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from classifiers.cues import CueClassifier
from classifiers.errors import DamagedModelError
from classifiers.kept.registry import Learned, ModelRegistry
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.measure.evaluation import evaluate
from classifiers.measure.reports import Evaluation
from classifiers.types import Classifier, Example, Scores
from config.schema import ClassifierSettings
from config.taxonomy import Taxonomy
from pipeline.learn import promotion as contests
from pipeline.learn import train as training
from pipeline.learn.examples import load_training_set
from pipeline.learn.promotion import MeasuredModel, compete, errors
from pipeline.learn.train import TrainReport
from pipeline.learn.train_sentence import comparison_sentence
from pipeline.runtime.record import Run
from storage.store import OpenStore
from tests.support.learning import DAY, START, arxiv_id, call, decide, decisions, opener, settle
from tests.support.services import make_services
from tests.support.texts import approved, rejected


def trained(
    open_store: OpenStore, folder: Path, taxonomy: Taxonomy, day: int, *, force: bool = False
) -> TrainReport:
    services = make_services(
        open_store,
        START + day * DAY,
        taxonomy=taxonomy,
        classifier=ClassifierSettings(models=folder / "models", background=100, seed=0),
    )
    return training.train(services, Run(), force=force)


def test_first_model_is_promoted_without_comparison(tmp_path: Path, taxonomy: Taxonomy) -> None:
    report = trained(settle(tmp_path), tmp_path, taxonomy, 90)
    assert (report.promoted, report.contest) == (True, None)
    learned = ModelRegistry(tmp_path / "models").learned_from(report.model_id)
    assert learned is not None
    assert (len(learned.decided), len(learned.background)) == (84, 40)


def test_model_in_use_stays_if_the_new_one_cannot_be_read_back(
    tmp_path: Path, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trained(settle(tmp_path), tmp_path, taxonomy, 90)

    def damaged(self: ModelRegistry, model: Model, learned: Learned) -> Path:
        path = write(self, model, learned)
        path.with_suffix(".npz").write_bytes(b"other bytes than were written")
        return path

    write = ModelRegistry.save
    monkeypatch.setattr(ModelRegistry, "save", damaged)
    with pytest.raises(DamagedModelError, match="checksum"):
        trained(opener(tmp_path), tmp_path, taxonomy, 91, force=True)
    assert ModelRegistry(tmp_path / "models").current_id() == first.model_id


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        ([], "nothing to learn from yet"),
        (rejected(30), "nothing to learn from yet"),
        (approved(4)[:-1], "15 approved of at least 20"),
        (approved(6), "0 rejected and 0 undecided"),
    ],
)
def test_too_little_to_learn_from_leaves_the_cue_words_in_use(
    tmp_path: Path, taxonomy: Taxonomy, examples: list[Example], said: str
) -> None:
    decide(opener(tmp_path), examples, first=START)
    ended = call(tmp_path, "train")
    assert ended.exit_code == 1
    [line] = ended.stderr.splitlines()
    assert said in line
    assert "cue words stay in use" in line
    models = ModelRegistry(tmp_path / "var" / "models")
    assert isinstance(models.current(taxonomy), CueClassifier)
    forced = call(tmp_path, "train", "--force")
    assert forced.exit_code == (0 if any(e.in_scope for e in examples) else 1)


def test_enough_new_decisions_measure_the_champion_itself(
    tmp_path: Path, taxonomy: Taxonomy
) -> None:
    open_store = settle(tmp_path, decided=20)
    first = trained(open_store, tmp_path, taxonomy, 40)
    decide(open_store, decisions(60, start=200), first=START + 50 * DAY)
    second = trained(open_store, tmp_path, taxonomy, 120)
    contest = second.contest
    assert contest is not None
    assert contest.champion is not None
    assert contest.challenger is not None
    assert (contest.champion.scored, contest.challenger.scored) == ("itself", "a fold-model")
    assert contest.champion.model_id == first.model_id
    # the newer half of what the champion never saw
    assert contest.papers == 30
    assert contest.cut == START + 80 * DAY


def test_few_new_decisions_are_measured_by_stand_ins(tmp_path: Path, taxonomy: Taxonomy) -> None:
    open_store = settle(tmp_path)
    trained(open_store, tmp_path, taxonomy, 90)
    contest = trained(open_store, tmp_path, taxonomy, 91).contest
    assert contest is not None
    assert contest.champion is not None
    assert contest.champion.scored == "a stand-in"
    assert contest.papers == 12
    assert contest.verdict == "about as good"


@pytest.mark.parametrize(
    ("errors_of_new", "said", "used"),
    [
        ((0.1, 0.2, 0.1, 0.2), "better", True),
        ((0.4, 0.5, 0.3, 0.1), "about as good", True),
        ((0.3, 0.4, 0.3, 0.3), "about as good", True),
        ((0.4, 0.5, 0.4, 0.5), "worse", False),
    ],
)
def test_only_what_chance_does_not_explain_is_better_or_worse(
    taxonomy: Taxonomy, errors_of_new: tuple[float, ...], said: str, *, used: bool
) -> None:
    measured = evaluate(CueClassifier(taxonomy), decisions(4), taxonomy, trained_on=frozenset())

    def result(each: tuple[float, ...]) -> contests._Result:
        return contests._Result(MeasuredModel("x", "itself", fmean(each), measured), each)

    contest = contests._judged(result(errors_of_new), result((0.3, 0.4, 0.3, 0.3)), START)
    assert (contest.verdict, contest.not_worse) == (said, used)
    assert f"the new one is {said} " in comparison_sentence(contest)


def test_without_later_decisions_it_is_promoted_unmeasured(
    tmp_path: Path, taxonomy: Taxonomy
) -> None:
    open_store = settle(tmp_path, decided=0)
    trained(open_store, tmp_path, taxonomy, 1)
    report = trained(open_store, tmp_path, taxonomy, 2)
    assert report.promoted
    assert report.contest is not None
    assert re.fullmatch(
        r"too few later decisions to compare on: \d+ so far; models are compared from about \d+ on",
        report.contest.verdict,
    )
    assert report.contest.challenger is None


def test_a_worse_challenger_is_kept_and_not_used(tmp_path: Path, taxonomy: Taxonomy) -> None:
    open_store = settle(tmp_path, decided=60)
    first = trained(open_store, tmp_path, taxonomy, 90)
    # A reviewer gone wrong: everything decided anew the other way round.
    wrong = [replace(e, in_scope=not e.in_scope, sections=()) for e in decisions(60, start=100)]
    decide(open_store, wrong, first=START + 100 * DAY, step=DAY / 1000)
    decide(open_store, decisions(60, start=300), first=START + 110 * DAY)
    second = trained(open_store, tmp_path, taxonomy, 200)
    assert second.contest is not None
    assert (second.contest.verdict, second.promoted) == ("worse", False)
    assert ModelRegistry(tmp_path / "models").current_id() == first.model_id
    kept = ModelRegistry(tmp_path / "models").all().models
    assert [(m.header.model_id, m.promoted) for m in kept] == [
        (first.model_id, True), (second.model_id, False),
    ]  # fmt: skip
    forced = trained(open_store, tmp_path, taxonomy, 201, force=True)
    assert forced.promoted
    assert ModelRegistry(tmp_path / "models").current_id() == forced.model_id


def test_unreadable_champion_does_not_block_training(tmp_path: Path, taxonomy: Taxonomy) -> None:
    open_store = settle(tmp_path)
    first = trained(open_store, tmp_path, taxonomy, 90)
    (tmp_path / "models" / f"{first.model_id}.npz").write_bytes(b"x")
    report = trained(open_store, tmp_path, taxonomy, 91)
    assert report.promoted
    assert report.contest is not None
    assert "checksum" in report.contest.verdict


def test_neither_is_scored_on_what_it_learned_from(
    tmp_path: Path, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store = settle(tmp_path)
    examples = load_training_set(open_store, taxonomy, background=100)
    model = train(examples.examples, examples.documents, taxonomy, trained_at=START + 90 * DAY)
    seen: list[tuple[set[str], frozenset[str]]] = []

    def spied(
        classifier: Classifier,
        test: Sequence[Example],
        taxonomy: Taxonomy,
        *,
        trained_on: frozenset[str],
    ) -> Evaluation:
        seen.append(({e.document.key for e in test}, trained_on))
        return evaluate(classifier, test, taxonomy, trained_on=trained_on)

    monkeypatch.setattr(contests, "evaluate", spied)
    every = frozenset(e.document.key for e in examples.examples)
    background = frozenset(document.key for document in examples.documents)
    compete(model, model, Learned(every, background), examples)
    compete(model, model, Learned(frozenset(), background), examples)
    assert len(seen) == 4
    for test, trained_on in seen:
        assert test
        assert trained_on
        assert not test & trained_on


def test_quadratic_error_is_zero_if_certain_and_right(
    taxonomy: Taxonomy,
) -> None:
    [example] = [e for e in decisions(1) if e.in_scope]
    labels = taxonomy.section(example.sections[0]).labels

    def scores(right: float) -> Scores:
        facets = tuple(
            (f.name, label.name, right if (f.name, label.name) in labels else 0.0)
            for f in taxonomy.facets
            for label in f.labels
        )
        return Scores("x", right, (), facets, ())

    no = Example(example.document, in_scope=False)
    assert errors([example], [scores(1.0)], taxonomy) == (0.0,)
    assert errors([no], [scores(1.0)], taxonomy) == (1.0,)
    [unsure] = errors([example], [scores(0.5)], taxonomy)
    assert 0 < unsure < 1


def test_command_names_the_compared_models(tmp_path: Path) -> None:
    settle(tmp_path)
    first = call(tmp_path, "train")
    assert first.exit_code == 0, first.output
    second = call(tmp_path, "train", now=START + 101 * DAY)
    assert "on 12 decisions since" in second.output
    assert "that neither was trained on" in second.output
    assert "The new model learned from" in second.output
    assert "quadratic error" in second.output
    document = json.loads(call(tmp_path, "train", "--json", now=START + 102 * DAY).stdout)
    assert document["contest"]["papers"] == 12
    assert document["promoted"] is True


def test_worse_model_names_the_command_that_promotes_it(
    tmp_path: Path, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tmp_path)
    call(tmp_path, "train")

    def worse(*args: object, **named: object) -> object:
        return replace(compete(*args, **named), not_worse=False)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "compete", worse)
    ended = call(tmp_path, "train", now=START + 101 * DAY)
    assert ended.exit_code == 0
    assert "living-survey train --force" in ended.output
    assert "not in use" in ended.output


def test_ids_of_the_fakes_differ() -> None:
    keys = [arxiv_id(e.document) for e in decisions(120, start=100)]
    assert len(set(keys)) == len(keys)
