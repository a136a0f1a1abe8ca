"""Test the explanations: sums, spans, neighbours, and the choice of the model."""

import math
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.cues import CueClassifier
from classifiers.errors import DamagedModelError, UnfitModelError
from classifiers.kept import artifact
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.terms import Span, TermShare, as_written
from classifiers.text import tokens
from classifiers.types import Document
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.learn.documents import document_of
from pipeline.learn.explain.breakdown import ScoreBreakdown
from pipeline.learn.explain.by_cues import CueExplainer
from pipeline.learn.explain.by_model import ModelExplainer
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.web.highlight import highlight_breakdowns
from storage.store import OpenStore
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.storage import ROOT, opener
from tests.support.texts import TRAINED_AT, approved, document, outside, rejected, stream

#: of a database that was filled before sources limited the size of fields
GIANT = document_of(
    make_paper("2603.00001", title="Video " * 10**6, abstract="text-to-video agent (" * 250_000)
)
PAPER = document(
    "new",
    "Video Diffusion of Volcanoes",
    "Our text-to-video model: a video diffusion transformer. Code at https://example.org/video",
)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="module")
def model(taxonomy: Taxonomy) -> Model:
    return train([*approved(), *rejected()], stream(), taxonomy, trained_at=TRAINED_AT)


@pytest.fixture(scope="module")
def explainer(model: Model) -> ModelExplainer:
    return ModelExplainer(model, [*approved(), *rejected()], seen=0)


def test_text_of_megabytes_is_classified_and_explained_in_part(
    taxonomy: Taxonomy, explainer: ModelExplainer
) -> None:
    assert (len(GIANT.title), len(GIANT.abstract)) == (2_000, 20_000)
    started = thread_time()
    for each in (explainer, CueExplainer(taxonomy)):
        assert each.reasons(GIANT).breakdowns
    assert thread_time() - started < 5


def total(breakdown: ScoreBreakdown) -> float:
    return breakdown.base + sum(share.value for share in breakdown.shares)


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def test_model_breakdowns_add_up_to_scores(explainer: ModelExplainer, model: Model) -> None:
    reasons = explainer.reasons(PAPER)
    assert reasons.model_id == model.model_id
    for breakdown in reasons.breakdowns:
        assert total(breakdown) == pytest.approx(breakdown.score, abs=1e-9)
    for paper in (PAPER, document("x", "Tariffs of video"), document("y", "Ledgers")):
        [scores] = model.predict([paper])
        scope = explainer.reasons(paper).breakdowns[0]
        assert scope.heading == "In scope"
        assert scope.probability == scores.in_scope
        assert 1 / (1 + math.exp(-scope.score)) == pytest.approx(scores.in_scope, abs=1e-5)


def test_cue_breakdowns_add_up_to_scores(taxonomy: Taxonomy) -> None:
    explainer, classifier = CueExplainer(taxonomy), CueClassifier(taxonomy)
    for paper in (PAPER, document("x", "Tariffs", ""), *(e.document for e in approved(1))):
        reasons = explainer.reasons(paper)
        [scores] = classifier.predict([paper])
        assert not reasons.trained
        assert reasons.breakdowns[0].score == pytest.approx(logit(scores.in_scope))
        for breakdown in reasons.breakdowns:
            assert total(breakdown) == pytest.approx(breakdown.score)
        # Within a facet, differences of scores are the log-ratios of probabilities.
        for one in reasons.breakdowns[1:]:
            for other in reasons.breakdowns[1:]:
                if one.kind == other.kind and one.probability and other.probability:
                    ratio = math.log(one.probability / other.probability)
                    assert one.score - other.score == pytest.approx(ratio)


@pytest.mark.parametrize("kind", ["model", "cues"])
def test_spans_point_at_terms(explainer: ModelExplainer, taxonomy: Taxonomy, kind: str) -> None:
    reasons = (explainer if kind == "model" else CueExplainer(taxonomy)).reasons(PAPER)
    texts = {"title": PAPER.title, "abstract": PAPER.abstract}
    places = [
        (share.term, texts[place.field][place.start : place.end])
        for breakdown in reasons.breakdowns
        for share in breakdown.shares
        for place in share.places
    ]
    assert ("video diffusion", "Video Diffusion") in places
    assert ("video diffusion", "video diffusion") in places
    if kind == "cues":
        assert ("text-to-video", "text-to-video") in places or (
            "text to video",
            "text-to-video",
        ) in places
    assert all(share.places for breakdown in reasons.breakdowns for share in breakdown.shares)


def test_section_basis_is_its_labels(explainer: ModelExplainer, taxonomy: Taxonomy) -> None:
    reasons = explainer.reasons(PAPER, sections=["generation-video-non-llm-based", "unheard-of"])
    [basis] = reasons.bases
    named = [(reasons.breakdowns[n].kind, reasons.breakdowns[n].name) for n in basis.breakdowns]
    section = taxonomy.section("generation-video-non-llm-based")
    assert named == list(section.labels)
    assert reasons.breakdowns[basis.breakdowns[0]].heading == "Task: Generation"


