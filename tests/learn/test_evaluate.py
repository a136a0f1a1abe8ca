"""Test `evaluate`: the temporal split, leaks, the comparison, and the report's files."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from classifiers.identity import marks
from classifiers.kept.registry import ModelRegistry
from classifiers.measure.evaluation import Split, evaluate, evaluate_ranking
from classifiers.measure.reports import HardPaper
from classifiers.measure.simulation import Simulation
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.cli.answer import Answer
from pipeline.cli.console import Output
from pipeline.cli.evaluate_tables import report_text
from pipeline.learn.evaluation import contenders
from pipeline.learn.evaluation import measure as measuring
from pipeline.learn.evaluation.figures import figures_of
from pipeline.learn.evaluation.measure import measure
from pipeline.learn.evaluation.page import page
from pipeline.learn.evaluation.replay import replay_orders
from pipeline.learn.evaluation.report import EvaluationReport
from pipeline.learn.examples import (
    LabelledExample,
    TooFewDecisionsError,
    TrainingSet,
    Unlabelled,
    known_of,
    load_training_set,
    split_by_time,
)
from pipeline.runtime.json_text import as_json
from pipeline.runtime.record import Run
from storage.types import NewDecision, Verdict
from tests.support.builders import make_paper
from tests.support.learning import (
    DAY,
    START,
    arxiv_id,
    call,
    decide,
    decisions,
    opener,
    settle,
    store_papers,
)
from tests.support.texts import approved, rejected


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, taxonomy: Taxonomy) -> TrainingSet:
    return load_training_set(settle(tmp_path_factory.mktemp("survey")), taxonomy, background=100)


@pytest.fixture(scope="module")
def report(examples: TrainingSet, taxonomy: Taxonomy, tmp_path_factory: Any) -> EvaluationReport:
    return measure(
        examples,
        taxonomy,
        Run(),
        survey="Rivers",
        models=ModelRegistry(tmp_path_factory.mktemp("models")),
        seed=0,
    )


@pytest.fixture(scope="module")
def drawn(report: EvaluationReport) -> str:
    """The page of `report`; drawing its plots takes a second."""
    return page(report)


def test_newest_decisions_outside_list_are_tested(examples: TrainingSet) -> None:
    split = split_by_time(examples)
    assert split is not None
    assert len(split.test) == 12
    assert split.cut == START + 49 * DAY
    assert set(examples.listed) <= set(split.train)
    newest = {o.example.document.key for o in examples.decided if o.decided_at >= split.cut}
    assert {e.document.key for e in split.test} == newest


def test_simultaneous_decisions_are_tested_on_list_training(
    tmp_path: Path, taxonomy: Taxonomy
) -> None:
    open_store = settle(tmp_path, decided=0)
    # Decided before the list was imported; the list is the training set all the same.
    decide(open_store, decisions(20), first=START - DAY, step=0 * DAY)
    split = split_by_time(load_training_set(open_store, taxonomy, background=0))
    assert split is not None
    assert (len(split.train), len(split.test)) == (24, 20)


def test_unlabelled_papers_are_older_than_test(tmp_path: Path, taxonomy: Taxonomy) -> None:
    open_store = settle(tmp_path)
    with open_store() as store:
        store.papers.upsert(
            [make_paper("2603.99999", submitted_at=START + 60 * DAY)], seen_at=START + 61 * DAY
        )
    found = load_training_set(open_store, taxonomy, background=100)
    split = split_by_time(found)
    assert split is not None
    assert "2603.99999" in {document.key for document in found.documents}
    assert "2603.99999" not in {d.key for d in found.known_before(split.cut)}


def test_all_candidates_are_measured_on_same_papers(report: EvaluationReport) -> None:
    assert [candidate.name for candidate in report.candidates] == [
        "this recipe",
        "plain recipe",
        "multinomial naive Bayes",
        "complement naive Bayes",
        "ASReview's rule",
        "cue words only",
    ]
    assert {c.evaluation.scope.papers for c in report.candidates} == {report.tested}
    assert (report.listed, report.earlier, report.tested, report.approved) == (24, 48, 12, 6)
    assert {
        name: [point.decisions for point in points] for name, points in report.curves.items()
    } == {c.name: [0, 48] for c in report.candidates if c.name != "cue words only"}
    last = {point.classifier: point for point in report.curve if point.decisions == 48}
    for candidate in report.candidates[:-1]:
        assert last[candidate.name].average_precision == (
            candidate.evaluation.scope.average_precision
        )
    assert "No model is trained yet" in report.remarks[0]


def leaking(examples: TrainingSet) -> Split:
    split = split_by_time(examples)
    assert split is not None
    return replace(split, train=(*split.train, split.test[0]))


def test_leak_stops_command_without_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(tmp_path)
    monkeypatch.setattr(measuring, "split_by_time", leaking)
    ended = call(tmp_path, "evaluate", "--no-curve")
    assert ended.exit_code == 1
    assert "1 test papers were trained on, among them 2512." in ended.output
    assert not (tmp_path / "var" / "reports").exists()


def test_unlabelled_test_papers_are_not_trained_on(
    examples: TrainingSet, taxonomy: Taxonomy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[set[str], frozenset[str]]] = []

    def spied(classifier: Any, test: Any, taxonomy: Taxonomy, *, trained_on: Any) -> Any:
        seen.append(({e.document.key for e in test}, trained_on))
        return evaluate(classifier, test, taxonomy, trained_on=trained_on)

    def ranked(name: str, margins: Any, test: Any, *, trained_on: Any) -> Any:
        seen.append(({e.document.key for e in test}, trained_on))
        return evaluate_ranking(name, margins, test, trained_on=trained_on)

    monkeypatch.setattr(contenders, "evaluate", spied)
    monkeypatch.setattr(contenders, "evaluate_ranking", ranked)
    twice = replace(
        examples,
        background=(
            *examples.background,
            *(
                replace(examples.background[0], document=one.example.document)
                for one in examples.decided[-5:]
            ),
        ),
    )
    measure(twice, taxonomy, Run(), survey="T", models=ModelRegistry(tmp_path), seed=0)
    # Five trained classifiers on all decisions and on the list alone, and the cue words.
    assert len(seen) == 2 * 5 + 1
    for test, trained_on in seen:
        assert test
        assert not test & trained_on
    assert sum(bool(trained_on) for _, trained_on in seen) == 10


def test_resubmitted_test_papers_are_not_trained_on(
    examples: TrainingSet, taxonomy: Taxonomy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three test papers have twins under other IDs: in the list, decided, unlabelled."""
    seen: list[tuple[frozenset[str], frozenset[str]]] = []

    def spied(classifier: Any, test: Any, taxonomy: Taxonomy, *, trained_on: Any) -> Any:
        seen.append((marks(e.document for e in test), trained_on))
        return evaluate(classifier, test, taxonomy, trained_on=trained_on)

    def again(one: LabelledExample | Unlabelled, title: str) -> Any:
        if isinstance(one, Unlabelled):
            return replace(one, document=replace(one.document, title=title))
        document = replace(one.example.document, title=title)
        return replace(one, example=replace(one.example, document=document))

    *decided, listed_twin, decided_twin, unlabelled_twin = examples.decided
    titles = [t.example.document.title for t in (listed_twin, decided_twin, unlabelled_twin)]
    twins = replace(
        examples,
        decided=(
            again(decided[0], titles[0]),
            *decided[1:30],
            again(decided[30], titles[1]),
            *examples.decided[31:],
        ),
        background=(again(examples.background[0], titles[2]), *examples.background[1:]),
    )
    assert twins.decided[0].listed
    assert not twins.decided[30].listed
    monkeypatch.setattr(contenders, "evaluate", spied)
    found = measure(
        twins, taxonomy, Run(), survey="T", models=ModelRegistry(tmp_path), seed=0, curve=False
    )
    assert (found.listed, found.earlier, found.tested) == (23, 47, 12)
    assert found.recipe.background == len(examples.background) - 1
    assert seen
    for test, trained_on in seen:
        assert not test & trained_on

    # The model in use is not tested on twins of its training papers either.
    learned = {o.example.document.key for o in (twins.decided[0], twins.decided[30])}
    assert marks(o.example.document for o in (listed_twin, decided_twin)) & known_of(
        twins, frozenset(learned)
    )


