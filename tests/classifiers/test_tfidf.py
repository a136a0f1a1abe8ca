import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from classifiers.representations.base import of_unit_length
from classifiers.representations.lookup import _SPREAD, Lookup
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import TOKEN_PATTERN, document_text, places, tokens
from classifiers.types import Document

LEARNED = [
    "Video diffusion models make videos from text",
    "Diffusion models of text and image",
    "Image editing by text instructions",
    "Größe, naïve café and 3D scenes in Video",
    "counterrevolutionaries counterrevolutionarily misunderstand electroencephalography",
    "sixteen_letters_ seventeen_letters and 视频 生成 of electroencephalography of video",
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
def test_transform_equals_scikit_learn_bit_for_bit(
    reference: TfidfVectorizer, features: TextFeatures, texts: list[str]
) -> None:
    assert_same_bits(reference, features, texts)


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=4), cut=st.integers(0, 60))
def test_any_characters_equal_scikit_learn(texts: list[str], cut: int) -> None:
    """Fitted on the same texts, so that all their words and pairs are known."""
    learned = [*LEARNED, *texts]
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32).fit(learned)
    ours = TextFeatures().restore(theirs.get_feature_names_out().tolist(), theirs.idf_)
    asked = [*texts, "".join(texts), *(text[cut:] for text in texts), *LEARNED]
    assert_same_bits(theirs, ours, asked)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "video",
        "video ",
        "_video_ video_diffusion __ _",
        "video\0diffusion\0models",
        "video\ntext\u2028text\x1ctext\x85text",
        "video\N{NO-BREAK SPACE}diffusion\N{EM DASH}models\N{RIGHT SINGLE QUOTATION MARK}s",
        "VIDEO \N{KELVIN SIGN}elvin \N{LATIN CAPITAL LETTER I WITH DOT ABOVE}mage of text",
        "\u03a3 \u03a3\u03a3 \u03a3\u03a3.",  # lower case depends on the position in the word
        "cafe\N{COMBINING ACUTE ACCENT} caf\N{LATIN SMALL LETTER E WITH ACUTE} naïve GRÖSSE Größe",
        "video \N{LATIN SMALL LETTER E WITH ACUTE} diffusion",
        "视频 生成, 视频生成 and \N{ARABIC-INDIC DIGIT THREE}D \N{SUPERSCRIPT TWO}",
        "\ud800 video \udfff diffusion",
        "\N{GRINNING FACE}video\N{ZERO WIDTH JOINER}diffusion\N{GRINNING FACE}",
        "electroencephalography ELECTROENCEPHALOGRAPHY electroencephalographyx electroencephalo",
        "counterrevolutionaries counterrevolutionarily counterrevolution counterrevolutionar",
        "sixteen_letters_ sixteen_letters sixteen_lettersx seventeen_letters seventeen_letter",
        "video diffusion models " * 30_000,
        "x" * 2_000_000,
        "\N{GREEK SMALL LETTER ALPHA}" * 100_000 + " video",
    ],
)
def test_hostile_texts_equal_scikit_learn(
    reference: TfidfVectorizer, features: TextFeatures, text: str
) -> None:
    assert_same_bits(reference, features, [text])
    assert_same_bits(reference, features, ["of text", text, "", text, "video diffusion"])


def test_several_chunks_equal_scikit_learn(
    reference: TfidfVectorizer, features: TextFeatures
) -> None:
    texts = [f"{LEARNED[n % len(LEARNED)]} {'unseen words ' * (n % 40)}" for n in range(5_000)]
    assert sum(map(len, texts)) > 1_000_000  # two chunks
    assert_same_bits(reference, features, texts)


@given(
    keys=st.sets(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 3)), max_size=200),
    asked=st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 3)), max_size=50),
)
@settings(deadline=None)
def test_lookup_equals_a_dictionary(
    keys: set[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    known = {key: number for number, key in enumerate(sorted(keys))}
    found = _lookup(known).find(_columns([*asked, *known]))
    assert found.tolist() == [known.get(key, -1) for key in [*asked, *known]]


def test_colliding_keys_are_distinguished() -> None:
    """Small multiples of the inverse of the multiplier all hash to small numbers."""
    inverse = np.uint64(pow(int(_SPREAD), -1, 2**64))
    keys = np.arange(600, dtype=np.uint64) * inverse
    table = Lookup([keys[:300]], np.arange(300, dtype=np.int32))
    assert table.find([keys]).tolist() == [*range(300), *[-1] * 300]


def _lookup(known: dict[tuple[int, int], int]) -> Lookup:
    return Lookup(_columns(list(known)), np.asarray(list(known.values()), dtype=np.int32))


def _columns(keys: list[tuple[int, int]]) -> list[npt.NDArray[np.uint64]]:
    table = np.asarray(keys, dtype=np.uint64).reshape(-1, 2)
    return [table[:, 0].copy(), table[:, 1].copy()]


def assert_same_bits(theirs: TfidfVectorizer, ours: TextFeatures, texts: list[str]) -> None:
    expected, got = theirs.transform(texts), ours.transform(texts)
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    for part in ("indptr", "indices", "data"):
        assert getattr(got, part).tobytes() == getattr(expected, part).tobytes()


def test_fit_equals_scikit_learn(reference: TfidfVectorizer) -> None:
    fitted = TextFeatures().fit(LEARNED)
    assert fitted.terms_ == reference.get_feature_names_out().tolist()
    assert fitted.idf_.tobytes() == reference.idf_.tobytes()


def test_no_texts_give_an_empty_matrix(features: TextFeatures) -> None:
    assert features.transform([]).shape == (0, len(features.terms_))


def test_pair_never_spans_two_texts(features: TextFeatures) -> None:
    matrix = features.transform(["video", "diffusion"])
    assert matrix.nnz == 2


def test_addresses_are_ignored_and_titles_count_twice() -> None:
    text = document_text(Document("1", "A title", "Code at https://example.org/our-method here"))
    assert tokens(text) == ["title", "title", "code", "at", "here"]


def test_places_point_into_the_original() -> None:
    text = "Naïve 3D Scenes"
    assert [(token, text[start:end]) for token, start, end in places(text)] == [
        ("naïve", "Naïve"),
        ("3d", "3D"),
        ("scenes", "Scenes"),
    ]


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 40), min_size=1, max_size=8),
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([1.0, 1e-30, 1e15]),
)
def test_rows_of_unit_length_equal_scikit_learn(sizes: list[int], seed: int, scale: float) -> None:
    weights = (np.random.default_rng(seed).random(sum(sizes)) * scale).astype(np.float32)
    pointers = np.concatenate(([0], np.cumsum(sizes)))
    columns = np.arange(len(weights))
    rows = sparse.csr_matrix((weights, columns, pointers), shape=(len(sizes), max(1, len(weights))))
    theirs = normalize(rows, norm="l2").data
    ours = of_unit_length(weights, np.asarray(sizes))
    assert ours.dtype == np.float32
    assert ours.tobytes() == theirs.tobytes()