def test_neighbours_have_highest_cosines(explainer: ModelExplainer, model: Model) -> None:
    examples = [*approved(), *rejected()]
    rows = model.matrix([example.document for example in examples]).toarray()
    for paper in (PAPER, examples[0].document, outside(1, start=900)[0]):
        alike = rows @ model.matrix([paper]).toarray()[0]
        reasons = explainer.reasons(paper)
        for near, in_scope in ((reasons.approved, True), (reasons.rejected, False)):
            expected = sorted(
                (
                    cosine
                    for cosine, example in zip(alike.tolist(), examples, strict=True)
                    if example.in_scope is in_scope and example.document.key != paper.key
                ),
                reverse=True,
            )
            assert [each.similarity for each in near] == pytest.approx(
                [cosine for cosine in expected[:3] if cosine >= 0.05], abs=1e-5
            )
            assert paper.key not in {each.arxiv_id for each in near}
            assert all(each.title for each in near)
            for each in near:
                shares = [share for _, share in each.shared]
                assert shares == sorted(shares, reverse=True)
                assert 0 < sum(shares) <= each.similarity + 1e-5
                words = set(tokens(f"{paper.title} {paper.title} {paper.abstract}"))
                assert all(set(term.split()) <= words for term, _ in each.shared)


def test_unknown_text_and_missing_decisions_give_no_neighbours(
    explainer: ModelExplainer, model: Model
) -> None:
    unknown = explainer.reasons(document("x", "zzzz qqqq"))
    assert unknown.approved == unknown.rejected == ()
    alone = ModelExplainer(model, [], seen=0).reasons(PAPER)
    assert alone.approved == alone.rejected == ()
    one_sided = ModelExplainer(model, approved(2), seen=0).reasons(PAPER)
    assert one_sided.approved
    assert one_sided.rejected == ()


def test_papers_decided_since_are_no_neighbours(explainer: ModelExplainer) -> None:
    near = explainer.reasons(PAPER).approved
    assert len(near) == 3
    assert near[0].sections == ("generation-video-non-llm-based",)
    assert near[0].shared
    changed = frozenset({near[0].arxiv_id, near[2].arxiv_id})
    left = explainer.reasons(PAPER, changed=changed).approved
    assert len(left) == 3
    assert not changed & {each.arxiv_id for each in left}


share_values = st.lists(
    st.floats(-9, 9, allow_nan=False).filter(lambda value: value != 0), max_size=40
)


@given(share_values, st.floats(-5, 5))
def test_rounded_breakdown_adds_up(values: list[float], base: float) -> None:
    ranked = sorted(values, key=lambda value: -abs(value))
    breakdown = ScoreBreakdown(
        "scope", "in_scope", "In scope", 0.5, base + sum(values), base,
        tuple(TermShare(f"t{n}", f"t{n}", value, ()) for n, value in enumerate(ranked)),
    )  # fmt: skip
    shown = breakdown.rounded
    parts = shown.base + shown.total_for + shown.total_against + shown.rest
    assert round(parts, 2) == shown.score
    assert shown.rest_terms == len(values) - len(shown.shown)
    if not shown.rest_terms:
        assert abs(shown.rest) < 0.1


def test_marks_name_breakdowns_and_escape_text() -> None:
    text = "<b>Video</b> diffusion & video"
    places = (Span("abstract", 3, 8), Span("abstract", 25, 30))
    pair = (Span("abstract", 3, 22),)
    breakdowns = [
        ScoreBreakdown(
            "scope", "in_scope", "", 0.5, 1, 0, (TermShare("video", "video", 1.0, places),)
        ),
        ScoreBreakdown(
            "task", "x", "", 0.5, 1, 0,
            (
                TermShare("video", "video", 0.5, places),
                TermShare("video diffusion", "", -1.0, pair),
            ),
        ),
    ]  # fmt: skip
    assert highlight_breakdowns(text, "abstract", breakdowns) == (
        '&lt;b&gt;<mark class="for-0 against-1">Video</mark>'
        '<mark class="against-1">&lt;/b&gt; diffusion</mark> &amp; '
        '<mark class="for-0 for-1">video</mark>'
    )
    assert (
        highlight_breakdowns(text, "title", breakdowns)
        == "&lt;b&gt;Video&lt;/b&gt; diffusion &amp; video"
    )


def test_marks_stand_in_text_without_tex() -> None:
    text = r"An \emph{odd kettle} at 50\% \kettle, ``warm''"
    spans = tuple(
        Span("abstract", at, at + len(word))
        for word, at in (("odd kettle", 9), ("emph", 4), ("50", text.index("50")))
    )
    share = TermShare("odd", "odd", 1.0, spans)
    breakdown = ScoreBreakdown("scope", "in_scope", "", 0.5, 1, 0, (share,))

    assert highlight_breakdowns(text, "abstract", [breakdown]) == (
        'An <mark class="for-0">odd kettle</mark> at <mark class="for-0">50</mark>% '
        "\\kettle, “warm”"
    )