def test_model_in_use_is_scored_on_unseen_papers(tmp_path: Path) -> None:
    open_store = settle(tmp_path, decided=30)
    assert call(tmp_path, "train", now=START + 40 * DAY).exit_code == 0
    decide(open_store, decisions(30, start=300), first=START + 50 * DAY)
    found = json.loads(call(tmp_path, "evaluate", "--no-curve", "--json").stdout)
    assert [c["name"] for c in found["candidates"]][:2] == ["this recipe", "model in use"]
    assert found["candidates"][1]["evaluation"]["scope"]["papers"] == 12
    assert call(tmp_path, "train", now=START + 90 * DAY).exit_code == 0
    found = json.loads(call(tmp_path, "evaluate", "--no-curve", "--json").stdout)
    assert [c["name"] for c in found["candidates"]][:3] == [
        "this recipe",
        "model in use, before the test",
        "plain recipe",
    ]
    recipe, before = found["candidates"][:2]
    assert {**before, "name": ""} == {**recipe, "name": ""}
    [remark] = found["remarks"]
    assert remark.startswith("The model in use was trained on 12 of the 12 test papers.")
    said = call(tmp_path, "evaluate", "--no-curve").stdout
    assert said.startswith("Of 10 suggested sections of approved papers ")
    assert "\ndescribed   model in use, before the test, tfidf-" in said


