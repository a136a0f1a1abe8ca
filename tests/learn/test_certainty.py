"""Words before probabilities are calibrated, and what the pages say about it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.kept import artifact
from classifiers.kept.registry import ModelRegistry
from classifiers.linear.training import train
from pipeline.learn.explain.certainty import Certainty, Origin, origin_of, word
from tests.support.learning import small_taxonomy
from tests.support.texts import TRAINED_AT, approved, rejected, stream

DAY = datetime(2025, 12, 3, 8, 0, tzinfo=UTC)


def certainty(*, approved: int = 400, learned: int, rejections: int) -> Certainty:
    return Certainty(Origin(DAY, approved, learned), rejections=rejections, since=41)


def test_words_stand_for_percentages_until_calibrated() -> None:
    early = certainty(learned=3, rejections=3)
    assert [early.shown(p) for p in (0.995, 0.9, 0.6, 0.3, 0.01)] == [
        "very likely", "very likely", "likely", "unsure", "unlikely",
    ]  # fmt: skip
    assert early.banner == "Percentages are not calibrated yet: 3 of 20 rejections."
    assert not early.enough
    late = certainty(learned=20, rejections=25)
    assert late.shown(0.56) == "56\N{NARROW NO-BREAK SPACE}%"
    assert late.banner == ""


def test_enough_rejections_ask_for_a_training() -> None:
    found = certainty(learned=4, rejections=23)
    assert found.enough
    assert found.banner.endswith("the model learned from 4 of 23 rejections.")
    assert certainty(approved=5, learned=30, rejections=30).banner.endswith("5 of 20 approvals.")
    untrained = Certainty(Origin(), rejections=23, since=30)
    assert untrained.enough
    assert untrained.banner.endswith("no model was trained on the 23 rejections.")
    assert not untrained.calibrated


def test_training_is_named_with_the_decisions_since() -> None:
    assert certainty(learned=3, rejections=3).trained_line == (
        "trained on 3 December 2025, 41 decisions since"
    )
    assert Certainty(Origin(), 0, 1).trained_line == "no model trained yet, 1 decision so far"


@pytest.mark.parametrize(("probability", "said"), [(0.2, "unsure"), (0.19, "unlikely")])
def test_word_of_a_probability(probability: float, said: str) -> None:
    assert word(probability) == said


def test_origin_is_read_from_the_header(tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path)
    assert origin_of(registry) == Origin()
    model = train([*approved(), *rejected()], stream(), small_taxonomy(), trained_at=TRAINED_AT)
    header = artifact.save(model, tmp_path)
    found = origin_of(registry)
    assert found.trained_at == TRAINED_AT
    assert found.rejected == len(rejected())
    header.write_text("{")
    assert origin_of(registry) == Origin()
