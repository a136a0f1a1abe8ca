import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tex.text import without_markup
from config.visible import one_line
from pipeline.publish.digest.reason import REASON_LENGTH, find_reason
from pipeline.publish.digest.sentences import split_sentences


def _from_abstract(abstract: str) -> str:
    return find_reason(None, abstract).text


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


def test_note_is_preferred_and_not_cut() -> None:
    note = "Worth reading:\n" + "because " * 60

    reason = find_reason(note, "We propose nothing.")

    assert reason.by_reviewer
    assert reason.text == " ".join(note.split())


@pytest.mark.parametrize("note", [None, "", "  \n"])
def test_abstract_is_used_without_note(note: str | None) -> None:
    reason = find_reason(note, "Old. We propose Brush. It wins.")

    assert (reason.text, reason.by_reviewer) == ("We propose Brush.", False)


@pytest.mark.parametrize(
    ("abstract", "sentence"),
    [
        ("We show a gap. In this paper we introduce X.", "In this paper we introduce X."),
        ("Hard. This work presents Y. We propose Z.", "This work presents Y."),
        ("Hard. We release data. Good.", "We release data."),
        ("Hard. A method is proposed. Good.", "A method is proposed."),
        ("Hard. We study bias. Good.", "We study bias."),
        ("Hard. Our method wins. Good.", "Our method wins."),
        ("Nothing of it. Second.", "Nothing of it."),
        ("They proposed X in 1990. We propose Y.", "We propose Y."),
        ("", ""),
    ],
)
def test_contribution_sentence_is_chosen(abstract: str, sentence: str) -> None:
    assert _from_abstract(abstract) == sentence


def test_long_sentence_is_cut_at_word() -> None:
    text = _from_abstract("We propose " + "enormously " * 40 + "long.")

    assert len(text) <= REASON_LENGTH
    assert text.endswith("enormously\u2026")


def test_long_lead_is_dropped_before_contribution() -> None:
    lead = "While others have tried " + "and tried " * 25
    text = _from_abstract(f"{lead.strip()}, we propose Brush.")

    assert text == "\u2026 we propose Brush."


def test_mathematics_is_not_cut() -> None:
    text = _from_abstract("We propose " + "x" * 170 + " with $a + b + c + d + e + f + g$ and more.")

    assert text.count("$") % 2 == 0
    assert len(text) <= REASON_LENGTH


@given(st.text(max_size=600))
def test_any_abstract_gives_one_bounded_line(abstract: str) -> None:
    text = _from_abstract(abstract)

    assert len(text) <= REASON_LENGTH
    assert "\n" not in text
    assert text == _from_abstract(abstract)


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
