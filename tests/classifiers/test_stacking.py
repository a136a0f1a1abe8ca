"""A representation becomes part of a model where held-out decisions show that it helps."""

import json
from pathlib import Path

import numpy as np
import pytest

from classifiers.errors import DamagedModelError, RepresentationError, UnfitModelError
from classifiers.kept import artifact
from classifiers.kept.registry import ModelRegistry
from classifiers.linear.explain import Reading
from classifiers.linear.follow import ScopeFollower
from classifiers.linear.model import Model
from classifiers.linear.recipe import Recipe
from classifiers.linear.stacking import share_that_helps
from classifiers.linear.targets import UNKNOWN
from classifiers.linear.training import train
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy
from tests.support.representations import install
from tests.support.texts import TRAINED_AT, approved, rejected, stream

_WORDS = ("boats", "rivers", "harbours", "ladders", "snails", "bridges", "drums", "herons")
_PICK = np.random.default_rng(0)


def _papers(count: int, start: int = 0) -> list[Example]:
    """Return papers whose words say nothing about the verdict, and whose signs say all."""
    made = []
    for number in range(start, start + count):
        words = " ".join(_PICK.choice(_WORDS, 12))
        in_scope = number % 2 == 0
        text = f"{words}{'!' if in_scope else '?'}"
        made.append(Example(Document(f"p{number:03}", f"Paper {number}", text), in_scope))
    return made


@pytest.fixture(scope="module")
def papers() -> list[Example]:
    return _papers(120)


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return install(tmp_path / "foreign", monkeypatch)


def _model(papers: list[Example], taxonomy: Taxonomy, *names: str) -> Model:
    return train(papers, [], taxonomy, trained_at=TRAINED_AT, representations=("tfidf", *names))


@pytest.fixture
def model(papers: list[Example], taxonomy: Taxonomy) -> Model:
    return _model(papers, taxonomy, "signs")


def test_what_helps_is_named_and_used(
    model: Model, papers: list[Example], taxonomy: Taxonomy
) -> None:
    later = _papers(60, 500)
    documents = [example.document for example in later]
    wanted = np.asarray([example.in_scope for example in later])
    plain = _model(papers, taxonomy)
    assert ((plain.probabilities(documents)[:, 0] > 0.5) == wanted).mean() < 0.8
    assert ((model.probabilities(documents)[:, 0] > 0.5) == wanted).all()
    assert model.model_id.startswith("tfidf.signs-2026")
    assert model.header.representations == {"tfidf": "1", "signs": "1"}
    assert model.header.shares["signs: scope"] > 0
    assert model.header.tried == ("tfidf", "signs")
    # no decision says anything about labels
    assert not any(model.header.shares[f"signs: {kind}"] for kind in ("task", "section"))
    assert not model.beside[0].weights[:, 1:].any()


def test_columns_and_predictions_agree(model: Model, papers: list[Example]) -> None:
    documents = [example.document for example in papers]
    columns = model.columns(documents, 3)
    scopes = [scores.in_scope for scores in model.predict(documents)]
    np.testing.assert_allclose(columns.in_scope, scopes)
    np.testing.assert_allclose(model.probabilities(documents)[:, 0], scopes)


def test_what_does_not_help_leaves_the_model_as_it_was(taxonomy: Taxonomy, tmp_path: Path) -> None:
    examples = [*approved(), *rejected()]
    plain = train(examples, stream(), taxonomy, trained_at=TRAINED_AT)
    tried = train(
        examples, stream(), taxonomy, trained_at=TRAINED_AT, representations=("tfidf", "signs")
    )
    assert tried.model_id == plain.model_id
    assert tried.header.representations == {"tfidf": "1"}
    assert set(tried.header.shares.values()) == {0.0}
    assert tried.header.tried == ("tfidf", "signs")
    one, other = artifact.save(plain, tmp_path / "one"), artifact.save(tried, tmp_path / "other")
    assert one.with_suffix(".npz").read_bytes() == other.with_suffix(".npz").read_bytes()


def test_two_beside_the_terms_are_both_kept_in_the_file(
    papers: list[Example], taxonomy: Taxonomy, tmp_path: Path
) -> None:
    model = _model(papers, taxonomy, "characters", "signs")
    assert model.header.tried == ("tfidf", "characters", "signs")
    again = artifact.load(artifact.save(model, tmp_path), taxonomy)
    documents = [example.document for example in papers]
    assert again.predict(documents) == model.predict(documents)
    assert again.header == model.header
    twin = artifact.save(_model(papers[::-1], taxonomy, "characters", "signs"), tmp_path / "twin")
    first = tmp_path / twin.name
    assert twin.read_bytes() == first.read_bytes()
    assert twin.with_suffix(".npz").read_bytes() == first.with_suffix(".npz").read_bytes()


def test_shares_of_terms_stay_exact_and_the_rest_is_one_sum(
    model: Model, papers: list[Example]
) -> None:
    document = papers[0].document
    reading = Reading(model, document)
    assert [reading.scores] == model.predict([document])
    added = model.added([document])
    assert added is not None
    for column, output in enumerate(model.outputs):
        found = reading.explain(output)
        total = found.base + sum(share.value for share in found.shares) + found.wordless
        assert total == pytest.approx(found.score, abs=1e-9)
        factor = model.calibration.scope[0] if column == 0 else 1.0
        assert found.wordless == pytest.approx(factor * added[0, column])
    assert all(share.term not in {"!", "signs"} for share in reading.explain(output).shares)


