"""model list, show, diff, rollback as a maintainer calls them; refusals in one sentence."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.kept.registry import ModelRegistry
from storage.predictions import Predictions
from tests.support.built_once import build_once
from tests.support.learning import DAY, START, call, decide, opener, settle, small_taxonomy
from tests.support.texts import approved


def train_twice(folder: Path) -> None:
    """Make a survey with two models: the second learned that image papers are out of scope."""
    open_store = settle(folder, decided=30)
    assert call(folder, "train", now=START + 40 * DAY).exit_code == 0
    image = "generation-image-non-llm-based"
    turned = [
        replace(e, in_scope=False, sections=())
        for e in approved(40, start=900)
        if e.sections == (image,)
    ]
    decide(open_store, turned, first=START + 50 * DAY, step=DAY / 10)
    assert call(folder, "classify", now=START + 60 * DAY).exit_code == 0
    assert call(folder, "train", "--force", now=START + 61 * DAY).exit_code == 0


@pytest.fixture
def survey(tmp_path: Path) -> tuple[Path, str, str]:
    """A copy of the survey that `train_twice` makes, and its models' ids."""
    build_once(tmp_path, train_twice)
    first, second = (
        m.header.model_id for m in ModelRegistry(tmp_path / "var" / "models").all().models
    )
    return tmp_path, first, second


def test_the_list_marks_the_one_in_use(survey: tuple[Path, str, str]) -> None:
    folder, first, second = survey
    found = json.loads(call(folder, "model", "list", "--json").stdout)["models"]
    assert [(m["model_id"], m["current"]) for m in found] == [(first, False), (second, True)]
    assert found[0]["counts"]["approved"] == 39
    shown = call(folder, "model", "list").stdout.splitlines()
    assert [line.startswith("*") for line in shown] == [False, False, True]
    assert shown[2].endswith(found[1]["contest"]["verdict"])


def test_show_prints_the_header(survey: tuple[Path, str, str]) -> None:
    folder, first, second = survey
    assert json.loads(call(folder, "model", "show", "--json").stdout)["model_id"] == second
    shown = call(folder, "model", "show", first).stdout
    assert "in use from" in shown
    assert "the first model" in shown
    assert "papers, scored here as at training" in shown
    assert "scikit-learn" in shown
    compared = call(folder, "model", "show", second).stdout
    assert re.search(r"^contest +challenger, quadratic error = 0\.\d+$", compared, re.MULTILINE)
    assert re.search(r"^contest +champion, scored = itself$", compared, re.MULTILINE)
    assert "{" not in compared
    ended = call(folder, "model", "show", "tfidf-none")
    assert ended.exit_code == 1
    assert "There is no model" in ended.output
    assert "model list" in ended.output


def test_diff_lists_moved_papers_and_their_terms(survey: tuple[Path, str, str]) -> None:
    folder, first, second = survey
    found = json.loads(call(folder, "model", "diff", first, second, "--json").stdout)
    assert (found["old"], found["new"], found["examined"]) == (first, second, 40)
    out = [paper for paper in found["papers"] if paper["change"] == "out"]
    assert found["went_out"] == len(out) > 0
    for paper in out:
        assert paper["old"]["in_scope"] >= 0.5 > paper["new"]["in_scope"]
        assert "image" in paper["title"]
        # what speaks against it now that did not before
        assert any(weight < 0 for _, weight in paper["terms"])
    back = json.loads(call(folder, "model", "diff", second, first, "--json").stdout)
    assert (back["came_in"], back["went_out"]) == (found["went_out"], found["came_in"])
    limited = json.loads(
        call(folder, "model", "diff", first, second, "--limit", "1", "--json").stdout
    )
    assert len(limited["papers"]) == 1
    assert limited["went_out"] == found["went_out"]
    same = call(folder, "model", "diff", first, first)
    assert "0 come into scope, 0 go out, of the others 0 change their first section" in same.output


