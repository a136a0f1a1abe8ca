"""Marked phrases: whole words and compounds, in escaped text, at most the strongest."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from classifiers.terms import TermShare
from pipeline.learn.explain.breakdown import ScoreBreakdown
from pipeline.learn.explain.phrases import Phrase
from pipeline.review.web.highlight import mark_breakdowns, mark_phrases
from pipeline.review.web.texts import marked_text


def phrase(words: str, value: float = 1.0) -> Phrase:
    key = tuple(words.lower().split())
    return Phrase(words, value, key, (key,))


def breakdown(*shares: tuple[str, float]) -> ScoreBreakdown:
    terms = tuple(TermShare(term, term, value, ()) for term, value in shares)
    return ScoreBreakdown("scope", "in_scope", "", 0.5, 1.0, 0.0, terms)


def marked(text: str, *terms: str) -> list[str]:
    found = mark_phrases(text, [phrase(term) for term in terms])
    return [unescape(each) for each in re.findall("<mark>(.*?)</mark>", found, re.DOTALL)]


def test_whole_words_are_marked() -> None:
    assert marked("An audit of DiT, dit-like", "dit") == ["DiT", "dit-like"]


def test_compound_is_marked_whole() -> None:
    assert marked("A MLLM-Diffusion of text/image", "diffusion", "image") == [
        "MLLM-Diffusion",
        "text/image",
    ]


def test_words_of_a_phrase_may_be_separated_in_many_ways() -> None:
    text = "Text-to-image, text to image, text-\nto image, text into image"
    assert marked(text, "text to image") == ["Text-to-image", "text to image", "text-\nto image"]


def test_phrase_that_is_nowhere_whole_is_marked_in_parts() -> None:
    found = Phrase("3d scene", 1.0, ("3d", "scene"), (("3d", "scene"), ("3d",)))
    assert mark_phrases("A 3D scenery", [found]) == "A <mark>3D</mark> scenery"


def test_phrase_against_has_its_own_class() -> None:
    assert mark_phrases("a clinical study", [phrase("clinical", -1.0)]) == (
        'a <mark class="against">clinical</mark> study'
    )


def test_marks_name_breakdowns_and_escape_text() -> None:
    text = "<b>Video</b> diffusion & video"
    found = mark_breakdowns(text, [breakdown(("video", 1.0)), breakdown(("diffusion", -1.0))])
    assert found == (
        '&lt;b&gt;<mark class="for-0">Video</mark>&lt;/b&gt; '
        '<mark class="against-1">diffusion</mark> &amp; <mark class="for-0">video</mark>'
    )


def test_five_strongest_phrases_are_marked() -> None:
    words = ["aa", "bb", "cc", "dd", "ee", "ff", "gg"]
    shares = [(word, 9.0 - rank) for rank, word in enumerate(words)]
    found = mark_breakdowns(" ".join(words), [breakdown(*shares)])
    assert re.findall(">(..)</mark>", found) == words[:5]
    weak = mark_breakdowns("aa bb", [breakdown(("aa", 1.0), ("bb", 0.05))])
    assert weak == '<mark class="for-0">aa</mark> bb'


def test_marks_never_take_a_brace() -> None:
    text = r"An \emph{Image} Generation at 50\% \kettle{odd}, $x_{i}$"
    found = marked_text(text, [phrase("image generation"), phrase("odd"), phrase("50")])
    assert "<mark>Image Generation</mark>" in found
    assert not re.search(r"<mark>[^<]*[{}\\]", found)


@given(st.text(), st.lists(st.text(max_size=8), max_size=4))
def test_marked_text_is_complete_and_escaped(text: str, terms: list[str]) -> None:
    found = mark_phrases(text, [phrase(term) for term in terms if term.split()])
    bare = found.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert '"' not in bare
    assert unescape(bare) == unescape(str(mark_phrases(text, [])))


def test_forty_thousand_marks_take_one_pass() -> None:
    # A quadratic algorithm takes an hour here.
    assert mark_phrases("video x " * 40_000, [phrase("video")]).count("<mark") == 40_000
