"""What is kept, what is in use, where a rollback goes: without loading any array."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.errors import DamagedModelError, NoModelError, UnfitModelError
from classifiers.kept import artifact
from classifiers.linear.training import train
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.learn.registry import (
    Learned,
    before_current,
    current_model_id,
    promote,
    promotions,
    prune,
    read_learned,
    read_shelf,
    refusal,
    save_learned,
)
from tests.support.texts import TRAINED_AT

NOW = datetime(2026, 3, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture
def shelf(tmp_path: Path, taxonomy: Taxonomy) -> tuple[Path, list[str]]:
    """Four models trained day by day: the third was never put to use."""
    ids = []
    for day in range(4):
        model = train([], [], taxonomy, trained_at=TRAINED_AT.replace(day=day + 1))
        save_learned(tmp_path, model.model_id, Learned(frozenset({"2601.1"}), frozenset()))
        artifact.save(model, tmp_path, promote=False)
        if day != 2:
            promote(tmp_path, model.model_id, at=NOW, why=f"day {day}")
        ids.append(model.model_id)
    return tmp_path, ids


def test_the_shelf_is_in_order_of_training_with_marks(shelf: tuple[Path, list[str]]) -> None:
    models, ids = shelf
    kept = read_shelf(models).models
    assert [model.header.model_id for model in kept] == ids
    assert [model.current for model in kept] == [False, False, False, True]
    assert [model.promoted for model in kept] == [True, True, False, True]
    assert [promotion.why for promotion in promotions(models)] == ["day 0", "day 1", "day 3"]


def test_back_goes_past_what_was_never_in_use(shelf: tuple[Path, list[str]]) -> None:
    models, ids = shelf
    assert before_current(models) == ids[1]
    promote(models, ids[1], at=NOW, why="rollback")
    assert before_current(models) == ids[0]
    promote(models, ids[0], at=NOW, why="rollback")
    with pytest.raises(NoModelError, match="no older model"):
        before_current(models)


def test_back_is_never_to_what_was_rolled_back_from(shelf: tuple[Path, list[str]]) -> None:
    models, ids = shelf
    for model_id in (ids[1], ids[2]):  # 3 was bad; what came after 1 is 2, though trained before 3
        promote(models, model_id, at=NOW, why="rollback, then better")
    assert before_current(models) == ids[1]
    promote(models, ids[3], at=NOW, why="by name")
    assert before_current(models) == ids[1]


def test_old_models_make_room_but_never_the_two_that_are_needed(
    shelf: tuple[Path, list[str]],
) -> None:
    models, ids = shelf
    promote(models, ids[1], at=NOW, why="rollback")
    assert prune(models, 0) == ()
    assert prune(models, 1) == (ids[2],)
    assert {model.header.model_id for model in read_shelf(models).models} == {*ids[:2], ids[3]}
    assert not list(models.rglob(f"{ids[2]}*"))
    assert current_model_id(models) == ids[1]


def test_one_bad_header_hides_no_other(shelf: tuple[Path, list[str]]) -> None:
    models, ids = shelf
    (models / f"{ids[0]}.json").write_text("{")
    (models / f"{ids[1]}.json").write_text('{"format": 99}')
    found = read_shelf(models)
    assert [model.header.model_id for model in found.models] == ids[2:]
    assert dict(found.unreadable).keys() == set(ids[:2])
    assert "format 99" in dict(found.unreadable)[ids[1]]


def test_a_log_cut_short_by_a_crash_is_still_read(shelf: tuple[Path, list[str]]) -> None:
    models, _ = shelf
    with (models / "promotions.jsonl").open("a") as log:
        log.write('{"at": "2026')
    assert len(promotions(models)) == 3


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda text: text.replace('"format": 2', '"format": 7'), UnfitModelError),
        (lambda text: text.replace('"counts": {', '"counts": 3, "x": {'), DamagedModelError),
        (lambda text: text[:50], DamagedModelError),
        (lambda text: text.replace('"taxonomy_fingerprint": "', '"taxonomy_fingerprint": "0'),
         UnfitModelError),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_its_header(
    shelf: tuple[Path, list[str]],
    taxonomy: Taxonomy,
    spoil: Callable[[str], str],
    error: type[Exception],
) -> None:
    models, ids = shelf
    assert refusal(models, taxonomy) is None
    header = models / f"{ids[3]}.json"
    header.write_text(spoil(header.read_text()))
    refused = refusal(models, taxonomy)
    assert type(refused) is error
    assert "living-survey train" in str(refused)


def test_what_a_model_learned_from_is_on_record(tmp_path: Path) -> None:
    learned = Learned(frozenset({"2601.1"}), frozenset({"2601.2"}), {"verdict": "better"})
    save_learned(tmp_path, "m", learned)
    assert read_learned(tmp_path, "m") == learned
    assert learned.papers == {"2601.1", "2601.2"}
    assert read_learned(tmp_path, "other") is None
    (tmp_path / "learned" / "m.json").write_text("[]")
    assert read_learned(tmp_path, "m") is None


def test_reading_the_shelf_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from pipeline.learn.registry import read_shelf, current_model_id\n"
        "from pipeline.learn.drift_report import newest_drift\n"
        "import pipeline.learn.retrain\n"
        "read_shelf(Path(sys.argv[1])), newest_drift(Path(sys.argv[1]))\n"
        "assert current_model_id(Path(sys.argv[1])) == 'cue words'\n"
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


def test_back_from_a_model_whose_header_cannot_be_read(shelf: tuple[Path, list[str]]) -> None:
    models, ids = shelf
    (models / f"{ids[3]}.json").write_text("{")
    assert before_current(models) == ids[1]
    (models / f"{ids[3]}.json").unlink()
    assert before_current(models) == ids[1]
    (models / "current").write_bytes(b"\xff\xfe")
    assert before_current(models) == ids[1]


def test_a_lost_model_is_named_as_lost_and_refused(
    shelf: tuple[Path, list[str]], taxonomy: Taxonomy
) -> None:
    models, ids = shelf
    for name in ids:
        (models / f"{name}.json").unlink()
    assert current_model_id(models) == f"{ids[3]} (cannot be read)"
    refused = refusal(models, taxonomy)
    assert isinstance(refused, NoModelError)
    assert "living-survey train" in refused.hint
    with pytest.raises(NoModelError, match=ids[3]):
        artifact.current(models, taxonomy)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 10_000, b"", b"../../etc/x", b"a\nb"])
def test_a_current_that_names_nothing_is_one_short_sentence(
    shelf: tuple[Path, list[str]], taxonomy: Taxonomy, content: bytes
) -> None:
    models, _ = shelf
    (models / "current").write_bytes(content)
    refused = refusal(models, taxonomy)
    assert isinstance(refused, DamagedModelError)
    assert len(str(refused)) < 200 + len(str(models))
    assert "living-survey train" in refused.hint
    assert current_model_id(models) == "unknown (cannot be read)"
    assert not any(model.current for model in read_shelf(models).models)


def test_another_scikit_learn_is_refused_by_the_header_alone(
    shelf: tuple[Path, list[str]], taxonomy: Taxonomy
) -> None:
    models, ids = shelf
    header = models / f"{ids[3]}.json"
    content = json.loads(header.read_text())
    content["libraries"]["scikit-learn"] = "0.24.2"
    header.write_text(json.dumps(content))
    refused = refusal(models, taxonomy)
    assert isinstance(refused, UnfitModelError)
    assert "0.24.2" in str(refused)


@pytest.mark.parametrize(
    "content", ["[" * 100_000, '{"decided": [], "background": [], "contest": 3}']
)
def test_a_record_that_is_none_is_not_on_record(tmp_path: Path, content: str) -> None:
    (tmp_path / "learned").mkdir()
    (tmp_path / "learned" / "m.json").write_text(content)
    assert read_learned(tmp_path, "m") is None
