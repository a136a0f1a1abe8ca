"""Representations of others are found by entry points, and TF-IDF is as it was before them."""

import hashlib
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from classifiers.errors import RepresentationError
from classifiers.kept import artifact
from classifiers.linear.header import ModelHeader
from classifiers.linear.recipe import Recipe
from classifiers.linear.training import train
from classifiers.representations.base import Representation
from classifiers.representations.characters import HashedCharacters
from classifiers.representations.installed import installed, make
from config.taxonomy import Taxonomy
from tests.support.cli import ROOT
from tests.support.representations import install
from tests.support.texts import TRAINED_AT, approved, rejected, stream

#: a model of these texts, made before representations could be plugged in
BEFORE = next((Path(__file__).parent / "before_representations").glob("*.json"))
#: the processor's instructions that numpy used then: others round otherwise
_PROCESSOR = "d2408a9b50ce"
_ADDED = {"representations": {"tfidf": "1"}, "shares": {}}
#: the recipe then; a setting that was added gets the value that changes nothing
_THEN = Recipe(weak_technique=0)
TEXTS = ["Tokenizers for images", "A tokeniser of videos", ""]


def _processor() -> str:
    features = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]
    used = sorted(name for name, has in features.items() if has)
    return hashlib.sha256(repr(used).encode()).hexdigest()[:12]


def test_model_of_terms_is_close_to_the_one_before(taxonomy: Taxonomy) -> None:
    before = artifact.load(BEFORE, taxonomy)
    now = train([*approved(), *rejected()], stream(), taxonomy, trained_at=TRAINED_AT, recipe=_THEN)
    assert now.features.terms_ == before.features.terms_
    np.testing.assert_allclose(now.weights, before.weights, rtol=1e-4, atol=1e-5)
    documents = stream()
    np.testing.assert_allclose(
        now.probabilities(documents), before.probabilities(documents), atol=1e-4
    )
    assert (before.header.representations, before.header.tried) == ({"tfidf": "1"}, ("tfidf",))


def test_model_of_terms_has_the_bytes_of_the_one_before(taxonomy: Taxonomy, tmp_path: Path) -> None:
    before = json.loads(BEFORE.read_text("utf-8"))
    now = train([*approved(), *rejected()], stream(), taxonomy, trained_at=TRAINED_AT, recipe=_THEN)
    if now.header.libraries != before["libraries"] or _processor() != _PROCESSOR:
        pytest.skip("other libraries or another processor round otherwise")
    path = artifact.save(now, tmp_path)
    assert path.with_suffix(".npz").read_bytes() == BEFORE.with_suffix(".npz").read_bytes()
    # The ID depends on the names of the settings.
    expected = {**before, **_ADDED, "model_id": path.stem}
    expected["settings"] = {**before["settings"], "weak_technique": 0}
    assert json.loads(path.read_text("utf-8")) == expected
    old = artifact.load(BEFORE, taxonomy)
    assert now.predict(stream()) == old.predict(stream())


def test_ours_are_installed_and_keep_the_contract() -> None:
    assert {"tfidf", "characters"} <= set(installed())
    for name in ("tfidf", "characters"):
        assert isinstance(make(name), Representation)


@pytest.mark.parametrize("name", ["tfidf", "characters"])
def test_arrays_give_the_same_rows_again(name: str) -> None:
    fitted = make(name).fit(TEXTS)
    again = make(name).load(fitted.arrays())
    assert (fitted.transform(TEXTS) != again.transform(TEXTS)).nnz == 0
    assert fitted.transform([]).shape == (0, fitted.transform(TEXTS).shape[1])


def test_spellings_are_alike_by_their_characters() -> None:
    rows = HashedCharacters().fit(TEXTS).transform(["tokenizers", "tokeniser", "harbour"]).toarray()
    assert rows[0] @ rows[1] > 0.3 > rows[0] @ rows[2]
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("idf", [np.ones(3), np.full(2**15, np.nan), np.ones(2**15, dtype=int)])
def test_wrong_frequencies_of_characters_are_refused(idf: np.ndarray) -> None:
    with pytest.raises(ValueError, match="characters"):
        HashedCharacters().load({"idf": idf})


def test_package_of_others_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "signs" not in installed()
    install(tmp_path, monkeypatch)
    assert {"signs", "letters"} <= set(installed())
    assert make("signs").fit(TEXTS).transform(["So!", "So?"]).tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere", r"no representation 'nowhere'. Installed are: tfidf, characters.*signs"),
        ("misnamed", "is no representation of the name 'misnamed'"),
        ("unknown", "is no representation"),
        ("gone", "cannot be made: AttributeError"),
    ],
)
def test_what_is_no_representation_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    install(tmp_path, monkeypatch)
    with pytest.raises(RepresentationError, match=said):
        make(name)


def test_two_packages_of_one_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "one", monkeypatch)
    install(tmp_path / "two", monkeypatch, "other_signs")
    with pytest.raises(RepresentationError, match=r"Several packages offer .*foreign.*other"):
        make("signs")


@pytest.mark.skipif("minilm" in installed(), reason="the optional package is installed")
def test_missing_extra_says_how_to_get_it() -> None:
    with pytest.raises(RepresentationError, match=r"beside Living Survey: `python -m") as raised:
        make("minilm")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [package] = project["optional-dependencies"]["embeddings"]
    assert f"pip install '{package}'`" in raised.value.hint


def test_header_names_what_was_tried() -> None:
    shares = {"signs: scope": 0.0, "signs: task": 0.2, "letters: scope": 0.0}
    header = ModelHeader("x", "", "", "", {}, {}, {}, {}, "", shares=shares)
    assert header.tried == ("tfidf", "signs", "letters")