def test_weak_terms_and_spans_outside_text_are_not_marked() -> None:
    shares = (
        TermShare("a", "a", 1.0, (Span("title", 0, 1), Span("title", 5, 99))),
        TermShare("b", "b", 0.05, (Span("title", 2, 3),)),
    )
    breakdown = ScoreBreakdown("scope", "in_scope", "", 0.5, 1, 0, shares)
    assert highlight_breakdowns("a b", "title", [breakdown]) == '<mark class="for-0">a</mark> b'


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    open_store = opener(tmp_path)
    with open_store() as store:
        store.papers.upsert(
            [
                make_paper("2603.00001", title=PAPER.title, abstract=PAPER.abstract),
                make_paper("2603.00002", title="Tariffs", abstract="Customs and video."),
            ],
            seen_at=datetime(2026, 3, 17, tzinfo=UTC),
        )
        store.decisions.add(
            [
                make_decision("2603.00001"),
                make_decision("2603.00002", verdict=Verdict.REJECTED, sections=()),
            ]
        )
    return open_store


def test_without_model_cue_words_explain(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore
) -> None:
    explainer = ExplainerCache(tmp_path / "models", taxonomy, open_store).current()
    assert not explainer.reasons(PAPER).trained


def test_cache_reloads_only_when_model_changes(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    models = tmp_path / "models"
    cache = ExplainerCache(models, taxonomy, open_store)
    assert not cache.ready
    before = cache.current()
    assert cache.ready
    assert cache.current() is before
    artifact.save(model, models)
    after = cache.current()
    assert after.model_id == model.model_id
    assert cache.current() is after
    reasons = after.reasons(document("x", "Video diffusion", "Customs and video."))
    assert [near.arxiv_id for near in reasons.approved] == ["2603.00001"]
    assert [near.title for near in reasons.rejected] == ["Tariffs"]
    with open_store() as store:
        assert after.seen == store.decisions.last_event() == 2
        assert store.decisions.changed_since(1) == {"2603.00002"}


def test_unusable_model_raises_until_repaired(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    models = tmp_path / "models"
    header = artifact.save(model, models)
    arrays = header.with_suffix(".npz")
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:-1])
    cache = ExplainerCache(models, taxonomy, open_store)
    for _ in range(2):
        with pytest.raises(DamagedModelError, match="checksum"):
            cache.current()
    arrays.write_bytes(whole)
    os.utime(arrays, ns=(1, 1))
    assert cache.current().model_id == model.model_id
    other = replace(taxonomy, fingerprint="0" * 64)
    with pytest.raises(UnfitModelError, match="another taxonomy"):
        ExplainerCache(models, other, open_store).current()


def test_concurrent_threads_load_once(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    artifact.save(model, tmp_path / "models")
    cache = ExplainerCache(tmp_path / "models", taxonomy, open_store)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(cache.current())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert len(found) == 5
    assert len({id(each) for each in found}) == 1


def test_warming_hides_errors_until_first_use(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    header = artifact.save(model, tmp_path / "models")
    header.write_text("{", encoding="utf-8")
    cache = ExplainerCache(tmp_path / "models", taxonomy, open_store)
    cache.warm()
    cache.warm()
    warming = [thread for thread in threading.enumerate() if thread.name == "reasons"]
    assert len(warming) <= 1
    for thread in warming:
        thread.join(600)
    with pytest.raises(DamagedModelError):
        cache.current()


def test_imports_leave_numerical_libraries_unloaded() -> None:
    code = (
        "import sys, pipeline.review.web.app, pipeline.review.audit, pipeline.cli.why\n"
        "assert not {'sklearn', 'scipy', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_text_without_known_words_is_explained(
    explainer: ModelExplainer, taxonomy: Taxonomy
) -> None:
    strange = Document("x", "\N{MATHEMATICAL BOLD CAPITAL A} ", "\0 ")
    for each in (explainer, CueExplainer(taxonomy)):
        scope = each.reasons(strange).breakdowns[0]
        assert scope.shares == ()
        assert scope.score == scope.base


def test_terms_are_shown_as_written() -> None:
    title, abstract = "A Text-to-Image\n Model", "Models of text. LLMs."
    pair = (Span("title", 2, 9), Span("abstract", 10, 14))
    assert as_written("text to", pair, title, abstract) == "Text-to"
    assert as_written("image model", (Span("title", 10, 22),), title, abstract) == "Image Model"
    assert as_written("llms", (Span("abstract", 16, 20),), title, abstract) == "LLMs"
    across = (Span("title", 17, 22), Span("abstract", 0, 6))
    assert as_written("model models", across, title, abstract) == "model models"
    assert as_written("nowhere", (), title, abstract) == "nowhere"


def test_forty_thousand_marks_take_one_pass() -> None:
    text = "video x " * 40_000
    places = tuple(Span("abstract", 8 * n, 8 * n + 5) for n in range(40_000))
    breakdown = ScoreBreakdown(
        "scope", "in_scope", "", 0.5, 1, 0, (TermShare("video", "video", 1.0, places),)
    )
    # A quadratic algorithm takes an hour here.
    found = highlight_breakdowns(text, "abstract", [breakdown])
    assert found.count("<mark") == 40_000
