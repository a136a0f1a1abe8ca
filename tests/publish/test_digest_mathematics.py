"""Formulas: found in linear time, published only with commands that draw."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tex.commands import COMMANDS
from config.tex.spans import math_spans
from pipeline.publish.digest.mathematics import SET_MINUS, restrict_math
from pipeline.publish.digest.render import Form, render
from tests.support.digest import make_approved, make_digest

HOSTILE = [
    r"$\href{javascript:alert(1)}{click}$ math",
    r"\(\href{https://evil.example}{\text{https://github.com/good/one}}\)",
    r"$$\style{position:fixed}{x}$$ and \[\class{a}{x}\]",
    r"$\cssId{a}{x}$ $\htmlData{a=b}{x}$ $\require{html}$ $\unicode{x202e}$ $\url{x}$",
    r"$\def\a{\href}$ $\newcommand{\a}{x}$ $\let\a\href$ $\input{/etc/passwd}$",
    r"$\text{\href{javascript:alert(1)}{x}}$",
    r"$a$$\href{x}{y}$ and $5, \href{x}{y} $b",
    r"\begin{equation}\href{x}{y}\end{equation}",
    r"$\begin{CD}A\end{CD}$ \\\href{x}{$y$}",
    r"as \ref{x} shows",
    r"see \eqref{section-agents}",
    r"$x\color{white}y\phantom{z}\llap{q}\hspace{-9em}\raise1em\tag{1}$",
]


def _commands(text: str) -> set[str]:
    return set(re.findall(r"\\([A-Za-z]+|.|$)", text)) - {"(", ")", "[", "]"}


@pytest.mark.parametrize("text", HOSTILE)
def test_unlisted_commands_become_text(text: str) -> None:
    shown = restrict_math(text)
    assert _commands(shown) <= COMMANDS
    assert SET_MINUS in shown
    for form in Form:
        paper = make_approved(title=text, note=text, abstract=text, authors=(text,))
        rendered = render(make_digest(paper), form, "en")
        assert not re.search(r"\\(href|url|style|class|css|html|require|unicode|def|let)", rendered)


@pytest.mark.parametrize(
    "text",
    [
        r"Attention in $\mathcal{O}(n_1 \log n)$ and \(\hat{x} \le \frac{1}{2}\)",
        r"a $\begin{pmatrix} a & b \\ c & d \end{pmatrix}$, $$x \in \mathbb{R}^{d}$$",
        r"costs $5 or 10\% more than $6",
        r"\emph{no} \cite{formula} \href{https://a.example}{here}",
    ],
)
def test_drawing_commands_are_unchanged(text: str) -> None:
    assert restrict_math(text) == text


def test_refused_formula_loses_its_delimiters() -> None:
    shown = restrict_math(r"see $\href{a}{b}$, $x$ and $\alpha \foo$")
    assert shown == f"see {SET_MINUS}href{{a}}{{b}}, $x$ and " + r"\alpha " + f"{SET_MINUS}foo"


@pytest.mark.parametrize("form", Form)
def test_names_make_no_formula_together(form: Form) -> None:
    names = ("A $", r"\href{javascript:alert(1)}{x}", "$ B")
    assert "\\href" not in render(make_digest(make_approved(authors=names)), form, "en")


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        (r"a $x$ b $$y$$ c \(z\) d \[w\]", ["$x$", "$$y$$", r"\(z\)", r"\[w\]"]),
        (r"\$5 and $x$, 5\$", ["$x$"]),
        (r"$ unclosed, \( too", []),
        (r"\( a $ b \)", [r"\( a $ b \)"]),
        (r"$a$$b$", []),
        (r"\\(no\\) $\$1$", [r"$\$1$"]),
    ],
)
def test_formulas_are_found(text: str, formulas: list[str]) -> None:
    assert [text[start:end] for start, end in math_spans(text)] == formulas


@given(st.text(alphabet=r"\$()[]{}ab hrefbegin", max_size=60))
def test_no_pairing_of_delimiters_finds_an_unlisted_command(text: str) -> None:
    shown = restrict_math(text)
    if re.search(r"\$|\\[(\[]|\\begin", shown):
        assert _commands(shown) <= COMMANDS
    assert restrict_math(shown) == shown
