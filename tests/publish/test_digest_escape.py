import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.publish.digest.escape import Markdown, escape_markdown, link_target

_GITHUB = MarkdownIt("gfm-like", {"html": True, "linkify": False})

HOSTILE = [
    "*bold* and **bolder**",
    "_soft_ snake_case __init__",
    "[text](https://evil.example) ![x](y) [ref] [1]: z",
    "`code` ``more``",
    "<script>alert(1)</script> <b> <!-- c --> <https://evil.example>",
    "a | b | --- | c",
    "# heading",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "12) item",
    "> quote",
    "--- ",
    "===",
    "~~~",
    "~~struck~~",
    "&copy; &#65; &amp; AT&T & co",
    "two\nlines\n\n# and a heading",
    "\ttab first",
    "    four blanks first",
    "ends with a backslash \\",
    r"\*not escaped\* \\ \[x\]",
    r"$\mathcal{O}(n_i \cdot x_{1}^*)$ and $a<b$",
    "www.evil.example https://evil.example",
    ":--",
    "-",
    "a_(b)_c _a_b_",
]


def _inline(text: str) -> list[Token]:
    return _GITHUB.parse(text)


def _read(tokens: list[Token]) -> str:
    """Return the rendered text; fail unless it is one paragraph or heading of plain text."""
    assert [token.type.partition("_")[0] for token in tokens] in (
        ["paragraph", "inline", "paragraph"],
        ["heading", "inline", "heading"],
        [],
    )
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_renders_literally(text: str) -> None:
    assert _read(_inline(escape_markdown(text))) == " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_renders_literally_in_heading_and_link(text: str) -> None:
    (_, inline, _) = _inline(f"### [{escape_markdown(text)}](https://arxiv.org/abs/2603.00001)")
    children = inline.children or []

    assert [children[0].type, children[-1].type] == ["link_open", "link_close"]
    assert {child.type for child in children[1:-1]} <= {"text", "text_special"}
    assert "".join(child.content for child in children[1:-1]) == " ".join(text.split())


@given(st.text(alphabet="ab1_*`[]()<>#&|~\\!-+=:.>$ \n;/\"'^{}", max_size=40))
@example("a*_b_*")
@example("\\\n\\")
def test_any_text_renders_literally(text: str) -> None:
    assert _read(_inline(escape_markdown(text))) == " ".join(text.split())


def test_mathematics_is_unchanged() -> None:
    text = r"Attention in $\mathcal{O}(n_1 \log n)$"

    assert escape_markdown(text) == text


def test_bare_addresses_are_not_linked() -> None:
    assert escape_markdown("see https://a.example") == r"see https\://a.example"
    assert escape_markdown("see www.a.example") == r"see www\.a.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/math/0309136",
        "https://a.example/Foo_(bar)?a=1&copy;=2#x*y_z",
        "https://a.example/a b<c>",
    ],
)
def test_link_target_is_one_destination(url: str) -> None:
    (_, inline, _) = _inline(f"[x]({link_target(url)})")
    (opening, _, _) = inline.children or []

    reached = str(opening.attrs["href"]).replace("%28", "(").replace("%29", ")")
    assert reached == url.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")


def test_markdown_type_is_not_escaped_again() -> None:
    assert isinstance(escape_markdown("x"), Markdown)
