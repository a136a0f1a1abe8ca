"""Patterns and names of what stands in the text of a block: links, emphasis, HTML, quotes."""

import re
from enum import StrEnum


class Style(StrEnum):
    """How a part of the text is marked."""

    LINK = "link"
    BADGE = "badge"
    #: as its own text: `https://...`, `<https://...>`, `arXiv:ID`
    URL = "url"
    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    CODE = "code"
    QUOTED = "quoted"
    PLAIN = "plain"


# A target may hold one level of parentheses and end with one too many. Repeats are possessive and
# bounded, because thousands of opening brackets would take minutes.
_TARGET = (
    r"[ \t]?\(\s*+<?(?P<{0}>(?:[^\s()<>]|\([^\s()]*+\))*+)>?"
    r"(?:\s++(?:\"[^\"]{{0,1000}}+\"|'[^']{{0,1000}}+'))?+\s*+\)"
)
_CAPTION = r"(?:[^\[\]]{1,300}+|\[(?:[^\[\]]{1,300}+|\[[^\[\]]{0,300}+\]){0,9}+\]){0,40}+"
TOKEN = re.compile(
    r"(?P<badge>\[\s*+!\[(?P<alt>[^\]]{0,1000}+)\]"
    + _TARGET.format("picture")
    + r"[\s)]*+\]"
    + _TARGET.format("badge_url")
    + r")|(?P<image>!\[(?P<image_alt>[^\]]{0,1000}+)\](?:"
    + _TARGET.format("image_url")
    + r"|\[[^\]]{0,300}+\]))"
    + rf"|(?P<link>\[(?P<text>{_CAPTION})\]"
    + _TARGET.format("url")
    + rf")|(?P<reference>\[(?P<name>{_CAPTION})\](?:[ ]?\[(?P<label>[^\[\]]{{0,300}}+)\])?+)"
    r"|(?P<code>(?P<ticks>`{1,3}+)(?P<coded>[^`\n]{1,500}+)(?P=ticks))"
    r"|<(?P<auto>https?://[^\s<>]++)>"
    r"|<(?P<tag>/?[A-Za-z][A-Za-z0-9]{0,15}+)(?P<attributes>[^<>]{0,2000}+)>"
    r"|(?P<bare>(?:https?://|(?<![\w./@])(?:www\.)?arxiv\.org/)[^\s<>\[\]()\"'|`\uff0c\u3002]++"
    r"(?:\([^\s<>()]*+\)[^\s<>\[\]()\"'|`]*+)?+)"
    r"|(?P<arxiv>(?<![\w/])arxiv[ \t]{0,2}+[:\uff1a][ \t]*+[a-z\-.]*+/?[0-9][0-9.]{3,12}+"
    r"(?:v[0-9]{1,3})?+)"
    r"|(?P<entity>&(?:[A-Za-z]{2,12}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});)"
    r"|(?P<emphasis>\*{1,3}+|_{1,3}+)"
    r"|(?P<break>\\\n|[ ]{2,}+\n|\n(?=:[ \t]))",
    re.IGNORECASE,
)
#: where a token may begin; searched first, because most characters begin none
BEGINS = re.compile(
    r"[\[!`<&*_\\]|[Hh][Tt][Tt][Pp]|[Aa][Rr][Xx][Ii][Vv]|[Ww]{3}\.|(?<![ ])[ ]{2,}+\n|\n(?=:[ \t])"
)
# Not the accents of TeX: `Poincar\\'e`.
ESCAPE = re.compile(r"(?<!\\)\\(?!(?<=[A-Za-z{]\\)['\"`^~=.][A-Za-z{\\])([!-/:-@\[-`{-~])")
#: before an escaped character
ESCAPED = "\ue000"
#: escaped characters are moved here, out of the reach of the pattern
AWAY = 0xE100
HREF = re.compile(
    r"\b(?P<name>href|src|alt)\s*+=\s*+(?:\"(?P<a>[^\"]*+)\"|'(?P<b>[^']*+)'|(?P<c>[^\s\"'>]++))",
    re.IGNORECASE,
)
PAPER_PAGE = re.compile(r"arxiv\.org/(?:abs|pdf)/|openreview\.net/forum", re.IGNORECASE)
QUOTES = re.compile(
    r"(?<!\\)[\u201c\u201d\u201e\"](?P<a>[^\u201c\u201d\"]{3,300}+)(?<!\\)[\u201c\u201d\"]|\u300c(?P<b>[^\u300d]{2,300}+)\u300d"
    r"|\u300a(?P<c>[^\u300b]{2,300}+)\u300b|\u00ab(?P<d>[^\u00bb]{3,300}+)\u00bb|\u300e(?P<e>[^\u300f]{2,300}+)\u300f"
    r"|(?<!\w)\u2018(?P<f>[^\u2018]{8,300}?)\u2019(?!\w)|``(?P<g>[^`']{3,300}+)''"
)
HTML_STYLES = {
    "b": Style.BOLD, "strong": Style.BOLD, "i": Style.ITALIC, "em": Style.ITALIC,
    "u": Style.UNDERLINE, "ins": Style.UNDERLINE, "code": Style.CODE, "a": Style.LINK,
}  # fmt: skip
HTML = {
    *HTML_STYLES, "img", "span", "font", "kbd", "sub", "sup", "center", "big", "small", "table",
    "tbody", "thead", "picture", "source", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd",
    "section", "blockquote", "pre", "hr", "del", "s", "strike", "mark", "q", "cite", "video", "svg",
    "nobr", "tt", "label", "input", "figure", "figcaption", "abbr", "path",
}  # fmt: skip
BREAKS = {"br", "p", "div", "details", "summary", "td", "th", "li", "tr", "ul", "ol"}
#: links in links that are read
DEPTH = 2
