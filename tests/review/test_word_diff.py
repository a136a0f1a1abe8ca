import pytest

from pipeline.review.word_diff import Piece, side, word_diff


def shown(old: str, new: str) -> str:
    signs = {"same": "{}", "old": "[-{}-]", "new": "{{+{}+}}"}
    return " ".join(signs[piece.kind].format(piece.text) for piece in word_diff(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a b c", "a b c", "a b c"),
        ("a b c", "a x c", "a [-b-] {+x+} c"),
        ("", "new text", "{+new text+}"),
        ("old text", "", "[-old text-]"),
        ("one two three", "zero one three", "{+zero+} one [-two-] three"),
        (r"the \emph{fast} way", "the fast way", "the fast way"),
        (r"about $\alpha$ rays", r"about $\beta$ rays", "about [-\u03b1-] {+\u03b2+} rays"),
        ("<b>x</b> y", "<b>x</b> z", "<b>x</b> [-y-] {+z+}"),
    ],
)
def test_words_that_differ_are_named(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


def test_sides_give_back_both_texts() -> None:
    old, new = "We draw an image of a cat.", "We draw a picture of a dog."
    pieces = word_diff(old, new)
    assert " ".join(piece.text for piece in side(pieces, "old")) == old
    assert " ".join(piece.text for piece in side(pieces, "new")) == new


def test_long_texts_are_compared_by_sentences() -> None:
    sentences = [f"Sentence {n} says number {n}." for n in range(300)]
    old = " ".join(sentences)
    new = " ".join(["First.", *sentences[:150], "Added here.", *sentences[151:], "Last."])
    pieces = word_diff(old, new)
    assert {piece.text for piece in pieces if piece.kind == "new"} >= {"First.", "Last."}
    assert sum(len(piece.text) for piece in pieces if piece.kind == "same") > len(old) * 0.9


def test_endless_text_is_cut_and_says_so() -> None:
    assert word_diff("word " * 50_000, "word " * 50_000 + "x")[-1] == Piece("same", "[...]")
