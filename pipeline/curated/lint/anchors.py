"""The rule on links within the page, such as those of a table of contents."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from markdown_it import MarkdownIt

from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Edit, Finding, found
from pipeline.curated.lint.github_anchors import anchors, slug
from pipeline.curated.lint.subject import FileText, Subject

#: `[text](#anchor)`, `href="#anchor"` and `[label]: #anchor`
_LINK = re.compile(
    r"(?:\[(?P<text>[^\[\]\n]{0,300}+)\])?\(\s{0,3}<?#(?P<a>[^\s()<>]*+(?:\([^\s()<>]*+\))?+)"
    r"|\bhref\s{0,3}=\s{0,3}[\"']#(?P<b>[^\"'\s]*+)"
    r"|^ {0,3}\[[^\[\]\n]{1,300}+\]:[ \t]{1,3}<?#(?P<c>[^\s<>]*+)",
    re.MULTILINE | re.IGNORECASE,
)
_HTML_HEADING = re.compile(
    r"<h(?P<level>[1-6])\b[^<>]{0,2000}+>(?P<text>(?:(?!</?h[1-6]\b)[^\x00]){0,5000}?)</h(?P=level)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]{0,2000}+>")
_NAMED = re.compile(
    r"<[A-Za-z][^<>]{0,1000}?\b(?:id|name)\s{0,3}=\s{0,3}[\"']?(?P<name>[^\"'\s<>]{1,300}+)"
)
#: places that every page of GitHub has
_ALWAYS = frozenset({"", "top", "readme", "readme-ov-file", "start-of-content"})


@dataclass(frozen=True, slots=True)
class _PageLink:
    text: str
    anchor: str
    #: characters of the anchor, without `#`
    start: int
    end: int


def dead_anchors(subject: Subject) -> Iterator[Finding]:
    """Yield links to places of the page that it does not have."""
    for name, file in subject.texts.items():
        links = list(_page_links(file.source.shown))
        if links:
            yield from _dead(name, file, links)


def _dead(name: str, file: FileText, links: Sequence[_PageLink]) -> Iterator[Finding]:
    headings = list(heading_texts(file.source.shown))
    made = anchors(headings)
    # What stands at the ends of a heading is read both ways, so that no living link is called dead.
    trimmed = anchors(text.strip() for text in headings)
    targets = {*made, *trimmed, *_ALWAYS, *_named(file.source.shown)}
    linked = {_decoded(link.anchor) for link in links}
    free = [
        (slug(text), anchor)
        for text, anchor in zip(headings, made, strict=True)
        if anchor not in linked
    ]
    dead = [
        link for link in links if _decoded(link.anchor).removeprefix("user-content-") not in targets
    ]
    texts = Counter(slug(_visible(link.text)) for link in dead)
    for link in dead:
        anchor = _decoded(link.anchor)
        right = _certain(link, free) if texts[slug(_visible(link.text))] == 1 else None
        span = file.source.span(link.start, link.end)
        yield found(
            Code.DEAD_ANCHOR,
            name,
            file.source.line(link.start),
            f"No heading has the anchor #{anchor}.",
            f"Link to #{right}." if right else "Correct the anchor or the heading.",
            title=link.text or None,
            edits=(Edit(span, right),) if right else (),
        )


def _certain(link: _PageLink, free: Sequence[tuple[str, str]]) -> str | None:
    """Return the anchor that must be meant: the only free one of the link's own text."""
    wanted, letters = slug(_visible(link.text)).strip("-"), _letters(_decoded(link.anchor))
    named = [anchor for base, anchor in free if wanted and base.strip("-") == wanted]
    if not named:
        named = [anchor for _, anchor in free if letters and _letters(anchor) == letters]
    return named[0] if len(named) == 1 else None


def _letters(anchor: str) -> str:
    return "".join(filter(str.isalnum, anchor.casefold()))


def _decoded(anchor: str) -> str:
    return unquote(html.unescape(anchor))


def _named(text: str) -> Iterator[str]:
    for match in _NAMED.finditer(text):
        yield match["name"].removeprefix("user-content-")


def _page_links(text: str) -> Iterator[_PageLink]:
    for match in _LINK.finditer(text):
        part = next(one for one in ("a", "b", "c") if match[one] is not None)
        yield _PageLink(match["text"] or "", match[part], match.start(part), match.end(part))


def heading_texts(text: str) -> Iterator[str]:
    """Yield the visible texts of a page's headings, in order."""
    parser = MarkdownIt("commonmark", {"maxNesting": 40}).disable(["inline", "text_join"])
    tokens = parser.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            yield _visible(tokens[place + 1].content)
        elif token.type == "html_block" and "<h" in token.content.lower():
            for match in _HTML_HEADING.finditer(token.content):
                yield html.unescape(_TAG.sub("", match["text"])).replace("\n", "")


def _visible(text: str) -> str:
    """Return the text of Markdown as GitHub shows it, pictures left out."""
    (token,) = _inline_reader().parseInline(text)
    shown = {"text", "code_inline"}
    pieces = (
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in token.children or ()
        if child.type in shown or child.type.endswith("break")
    )
    return "".join(pieces)


@cache
def _inline_reader() -> MarkdownIt:
    """Return one parser for all headings, because making it takes longer than reading one."""
    parser = MarkdownIt("commonmark")
    parser.parseInline("a")  # puts its rules in order, which two threads at once would confuse
    return parser
