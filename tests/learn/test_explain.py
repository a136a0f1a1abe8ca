"""Test the explanations: sums, spans, neighbours, and the choice of the model."""

import math
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from classifiers.cues import CueClassifier
from classifiers.errors import DamagedModelError, UnfitModelError
from classifiers.function_words import FUNCTION_WORDS, STOCK_WORDS
from classifiers.kept import artifact
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.terms import Span, TermShare, as_written
from classifiers.text import tokens
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.learn.documents import document_of
from pipeline.learn.explain.breakdown import OwnDecisions, Reasons, ScoreBreakdown
from pipeline.learn.explain.by_cues import CueExplainer
from pipeline.learn.explain.by_model import ModelExplainer
from pipeline.learn.explain.decided import DecidedPaper, LiveDecisions
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.learn.explain.neighbours import NeighbourIndex, nearest
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


def decided(examples: Sequence[Example], reviewer: str = "ada") -> list[DecidedPaper]:
    return [DecidedPaper(e.document, e.in_scope, e.sections, reviewer) for e in examples]


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="module")
def model(taxonomy: Taxonomy) -> Model:
    return train([*approved(), *rejected()], stream(), taxonomy, trained_at=TRAINED_AT)


@pytest.fixture(scope="module")
def explainer(model: Model) -> ModelExplainer:
    return ModelExplainer(model, decided([*approved(), *rejected()]), seen=0)


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
    assert named == [*section.labels, ("words", section.id)]
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
    one_sided = ModelExplainer(model, decided(approved(2)), seen=0).reasons(PAPER)
    assert one_sided.approved
    assert one_sided.rejected == ()


def test_papers_taken_back_since_are_no_neighbours(explainer: ModelExplainer) -> None:
    near = explainer.reasons(PAPER).approved
    assert len(near) == 3
    assert near[0].sections == ("generation-video-non-llm-based",)
    assert near[0].shared
    changed = frozenset({near[0].arxiv_id, near[2].arxiv_id})
    left = explainer.reasons(PAPER, live=LiveDecisions(1, changed)).approved
    assert len(left) == 3
    assert not changed & {each.arxiv_id for each in left}


WORDS = (
    "3d, scene, 3d scene, the 3d, the, as, that, of scene, scene model, model, video, to video",
    "text to, video model, video 3d, of the",
)
words = st.sampled_from(", ".join(WORDS).split(", "))
share_values = st.lists(
    st.floats(-9, 9, allow_nan=False).filter(lambda value: value != 0), max_size=40
)


@given(
    share_values,
    st.floats(-5, 5),
    st.lists(st.sampled_from(", ".join(WORDS).split(", ")), min_size=40, max_size=40),
)
def test_rounded_breakdown_adds_up(values: list[float], base: float, words: list[str]) -> None:
    named = dict(zip(words, values, strict=False))
    ranked = sorted(named.items(), key=lambda each: -abs(each[1]))
    breakdown = ScoreBreakdown(
        "scope", "in_scope", "In scope", 0.5, base + sum(named.values()), base,
        tuple(TermShare(word, word, value, ()) for word, value in ranked),
    )  # fmt: skip
    shown = breakdown.rounded
    parts = shown.base + shown.total_for + shown.total_against
    parts += shown.others_for + shown.others_against + shown.rounding
    assert round(parts, 2) == shown.score
    assert shown.others_for >= 0 >= shown.others_against
    assert shown.other_terms == len(named) - sum(phrase.terms for phrase in shown.shown)
    assert abs(shown.rounding) < 0.1
    assert len(shown.marked) <= 5
    for phrase in shown.shown:
        assert phrase.tokens[0] not in FUNCTION_WORDS
        assert phrase.tokens[-1] not in FUNCTION_WORDS


