"""Entries moved, decorated, nested, mixed and damaged: the same papers are read, byte for byte."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.list_papers import made_up
from benchmarks.list_styles import (
    OWN_SURVEY,
    ListedPaper,
    Style,
    divided,
    read_styles,
    write_list,
)
from pipeline.curated.account import Outcome, account
from pipeline.curated.agreement import Known
from pipeline.curated.parse import parse_list
from pipeline.curated.types import CuratedList, CuratedListError

PAPERS = made_up(60, seed=7)
STYLES = {style.name: style for style in read_styles()}
KNOWN = {paper.arxiv_id: Known((paper.title,), paper.authors) for paper in PAPERS}

#: what lists put around a title: before it, around it, behind it
BEFORE = (
    "", "🔥 ", "⭐️⭐️ ", ":star: ", "[2024/03] ", "2024-03-12 ", "(Mar 2024) ", "[x] ", "[ ] ",
    "[ICLR 2024] ", "`new` ", "📄 **NEW!** ", "<img src='new.gif' width=20> ",
    "![Stars](https://img.shields.io/github/stars/x/y) ",
    "[![Venue](https://img.shields.io/badge/ICML-2024-blue)](https://icml.example/) ",
)  # fmt: skip
WRAPPED = (
    "**{}**", "__{}__", "*{}*", "_{}_", "***{}***", '"{}"', "“{}”", '**"{}"**', "`{}`", "<b>{}</b>",
    "<u>{}</u>", "**{}.**",
)  # fmt: skip
BEHIND = (
    "", ".", ", Ada Example, Bo Sample", " (ICML 2024)", " `oral`", ", arXiv, 2024",
    " *Ada Example et al.*", " <br> Ada Example", " 🔥", " (12 Mar 2024)", " - a method for kites",
)  # fmt: skip
LINKS = (
    "[[Paper]({0.url})]", "[paper]({0.pdf}.pdf)", "[\\[pdf\\]]({0.pdf})", "<{0.url}>", "{0.url}",
    "(arXiv:{0.arxiv_id})", '<a href="{0.url}">[arXiv]</a>',
    "[[arXiv]({0.url}v2)] [[code]({0.code})]",
    "[![arXiv](https://img.shields.io/badge/arXiv-{0.arxiv_id}-b31b1b.svg)]({0.url})",
    "[link](https://doi.org/10.48550/arXiv.{0.arxiv_id})",
)  # fmt: skip
BULLETS = ("- ", "* ", "+ ", "1. ", "3) ", "-   ", "*\t")


@dataclass(frozen=True)
class Decoration:
    """How an entry is written."""

    before: str
    wrapped: str
    behind: str
    link: str
    linked: bool

    def write(self, paper: ListedPaper) -> str:
        """Return the text of an entry."""
        title = self.wrapped.format(paper.title)
        if self.linked:
            return f"{self.before}[{title}]({paper.url}){self.behind}"
        return f"{self.before}{title}{self.behind} {self.link.format(paper)}"


decorations = st.builds(
    Decoration,
    before=st.sampled_from(BEFORE),
    wrapped=st.sampled_from(WRAPPED),
    behind=st.sampled_from(BEHIND),
    link=st.sampled_from(LINKS),
    linked=st.booleans(),
)
some_papers = st.lists(st.sampled_from(PAPERS), min_size=1, max_size=8, unique=True)


def read(text: str | bytes, known: Mapping[str, Known] | None = None) -> CuratedList:
    data = text.encode() if isinstance(text, str) else text
    curated = parse_list(data, known=known)
    assert_accounted(curated, data)
    return curated


def assert_accounted(curated: CuratedList, data: bytes) -> None:
    """Assert that spans are exact and disjoint, and that they and the gaps make up the file."""
    position = 0
    parts = []
    spans = [heading.span for heading in curated.headings]
    spans += [entry.span for entry in curated.entries]
    spans += [fault.span for fault in curated.unreadable]
    for start, end in sorted(spans):
        assert position <= start < end <= len(data)
        assert data[start:end] == data[start:end].rstrip()
        parts += [data[position:start], data[start:end]]
        position = end
        data[start:end].decode()
    assert b"".join([*parts, data[position:]]) == data
    told = account(curated)
    assert sum(told.totals.values()) == len(told.named)
    for aside in curated.asides:
        start, end = aside.span
        assert 0 <= start < end <= len(data)
        data[start:end].decode()


def titles(curated: CuratedList) -> dict[str, str]:
    """Return the entries' titles by id; an id that is read twice fails."""
    found = [(one.arxiv_id.base, one.full_title) for one in curated.entries if one.arxiv_id]
    assert len(found) == len(dict(found))
    return dict(found)


def wanted(papers: Sequence[ListedPaper]) -> dict[str, str]:
    return {paper.arxiv_id: paper.title for paper in papers}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_style_is_read_without_arxiv(style: Style) -> None:
    curated = read(write_list(style, divided(PAPERS[:30])))

    assert titles(curated) == wanted(PAPERS[:30])
    assert curated.unreadable == ()
    outcomes = account(curated).arxiv_ids
    assert all(Outcome.ENTRY in outcomes[paper.arxiv_id] for paper in PAPERS[:30])
    assert outcomes.get(OWN_SURVEY, {Outcome.ASIDE}) == {Outcome.ASIDE}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@settings(max_examples=3)
@given(data=st.data())
def test_order_and_number_of_entries_change_no_title(style: Style, data: st.DataObject) -> None:
    papers = data.draw(some_papers)
    numbered = [replace(paper, number=place) for place, paper in enumerate(papers, start=1)]

    curated = read(write_list(style, {"Boats": numbered, "Agents": []}), KNOWN)

    assert titles(curated) == wanted(papers)