def test_rollback_brings_the_old_model_and_its_predictions_back(
    survey: tuple[Path, str, str],
) -> None:
    folder, first, second = survey
    call(folder, "classify")
    queue = json.loads(call(folder, "queue", "--json").stdout)
    assert {item["model_id"] for item in queue["items"]} == {second}
    ended = call(folder, "model", "rollback")
    assert ended.exit_code == 0, ended.output
    assert f"in use      {first}" in ended.output
    queue = json.loads(call(folder, "queue", "--json").stdout)
    assert {item["model_id"] for item in queue["items"]} == {first}
    again = call(folder, "model", "rollback")
    assert again.exit_code == 1
    assert "no older model" in again.output
    assert call(folder, "model", "rollback", second).exit_code == 0
    assert ModelRegistry(folder / "var" / "models").current_id() == second


def test_a_rollback_killed_half_way_is_done_by_the_next(
    survey: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, first, second = survey
    call(folder, "classify")

    def killed(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    for owner, name in ((Predictions, "prefer"), (ModelRegistry, "promote")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, killed)
            assert call(folder, "model", "rollback").exit_code != 0
        assert ModelRegistry(folder / "var" / "models").current_id() == second
    ended = call(folder, "model", "rollback")
    assert ended.exit_code == 0, ended.output
    queue = json.loads(call(folder, "queue", "--json").stdout)
    assert {item["model_id"] for item in queue["items"]} == {first}


def test_model_without_header_is_refused_and_rolled_back(
    survey: tuple[Path, str, str],
) -> None:
    folder, first, second = survey
    (folder / "var" / "models" / f"{second}.json").unlink()
    ended = call(folder, "classify")
    assert ended.exit_code == 1
    assert ended.stderr.count("\n") == 1
    assert "rollback" in ended.stderr
    assert f"{second} (cannot be read)" in call(folder, "status").output
    assert call(folder, "model", "rollback").exit_code == 0
    assert ModelRegistry(folder / "var" / "models").current_id() == first


def test_a_damaged_model_is_not_rolled_back_to(survey: tuple[Path, str, str]) -> None:
    folder, first, second = survey
    arrays = folder / "var" / "models" / f"{first}.npz"
    arrays.write_bytes(arrays.read_bytes()[:-1])
    ended = call(folder, "model", "rollback")
    assert ended.exit_code == 1
    assert "does not have the checksum" in ended.output
    assert ModelRegistry(folder / "var" / "models").current_id() == second


def _other_taxonomy(text: str) -> str:
    return text.replace(small_taxonomy().fingerprint, "0" * 64)


@pytest.mark.parametrize("command", ["classify", "queue", "drift"])
def test_model_of_another_taxonomy_is_refused_with_remedy(
    survey: tuple[Path, str, str], command: str
) -> None:
    folder, _, second = survey
    header = folder / "var" / "models" / f"{second}.json"
    header.write_text(_other_taxonomy(header.read_text()))
    ended = call(folder, command)
    assert ended.exit_code == (0 if command == "queue" else 1)
    [line] = ended.stderr.splitlines()
    assert line.startswith(f"living-survey: Model {second} was trained for another taxonomy.")
    assert "`living-survey train`" in line


def test_truncated_model_is_refused_in_one_sentence(
    survey: tuple[Path, str, str],
) -> None:
    folder, _, second = survey
    (folder / "var" / "models" / f"{second}.npz").write_bytes(b"PK")
    ended = call(folder, "classify")
    assert ended.exit_code == 1
    assert ended.stderr.count("\n") == 1
    assert "checksum" in ended.stderr
    assert "living-survey train" in ended.stderr


def test_model_list_without_models_names_the_command(tmp_path: Path) -> None:
    opener(tmp_path)
    ended = call(tmp_path, "model", "list")
    assert ended.exit_code == 0
    assert "living-survey train" in ended.output
