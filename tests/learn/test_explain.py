"""Reasons as they are shown: they add up, point into the text, and come from the model in use."""

import math
import os
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

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
from pipeline.learn.explain.breakdown import ScoreBreakdown
from pipeline.learn.explain.by_cues import CueMind
from pipeline.learn.explain.by_model import ModelMind
from pipeline.learn.explain.explainer import ExplainerCache
from pipeline.review.web.highlight import highlight_breakdowns
from storage.store import OpenStore
from storage.types import Verdict
from tests.support.builders import make_decision, make_paper
from tests.support.storage import opener
from tests.support.texts import TRAINED_AT, approved, document, outside, rejected, stream

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
def mind(model: Model) -> ModelMind:
    return ModelMind(model, [*approved(), *rejected()], seen=0)


def total(account: ScoreBreakdown) -> float:
    return account.base + sum(share.value for share in account.shares)


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def test_every_account_of_a_model_adds_up(mind: ModelMind, model: Model) -> None:
    reasons = mind.reasons(PAPER)
    assert reasons.model_id == model.model_id
    for account in reasons.accounts:
        assert total(account) == pytest.approx(account.score, abs=1e-9)
    for paper in (PAPER, document("x", "Tariffs of video"), document("y", "Ledgers")):
        [scores] = model.predict([paper])
        scope = mind.reasons(paper).accounts[0]
        assert scope.heading == "In scope"
        assert scope.probability == scores.in_scope
        assert 1 / (1 + math.exp(-scope.score)) == pytest.approx(scores.in_scope, abs=1e-5)


def test_every_account_of_the_cue_words_adds_up(taxonomy: Taxonomy) -> None:
    mind, classifier = CueMind(taxonomy), CueClassifier(taxonomy)
    for paper in (PAPER, document("x", "Tariffs", ""), *(e.document for e in approved(1))):
        reasons = mind.reasons(paper)
        [scores] = classifier.predict([paper])
        assert not reasons.trained
        assert reasons.accounts[0].score == pytest.approx(logit(scores.in_scope))
        for account in reasons.accounts:
            assert total(account) == pytest.approx(account.score)
        # the labels of a facet are weighed against each other by these very scores
        for one in reasons.accounts[1:]:
            for other in reasons.accounts[1:]:
                if one.kind == other.kind and one.probability and other.probability:
                    ratio = math.log(one.probability / other.probability)
                    assert one.score - other.score == pytest.approx(ratio)


@pytest.mark.parametrize("kind", ["model", "cues"])
def test_places_point_at_the_words(mind: ModelMind, taxonomy: Taxonomy, kind: str) -> None:
    reasons = (mind if kind == "model" else CueMind(taxonomy)).reasons(PAPER)
    texts = {"title": PAPER.title, "abstract": PAPER.abstract}
    places = [
        (share.term, texts[place.field][place.start : place.end])
        for account in reasons.accounts
        for share in account.shares
        for place in share.places
    ]
    assert ("video diffusion", "Video Diffusion") in places
    assert ("video diffusion", "video diffusion") in places
    if kind == "cues":
        assert ("text-to-video", "text-to-video") in places or (
            "text to video",
            "text-to-video",
        ) in places
    assert all(share.places for account in reasons.accounts for share in account.shares)


def test_suggested_sections_rest_on_their_labels(mind: ModelMind, taxonomy: Taxonomy) -> None:
    reasons = mind.reasons(PAPER, sections=["generation-video-non-llm-based", "unheard-of"])
    [footing] = reasons.footings
    named = [(reasons.accounts[n].kind, reasons.accounts[n].name) for n in footing.accounts]
    section = taxonomy.section("generation-video-non-llm-based")
    assert named == list(section.labels)
    assert reasons.accounts[footing.accounts[0]].heading == "Task: Generation"


