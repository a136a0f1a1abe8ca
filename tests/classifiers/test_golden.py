"""Golden papers: a model that scores otherwise here than at training is refused."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifiers.errors import DamagedModelError, UnfitModelError
from classifiers.kept import artifact
from classifiers.kept.golden_papers import PROBABILITIES, TEXTS
from classifiers.linear.golden import PAPERS, TOLERANCE, Golden, difference, spread
from classifiers.linear.model import Model
from classifiers.linear.training import train
from config.processes import child_environment
from config.taxonomy import Taxonomy
from tests.support.texts import TRAINED_AT, approved, document

_LOAD = """
import sys
from pathlib import Path
from classifiers.kept.artifact import load
from config.taxonomy import load_taxonomy
print(len(load(Path(sys.argv[1]), load_taxonomy()).golden.documents))
"""


@pytest.fixture
def saved(model: Model, tmp_path: Path) -> Path:
    return artifact.save(model, tmp_path)


def _rewrite(saved: Path, **changes: Any) -> None:
    """Replace arrays of a saved model, None removes one; the checksum fits again."""
    with np.load(saved.with_suffix(".npz")) as kept:
        arrays = {name: kept[name] for name in kept.files} | changes
    packed = artifact._packed({k: array for k, array in arrays.items() if array is not None})
    saved.with_suffix(".npz").write_bytes(packed)
    header = json.loads(saved.read_text("utf-8"))
    header["sha256"] = hashlib.sha256(packed).hexdigest()
    saved.write_text(json.dumps(header), "utf-8")


def _array(saved: Path, name: str) -> Any:
    with np.load(saved.with_suffix(".npz")) as kept:
        return kept[name]


def test_golden_papers_span_all_scores(model: Model) -> None:
    golden = model.golden
    assert len({one.key for one in golden.documents}) == PAPERS
    scope = golden.probabilities[:, 0]
    assert (np.diff(scope) >= 0).all()
    assert scope[0] < 0.2
    assert scope[-1] > 0.8


def test_golden_papers_are_the_same_in_any_order() -> None:
    documents = [document(f"{n:02}", f"Paper {n}") for n in range(50)]
    margins = np.asarray([n // 10 for n in range(50)], dtype=float)
    chosen = spread(documents, margins)
    turned = spread(documents[::-1], margins[::-1])
    assert chosen == turned
    assert (chosen[0].key, chosen[-1].key) == ("00", "49")


def test_few_papers_are_all_golden(taxonomy: Taxonomy, tmp_path: Path) -> None:
    small = train(approved(1), [], taxonomy, trained_at=TRAINED_AT)
    again = artifact.load(artifact.save(small, tmp_path), taxonomy)
    assert len(again.golden.documents) == len(approved(1))
    empty = train([], [], taxonomy, trained_at=TRAINED_AT)
    assert artifact.load(artifact.save(empty, tmp_path), taxonomy).golden.documents == ()


def test_loaded_model_keeps_its_golden_papers(
    model: Model, saved: Path, taxonomy: Taxonomy
) -> None:
    again = artifact.load(saved, taxonomy).golden
    assert [one.abstract for one in again.documents] == [
        one.abstract for one in model.golden.documents
    ]
    assert (again.probabilities == model.golden.probabilities).all()


@pytest.mark.parametrize("features", ["", "AVX512F AVX512_SKX AVX2 FMA3"])
def test_other_float_kernels_score_within_the_tolerance(saved: Path, features: str) -> None:
    environment = child_environment(os.environ, {"NPY_DISABLE_CPU_FEATURES": features})
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LOAD, str(saved)],
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == (f"{PAPERS}\n", 0), done.stderr


@pytest.mark.parametrize("name", ["weights", "idf", "intercepts", "scope", "shift"])
def test_model_that_scores_otherwise_is_refused(saved: Path, taxonomy: Taxonomy, name: str) -> None:
    _rewrite(saved, **{name: _array(saved, name) * 1.05 + 0.05})
    with pytest.raises(UnfitModelError) as caught:
        artifact.load(saved, taxonomy)
    assert "golden paper" in caught.value.message
    assert "living-survey train" in caught.value.hint


def test_word_that_is_read_otherwise_is_noticed(saved: Path, taxonomy: Taxonomy) -> None:
    terms = _array(saved, "terms").tobytes().decode()
    _rewrite(saved, terms=np.frombuffer(terms.replace("diffusion", "diffusiom").encode(), np.uint8))
    with pytest.raises(UnfitModelError, match="golden paper"):
        artifact.load(saved, taxonomy)


def test_refusal_names_the_libraries_that_changed(saved: Path, taxonomy: Taxonomy) -> None:
    _rewrite(saved, intercepts=_array(saved, "intercepts") + 1)
    header = json.loads(saved.read_text("utf-8"))
    header["libraries"]["numpy"] = "1.2.3"
    saved.write_text(json.dumps(header), "utf-8")
    with pytest.raises(UnfitModelError, match=r"trained with numpy 1\.2\.3, here \d.*\.$"):
        artifact.load(saved, taxonomy)


def test_model_without_golden_papers_still_loads(saved: Path, taxonomy: Taxonomy) -> None:
    _rewrite(saved, **{TEXTS: None, PROBABILITIES: None})
    assert artifact.load(saved, taxonomy).golden.documents == ()


@pytest.mark.parametrize(
    "texts",
    [b"", b"{}", b"null", b"[1]", b'[["k"]]', b'[["k", 1, "a", []]]', b'[["k", "t", "a", 5]]',
     b'[["k", "t", "a", [1]]]', b'[["k", "t", "a", []]]', b"\xff", b"[" * 100_000],
)  # fmt: skip
def test_golden_papers_that_cannot_be_read_are_damage(
    saved: Path, taxonomy: Taxonomy, texts: bytes
) -> None:
    _rewrite(saved, **{TEXTS: np.frombuffer(texts, np.uint8)})
    with pytest.raises(DamagedModelError):
        artifact.load(saved, taxonomy)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda kept: kept[:, :-1],
        lambda kept: kept[:-1],
        lambda kept: kept * np.nan,
        lambda kept: kept.astype(np.int64),
    ],
)
def test_golden_scores_that_do_not_fit_are_damage(
    saved: Path, taxonomy: Taxonomy, change: Any
) -> None:
    _rewrite(saved, **{PROBABILITIES: change(_array(saved, PROBABILITIES))})
    with pytest.raises(DamagedModelError):
        artifact.load(saved, taxonomy)


def test_difference_is_the_largest_one_beyond_the_tolerance() -> None:
    documents = (document("a", "A"), document("b", "B"))
    golden = Golden(documents, np.asarray([[0.5, 0.1], [0.25, 0.75]]))
    assert difference(golden, golden.probabilities + TOLERANCE / 2) is None
    found = difference(golden, np.asarray([[0.5, 0.11], [0.25, 0.5]]))
    assert found is not None
    assert (found.key, found.was, found.here) == ("b", 0.75, 0.5)


def test_probability_that_is_no_number_is_a_difference() -> None:
    golden = Golden((document("a", "A"),), np.asarray([[0.5, 0.1]]))
    found = difference(golden, np.asarray([[0.5, np.nan]]))
    assert found is not None
    assert found.was == 0.1
