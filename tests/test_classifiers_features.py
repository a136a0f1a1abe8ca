"""The fast transform against scikit-learn's own, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers.features import TextFeatures
from classifiers.text import TOKEN_PATTERN, document_text, places, tokens
from classifiers.types import Document

LEARNED = [
    "Video diffusion models make videos from text",
    "Diffusion models of text and image",
    "Image editing by text instructions",
    "Größe, naïve café and 3D scenes in Video",
]


@pytest.fixture(scope="module")
def reference() -> TfidfVectorizer:
    return TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, token_pattern=TOKEN_PATTERN, dtype=np.float32
    ).fit(LEARNED)


@pytest.fixture(scope="module")
def features(reference: TfidfVectorizer) -> TextFeatures:
    return TextFeatures().restore(reference.get_feature_names_out().tolist(), reference.idf_)


_WORDS = st.sampled_from(
    ["video", "Video", "diffusion", "models", "text", "unseen", "a", "3D", "café", "İ", ".", "of"]
)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.lists(_WORDS, max_size=12).map(" ".join), min_size=1, max_size=5))
def test_the_fast_transform_equals_scikit_learns_bit_for_bit(
    reference: TfidfVectorizer, features: TextFeatures, texts: list[str]
) -> None:
    theirs, ours = reference.transform(texts), features.transform(texts)
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    for part in ("indptr", "indices", "data"):
        assert getattr(ours, part).tobytes() == getattr(theirs, part).tobytes()


def test_fitting_learns_what_scikit_learn_learns(reference: TfidfVectorizer) -> None:
    fitted = TextFeatures().fit(LEARNED)
    assert fitted.terms_ == reference.get_feature_names_out().tolist()
    assert fitted.idf_.tobytes() == reference.idf_.tobytes()


def test_no_texts_give_an_empty_matrix(features: TextFeatures) -> None:
    assert features.transform([]).shape == (0, len(features.terms_))


def test_a_pair_never_spans_two_texts(features: TextFeatures) -> None:
    matrix = features.transform(["video", "diffusion"])
    assert matrix.nnz == 2


def test_addresses_are_not_prose_and_titles_count_twice() -> None:
    text = document_text(Document("1", "A title", "Code at https://example.org/our-method here"))
    assert tokens(text) == ["title", "title", "code", "at", "here"]


def test_places_point_into_the_text_as_it_stands() -> None:
    text = "Naïve 3D Scenes"
    assert [(token, text[start:end]) for token, start, end in places(text)] == [
        ("naïve", "Naïve"),
        ("3d", "3D"),
        ("scenes", "Scenes"),
    ]