def test_neighbours_are_the_papers_of_the_highest_cosine(mind: ModelMind, model: Model) -> None:
    examples = [*approved(), *rejected()]
    rows = model.matrix([example.document for example in examples]).toarray()
    for paper in (PAPER, examples[0].document, outside(1, start=900)[0]):
        alike = rows @ model.matrix([paper]).toarray()[0]
        reasons = mind.reasons(paper)
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


def test_nothing_is_near_a_text_without_known_words_nor_where_nothing_was_decided(
    mind: ModelMind, model: Model
) -> None:
    unknown = mind.reasons(document("x", "zzzz qqqq"))
    assert unknown.approved == unknown.rejected == ()
    alone = ModelMind(model, [], seen=0).reasons(PAPER)
    assert alone.approved == alone.rejected == ()
    one_sided = ModelMind(model, approved(2), seen=0).reasons(PAPER)
    assert one_sided.approved
    assert one_sided.rejected == ()


def test_neighbours_that_were_decided_since_are_left_out(mind: ModelMind) -> None:
    near = mind.reasons(PAPER).approved
    assert len(near) == 3
    assert near[0].sections == ("generation-video-non-llm-based",)
    assert near[0].shared
    changed = frozenset({near[0].arxiv_id, near[2].arxiv_id})
    left = mind.reasons(PAPER, changed=changed).approved
    assert len(left) == 3
    assert not changed & {each.arxiv_id for each in left}


share_values = st.lists(
    st.floats(-9, 9, allow_nan=False).filter(lambda value: value != 0), max_size=40
)


@given(share_values, st.floats(-5, 5))
def test_what_is_shown_adds_up_in_two_decimals(values: list[float], base: float) -> None:
    ranked = sorted(values, key=lambda value: -abs(value))
    account = ScoreBreakdown(
        "scope", "in_scope", "In scope", 0.5, base + sum(values), base,
        tuple(TermShare(f"t{n}", f"t{n}", value, ()) for n, value in enumerate(ranked)),
    )  # fmt: skip
    shown = account.balance
    parts = shown.base + shown.total_for + shown.total_against + shown.rest
    assert round(parts, 2) == shown.score
    assert shown.rest_terms == len(values) - len(shown.shown)
    if not shown.rest_terms:
        assert abs(shown.rest) < 0.1


