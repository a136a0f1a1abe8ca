"""Terms merged into phrases: overlaps, function words, exact sums; and sentences of them."""

import math

from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from classifiers.function_words import FUNCTION_WORDS
from classifiers.terms import Span, TermShare
from pipeline.learn.explain.breakdown import reasons_sentence
from pipeline.learn.explain.phrases import Phrase, phrases

WORDS = st.sampled_from(["3d", "scene", "video", "the", "of", "to", "model", "text", "as"])
TERMS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


def shares(**values: float) -> list[TermShare]:
    return [TermShare(t.replace("_", " "), t.replace("_", " "), v, ()) for t, v in values.items()]


def named(found: list[TermShare]) -> dict[str, float]:
    return {phrase.words: round(phrase.value, 6) for phrase in phrases(found)[0]}


def test_overlapping_terms_are_one_phrase_with_the_sum() -> None:
    found = [
        TermShare("3d", "3D", 2.0, ()),
        TermShare("3d scene", "3D scene", 0.5, ()),
        TermShare("scene", "scene", 1.0, ()),
    ]
    assert named(found) == {"3D scene": 3.5}


def test_function_words_are_trimmed_or_hidden() -> None:
    found = [*shares(the_3d=-0.1, as_=0.2, of_the=0.1), TermShare("3d", "3D", 2.0, ())]
    assert named(found) == {"3d": 1.9} or named(found) == {"3D": 1.9}
    assert math.isclose(sum(each.value for each in phrases(found)[1]), 0.3)


def test_terms_of_opposite_signs_stay_apart() -> None:
    assert named(shares(video=2.0, video_retrieval=-1.5)) == {
        "video": 2.0,
        "video retrieval": -1.5,
    }


def test_weak_pair_is_named_by_its_word() -> None:
    assert named(shares(video=5.0, video_odd=0.1)) == {"video": 5.1}


def test_hyphenated_pairs_are_one_compound() -> None:
    first = TermShare("text to", "Text-to", 0.6, (Span("title", 0, 7),))
    second = TermShare("to image", "to-Image", 0.5, (Span("title", 5, 13),))
    assert named([first, second, *shares(text=0.4)]) == {"Text-to-Image": 1.5}


def test_words_as_written_leave_braces_out() -> None:
    odd = TermShare("image generation", "Image} Generation", 1.0, ())
    assert named([odd]) == {"Image Generation": 1.0}


@given(st.dictionaries(TERMS, st.floats(-9, 9), max_size=30))
def test_phrases_keep_the_sum_and_the_number_of_terms(values: dict[str, float]) -> None:
    found = [TermShare(term, term, value, ()) for term, value in values.items() if value]
    shown, hidden = phrases(found)
    total = sum(phrase.value for phrase in (*shown, *hidden))
    assert math.isclose(total, sum(share.value for share in found), abs_tol=1e-9)
    assert sum(phrase.terms for phrase in (*shown, *hidden)) == len(found)
    for phrase in shown:
        assert phrase.tokens[0] not in FUNCTION_WORDS
        assert phrase.tokens[-1] not in FUNCTION_WORDS
    assert len({phrase.tokens for phrase in shown}) == len(shown)


def test_function_words_hold_those_of_scikit_learn() -> None:
    assert ENGLISH_STOP_WORDS <= FUNCTION_WORDS


def of(words: str, value: float) -> Phrase:
    return Phrase(words, value, tuple(words.split()))


def test_sentence_names_reasons_in_order() -> None:
    ups = [of(word, 5.0 - n) for n, word in enumerate(("3D", "grounding", "reasoning"))]
    assert reasons_sentence(ups, [], 2.0) == "In scope because of: 3D, grounding, reasoning."
    downs = [of("talking head", -6.0), of("weak", -0.1)]
    assert reasons_sentence(ups, downs, 2.0).endswith(" Against: talking head.")
    assert reasons_sentence(ups, downs, -2.0) == (
        "Against: talking head. For it: 3D, grounding, reasoning."
    )
    assert reasons_sentence([], [], 2.0) == "No known term speaks for or against it."
    assert reasons_sentence([], [], -2.0) == "Little speaks for it."
