"""Models on disk: the same bytes twice, and every misfit refused with its remedy."""

import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.cues import CueClassifier
from classifiers.errors import DamagedModelError, ModelError, NoModelError, UnfitModelError
from classifiers.kept import artifact
from classifiers.kept.registry import ModelRegistry
from classifiers.linear.model import Model
from classifiers.linear.training import train
from config.taxonomy import Taxonomy
from tests.support.archives import changed_in_each_byte
from tests.support.texts import TRAINED_AT, approved, rejected, stream


@pytest.fixture(scope="module")
def model(taxonomy: Taxonomy) -> Model:
    return train([*approved(4), *rejected(8)], stream(), taxonomy, trained_at=TRAINED_AT)


@pytest.fixture
def saved(model: Model, tmp_path: Path) -> Path:
    return artifact.save(model, tmp_path)


def test_loaded_model_predicts_as_the_saved_one(
    model: Model, saved: Path, taxonomy: Taxonomy
) -> None:
    again = artifact.load(saved, taxonomy)
    documents = stream()
    assert again.predict(documents) == model.predict(documents)
    assert again.header == model.header


def test_the_same_data_gives_the_same_bytes(
    saved: Path, taxonomy: Taxonomy, tmp_path: Path
) -> None:
    twin = train([*rejected(8), *approved(4)], stream()[::-1], taxonomy, trained_at=TRAINED_AT)
    other = artifact.save(twin, tmp_path / "other")
    assert other.read_bytes() == saved.read_bytes()
    assert other.with_suffix(".npz").read_bytes() == saved.with_suffix(".npz").read_bytes()


def test_another_seed_is_another_header_with_the_same_weights(
    model: Model, taxonomy: Taxonomy
) -> None:
    other = train([*approved(4), *rejected(8)], stream(), taxonomy, trained_at=TRAINED_AT, seed=1)
    assert other.header.settings["seed"] == 1
    assert other.weights.tobytes() == model.weights.tobytes()
    # the calibration differs, so the predictions do: they must not be kept under one id
    assert other.model_id != model.model_id


def test_the_header_can_be_read_by_people(saved: Path, model: Model) -> None:
    header = json.loads(saved.read_text("utf-8"))
    assert header["model_id"] == model.model_id
    assert header["trained_at"] == "2026-03-17T12:00:00+00:00"
    assert header["counts"]["approved"] == 16
    assert header["libraries"]["scikit-learn"]
    assert len(header["sha256"]) == 64


def test_before_the_first_training_the_cue_words_are_current(
    taxonomy: Taxonomy, tmp_path: Path
) -> None:
    assert isinstance(ModelRegistry(tmp_path / "none").current(taxonomy), CueClassifier)


def test_the_promoted_model_is_current_until_another_is(
    model: Model, saved: Path, taxonomy: Taxonomy
) -> None:
    models = ModelRegistry(saved.parent)
    models.promote(model.model_id, at=TRAINED_AT, why="first")
    later = replace(
        model,
        header=replace(model.header, model_id="tfidf-later", trained_at="2026-04-01T00:00:00"),
    )
    artifact.save(later, saved.parent)
    assert models.current(taxonomy).model_id == model.model_id
    models.promote("tfidf-later", at=TRAINED_AT, why="better")
    assert models.current_id() == "tfidf-later"
    kept = [one.header.model_id for one in models.all().models]
    assert kept == [model.model_id, "tfidf-later"]


def test_a_model_that_is_not_kept_cannot_be_promoted(saved: Path) -> None:
    with pytest.raises(NoModelError, match="no model 'other'"):
        ModelRegistry(saved.parent).promote("other", at=TRAINED_AT, why="")


def test_a_flipped_bit_is_refused(saved: Path, taxonomy: Taxonomy) -> None:
    arrays = saved.with_suffix(".npz")
    content = bytearray(arrays.read_bytes())
    content[len(content) // 2] ^= 1
    arrays.write_bytes(content)
    with pytest.raises(DamagedModelError, match=r"checksum.*living-survey train"):
        artifact.load(saved, taxonomy)


def test_a_missing_array_file_is_refused(saved: Path, taxonomy: Taxonomy) -> None:
    saved.with_suffix(".npz").unlink()
    with pytest.raises(DamagedModelError, match="missing"):
        artifact.load(saved, taxonomy)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"model_id": "x"}', "null", pytest.param("[" * 100_000, id="deep")]
)
def test_an_unreadable_header_is_refused(saved: Path, taxonomy: Taxonomy, content: str) -> None:
    saved.write_text(content, "utf-8")
    with pytest.raises(DamagedModelError, match="header"):
        artifact.load(saved, taxonomy)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 99}, "format 99"),
        ({"format": 1}, "format 1, this version reads 3"),
        ({"taxonomy_fingerprint": "0" * 64}, "another taxonomy"),
        ({"libraries": {"scikit-learn": "0.24.2"}}, r"scikit-learn 0\.24\.2"),
    ],
)
def test_what_does_not_fit_is_refused(
    saved: Path, taxonomy: Taxonomy, changes: dict[str, object], said: str
) -> None:
    header = json.loads(saved.read_text("utf-8"))
    saved.write_text(json.dumps({**header, **changes}), "utf-8")
    with pytest.raises(UnfitModelError, match=f"{said}.*living-survey train"):
        artifact.load(saved, taxonomy)