def test_marks_show_each_account_and_escape_the_text() -> None:
    text = "<b>Video</b> diffusion & video"
    places = (Span("abstract", 3, 8), Span("abstract", 25, 30))
    pair = (Span("abstract", 3, 22),)
    accounts = [
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
    assert highlight_breakdowns(text, "abstract", accounts) == (
        '&lt;b&gt;<mark class="for-0 against-1">Video</mark>'
        '<mark class="against-1">&lt;/b&gt; diffusion</mark> &amp; '
        '<mark class="for-0 for-1">video</mark>'
    )
    assert (
        highlight_breakdowns(text, "title", accounts)
        == "&lt;b&gt;Video&lt;/b&gt; diffusion &amp; video"
    )


def test_weak_terms_and_places_outside_of_the_text_are_not_marked() -> None:
    shares = (
        TermShare("a", "a", 1.0, (Span("title", 0, 1), Span("title", 5, 99))),
        TermShare("b", "b", 0.05, (Span("title", 2, 3),)),
    )
    account = ScoreBreakdown("scope", "in_scope", "", 0.5, 1, 0, shares)
    assert highlight_breakdowns("a b", "title", [account]) == '<mark class="for-0">a</mark> b'


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


def test_without_a_model_the_cue_words_speak(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore
) -> None:
    mind = ExplainerCache(tmp_path / "models", taxonomy, open_store).mind()
    assert not mind.reasons(PAPER).trained


def test_a_new_model_is_noticed_and_the_old_one_kept_until_then(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    models = tmp_path / "models"
    reasoner = ExplainerCache(models, taxonomy, open_store)
    assert not reasoner.ready
    before = reasoner.mind()
    assert reasoner.ready
    assert reasoner.mind() is before
    artifact.save(model, models)
    after = reasoner.mind()
    assert after.model_id == model.model_id
    assert reasoner.mind() is after
    reasons = after.reasons(document("x", "Video diffusion", "Customs and video."))
    assert [near.arxiv_id for near in reasons.approved] == ["2603.00001"]
    assert [near.title for near in reasons.rejected] == ["Tariffs"]
    with open_store() as store:
        assert after.seen == store.decisions.last_event() == 2
        assert store.decisions.changed_since(1) == {"2603.00002"}


def test_a_model_that_cannot_be_used_says_so_until_it_is_mended(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    models = tmp_path / "models"
    header = artifact.save(model, models)
    arrays = header.with_suffix(".npz")
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:-1])
    reasoner = ExplainerCache(models, taxonomy, open_store)
    for _ in range(2):
        with pytest.raises(DamagedModelError, match="checksum"):
            reasoner.mind()
    arrays.write_bytes(whole)
    os.utime(arrays, ns=(1, 1))
    assert reasoner.mind().model_id == model.model_id
    other = replace(taxonomy, fingerprint="0" * 64)
    with pytest.raises(UnfitModelError, match="another taxonomy"):
        ExplainerCache(models, other, open_store).mind()


def test_many_threads_load_once(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    artifact.save(model, tmp_path / "models")
    reasoner = ExplainerCache(tmp_path / "models", taxonomy, open_store)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(reasoner.mind())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert len(found) == 5
    assert len({id(each) for each in found}) == 1


def test_warming_is_quiet_whatever_happens(
    tmp_path: Path, taxonomy: Taxonomy, open_store: OpenStore, model: Model
) -> None:
    header = artifact.save(model, tmp_path / "models")
    header.write_text("{", encoding="utf-8")
    reasoner = ExplainerCache(tmp_path / "models", taxonomy, open_store)
    reasoner.warm()
    reasoner.warm()
    warming = [thread for thread in threading.enumerate() if thread.name == "reasons"]
    assert len(warming) <= 1
    for thread in warming:
        thread.join(600)
    with pytest.raises(DamagedModelError):
        reasoner.mind()


def test_asking_for_reasons_is_light_until_somebody_does() -> None:
    import subprocess

    from tests.support.storage import ROOT

    code = (
        "import sys, pipeline.review.web.app, pipeline.review.audit, pipeline.cli.why\n"
        "assert not {'sklearn', 'scipy', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_paper_without_known_words_has_reasons_too(mind: ModelMind, taxonomy: Taxonomy) -> None:
    strange = Document("x", "\N{MATHEMATICAL BOLD CAPITAL A} ", "\0 ")
    for each in (mind, CueMind(taxonomy)):
        scope = each.reasons(strange).accounts[0]
        assert scope.shares == ()
        assert scope.score == scope.base


def test_words_are_shown_as_they_stand_in_the_text() -> None:
    title, abstract = "A Text-to-Image\n Model", "Models of text. LLMs."
    pair = (Span("title", 2, 9), Span("abstract", 10, 14))
    assert as_written("text to", pair, title, abstract) == "Text-to"
    assert as_written("image model", (Span("title", 10, 22),), title, abstract) == "Image Model"
    assert as_written("llms", (Span("abstract", 16, 20),), title, abstract) == "LLMs"
    across = (Span("title", 17, 22), Span("abstract", 0, 6))
    assert as_written("model models", across, title, abstract) == "model models"
    assert as_written("nowhere", (), title, abstract) == "nowhere"


def test_a_page_of_forty_thousand_marks_is_marked_in_one_pass() -> None:
    text = "video x " * 40_000
    places = tuple(Span("abstract", 8 * n, 8 * n + 5) for n in range(40_000))
    account = ScoreBreakdown(
        "scope", "in_scope", "", 0.5, 1, 0, (TermShare("video", "video", 1.0, places),)
    )
    found = highlight_breakdowns(
        text, "abstract", [account]
    )  # by the square of the marks this takes an hour
    assert found.count("<mark") == 40_000