def test_what_has_no_words_is_a_sum_of_its_own() -> None:
    breakdown = ScoreBreakdown("scope", "in_scope", "In scope", 0.5, 1.5, 0.25, (), wordless=1.25)
    shown = breakdown.rounded
    assert (shown.base, shown.wordless, shown.rounding, shown.score) == (0.25, 1.25, 0.0, 1.5)
    reasons = Reasons("m", trained=True, breakdowns=(breakdown,), bases=(), beside=("signs",))
    assert reasons.wordless == "Beside the words, signs: +1.25, without words to show."
    assert replace(reasons, breakdowns=(replace(breakdown, wordless=0.0),)).wordless == ""


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


def test_decision_made_a_minute_ago_is_a_neighbour(explainer: ModelExplainer) -> None:
    twin = document("2603.77777", PAPER.title, PAPER.abstract)
    live = LiveDecisions(
        7, frozenset({twin.key}), {twin.key: DecidedPaper(twin, False, (), "ada", "other")}
    )
    reasons = explainer.reasons(PAPER, live=live, reviewer="ada")
    assert reasons.rejected[0].arxiv_id == twin.key
    assert reasons.rejected[0].similarity == pytest.approx(1.0, abs=1e-5)
    assert reasons.rejected[0].reason == "other"
    assert reasons.own.rejected == 1
    assert reasons.own.reasons == (("other", 1),)
    assert reasons.own.approved > 0
    # taken back: it leaves again
    undone = replace(live, papers={})
    assert twin.key not in {n.arxiv_id for n in explainer.reasons(PAPER, live=undone).rejected}
    assert explainer.reasons(PAPER, live=live, reviewer="bob").own == OwnDecisions()


def test_words_of_any_abstract_are_not_shared_terms() -> None:
    terms = ("paper", "propose", "we propose", "experiments show", "kettle", "kettle results")
    row = sparse.csr_matrix([[0.5, 0.5, 0.4, 0.4, 0.3, 0.3]])
    one = DecidedPaper(document("2603.00001", "Kettles"), True, ("agents",), "ada")
    [near] = nearest(row, [(NeighbourIndex(terms, row, [one]), ())], "ada").approved
    assert [term for term, _ in near.shared] == ["kettle"]


def test_shared_terms_hold_no_function_or_stock_word(explainer: ModelExplainer) -> None:
    reasons = explainer.reasons(PAPER)
    shared = [term for near in reasons.approved for term, _ in near.shared]
    assert shared
    assert not {word for term in shared for word in (term.split()[0], term.split()[-1])} & (
        FUNCTION_WORDS | STOCK_WORDS
    )
    assert not any(term.isdigit() for term in shared)


def test_section_figure_is_the_product_of_its_shares(
    explainer: ModelExplainer, taxonomy: Taxonomy
) -> None:
    for each in (explainer, CueExplainer(taxonomy)):
        for paper in (PAPER, *(e.document for e in approved(1))):
            for basis in each.reasons(paper).bases:
                figure = basis.figure
                assert figure.probability == basis.probability
                if figure.product is not None and not figure.corrected:
                    assert figure.product == pytest.approx(basis.probability, abs=0.02)


def test_news_follow_decisions_and_their_undoing(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    artifact.save(model, tmp_path / "models")
    cache = ExplainerCache(tmp_path / "models", taxonomy, open_store)
    assert cache.at_hand() is None
    cache.current()
    with open_store() as store:
        store.papers.upsert(
            [make_paper("2603.00003", title="Rivers", abstract="Video of rivers.")],
            seen_at=datetime(2026, 3, 17, tzinfo=UTC),
        )
        first = cache.news(store)
        assert cache.news(store) is first
        assert first.live.papers == {}
        [made] = store.decisions.add(
            [make_decision("2603.00003", verdict=Verdict.REJECTED, sections=())]
        )
        second = cache.news(store)
        store.decisions.undo(
            reviewer="ada", decision_id=made.decision_id, undone_at=made.decided_at
        )
        third = cache.news(store)
    assert set(second.live.papers) == {"2603.00003"}
    assert second.certainty.rejections == 2
    assert third.live.papers == {}
    assert third.live.changed == {"2603.00003"}
    assert cache.certainty == third.certainty
