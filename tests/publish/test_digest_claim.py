import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tex.text import without_markup
from config.visible import one_line
from pipeline.publish.digest.claim import CLAIM_LENGTH, find_claim
from pipeline.publish.digest.sentences import split_sentences


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Smith et al. We differ. So.", ["Smith et al. We differ.", "So."]),
        ("Cues, e.g. Depth maps, help. Yes.", ["Cues, e.g. Depth maps, help.", "Yes."]),
        ("A gain of 0.5 points. Good.", ["A gain of 0.5 points.", "Good."]),
        ("See Fig. 3 and Sec. 2. Then go.", ["See Fig. 3 and Sec. 2.", "Then go."]),
        ("By J. Doe of X. Fine.", ["By J. Doe of X. Fine."]),
        ("Let $a. B$ be. Then $C$ holds.", ["Let $a. B$ be.", "Then $C$ holds."]),
        ("It costs $n$. $m$ is free.", ["It costs $n$.", "$m$ is free."]),
        ("We use v2.0.1 of it. End.", ["We use v2.0.1 of it.", "End."]),
        ("(It ends here.) Next.", ["(It ends here.)", "Next."]),
        ("Rivals vs. Ours. Done.", ["Rivals vs. Ours.", "Done."]),
        (
            "\u6211\u4eec\u63d0\u51fa\u3002\u5b83\u597d\u3002",
            ["\u6211\u4eec\u63d0\u51fa\u3002", "\u5b83\u597d\u3002"],
        ),
        ("", []),
    ],
)
def test_text_is_split_into_sentences(line: str, sentences: list[str]) -> None:
    assert split_sentences(line) == sentences


@given(st.text(alphabet="aB1. $!?()\\e", max_size=60))
def test_splitting_keeps_all_text(line: str) -> None:
    assert "".join("".join(split_sentences(line)).split()) == "".join(line.split())


@pytest.mark.parametrize(
    ("abstract", "claim"),
    [
        ("It is hard. In this paper, we propose Brush, a model that paints.",
         "Brush, a model that paints."),
        ("To close this gap, we present Brush, a model that paints. It wins.",
         "Brush, a model that paints."),
        ("While others fail, we further introduce a model that paints.", "A model that paints."),
        ("Hard. This work presents Loom, one codebook.", "Loom, one codebook."),
        ("Hard. We then develop and release the Loom corpus.", "The Loom corpus."),
        ("We show that pictures of text pass filters.", "Pictures of text pass filters."),
        ("We study how text passes filters and show why.",
         "Studies how text passes filters and shows why."),
        ("This survey reviews two hundred papers.", "Reviews two hundred papers."),
        ("Hard. A method of painting is proposed. Good.", "A method of painting is proposed."),
        ("Nothing at all is said here. Brushes paint well.", "Brushes paint well."),
        ("Background: hard. Methods: we describe iPaint, a brush for all.",
         "iPaint, a brush for all."),
        ("They proposed X in 1990. We propose Yonder, a brush.", "Yonder, a brush."),
        ("We propose Ferry, in which we first predict a flow, then denoise.",
         "In Ferry, we first predict a flow, then denoise."),
        ("We present the Wall framework, where a small model cleans images.",
         "In the Wall framework, a small model cleans images."),
        ("We describe Loom, with which users weave.", "With Loom, users weave."),
        ("We introduce a new loom, which weaves pictures.", "A new loom weaves pictures."),
        ("We present a loom for a task, which asks for pictures.",
         "A loom for a task, which asks for pictures."),  # which of the two asks is not certain
        ("We present Inkwell: Inkwell asks a model to write.", "Inkwell asks a model to write."),
        ("", ""),
    ],
)  # fmt: skip
def test_claim_has_no_opening_phrase(abstract: str, claim: str) -> None:
    assert find_claim(abstract, "Brushes that Paint") == claim


@pytest.mark.parametrize(
    "abstract",
    [
        "We propose " + "enormously " * 40 + "long things.",
        "We propose a painter that paints\u2026",
        "We propose a painter that paints...",
        "We propose a painter without an end",
    ],
)
def test_sentence_is_left_out_rather_than_cut(abstract: str) -> None:
    assert find_claim(abstract) == ""
    assert find_claim(f"Painters paint with care. {abstract}") == "Painters paint with care."


def test_long_sentence_gives_way_to_a_whole_one() -> None:
    abstract = f"We propose {'enormously ' * 40}long things. We release a corpus of paintings."
    assert find_claim(abstract) == "A corpus of paintings."


@given(st.text(max_size=600))
def test_any_abstract_gives_one_whole_line(abstract: str) -> None:
    claim = find_claim(abstract)

    assert len(claim) <= CLAIM_LENGTH
    assert "\n" not in claim
    assert "\u2026" not in claim[-1:]
    assert claim == find_claim(abstract)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\textbf{Bold} and \emph{soft}", "Bold and soft"),
        (r"see \href{https://a.example}{here}", "see here"),
        (r"at \url{https://a.example/b}", "at https://a.example/b"),
        (r"{\em old} style", "old style"),
        (r"50\% of A\&B", "50% of A&B"),
        (r"\textbf{\emph{both}}", "both"),
        (r"a~tie", "a tie"),
        (r"``quoted''", "\u201cquoted\u201d"),
        (r"math $\textbf{x}_1~y$ stays", r"math $\textbf{x}_1~y$ stays"),
        ("two\n  lines\x00\u202e", "two lines"),
    ],
)
def test_markup_is_removed_and_mathematics_kept(text: str, plain: str) -> None:
    assert without_markup(text) == plain


def test_one_line_drops_invisible_characters() -> None:
    assert one_line("a\u200db \u202ec\ufeff\x1b[0m\r\nd") == "ab c [0m d"
