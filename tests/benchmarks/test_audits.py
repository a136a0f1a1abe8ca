"""Simulated papers drawn at random are those of the cut, with verdicts that may be used."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import classifier_audits
from benchmarks.classifier_audits import Point, audits, errors, waiting
from benchmarks.classifier_cuts import Cut, cut_at
from benchmarks.classifier_data import Development
from classifiers.identity import marks
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.types import Example
from config.taxonomy import Taxonomy, load_taxonomy
from tests.support.learning import small_taxonomy
from tests.support.texts import approved, outside, rejected


def data_of(taxonomy: Taxonomy) -> Development:
    approvable, rejectable = approved(10, start=100), rejected(20, start=100)
    later_listed, later_rejected = approved(4, start=300), rejected(5, start=300)
    later_unlisted = [replace(e, in_scope=False) for e in approved(6, start=400)]
    unknown = [e.document for e in approved(10, start=200)] + outside(90, start=200)
    return Development(
        taxonomy=taxonomy,
        listed=approved(6, start=40),
        approvable=approvable,
        rejectable=rejectable,
        stream=[*(e.document for e in (*approvable, *rejectable)), *unknown],
        test=later_listed,
        test_rejected=later_rejected,
        pools={"2025-06": [*later_listed, *later_rejected, *later_unlisted]},
    )


def test_known_verdicts_are_kept_and_the_rest_has_the_assumed_share() -> None:
    data = data_of(load_taxonomy())
    papers = waiting(data, {data.approvable[0].document.key}, 0)
    assert papers.count == len(papers.documents) == len(data.stream) - 1
    for share in (0.3, 0.5):
        chances = papers.chances(share)
        assert chances.mean() == pytest.approx(share)
        by_key = dict(zip((d.key for d in papers.documents), chances, strict=True))
        assert {by_key[e.document.key] for e in data.approvable[1:]} == {1.0}
        assert {by_key[e.document.key] for e in data.rejectable} == {0.0}
        # Papers with the taxonomy's words are likelier than others of which nothing is known.
        inside = [by_key[e.document.key] for e in approved(10, start=200)]
        assert min(inside) > max(by_key[d.key] for d in outside(90, start=200))


def test_more_papers_are_drawn_after_the_same_first_ones() -> None:
    papers = waiting(data_of(load_taxonomy()), (), 3)
    few, many = papers.drawn(0.3, 5, 3), papers.drawn(0.3, 60, 3)
    assert many[:5] == few
    assert {example.drawn_from for example in many} == {papers.count}
    assert 0 < sum(example.in_scope for example in many) < 60
    assert papers.drawn(0.3, 60, 4) != many


def test_table_compares_the_same_papers_known_as_drawn_and_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taught: list[list[Example]] = []

    def spied(examples: list[Example], *rest: Any, **named: Any) -> Model:
        taught.append(examples)
        return train(examples, *rest, **named)

    monkeypatch.setattr(classifier_audits, "train", spied)
    monkeypatch.setattr(classifier_audits, "SHARES", (0.4,))
    monkeypatch.setattr(classifier_audits, "SAMPLE", 60)
    taxonomy = small_taxonomy()
    cut = Cut("2025-05", data_of(taxonomy), taxonomy, [*approved(3, start=300), *rejected(5)])
    audits([cut], 1)
    none, unknown, few, known = taught
    assert [replace(example, drawn_from=0) for example in known] == unknown
    assert known != unknown
    assert few == known[: len(few)]
    assert len(known) - len(none) == 60
    header, _, *rows = capsys.readouterr().out.splitlines()
    assert header.startswith("| share assumed | papers drawn | known to be |")
    cells = [row.strip("| ").split(" | ") for row in rows]
    assert [row[:3] for row in cells] == [
        ["0.40", "0", "no"],
        ["0.40", "60", "no"],
        ["0.40", "40", "yes"],
        ["0.40", "60", "yes"],
    ]
    assert [row[3] == "-" for row in cells] == [True, True, False, False]
    assert 0.2 < float(cells[3][3]) < 0.5
    # One cut and one draw: the mean is the worst.
    assert all(row[6] == row[7] and row[8] == row[9] for row in cells)


def test_model_without_draws_serves_every_share(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []

    def counted(examples: list[Example], *rest: Any, **named: Any) -> Model:
        trained.append(len(examples))
        return train(examples, *rest, **named)

    monkeypatch.setattr(classifier_audits, "train", counted)
    monkeypatch.setattr(classifier_audits, "SHARES", (0.2, 0.6))
    monkeypatch.setattr(classifier_audits, "SAMPLE", 50)
    taxonomy = small_taxonomy()
    found = errors(Cut("2025-05", data_of(taxonomy), taxonomy, approved(1, start=300)), 0)
    assert len(trained) == len(found) - 1 == 7
    narrow, wide = (found[Point(share, 50, known=True)] for share in (0.2, 0.6))
    assert narrow.share < wide.share
    assert narrow.read > wide.read  # all of these papers are in scope


@pytest.mark.slow
def test_no_paper_read_by_hand_is_drawn(shared_data: Path) -> None:
    cut = cut_at("2025-10")
    papers = waiting(cut.data, (), 0)
    assert marks(e.document for e in cut.read).isdisjoint(marks(papers.documents))