def test_order_keeps_what_was_added(model: Model, papers: list[Example]) -> None:
    follower = ScopeFollower(model, Recipe())
    waiting = [example.document for example in _papers(10, 700)]
    names = [document.key for document in waiting]
    follower.keep(names, waiting)
    scores = follower.scores(papers, [], follower.kept(names), follower.added(names))
    assert scores is not None
    wanted = [number % 2 == 0 for number in range(700, 710)]
    assert [bool(score > np.median(scores)) for score in scores] == wanted
    # on the scale of the model's probabilities, because the intercept is part of what is added
    assert ((scores > 0.5) == wanted).all()


@pytest.fixture
def saved(model: Model, tmp_path: Path) -> Path:
    return artifact.save(model, tmp_path)


def test_missing_representation_is_refused_before_the_arrays_are_read(
    saved: Path, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = json.loads(saved.read_text("utf-8"))
    header["representations"]["nowhere"] = "1"
    saved.write_text(json.dumps(header), "utf-8")
    saved.with_suffix(".npz").unlink()
    with pytest.raises(UnfitModelError, match=r"not installed: nowhere.*representations\.md"):
        ModelRegistry(saved.parent).check_current(taxonomy)


def test_other_version_of_a_representation_is_refused(saved: Path, taxonomy: Taxonomy) -> None:
    header = json.loads(saved.read_text("utf-8"))
    header["representations"]["signs"] = "0.9"
    saved.write_text(json.dumps(header), "utf-8")
    with pytest.raises(UnfitModelError, match=r"'signs' in version '0\.9', here is '1'"):
        artifact.load(saved, taxonomy)


@pytest.mark.parametrize(
    "named",
    [{"tfidf": 1}, {"../x": "1"}, {"tfidf": "1", "A": "1"}, [], {"tfidf": "1", "signs": None}],
)
def test_header_with_wrong_names_is_refused(saved: Path, taxonomy: Taxonomy, named: object) -> None:
    header = {**json.loads(saved.read_text("utf-8")), "representations": named}
    saved.write_text(json.dumps(header), "utf-8")
    with pytest.raises(DamagedModelError, match="header"):
        artifact.load(saved, taxonomy)


@pytest.mark.parametrize("spoilt", ["shape", "nan", "kind", "missing", "own"])
def test_wrong_arrays_of_a_representation_are_refused(
    saved: Path, taxonomy: Taxonomy, spoilt: str
) -> None:
    import hashlib

    with np.load(saved.with_suffix(".npz")) as kept:
        arrays = {name: kept[name] for name in kept.files}
    weights = arrays["signs.weights"]
    arrays["signs.weights"] = {
        "shape": weights[:-1],
        "nan": np.full_like(weights, np.nan),
        "kind": weights.astype(int),
    }.get(spoilt, weights)
    if spoilt in {"missing", "own"}:
        del arrays["signs.intercepts" if spoilt == "missing" else "signs.own.weights"]
    packed = artifact._packed(arrays)
    saved.with_suffix(".npz").write_bytes(packed)
    header = json.loads(saved.read_text("utf-8"))
    header["sha256"] = hashlib.sha256(packed).hexdigest()
    saved.write_text(json.dumps(header), "utf-8")
    with pytest.raises(DamagedModelError):
        artifact.load(saved, taxonomy)


@pytest.mark.parametrize(
    ("name", "said"),
    [("broken", "cannot convert the texts: no vowels"), ("ragged", "every text a row")],
)
def test_representation_that_fails_in_training_is_named(
    papers: list[Example], taxonomy: Taxonomy, name: str, said: str
) -> None:
    with pytest.raises(RepresentationError, match=said):
        _model(papers, taxonomy, name)


def test_what_is_no_array_of_numbers_is_not_kept(
    papers: list[Example], taxonomy: Taxonomy, tmp_path: Path
) -> None:
    model = _model(papers, taxonomy, "objects")
    with pytest.raises(RepresentationError, match="'objects' cannot be kept: 'scale' is no array"):
        artifact.save(model, tmp_path)
    assert not list(tmp_path.glob("*.npz"))


def test_share_is_zero_for_noise_and_for_few_papers() -> None:
    pick = np.random.default_rng(1)
    wanted = pick.integers(0, 2, (400, 1)).astype(np.int8)
    terms = 2.0 * wanted - 1.0 + pick.normal(size=(400, 1))
    noise = pick.normal(size=(400, 1))
    other = 2.0 * wanted - 1.0 + pick.normal(size=(400, 1))
    assert share_that_helps(terms, noise, wanted) == 0.0
    assert 0.5 < share_that_helps(terms, other, wanted) < 2.0
    assert share_that_helps(terms[:38], other[:38], wanted[:38]) == 0.0
    unknown = np.full_like(wanted, UNKNOWN)
    assert share_that_helps(terms, other, unknown) == 0.0
    assert share_that_helps(np.full_like(terms, np.nan), other, wanted) == 0.0
    # against the verdict, it is not turned round
    assert share_that_helps(terms, -other, wanted) == 0.0