@pytest.mark.parametrize(
    "changes",
    [
        {"libraries": "scikit-learn"},
        {"libraries": {"scikit-learn": 1}},
        {"settings": [1]},
        {"settings": {"max_terms": "many"}},
        {"settings": {"max_terms": float("nan")}},
        {"metrics": {"task_top1": "high"}},
        {"model_id": 7},
        {"trained_at": 20260317},
        {"held_out": 1},
        {"format": "x" * 10_000},
    ],
)
def test_header_with_wrong_types_is_refused_in_one_sentence(
    saved: Path, taxonomy: Taxonomy, changes: dict[str, object]
) -> None:
    header = json.loads(saved.read_text("utf-8"))
    saved.write_text(json.dumps({**header, **changes}), "utf-8")
    with pytest.raises(ModelError) as caught:
        artifact.load(saved, taxonomy)
    assert len(str(caught.value)) < 300 + len(str(saved))


def test_arrays_that_are_a_directory_are_refused(saved: Path, taxonomy: Taxonomy) -> None:
    saved.with_suffix(".npz").unlink()
    saved.with_suffix(".npz").mkdir()
    with pytest.raises(DamagedModelError, match="cannot be read"):
        artifact.load(saved, taxonomy)


def _rewritten(saved: Path, arrays: bytes) -> None:
    import hashlib

    saved.with_suffix(".npz").write_bytes(arrays)
    header = json.loads(saved.read_text("utf-8"))
    header["sha256"] = hashlib.sha256(arrays).hexdigest()
    saved.write_text(json.dumps(header), "utf-8")


def test_pickled_objects_are_never_read(saved: Path, taxonomy: Taxonomy, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.npz"
    np.savez(hostile, weights=np.array([object()], dtype=object))
    _rewritten(saved, hostile.read_bytes())
    with pytest.raises(DamagedModelError, match="cannot be read"):
        artifact.load(saved, taxonomy)


def _zipped(method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def _npy(shape: str, descr: str = "'<f8'", content: bytes = b"") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + content


@pytest.mark.parametrize(
    "member",
    [
        _npy("(1000000000000000,)"),
        _npy("(500000000,)"),
        _npy("(4294967296, 4294967296, 4294967296)"),
        _npy("(-1,)"),
        _npy("(-1, -1)", content=bytes(8)),
        _npy("(2,)", content=bytes(8)),
        _npy("(1,)", content=bytes(9)),
        _npy("(1,)", "'|V900000000'", bytes(8)),
        _npy("(1,)", "'|O'", bytes(8)),
        _npy("(1,)", "[('a', '<f8', (1000000000,))]", bytes(8)),
        _npy("(" * 900),
        b"\x93NUMPY\x03\x00" + bytes(60),
        b"\x93NUMPY\x01\x00\xff\xff",
        b"",
    ],
)
def test_array_that_promises_more_than_its_member_is_refused(
    saved: Path, taxonomy: Taxonomy, member: bytes
) -> None:
    _rewritten(saved, _zipped(terms=member))
    with pytest.raises(DamagedModelError, match=r"cannot be read \(.{1,200}\)"):
        artifact.load(saved, taxonomy)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_arrays_with_any_byte_changed_are_refused(
    saved: Path, taxonomy: Taxonomy, method: int
) -> None:
    whole = _zipped(method, terms=_npy("(1,)", content=bytes(8)))
    for content in changed_in_each_byte(whole):
        _rewritten(saved, content)
        with pytest.raises(DamagedModelError):
            artifact.load(saved, taxonomy)


def test_arrays_beyond_the_limit_are_not_unpacked(
    saved: Path, taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact, "MOST_BYTES", 1_000_000)
    large = _npy("(200000,)", content=bytes(1_600_000))
    _rewritten(saved, _zipped(terms=large))
    with pytest.raises(DamagedModelError, match="more than 1000000 bytes"):
        artifact.load(saved, taxonomy)


def test_other_members_are_not_read(saved: Path, taxonomy: Taxonomy, model: Model) -> None:
    with np.load(saved.with_suffix(".npz")) as kept:
        arrays = {name: kept[name] for name in kept.files}
    packed = artifact._packed({**arrays, "more": np.zeros(3)})
    _rewritten(saved, packed)
    assert artifact.load(saved, taxonomy).model_id == model.model_id


@pytest.mark.timeout(60)
@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_pipe_as_a_model_file_is_refused(saved: Path, taxonomy: Taxonomy, suffix: str) -> None:
    path = saved.with_suffix(suffix)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ModelError):
        artifact.load(saved, taxonomy)


@pytest.mark.timeout(60)
def test_pipe_as_the_name_of_the_current_model_is_refused(saved: Path) -> None:
    os.mkfifo(saved.parent / "current")
    with pytest.raises(DamagedModelError, match="does not name a model"):
        ModelRegistry(saved.parent).current_id()


def test_arrays_of_another_shape_are_refused(saved: Path, taxonomy: Taxonomy) -> None:
    with np.load(saved.with_suffix(".npz")) as kept:
        arrays = {name: kept[name] for name in kept.files}
    arrays["weights"] = arrays["weights"][:, :-1]
    _rewritten(saved, artifact._packed(arrays))
    with pytest.raises(DamagedModelError, match="weights"):
        artifact.load(saved, taxonomy)


def test_numbers_that_are_none_are_refused(saved: Path, taxonomy: Taxonomy) -> None:
    with np.load(saved.with_suffix(".npz")) as kept:
        arrays = {name: kept[name] for name in kept.files}
    arrays["intercepts"] = np.full_like(arrays["intercepts"], np.nan)
    _rewritten(saved, artifact._packed(arrays))
    with pytest.raises(DamagedModelError, match="intercepts"):
        artifact.load(saved, taxonomy)


def test_nothing_half_written_stays_behind(saved: Path) -> None:
    names = sorted(path.name for path in saved.parent.iterdir())
    assert names == sorted([saved.name, saved.with_suffix(".npz").name])
    with zipfile.ZipFile(saved.with_suffix(".npz")) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
