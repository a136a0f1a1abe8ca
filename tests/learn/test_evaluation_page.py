"""The evaluation page says its verdict in words and is readable by everyone."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from classifiers.measure.depths import ReadingDepth
from classifiers.measure.metrics import LabelMeasures, ReliabilityBin
from classifiers.measure.reading import Trust
from classifiers.measure.reports import Evaluation, FacetReport, HardPaper, ScopeReport
from pipeline.cli.evaluate_tables import report_text
from pipeline.learn.evaluation.page import page
from pipeline.learn.evaluation.report import IN_USE, IN_USE_BEFORE, Candidate, EvaluationReport
from pipeline.learn.evaluation.verdict import (
    interval,
    most_work_saved,
    reading_sentences,
    trust_text,
    verdict,
)
from tests.support.axe import contexts, faults
from tests.support.browser import browser

__all__ = ["browser"]

BINS = (ReliabilityBin(0.0, 0.5, 40, 0.2, 0.25), ReliabilityBin(0.5, 1.0, 60, 0.8, 0.85))
LABELS = tuple(LabelMeasures(name, 50, 0.8, 0.7, 0.75, 0.8) for name in ("image", "video"))
CONFUSION = (
    *(("image", "image", 50), ("image", "video", 5)),
    *(("video", "image", 20), ("video", "video", 25)),
)
READING = (
    ReadingDepth(0.95, 0.62, 0.5, 0.71, 0.2, 0.3, 0.1),
    ReadingDepth(0.99, 0.8, 0.7, 1.0, 0.05, 0.1, 0.0),
)
EVALUATION = Evaluation(
    model_id="tfidf-20260301-0123456789",
    scope=ScopeReport(100, 55, 0.97, 0.95, 0.9, 0.9, 0.04, 0.27, 0.2, BINS, READING),
    facets=(FacetReport("modality", 100, 0.8, 0.75, 0.03, 0.1, 0.9, LABELS, CONFUSION, BINS),),
    sections=(LabelMeasures("make-image", 30, 0.8, 0.7, 0.75, 0.8),),
    section_papers=50,
    section_top1=0.8,
    section_top3=0.98,
    hardest=(
        HardPaper(
            "2403.00001", r"Tea in $\frac{a+b}{c}$", "section", "make-image", 0.9, ("other",)
        ),
    ),
    section_trust=Trust(0.9, 40, 39),
)
REPORT = EvaluationReport(
    report_id="20260301-0123456789",
    survey="Odd Machines",
    taxonomy_fingerprint="0" * 64,
    cut=datetime(2026, 3, 1, 9, tzinfo=UTC),
    listed=200,
    earlier=400,
    tested=100,
    approved=55,
    candidates=(Candidate("this recipe", 600, 1000, 0.08, EVALUATION),),
    curve=(),
    remarks=(),
    names={"make-image": "Making images"},
)


def test_verdict_comes_first_with_intervals() -> None:
    said = " ".join(verdict(REPORT))

    assert verdict(REPORT)[0] == (
        "Of 10 suggested sections of approved papers 8 (6.7 to 8.9 with 95 % confidence) are right,"
        " and for 9.8 (9 to 10) one of the first three is; trust what is above 90 %: 39 of 40 were"
        " right."
    )
    assert "in 97 of 100 pairs" in said
    assert "no probability is shown to be right nine times of ten" in said
    assert "read the first 62 % (50 to 71 %) for 95 % and the first 80 % (70 to 100 %)" in said
    assert "this says little" not in said
    assert "off by 4 percentage points in the mean, which is little" in said
    shown = page(REPORT)
    assert shown.index("Of 10 suggested sections") < shown.index("Tested on the 100 newest")
    assert report_text(REPORT)[: len(verdict(REPORT))] == verdict(REPORT)


def test_probabilities_that_are_far_off_are_said() -> None:
    scope = replace(EVALUATION.scope, calibration_error=0.2)
    report = replace(
        REPORT, candidates=(replace(REPORT.recipe, evaluation=replace(EVALUATION, scope=scope)),)
    )
    assert "off by 20 percentage points in the mean: read them as an order" in verdict(report)[-1]


def test_few_approvals_are_warned_of() -> None:
    scope = replace(EVALUATION.scope, approved=19)
    [said] = reading_sentences(scope)
    assert said.endswith("With only 19 relevant papers this says little; 20 are needed.")
    assert reading_sentences(replace(scope, reading=())) == ()
    assert "too little" not in page(REPORT)


def test_trust_says_whether_papers_or_right_ones_are_missing() -> None:
    assert trust_text(Trust(0.9, 40, 39), 50) == "trust what is above 90 %: 39 of 40 were right"
    assert trust_text(None, 20) == "no probability is shown to be right nine times of ten"
    assert trust_text(None, 19) == "which probability to trust takes 20 papers"


def test_model_in_use_is_described_if_measured() -> None:
    itself, before = (
        replace(REPORT.recipe, name=name, evaluation=replace(EVALUATION, model_id=name))
        for name in (IN_USE, IN_USE_BEFORE)
    )
    assert REPORT.described == REPORT.recipe
    both = replace(REPORT, candidates=(REPORT.recipe, before, itself))
    assert both.described == itself
    few = replace(
        itself, evaluation=replace(EVALUATION, scope=replace(EVALUATION.scope, papers=39))
    )
    assert replace(both, candidates=(REPORT.recipe, before, few)).described == before
    assert replace(both, candidates=(REPORT.recipe, few)).described == REPORT.recipe
    assert f"The details are those of: {IN_USE}." in page(both)
    assert f"described   {IN_USE}, {IN_USE}" in report_text(both)


def test_ceiling_of_saved_work_is_said() -> None:
    assert most_work_saved(55, 100) == pytest.approx(0.4275)
    assert "no order can exceed 0.427" in page(REPORT) or "exceed 0.428" in page(REPORT)


def test_sections_have_names() -> None:
    shown = page(REPORT)

    assert '<th scope="row">Making images</th>' in shown
    assert "predicted <b>Making images</b>" in shown
    assert "make-image" not in shown
    assert "<mfrac>" in shown


@pytest.mark.parametrize(
    ("share", "papers", "low", "high"),
    [(0.8, 50, 0.67, 0.888), (1.0, 10, 0.722, 1.0), (0.0, 10, 0.0, 0.278)],
)
def test_interval_is_wilsons(share: float, papers: int, low: float, high: float) -> None:
    assert interval(share, papers) == pytest.approx((low, high), abs=0.002)
    assert interval(float("nan"), papers) is None
    assert interval(share, 0) is None


@pytest.mark.slow
def test_page_has_no_fault_of_access(browser: Browser, tmp_path: Path) -> None:
    every_shade = tuple(
        (f"label {truth}", f"label {said}", said if truth != said else 3)
        for truth in range(10)
        for said in range(10)
    )
    labels = tuple(LabelMeasures(f"label {n}", 9, 0.8, 0.7, 0.75, 0.8) for n in range(10))
    facet = replace(EVALUATION.facets[0], confusion=every_shade, labels=labels)
    report = replace(
        REPORT,
        candidates=(replace(REPORT.recipe, evaluation=replace(EVALUATION, facets=(facet,))),),
    )
    file = tmp_path / "evaluation.html"
    file.write_text(page(report), encoding="utf-8")
    for mode, context in contexts(browser).items():
        shown = context.new_page()
        shown.goto(file.as_uri())
        assert faults(shown) == [], mode
        context.close()
