"""The kept models: order, promotion, rollback, pruning and damaged files."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.errors import DamagedModelError, ModelError, NoModelError, UnfitModelError
from classifiers.kept.registry import Learned, ModelRegistry
from classifiers.linear.training import train
from config.taxonomy import Taxonomy
from tests.support.texts import TRAINED_AT

NOW = datetime(2026, 3, 17, tzinfo=UTC)


#: a registry and the IDs of its models, oldest first
Kept = tuple[ModelRegistry, list[str]]


def refusal(models: ModelRegistry, taxonomy: Taxonomy) -> ModelError:
    """Return the error of checking the model in use."""
    with pytest.raises(ModelError) as caught:
        models.check_current(taxonomy)
    return caught.value


@pytest.fixture
def kept(tmp_path: Path, taxonomy: Taxonomy) -> Kept:
    """Return four models trained on consecutive days; the third was never in use."""
    models, ids = ModelRegistry(tmp_path), []
    for day in range(4):
        model = train([], [], taxonomy, trained_at=TRAINED_AT.replace(day=day + 1))
        models.save(model, Learned(frozenset({"2601.1"}), frozenset()))
        if day != 2:
            models.promote(model.model_id, at=NOW, why=f"day {day}")
        ids.append(model.model_id)
    return models, ids


def test_models_are_listed_by_training_time(kept: Kept) -> None:
    models, ids = kept
    found = models.all().models
    assert [model.header.model_id for model in found] == ids
    assert [model.current for model in found] == [False, False, False, True]
    assert [model.promoted for model in found] == [True, True, False, True]
    assert [promotion.why for promotion in models.promotions()] == ["day 0", "day 1", "day 3"]


def test_rollback_skips_models_never_in_use(kept: Kept) -> None:
    models, ids = kept
    assert models.previous_id() == ids[1]
    models.promote(ids[1], at=NOW, why="rollback")
    assert models.previous_id() == ids[0]
    models.promote(ids[0], at=NOW, why="rollback")
    with pytest.raises(NoModelError, match="no older model"):
        models.previous_id()


def test_rollback_never_returns_to_a_rolled_back_model(kept: Kept) -> None:
    models, ids = kept
    for model_id in (ids[1], ids[2]):  # 3 was bad; what came after 1 is 2, though trained before 3
        models.promote(model_id, at=NOW, why="rollback, then better")
    assert models.previous_id() == ids[1]
    models.promote(ids[3], at=NOW, why="by name")
    assert models.previous_id() == ids[1]


def test_prune_keeps_current_and_previous_model(
    kept: Kept,
) -> None:
    models, ids = kept
    models.promote(ids[1], at=NOW, why="rollback")
    assert models.prune(0) == ()
    assert models.prune(1) == (ids[2],)
    assert {model.header.model_id for model in models.all().models} == {*ids[:2], ids[3]}
    assert not list(models.directory.rglob(f"{ids[2]}*"))
    assert models.describe_current() == ids[1]


def test_damaged_header_does_not_hide_other_models(kept: Kept) -> None:
    models, ids = kept
    (models.directory / f"{ids[0]}.json").write_text("{")
    (models.directory / f"{ids[1]}.json").write_text('{"format": 99}')
    found = models.all()
    assert [model.header.model_id for model in found.models] == ids[2:]
    assert dict(found.unreadable).keys() == set(ids[:2])
    assert "format 99" in dict(found.unreadable)[ids[1]]


def test_truncated_promotion_log_is_read(kept: Kept) -> None:
    models, _ = kept
    with (models.directory / "promotions.jsonl").open("a") as log:
        log.write('{"at": "2026')
    assert len(models.promotions()) == 3


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda text: text.replace('"format": 3', '"format": 7'), UnfitModelError),
        (lambda text: text.replace('"counts": {', '"counts": 3, "x": {'), DamagedModelError),
        (lambda text: text[:50], DamagedModelError),
        (lambda text: text.replace('"taxonomy_fingerprint": "', '"taxonomy_fingerprint": "0'),
         UnfitModelError),
    ],
)  # fmt: skip
def test_unusable_header_is_refused(
    kept: Kept,
    taxonomy: Taxonomy,
    spoil: Callable[[str], str],
    error: type[Exception],
) -> None:
    models, ids = kept
    models.check_current(taxonomy)
    header = models.directory / f"{ids[3]}.json"
    header.write_text(spoil(header.read_text()))
    refused = refusal(models, taxonomy)
    assert type(refused) is error
    assert "living-survey train" in str(refused)


def test_learned_papers_are_recorded(tmp_path: Path) -> None:
    learned = Learned(frozenset({"2601.1"}), frozenset({"2601.2"}), {"verdict": "better"})
    ModelRegistry(tmp_path).save_learned("m", learned)
    assert ModelRegistry(tmp_path).learned_from("m") == learned
    assert learned.papers == {"2601.1", "2601.2"}
    assert ModelRegistry(tmp_path).learned_from("other") is None
    (tmp_path / "learned" / "m.json").write_text("[]")
    assert ModelRegistry(tmp_path).learned_from("m") is None


def test_listing_models_does_not_import_numpy(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from classifiers.kept.registry import ModelRegistry\n"
        "from pipeline.learn.drift_report import newest_drift\n"
        "from pipeline.learn.reading import last_reading\n"
        "import pipeline.learn.retrain, pipeline.runtime.services\n"
        "models = ModelRegistry(Path(sys.argv[1]))\n"
        "models.all(), newest_drift(Path(sys.argv[1])), last_reading(Path(sys.argv[1]))\n"
        "assert models.describe_current() == 'cue words'\n"
        "assert not {'sklearn', 'scipy', 'numpy', 'matplotlib'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_rollback_from_a_damaged_model(kept: Kept) -> None:
    models, ids = kept
    (models.directory / f"{ids[3]}.json").write_text("{")
    assert models.previous_id() == ids[1]
    (models.directory / f"{ids[3]}.json").unlink()
    assert models.previous_id() == ids[1]
    (models.directory / "current").write_bytes(b"\xff\xfe")
    assert models.previous_id() == ids[1]


def test_missing_current_model_is_refused(kept: Kept, taxonomy: Taxonomy) -> None:
    models, ids = kept
    for name in ids:
        (models.directory / f"{name}.json").unlink()
    assert models.describe_current() == f"{ids[3]} (cannot be read)"
    refused = refusal(models, taxonomy)
    assert isinstance(refused, NoModelError)
    assert "living-survey train" in refused.hint
    with pytest.raises(NoModelError, match=ids[3]):
        models.current(taxonomy)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 10_000, b"", b"../../etc/x", b"a\nb"])
def test_damaged_current_file_gives_a_short_error(
    kept: Kept, taxonomy: Taxonomy, content: bytes
) -> None:
    models, _ = kept
    (models.directory / "current").write_bytes(content)
    refused = refusal(models, taxonomy)
    assert isinstance(refused, DamagedModelError)
    assert len(str(refused)) < 200 + len(str(models.directory))
    assert "living-survey train" in refused.hint
    assert models.describe_current() == "unknown (cannot be read)"
    assert not any(model.current for model in models.all().models)


def test_other_scikit_learn_version_is_refused(kept: Kept, taxonomy: Taxonomy) -> None:
    models, ids = kept
    header = models.directory / f"{ids[3]}.json"
    content = json.loads(header.read_text())
    content["libraries"]["scikit-learn"] = "0.24.2"
    header.write_text(json.dumps(content))
    refused = refusal(models, taxonomy)
    assert isinstance(refused, UnfitModelError)
    assert "0.24.2" in str(refused)


@pytest.mark.parametrize(
    "content", ["[" * 100_000, '{"decided": [], "background": [], "contest": 3}']
)
def test_damaged_record_of_learned_papers_is_ignored(tmp_path: Path, content: str) -> None:
    (tmp_path / "learned").mkdir()
    (tmp_path / "learned" / "m.json").write_text(content)
    assert ModelRegistry(tmp_path).learned_from("m") is None
