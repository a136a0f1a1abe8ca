"""TeX on pages: formulas are MathML Core, what cannot be drawn is source in a code element."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from markupsafe import escape

from config.tex.markup import MOST_CONVERTED, fill, tex_markup
from config.tex.mathml import LONGEST, formula_markup
from config.tex.text import held_text

_CORE = (
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot mstyle msub msup msubsup munder mover "
    "munderover mtable mtr mtd"
)
_ATTRIBUTES = (
    "stretchy fence accent accentunder movablelimits displaystyle form width scriptlevel "
    "linethickness minsize maxsize columnalign mathvariant"
)
_PIECES = (
    r"\frac \sqrt \left( \right) \text{ \not \mathbf{ \begin{matrix} \end{matrix} \\ \over \{ "
    r"\hat \alpha \sum \limits \operatorname{ \substack{ \overset \xrightarrow \choose"
)
CORE = frozenset(_CORE.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
FORMULAS = st.lists(
    st.sampled_from([*"abx12 {}^_&<>'\"$%+=()[].|", *_PIECES.split()]), max_size=40
).map("".join)


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        (r"\frac{a+b}{c}", "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>"),
        (r"e_\theta", "<msub><mi>e</mi><mi>θ</mi></msub>"),
        (r"\hat{\Sigma} < 3", "<mo>&lt;</mo><mn>3</mn>"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "<mtable><mtr><mtd><mi>a</mi></mtd>"),
        (r"x_{\text{tea\_cold}}", "<mtext>tea_cold</mtext>"),
        (r"\mathrm{KL}_\theta", '<mi mathvariant="normal">K</mi>'),
    ],
)
def test_formulas_become_mathml(typed: str, drawn: str) -> None:
    for text in (f"${typed}$", rf"\({typed}\)", f"of $$ {typed} $$ kettles"):
        shown = tex_markup(text)
        assert drawn in shown
        assert "$" not in shown
        assert "\\" not in shown


@pytest.mark.parametrize(
    "source",
    [
        r"$\foo{x}^{Q!}$",
        r"$\href{javascript:alert(1)}{x}^{Q!}$",
        r"$\style{a}{x}^{Q!}$",
        r"$x^{Q!} \color{white}y$",
        rf"$x^{{Q!}}{'a' * LONGEST}$",
        r"$x^{Q!}\newcommand{\a}{\a}\a$",
        r"$x_{Q!}\not= y$",
        r"$\frac{Q!}$",
        f"${'{' * 50}x^{{Q!}}{'}' * 50}$",
        r"$x^{Q!}\unicode{x202e}$",
        r"$x^{Q!} % y$",
        r"$x^{Q!}" + "ab" * 40 + "$",
        r"\ourMethod{}",
        r"\foo{BAR}{BAZ}",
    ],
)
def test_what_cannot_be_drawn_is_source_in_code(source: str) -> None:
    assert tex_markup(f"A {source} B") == f'A <code class="tex">{escape(source)}</code> B'


def test_text_around_formulas_is_escaped_and_read() -> None:
    shown = tex_markup(r"\textbf{<b> \& $\frac{a}{b+c}$} ``tea''" "\u202e")

    assert shown.startswith("&lt;b&gt; &amp; <math>")
    assert shown.endswith("</math> “tea”")


def test_text_of_a_formula_is_escaped() -> None:
    shown = tex_markup(r"$\text{<script>alert(1)</script>}^{Q!}$ $\text{&#x3c;b&#x3e;}_{Q!}$")

    assert "<mtext>&lt;script&gt;alert(1)&lt;/script&gt;</mtext>" in shown
    assert "<b>" not in shown


def test_paragraphs_share_their_numbers() -> None:
    held = held_text("a $x_{Q!}$\nb $y_{Q!}$ \\foo \U00100000")

    assert held.text == "a \U00100000\nb \U00100001 \U00100002"
    assert held.sources == ("$x_{Q!}$", "$y_{Q!}$", "\\foo")
    assert fill(escape(held.text), held).count("<math>") == 2


def test_a_text_of_many_formulas_is_drawn_in_part() -> None:
    formula = r"$\frac{a+b}{c+d}$"
    shown = tex_markup(f"{formula} " * 200)

    assert 10 < shown.count("<math>") <= MOST_CONVERTED // len(formula)
    assert shown.count("<math>") + shown.count("<code") == 200


def test_a_cut_ends_before_a_command() -> None:
    assert tex_markup(r"kettles \textbf{and} tea", 12) == "kettles"


@given(FORMULAS)
def test_any_formula_is_mathml_core_or_nothing(formula: str) -> None:
    shown = formula_markup(formula)
    if shown is None:
        return
    tree = etree.fromstring(shown)
    assert {node.tag for node in tree.iter()} <= CORE
    assert {name for node in tree.iter() for name in node.attrib} <= ATTRIBUTES
    assert "\\" not in "".join(map(str, tree.itertext()))


@given(FORMULAS)
@example("aaaaaaaaaa\\operatorname{\\operatorname{a")
def test_any_text_with_formulas_is_well_formed(text: str) -> None:
    tree = etree.fromstring(f"<p>{tex_markup(f'a ${text}$ b {text}')}</p>")
    assert {node.tag for node in tree.iter()} <= CORE | {"p", "code", "span"}
    assert not re.search("[\U00100000-\U0010ffff\x00-\x08]", "".join(map(str, tree.itertext())))