def test_model_in_use_is_measured_without_its_background(tmp_path: Path) -> None:
    """Ten papers were unlabelled in its training and decided since: no figure includes them."""
    open_store = settle(tmp_path, decided=30)
    waiting = decisions(30, start=300)
    store_papers(open_store, [example.document for example in waiting])
    assert call(tmp_path, "train", now=START + 40 * DAY).exit_code == 0
    models = ModelRegistry(tmp_path / "var" / "models")
    learned = models.learned_from(models.current_id() or "")
    assert learned is not None
    assert {arxiv_id(e.document) for e in waiting} <= learned.background
    decide(open_store, waiting, first=START + 50 * DAY)
    found = json.loads(call(tmp_path, "evaluate", "--no-curve", "--json").stdout)
    by_name = {c["name"]: c for c in found["candidates"]}
    assert "model in use" not in by_name
    before = by_name["model in use, before the test"]
    # The list, and the thirty decisions that it knew; its background without the test papers.
    assert before["examples"] == 24 + 30
    assert before["background"] == len(learned.background) - 12
    assert before["evaluation"]["scope"]["papers"] == 12


@pytest.mark.parametrize(("decided", "said"), [(0, "0 decisions were made"), (1, "1 decision was")])
def test_too_few_decisions_end_with_one_sentence(tmp_path: Path, decided: int, said: str) -> None:
    settle(tmp_path, decided=decided)
    ended = call(tmp_path, "evaluate")
    assert ended.exit_code == 1
    assert ended.stderr.startswith("living-survey: Too few decisions to measure a model on: ")
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_same_decisions_give_same_bytes(tmp_path: Path) -> None:
    settle(tmp_path)
    reports = tmp_path / "var" / "reports"
    first = call(tmp_path, "evaluate", "--no-curve")
    assert first.exit_code == 0, first.output
    [page_path] = reports.glob("*.html")
    before = {path.name: path.read_bytes() for path in reports.glob("evaluation-*")}
    other = tmp_path / "elsewhere.html"
    again = call(tmp_path, "evaluate", "--no-curve", "--html", str(other), now=START + 300 * DAY)
    assert again.exit_code == 0
    assert {path.name: path.read_bytes() for path in reports.glob("evaluation-*")} == before
    assert other.read_bytes() == before[page_path.name]
    document = json.loads(before[page_path.with_suffix(".json").name])
    assert document["tested"] == 12
    assert document["candidates"][0]["evaluation"]["sections"][0].keys() >= {"precision", "f1"}


