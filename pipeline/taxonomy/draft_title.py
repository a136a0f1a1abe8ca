"""Find the title of a list: its first heading, often one in HTML above the headings of Markdown."""

import re
from collections.abc import Sequence

from config.headings import clean_heading, heading_key
from config.when import says_when
from pipeline.curated.types import CuratedList

#: headings that may come first and are not the list's title
_NOT_A_TITLE = frozenset(
    {
        *("about", "abstract", "catalogue", "content", "contents", "contributing", "introduction"),
        *("menu", "news", "overview", "papers", "preface", "readme", "summary"),
        *("table of contents", "what's new", "目录", "简介", "介绍", "前言"),
    }
)
_HTML = re.compile(
    rb"<h([1-3])\b[^<>]{0,500}+>((?:[^<]|<(?!/?h[1-6])){1,1000}+)</h\1\s{0,9}+>", re.IGNORECASE
)
#: bytes in which a title in HTML is looked for
_BEGINNING = 10_000


def title_of(curated: CuratedList, papers: Sequence[Sequence[str]]) -> str | None:
    """Return the list's title, or None; `papers` are the headings of each paper.

    A heading is the title if it comes first, names no part of a page ("Contents") and no time, and
    stands above all papers or, because its level is not that of the sections, above none.
    """
    first = curated.headings[0] if curated.headings else None
    beginning = curated.files[0].data[: first.span[0] if first else None][:_BEGINNING]
    if (html := _HTML.search(beginning)) and (title := _named(html[2].decode("utf-8", "replace"))):
        return title
    if first is None or (title := _named(first.text)) is None:
        return None
    if first.level > 1 and all(heading.level >= first.level for heading in curated.headings):
        return None
    key = heading_key(first.text)
    below = {key in map(heading_key, headings[:1]) for headings in papers}
    return title if len(below) == 1 else None


def _named(heading: str) -> str | None:
    title = clean_heading(heading)
    key = heading_key(heading)
    return title if key and key not in _NOT_A_TITLE and says_when(heading) is None else None
