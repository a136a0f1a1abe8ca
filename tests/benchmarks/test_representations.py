"""The benchmark of representations: what a row says, and what is converted once."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import classifier_data, classifier_representations
from benchmarks.classifier_cuts import Cut
from benchmarks.classifier_representations import compare, convert_once
from classifiers.representations.characters import HashedCharacters
from classifiers.representations.installed import make
from config.taxonomy import load_taxonomy
from tests.benchmarks.test_protocol import data_of
from tests.support.texts import approved, rejected


def test_row_has_shares_and_figures_without_and_with() -> None:
    later = [*approved(3, start=20), *rejected(12, start=20)]
    data = replace(data_of({"2025-06": later}), approvable=approved(5), rejectable=rejected(12))
    read = [replace(example, sections=("agents",)) for example in later]
    cut = Cut("2025-05", data, load_taxonomy(), read)
    before, decisions, shares, months, *_, labels, seconds = compare("characters", cut, 20, 3)
    assert (before, decisions, shares, labels) == ("2025-05", 20, "none", "")
    without, with_it = str(months).split(" / ")
    assert without == with_it
    assert all(float(spent) >= 0 for spent in str(seconds).split(" / "))


def test_each_text_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    convert = HashedCharacters.transform

    def watched(self: HashedCharacters, texts: list[str]) -> object:
        seen.extend(texts)
        return convert(self, texts)

    monkeypatch.setattr(HashedCharacters, "transform", watched)
    convert_once("characters")
    characters = make("characters")
    first, again = characters.transform(["a b", "c d", "a b"]), characters.transform(["c d", "e"])
    assert seen == ["a b", "c d", "e"]
    assert (first[1] != again[0]).nnz == 0
    assert (first != convert(HashedCharacters(), ["a b", "c d", "a b"])).nnz == 0
    assert characters.transform([]).shape[0] == 0


def test_it_is_skipped_with_a_reason_without_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(classifier_data, "DATA", tmp_path / "none")
    assert classifier_representations.main(["characters"]) == 0
    assert "Skipped" in capsys.readouterr().err