def test_undefined_figures_are_null_in_json(report: EvaluationReport) -> None:
    found = json.loads(as_json(report), parse_constant=pytest.fail)
    bare = [s for s in found["candidates"][0]["evaluation"]["sections"] if not s["support"]]
    assert {section["average_precision"] for section in bare} == {None}


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def test_page_is_self_contained_and_escaped(report: EvaluationReport) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    hard = replace(
        report.recipe.evaluation,
        hardest=(HardPaper("2512.00001", evil, evil, evil, 0.9, (evil,)),),
    )
    shown = replace(
        report,
        survey=evil,
        candidates=(replace(report.recipe, evaluation=hard), *report.candidates[1:]),
        replays=(Simulation("r", "likely", 9, 3, 0.5, 0.5, ((3, 0.5), (9, 1.0)), 2, 0.1),),
    )
    html = page(shown)
    tags = Tags()
    tags.feed(html)
    assert not {"script", "img", "link", "iframe", "object"} & tags.names
    assert "default-src 'none'" in html
    assert not [a for a in tags.attributes if a[1].startswith("on")]
    addresses = [value for _, name, value in tags.attributes if name in {"href", "src"}]
    assert all(a.startswith("https://arxiv.org/abs/2512.") for a in addresses), addresses
    ids = [value for _, name, value in tags.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    used = {v[1:] for _, name, v in tags.attributes if name == "xlink:href"}
    assert used <= set(ids)
    assert tags.names >= {"svg", "table", "figure"}
    for part in html.split("<svg")[1:]:
        drawing = "<svg" + part.split("</svg>")[0] + "</svg>"
        etree.fromstring(drawing)
        # Colours are the page's variables, which differ between light and dark mode.
        assert "var(--series-1)" in drawing
        assert not re.search("(fill|stroke): #(?!000000)", drawing)


def test_ranking_rule_has_only_ranking_figures(report: EvaluationReport, drawn: str) -> None:
    [found] = [c for c in report.candidates if c.name == "ASReview's rule"]
    facets = [facet.facet for facet in report.recipe.evaluation.facets]
    said = {name for name, value, _ in figures_of(found, facets) if isfinite(value)}
    assert said == {"scope AP", "scope AUC", "WSS@95"}
    [row] = [row for row in drawn.split("<tr>") if ">ASReview&#39;s rule</th><td>12<" in row]
    assert row.count("\N{EN DASH}") == 4 + len(facets)
    unlabelled = [point for point in report.curve if point.classifier == found.name]
    # The list has no rejections, so unlabelled papers are used as irrelevant ones.
    assert isfinite(unlabelled[0].average_precision)


def test_terminal_page_and_json_agree(
    report: EvaluationReport, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = Simulation("r", "likely", 20, 3, 0.5, 0.25, ((2, 0.25), (10, 0.75), (20, 1.0)), 2, 0.1)
    shown = replace(report, replays=(replay,))
    Output(as_json=False).show(Answer(shown, report_text(shown)))
    terminal, html, found = capsys.readouterr().out, page(shown), json.loads(as_json(shown))
    recipe = found["candidates"][0]["evaluation"]
    heads = ("precision", "recall", "F1", "AP", "decisions", "quadratic error", "section top 3")
    for word in heads:
        assert word in terminal
        assert f">{word}<" in html
    for facet in recipe["facets"]:
        assert facet["confusion"]
        assert facet["reliability"]
        for label in {label for truth, said, _ in facet["confusion"] for label in (truth, said)}:
            assert f'<th scope="row">{label}</th>' in html
        matrix = (
            terminal.split(f"{facet['facet']}: ")[1].split("true \\ predicted")[1].split("\n\n")[0]
        )
        counts = [int(word) for line in matrix.splitlines()[1:] for word in line.split()[1:]]
        assert sum(counts) == facet["papers"]
    lines = [line.split() for line in terminal.splitlines()]
    bins = [b for f in (recipe["scope"], *recipe["facets"]) for b in f["reliability"]]
    assert sum(" to 0." in line or " to 1.0" in line for line in terminal.splitlines()) == len(bins)
    assert f"sections: {recipe['section_papers']} papers, first suggestion right" in terminal
    assert f"Among the {recipe['section_papers']} approved papers of a known section" in html
    assert {p["classifier"] for p in found["curve"]} == {p.classifier for p in report.curve}
    assert ["r", "likely", "20", "3", "0.500", "0.250", "0.250", "0.250", "0.750", "0.750"] in [
        line[:10] for line in lines
    ]
    assert html.count("<svg") == 3


def test_page_is_reproducible(report: EvaluationReport, drawn: str) -> None:
    assert page(report) == drawn


def test_replay_needs_both_verdicts(tmp_path: Path, taxonomy: Taxonomy) -> None:
    open_store = settle(tmp_path, decided=0)
    decide(open_store, approved(5, start=100), first=START + DAY)
    with pytest.raises(TooFewDecisionsError, match="20 approvals and 0 rejections"):
        replay_orders(load_training_set(open_store, taxonomy, background=0), taxonomy, Run())


def test_replay_covers_every_order_and_both_rules(tmp_path: Path) -> None:
    open_store = settle(tmp_path, decided=0)
    pool = [*approved(3, start=100), *rejected(36, start=100)]
    decide(open_store, pool[::5] + [e for n, e in enumerate(pool) if n % 5], first=START + DAY)
    ended = call(tmp_path, "evaluate", "--simulate", "--no-curve")
    assert ended.exit_code == 0, ended.output
    [kept] = (tmp_path / "var" / "reports").glob("evaluation-*-replayed.json")
    replays = json.loads(kept.read_text())["replays"]
    assert [(r["rule"], r["order"]) for r in replays] == [
        (rule, order)
        for rule in ("living-survey", "living-survey, order kept", "asreview-elas-u4")
        for order in ("likely", "uncertain", "mixed", "random")
    ]
    by = {(r["rule"], r["order"]): r["work_saved_at_95"] for r in replays}
    assert by["living-survey", "likely"] > by["living-survey", "random"] + 0.3
    assert by["living-survey", "likely"] >= by["living-survey, order kept", "likely"]
    assert "s/step" in ended.output
    # Steps of ten papers include the three uncertain ones of the mixed order.
    curves = {(r["rule"], r["order"]): r["curve"] for r in replays}
    assert curves["living-survey", "mixed"] != curves["living-survey", "likely"]
    assert curves["living-survey", "likely"][-1][1] == 1.0


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    for line in text.decode().splitlines():
        yield json.loads(line)


@pytest.mark.slow
def test_recipe_beats_baselines_on_real_papers(tmp_path: Path, shared_data: Path) -> None:
    """Decide 300 papers with labels of other lists on the day of their announcement."""
    taxonomy = load_taxonomy()
    labels = {row["arxiv_id"]: row for row in _rows(shared_data / "dev_labels.jsonl")}
    negatives = set(json.loads((shared_data / "dev_unlisted.json").read_text())["easy_negatives"])
    rows = [
        row
        for path in sorted((shared_data / "stream").glob("2025-0[6-9]*.gz"))
        for row in _rows(path)
    ]
    listed = [row for row in rows if row["arxiv_id"] in labels]
    unlisted = [row for row in rows if row["arxiv_id"] in negatives]
    chosen = [*listed[:: len(listed) // 200], *unlisted[:: len(unlisted) // 100]]
    ids = {row["arxiv_id"] for row in chosen}
    stream = [row for row in rows if row["arxiv_id"] not in ids][::40]
    open_store = opener(tmp_path)
    with open_store() as store:
        store.papers.upsert(
            [
                make_paper(
                    row["arxiv_id"],
                    title=row["title"],
                    abstract=row["abstract"] or "",
                    submitted_at=_day(row),
                    versions=(),
                )
                for row in (*chosen, *stream)
            ],
            seen_at=START,
        )
        store.decisions.add([_decision(row, labels, taxonomy) for row in chosen])
    found = measure(
        load_training_set(open_store, taxonomy, background=400),
        taxonomy,
        Run(),
        survey="T",
        models=ModelRegistry(tmp_path / "models"),
        seed=0,
        curve=False,
    )
    by_name = {candidate.name: candidate for candidate in found.candidates}
    recipe, cues = by_name["this recipe"], by_name["cue words only"]
    assert recipe.evaluation.scope.area_under_curve > 0.9
    assert recipe.error < cues.error
    assert recipe.error < by_name["multinomial naive Bayes"].error


def _day(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["day"]).replace(tzinfo=UTC)


def _decision(row: dict[str, Any], labels: dict[str, Any], taxonomy: Taxonomy) -> NewDecision:
    label = labels.get(row["arxiv_id"])
    sections = tuple(
        section.id
        for section in taxonomy.sections
        if label
        and section.task in label["task"]
        and (section.modality is None or section.modality in label["modality"])
    )
    verdict = Verdict.APPROVED if label else Verdict.REJECTED
    return NewDecision(row["arxiv_id"], verdict, sections, "ada", _day(row) + DAY)
