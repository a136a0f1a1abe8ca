"""TeX in titles, names and abstracts becomes text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tex.formulas import formula_text
from config.tex.text import plain_paragraphs, plain_text, without_markup

TEX = st.text(alphabet="\\{}$'`^~_%&-. \nabefitxBR(),[]", max_size=60)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (r"``Quoted'' kettles --- a 50\% study \& more", "“Quoted” kettles --- a 50% study & more"),
        (r"\textit{Kettle}: An \emph{Odd} Machine", "Kettle: An Odd Machine"),
        (r"Kettle\_Net: under\_scores and \#hash", "Kettle_Net: under_scores and #hash"),
        ("Bert~2, $x$~tie", "Bert 2, x tie"),
        (r"Kettles \ldots{} again", "Kettles … again"),
        (r"\textbf{An \emph{odd {\it old}} one}", "An odd old one"),
        (r"\textsc{Kettle}$^2$, H\textsubscript{2}O, 30{\deg}", "Kettle², H₂O, 30°"),
        (r"see \href{https://a.example/~b}{here}, \url{https://a.example/~b}",
         "see here, https://a.example/~b"),
        (r"\textcolor{red}{Red} and {\bf bold}", "Red and bold"),
        (r"as in~\cite{vole2020} and \citep[p.~2]{finch}.", "as in and."),
        (r"a note\footnote{Here.}, \eg tea, \ie, leaves", "a note (Here.), e.g. tea, i.e., leaves"),
        (r"{KettleBERT}, {A}pple, {-1, 0}, 10{,}000", "KettleBERT, Apple, {-1, 0}, 10,000"),
        (r"costs \$5 to \$6", "costs $5 to $6"),
        (r"Schr{\"o}dinger, Th{\'\u a}ng", "Schrödinger, Thắng"),
        (r"\alpha-tea, \sim30 \pm 2", "α-tea, ∼30 ± 2"),
        ("a\\\\ b\\,c\\ d\\-e", "a b c de"),
        (r"\textbf{cut \emph{short", "cut short"),
        (r"see \href{https://a.example", "see https://a.example"),
        (r"see $\href{https://a.example}{\text{the code}}$", "see the code"),
        (r"at \color[RGB]{1,2,3}once, \citet{vole}", "at once,"),
        (r"\r{ho} = 1, \b{eta}-tea", "ρ = 1, β-tea"),
        ("$250 on average, $306 at most, $x$", "$250 on average, $306 at most, x"),
        ("two\n  lines\x00\u202e", "two lines"), (r"a $\unicode{x202e}\unicode{xd800}$b", "a b"),
    ],
)  # fmt: skip
def test_text_commands_become_text(typed: str, read: str) -> None:
    assert plain_text(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "about ~50% and (~1%)", "https://a.example/~b", r"\method{} and \ourKettle",
        r"\foo{BAR}{BAZ}", "} {", "plain", "Two kettles at $250, on average $306",
        r"C:\new\kettles", r"$\frac{a+b}{c}$", r"$x_{\text{tea, cold}}$", "5' and 3 $",
    ],
)  # fmt: skip
def test_what_is_not_known_stays_whole(typed: str) -> None:
    assert plain_text(typed) == typed


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\pi_{7}", "π₇"), (r"O(\log n)", "O(log n)"), ("10^{-3}", "10⁻³"), (r"^\circ", "°"),
        (r"3\times3", "3×3"), (r"\mathcal{O}(n^2)", "O(n²)"), (r"\textbf{\texttt{D}}", "D"),
        (r"\text{R}^2\text{ec}", "R²ec"), (r"\frac{1}{2}", "1/2"), (r"\sqrt{2}", "√2"),
        (r"\unicode{x2013}", "–"), (r"\left( a \right)", "( a )"), (r"50\%", "50%"),
        (r"\bf{x}", "x"), ("FaSTA^*", "FaSTA*"),
        ("x^", None), ("{x", None), ("x}", None), (r"\foo", None),
        (r"\frac{a+b}{2}", None), ("x^{Q,}", None), ("x" * 81, None), ("{" * 9 + "}" * 9, None),
    ],
)  # fmt: skip
def test_simple_formulas_become_unicode(formula: str, text: str | None) -> None:
    assert formula_text(formula) == text


def test_formulas_stay_for_readers_that_draw_them() -> None:
    typed = r"M$^3$Gen of \emph{tea} for \$5 in \(O(n)\)"

    assert without_markup(typed) == r"M³Gen of tea for \$5 in \(O(n)\)"
    assert plain_text(typed) == "M³Gen of tea for $5 in O(n)"


@pytest.mark.parametrize(
    "typed",
    [r"$B ~B$", r"$B~ B$", r"$B \, B$", r"$B\quad\ B$", r"$\text{B ~B}$", r"$\textbf{B  B}$"],
)
def test_blanks_of_a_formula_are_one(typed: str) -> None:
    assert plain_text(typed) == "B B"


def test_paragraphs_stay_apart() -> None:
    assert plain_paragraphs("\\emph{One}\ntwo\\% more") == "One\ntwo% more"


@given(TEX)
def test_any_text_becomes_one_line(typed: str) -> None:
    read = plain_text(typed)

    assert read == " ".join(read.split())
    assert without_markup(typed) == " ".join(without_markup(typed).split())


@given(st.text(alphabet="abc XYZ,.;:!?()-0123456789é中", max_size=60))
def test_text_without_tex_only_loses_blanks(text: str) -> None:
    assert plain_text(text) == " ".join(text.split())
