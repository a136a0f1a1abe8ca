"""Foreign text in Markdown: six renderers show what went in, with no link but ours."""

from collections.abc import Callable
from functools import partial
from typing import Any

import cmarkgfm
import mistune
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from pipeline.publish.digest.escape import Markdown, escape_markdown, link_target

URL = "https://arxiv.org/abs/2603.00001"
_ITS = {"html": True, "linkify": True}
#: HTML of Markdown by dialect
RENDERERS: dict[str, Callable[[str], Any]] = {
    "commonmark": MarkdownIt("commonmark").render,
    "gfm-like": MarkdownIt("gfm-like", _ITS).render,
    "footnotes": MarkdownIt("gfm-like", _ITS).use(footnote_plugin).render,
    "cmark": partial(cmarkgfm.markdown_to_html, options=Options.CMARK_OPT_UNSAFE),
    "github": partial(
        cmarkgfm.github_flavored_markdown_to_html,
        options=Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES,
    ),
    "mistune": mistune.create_markdown(
        escape=False, plugins=["strikethrough", "table", "footnotes", "url", "task_lists"]
    ),
}
#: places of a text in a digest, and the elements around it
PLACES = {
    "{}": ["p"],
    "### [{}](" + URL + ")": ["h3", "a"],
    "- [{}](" + URL + ") \u2192 [x](#y)": ["ul", "li", "a", "a"],
    "*Note*: {}": ["p", "em"],
    "{} \u00b7 arXiv:2603\\.00001": ["p"],
}
AROUND = {"- [": (" \u2192 x", 1), "*No": ("Note: ", 0), "{} ": (" \u00b7 arXiv:2603.00001", 1)}

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
    "evil@evil.example, evil@evil.com and mAP@0.5",
    "xmpp:foo@bar.baz/x mailto:foo@bar.baz @name @org/team (@name)",
    "_https://evil.com/x a_www.evil.com \u4ee3\u7801https://evil.com/x \u00e9https://evil.com",
    "1https://evil.com ftp://evil.com HTTPS://EVIL.COM WWW.EVIL.COM *www.evil.com",
    "evil.com/x //evil.com //localhost/x http://localhost \\https://evil.com \\www.evil.com",
    "see www.evil.com. (https://evil.com) <https://evil.com> 'https://evil.com'",
    "www.1.com www..com http://192.168.0.1/ tel:+1 skype:x irc://x.com magnet:?x=y",
    "^a]: hidden title",
    "[^a]: hidden [^a] ^[hidden] [^a][^b]",
    "#123 GH-1 gh-2 owner/repo#1 owner/repo@0123456 " + "0123456789" * 4,
    "0123456789abcdef0123456789abcdef01234567",
    "\u5317\u4eac.\u4e2d\u56fd xn--p1ai.xn--p1ai",
]

PIECES = (
    "www.", "https://", "http:", "//", "ftp://", "mailto:", "xmpp:", "evil.com", "@", "a@b.co",
    "[^a]", "^a]:", "^[", "](", "]: ", "[x]", "&amp;", "&#64;", "<b>", "<!--", "-->", "```", "~~",
    "---", "| a |", "1. ", "- ", "# ", "#1", "GH-1", "\u4ee3", "\u00e9", "$", "\\(", "\\", "\\\\",
)  # fmt: skip


def _shown(markdown: str, dialect: str) -> tuple[list[str], list[str], str]:
    """Return the elements, the links and the text that a dialect makes of Markdown."""
    rendered = html.fragment_fromstring(RENDERERS[dialect](markdown), create_parent="div")
    elements = [element for element in rendered.iter() if isinstance(element.tag, str)][1:]
    links = [element.get("href") for element in elements if element.get("href")]
    return [element.tag for element in elements], links, " ".join(rendered.text_content().split())


def _check(text: str, place: str, dialect: str) -> None:
    elements, links, shown = _shown(place.format(escape_markdown(text)), dialect)
    around, behind = AROUND.get(place[:3], ("", 0))
    assert shown == " ".join((text + around if behind else around + text).split())
    assert elements == PLACES[place] if text.strip() else set(elements) <= {*PLACES[place], "hr"}
    assert set(links) <= {URL, "#y"}


@pytest.mark.parametrize("dialect", RENDERERS)
@pytest.mark.parametrize("place", PLACES)
def test_hostile_text_renders_literally(place: str, dialect: str) -> None:
    for text in HOSTILE:
        _check(text, place, dialect)


@pytest.mark.parametrize("dialect", RENDERERS)
@settings(max_examples=100, derandomize=True)
@given(
    words=st.lists(
        st.sampled_from([*PIECES, *"ab1_*`[]()<>#&|~\\!-+=:.>$@^ ;/\"'{}"]), max_size=12
    ),
    place=st.sampled_from(sorted(PLACES)),
)
def test_fuzzed_text_renders_literally(words: list[str], place: str, dialect: str) -> None:
    text = "".join(words).strip()
    if text:
        _check(text, place, dialect)


def test_mathematics_is_unchanged() -> None:
    text = r"Attention in $\mathcal{O}(n_1 \log n)$"

    assert escape_markdown(text) == text


def test_bare_addresses_are_not_linked() -> None:
    assert escape_markdown("see https://a.example") == r"see https\:/\/a\.example"
    assert escape_markdown("see www.a.example") == r"see www\.a\.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/math/0309136",
        "https://a.example/Foo_(bar)?a=1&copy;=2#x*y_z",
        "https://a.example/a b<c>",
    ],
)
def test_link_target_is_one_destination(url: str) -> None:
    (_, inline, _) = MarkdownIt("commonmark").parse(f"[x]({link_target(url)})")
    (opening, _, _) = inline.children or []

    reached = str(opening.attrs["href"]).replace("%28", "(").replace("%29", ")")
    assert reached == url.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")


def test_markdown_type_is_not_escaped_again() -> None:
    assert isinstance(escape_markdown("x"), Markdown)
