"""Minimum results of the curated list alone on real papers, split by time."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.classifier_data import load
from classifiers.linear.holding import LATER
from classifiers.linear.training import train
from classifiers.measure.evaluation import evaluate


@pytest.mark.slow
def test_model_of_the_list_alone_places_later_papers(shared_data: Path) -> None:
    data = load()
    background = data.background(0, 3_000)
    model = train(
        data.listed, background, data.taxonomy, trained_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    test = [*data.test, *data.test_rejected]
    keys = {example.document.key for example in data.listed} | {d.key for d in background}
    found = evaluate(model, test, data.taxonomy, trained_on=keys)
    facets = {facet.facet: facet for facet in found.facets}
    # Slightly below docs/study/classifier.md, because rounding differs by platform.
    assert facets["modality"].top1 >= 0.90
    assert facets["task"].top1 >= 0.87
    assert found.scope.area_under_curve >= 0.97
    assert model.header.held_out == LATER
    assert found.scope.calibration_error <= 0.05
    assert max(facets["modality"].calibration_error, facets["task"].calibration_error) <= 0.06
    titles = [replace(example.document, abstract="") for example in test[:50]]
    assert len(model.predict(titles)) == 50
