"""Simulated papers drawn at random are those of the cut, with verdicts that may be used."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import classifier_audits
from benchmarks.classifier_audits import Point, audits, errors, stream_of
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


def test_verdicts_follow_one_rule_before_and_after_the_cut() -> None:
    data = data_of(load_taxonomy())
    stream = stream_of(data, {data.approvable[0].document.key}, 0)
    assert len(stream.waiting.documents) == len(data.stream) - 1
    later = {e.document.key for pool in data.pools.values() for e in pool}
    assert {d.key for d in stream.later.documents} == later
    for share in (0.5, 0.8):
        constant = stream.reviewer(share)
        assert stream.later.chances(constant).mean() == pytest.approx(share)
        chances = stream.waiting.chances(constant)
        by_key = dict(zip((d.key for d in stream.waiting.documents), chances, strict=True))
        # What other lists say is kept.
        assert {by_key[e.document.key] for e in data.approvable[1:]} == {1.0}
        assert {by_key[e.document.key] for e in data.rejectable} == {0.0}
        # Papers with the taxonomy's words are likelier than others of which nothing is known.
        inside = [by_key[e.document.key] for e in approved(10, start=200)]
        assert min(inside) > max(by_key[d.key] for d in outside(90, start=200))


def test_same_text_has_the_same_chance_on_both_sides_of_a_cut() -> None:
    data = data_of(load_taxonomy())
    twin = approved(1, start=400)[0]
    early = replace(twin.document, key="early")
    stream = stream_of(replace(data, stream=[*data.stream, early]), (), 0)
    constant = stream.reviewer(0.6)
    found = {
        document.key: chance
        for papers in (stream.waiting, stream.later)
        for document, chance in zip(papers.documents, papers.chances(constant), strict=True)
    }
    assert found["early"] == pytest.approx(found[twin.document.key])
    assert 0.0 < found["early"] < 1.0


def test_more_papers_are_drawn_after_the_same_first_ones() -> None:
    stream = stream_of(data_of(load_taxonomy()), (), 3)
    constant, papers = stream.reviewer(0.5), stream.waiting
    few, many = papers.drawn(constant, 5, 3), papers.drawn(constant, 60, 3)
    assert many[:5] == few
    assert {example.drawn_from for example in many} == {len(papers.documents)}
    assert 0 < sum(example.in_scope for example in many) < 60
    assert papers.drawn(constant, 60, 4) != many


def test_errors_are_measured_on_papers_that_no_training_saw() -> None:
    stream = stream_of(data_of(load_taxonomy()), (), 3)
    keys = {document.key for document in stream.waiting.documents[20:30]}
    kept = stream.waiting.without_first(10, keys)
    assert kept.documents == [*stream.waiting.documents[10:20], *stream.waiting.documents[30:]]
    every = stream.waiting.chances(0.3)
    assert kept.chances(0.3).tolist() == [*every[10:20], *every[30:]]


def test_table_compares_the_same_papers_known_as_drawn_and_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taught: list[list[Example]] = []

    def spied(examples: list[Example], *rest: Any, **named: Any) -> Model:
        taught.append(examples)
        return train(examples, *rest, **named)

    monkeypatch.setattr(classifier_audits, "train", spied)
    monkeypatch.setattr(classifier_audits, "SHARES", (0.5,))
    monkeypatch.setattr(classifier_audits, "SAMPLE", 60)
    taxonomy = small_taxonomy()
    cut = Cut("2025-05", data_of(taxonomy), taxonomy, [*approved(3, start=300), *rejected(5)])
    audits([cut], 1, (20,))
    none, unknown, known = taught
    assert [replace(example, drawn_from=0) for example in known] == unknown
    assert known != unknown
    assert len(known) - len(none) == 60
    header, _, *rows = capsys.readouterr().out.splitlines()
    assert header.startswith("| decisions | share assumed | papers drawn | known to be |")
    cells = [row.strip("| ").split(" | ") for row in rows]
    assert [row[:4] for row in cells] == [
        ["20", "0.50", "0", "no"],
        ["20", "0.50", "60", "no"],
        ["20", "0.50", "60", "yes"],
    ]
    assert [row[4] == "-" for row in cells] == [True, True, False]
    assert 0.05 < float(cells[2][4]) < 0.6
    # One cut and one draw: the mean is the worst.
    assert all(row[n] == row[n + 1] for row in cells for n in (7, 9, 11))


def test_model_without_draws_serves_every_share(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []

    def counted(examples: list[Example], *rest: Any, **named: Any) -> Model:
        trained.append(len(examples))
        return train(examples, *rest, **named)

    monkeypatch.setattr(classifier_audits, "train", counted)
    monkeypatch.setattr(classifier_audits, "SHARES", (0.4, 0.7))
    monkeypatch.setattr(classifier_audits, "SAMPLE", 50)
    taxonomy = small_taxonomy()
    found = errors(Cut("2025-05", data_of(taxonomy), taxonomy, approved(1, start=300)), 20, 0)
    assert len(trained) == len(found) - 1 == 5
    narrow, wide = (found[Point(share, 50, known=True)] for share in (0.4, 0.7))
    assert narrow.share < wide.share
    assert narrow.read > wide.read  # all of these papers are in scope


@pytest.mark.slow
def test_no_paper_read_by_hand_is_drawn(shared_data: Path) -> None:
    cut = cut_at("2025-10")
    papers = stream_of(cut.data, (), 0).waiting
    assert marks(e.document for e in cut.read).isdisjoint(marks(papers.documents))