@settings(max_examples=40)
@given(papers=some_papers, styles=st.lists(st.sampled_from(list(STYLES)), min_size=1, max_size=4))
def test_styles_are_mixed_in_one_list(papers: list[ListedPaper], styles: list[str]) -> None:
    parts = []
    for place, name in enumerate(styles):
        of_style = [
            replace(paper, number=number)
            for number, paper in enumerate(papers[place :: len(styles)], start=1)
        ]
        if of_style:
            parts.append(write_list(STYLES[name], {f"Topic {'ABCD'[place]}": of_style}))

    assert titles(read("\n".join(parts), KNOWN)) == wanted(papers)


@settings(max_examples=40)
@given(papers=some_papers, each=st.lists(decorations, min_size=8, max_size=8), data=st.data())
def test_decorated_bullets_keep_their_titles(
    papers: list[ListedPaper], each: list[Decoration], data: st.DataObject
) -> None:
    lines = ["# List", "", "## Boats", ""]
    for paper, decoration in zip(papers, each, strict=False):
        lines.append(f"{data.draw(st.sampled_from(BULLETS))}{decoration.write(paper)}")
        lines += [""] * data.draw(st.integers(0, 1))

    assert titles(read("\n".join(lines), KNOWN)) == wanted(papers)


@settings(max_examples=40)
@given(papers=some_papers, decoration=decorations)
def test_decoration_is_learned_from_the_list(
    papers: list[ListedPaper], decoration: Decoration
) -> None:
    lines = ["# List", "", "## Boats", "", *(f"- {decoration.write(p)}" for p in papers)]

    curated = read("\n".join(lines))

    assert {one.arxiv_id.base for one in curated.entries if one.arxiv_id} == set(wanted(papers))
    for one in curated.entries:
        assert one.arxiv_id is not None
        assert KNOWN[one.arxiv_id.base].titles[0] in {one.full_title, *one.readings}


@settings(max_examples=40)
@given(papers=some_papers, decoration=decorations)
def test_decorated_paragraphs_keep_their_titles(
    papers: list[ListedPaper], decoration: Decoration
) -> None:
    lines = ["# List", "", "## Boats", "", *(f"{decoration.write(p)}\n" for p in papers)]

    assert titles(read("\n".join(lines), KNOWN)) == wanted(papers)


@settings(max_examples=40)
@given(papers=some_papers, decoration=decorations)
def test_decorated_rows_keep_their_titles(
    papers: list[ListedPaper], decoration: Decoration
) -> None:
    rows = [f"| {number} | {decoration.write(p)} |" for number, p in enumerate(papers, start=1)]
    lines = ["# List", "", "## Boats", "", "| No. | Paper |", "|---|---|", *rows]

    assert titles(read("\n".join(lines), KNOWN)) == wanted(papers)


@settings(max_examples=40)
@given(papers=some_papers, decoration=decorations, data=st.data())
def test_nested_bullets_keep_their_titles(
    papers: list[ListedPaper], decoration: Decoration, data: st.DataObject
) -> None:
    lines = ["# List", "", "## Boats", "", "- Topic"]
    depth = 1
    for paper in papers:
        depth = data.draw(st.integers(1, 2))
        lines += ["  - Part"] if depth == 2 else []
        lines.append(f"{'  ' * depth}- {decoration.write(paper)}")

    assert titles(read("\n".join(lines), KNOWN)) == wanted(papers)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("ends", ["\r\n", "\r"], ids=["crlf", "cr"])
def test_line_ends_change_nothing(style: Style, ends: str) -> None:
    text = write_list(style, divided(PAPERS[:6]))
    plain = read(text, KNOWN)

    changed = read(text.replace("\n", ends).encode(), KNOWN)

    assert titles(changed) == titles(plain)
    assert [one.line for one in changed.entries] == [one.line for one in plain.entries]
    assert [one.headings for one in changed.entries] == [one.headings for one in plain.entries]


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_mark_and_missing_newline_change_nothing(style: Style) -> None:
    text = write_list(style, divided(PAPERS[:6]))
    plain = read(text, KNOWN)

    for changed in (b"\xef\xbb\xbf" + text.encode(), text.rstrip("\n").encode()):
        assert titles(read(changed, KNOWN)) == titles(plain)


SOUP = (
    "- ", "* ", "1. ", "  ", "\t", "\n", "\n\n", "> ", "# ", "## ", "---\n", "===\n", "**", "*",
    "_", "`", "```\n", "~~~\n", "[", "]", "(", ")", "[[", "]]", "](", "![", "<!--", "-->",
    "<details>", "</details>", "<summary>", "</summary>", "<table>", "<tr><td>", "</td></tr>",
    "</table>", "<ul>", "<li>", "</ul>", '<a href="', '">', "</a>", "<br>", "| ", " |",
    "|---|---|\n", "[1]: ", "[^1]", "&amp;", "&#x0;", "\\", "\\\n", "\r", "\r\n", "\x00",
    "\ufeff", "\u2028", "é", "水壶", "🔥", "“", "”", "https://arxiv.org/abs/2403.90001",
    "arXiv:2403.90002", "2403.90003", "Paper Boats", "News", "Paper: ", "论文\uff1a", "(2024)",
    "https://doi.org/10.48550/arXiv.2403.90001", "ICML 2024", ":",
)  # fmt: skip


@given(st.lists(st.sampled_from(SOUP), max_size=60).map("".join))
@settings(max_examples=150)
def test_any_markup_is_accounted_for(text: str) -> None:
    read(text)
    read(text, KNOWN)


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except CuratedListError as error:
        assert "UTF-8" in str(error)  # noqa: PT017  both outcomes are right
