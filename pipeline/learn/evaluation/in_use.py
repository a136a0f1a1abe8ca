"""Measure the model in use on later decisions than those it learned from."""

from dataclasses import replace

from classifiers.errors import ModelError
from classifiers.identity import marks
from classifiers.kept.registry import Learned, ModelRegistry
from classifiers.linear.model import Model
from classifiers.linear.recipe import Recipe
from classifiers.linear.training import train
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy
from pipeline.learn.evaluation.contenders import Bench, Contender, measured
from pipeline.learn.evaluation.report import IN_USE, IN_USE_BEFORE, RECIPE, Candidate
from pipeline.learn.examples import FEWEST_TO_TEST, TrainingSet, known_of
from pipeline.learn.promotion import recipe_of
from pipeline.runtime.plurals import counted


def measure_in_use(
    models: ModelRegistry, recipe: Contender, bench: Bench, examples: TrainingSet
) -> tuple[tuple[Candidate, ...], str]:
    """Return the measures of the model in use, and a note on how they were taken.

    The model itself is scored on the test papers that it has not seen, labelled or unlabelled. If
    it has seen any, its settings are also trained again on what it knew before the test, without
    the test papers, and scored on all of them.

    Args:
        models: the kept models.
        recipe: today's recipe, trained for this test.
        bench: the test, and the undecided papers from before it.
        examples: all decided and undecided papers.
    """
    taxonomy, test = bench.taxonomy, bench.split.test
    model, note = _loaded(models, taxonomy)
    if model is None:
        return (), note
    learned = models.learned_from(model.model_id)
    if learned is None:
        return (), "The model in use is left out: its training papers are not on record."
    known = known_of(examples, learned.papers)
    unseen = [example for example in test if known.isdisjoint(marks([example.document]))]
    found, seen = [], len(test) - len(unseen)
    if len(unseen) >= FEWEST_TO_TEST:
        found.append(measured(Contender(IN_USE, model), unseen, taxonomy, trained_on=known))
        if seen:
            same = replace(recipe, name=f"{RECIPE}, same papers")
            found.append(measured(same, unseen, taxonomy))
    if not seen:
        return tuple(found), ""
    note = f"The model in use was trained on {seen} of the {counted(len(test), 'test paper')}"
    before = _before(model, learned, recipe, bench)
    if before is None:
        return tuple(found), f"{note}, and its settings are no longer known."
    found.insert(0, measured(before, test, taxonomy))
    return tuple(found), (
        f"{note}. “{IN_USE_BEFORE}” has its settings and was trained on what it knew before the "
        "test, without the test papers."
    )


def _loaded(models: ModelRegistry, taxonomy: Taxonomy) -> tuple[Model | None, str]:
    try:
        current = models.check_current(taxonomy)
        if not current.is_trained:
            return None, "No model is trained yet; the recipe shows what training would achieve."
        return current.load_model(), ""
    except ModelError as error:
        return None, f"The model in use is left out: {error.message}"


def _before(model: Model, learned: Learned, recipe: Contender, bench: Bench) -> Contender | None:
    """Train the model's settings on what it knew before the test; None if they are not known."""
    settings = recipe_of(model)
    if settings is None:
        return None
    examples = [e for e in bench.split.train if e.document.key in learned.decided]
    # Papers that were undecided for the model, whether or not they were decided since.
    stream = [d for d in bench.stream if d.key in learned.background]
    stream += [e.document for e in bench.split.train if e.document.key in learned.background]
    seed = int(model.header.settings.get("seed", 0))
    tried = model.header.tried
    today = (Recipe(), bench.seed, set(bench.representations))
    if (settings, seed, set(tried)) == today and _same(recipe, examples, stream):
        return replace(recipe, name=IN_USE_BEFORE)
    trained = train(
        examples,
        stream,
        bench.taxonomy,
        trained_at=bench.split.cut,
        seed=seed,
        recipe=settings,
        representations=tried,
    )
    return Contender(IN_USE_BEFORE, trained, examples, stream)


def _same(recipe: Contender, examples: list[Example], stream: list[Document]) -> bool:
    """Return whether today's recipe was trained on the same papers for this test."""
    return {e.document.key for e in recipe.examples} == {e.document.key for e in examples} and {
        d.key for d in recipe.background
    } == {d.key for d in stream}
