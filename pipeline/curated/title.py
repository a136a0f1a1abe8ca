"""Find the title of a list: its first heading, often one in HTML above the headings of Markdown."""

import re
from collections.abc import Sequence
from pathlib import Path

from config.errors import LivingSurveyError
from config.headings import clean_heading, heading_key
from config.schema import SurveySettings
from config.when import says_when
from pipeline.curated.types import CuratedList, ListFile

#: the name of a survey that has neither a title nor a list with one
UNNAMED = "Living Survey"

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
#: bytes in which a title is looked for
_BEGINNING = 10_000


def survey_title(settings: SurveySettings) -> str:
    """Return the survey's name: the settings' title, else the list's, else that of the program."""
    return settings.title or list_title(settings.list) or UNNAMED


def list_title(paths: Sequence[Path]) -> str | None:
    """Return the title of the list in files and directories, or None; a faulty list has none.

    Only its beginning is read, because reading a whole list takes seconds.
    """
    if not paths:
        return None
    from pipeline.curated.formats.read import (  # noqa: PLC0415  starts slowly; few need it
        open_list,
        read_files,
    )

    try:
        first = open_list(paths)[0]
        curated = read_files([ListFile(first.name, _beginning(first.data))])
    except LivingSurveyError:  # `bootstrap` and `doctor` say what is wrong with it
        return None
    return title_of(curated, [entry.headings for entry in curated.entries])


def _beginning(data: bytes) -> bytes:
    return data if len(data) <= _BEGINNING else data[: data.rfind(b"\n", 0, _BEGINNING) + 1]


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
