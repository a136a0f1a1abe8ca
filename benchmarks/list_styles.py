"""Write a list of given papers in the styles of real curated lists.

`list_styles.txt` has the forms of an entry and of what stands around it, as seen in lists on GitHub
until 2026. There a line `%% name | where` begins a style; then `%heading`, `%title`, `%around`,
`%years` and `%reference` set one line each; `%opens`, `%entry`, `%or` and `%closes` begin texts, of
which those of entries take turns.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

FORMS = Path(__file__).with_name("list_styles.txt")
#: named in the news and in the citation of a list, and no entry
OWN_SURVEY = "2405.19334"
#: English and Chinese names of sections
TOPICS = {
    "Generation": "生成",
    "Editing": "编辑",
    "Understanding": "理解",
    "Agents": "智能体",
    "Safety and Trust": "安全",
    "Datasets": "数据集",
}
_VENUES = ("arXiv", "ICLR", "CVPR", "NeurIPS", "ACL", "ICML", "TPAMI", "ECCV")
_PLACES = ("Tidewater University", "Northlight Labs", "Harbour Institute", "?")
_BEGINS = re.compile(r"(?m)^%% ")
_NEWS = f"""## 🔔 News

- **[2025/06/02]** The list has a page of its own.
- [2024/05/29] Our survey is [at arXiv](https://arxiv.org/abs/{OWN_SURVEY}).
"""
_NOTES = f"""## Contributing

- Open a pull request; see [the guide](CONTRIBUTING.md).

## Star History

[![Star History Chart](https://api.star-history.com/svg?repos=x/y)](https://star-history.com/#x/y)

## Citation

```bibtex
@article{{survey, title={{A Survey}}, journal={{arXiv preprint arXiv:{OWN_SURVEY}}}}}
```
"""


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """A paper as a curator writes it."""

    arxiv_id: str
    title: str
    authors: tuple[str, ...]
    day: date
    #: counts from 1 in its section
    number: int = 1
    abstract: str = "We show how it works."

    @property
    def cell(self) -> str:
        """The title in a table."""
        return self.title.replace("|", "\\|")

    @property
    def html(self) -> str:
        """The title in HTML."""
        return self.title.replace("&", "&amp;").replace("<", "&lt;")

    @property
    def url(self) -> str:
        """The page of the abstract."""
        return f"https://arxiv.org/abs/{self.arxiv_id}"

    @property
    def pdf(self) -> str:
        """The PDF."""
        return f"https://arxiv.org/pdf/{self.arxiv_id}"

    @property
    def nick(self) -> str:
        """The short name before the title's colon, or its first letters."""
        before, colon, _ = self.title.partition(":")
        if colon and before.isascii() and " " not in before:
            return before
        return "".join(word[0] for word in self.title.split()[:5] if word[0].isalnum()).upper()

    @property
    def short(self) -> str:
        """The short name in an address."""
        return re.sub(r"[^a-z0-9]", "", self.nick.lower()) or "x"

    @property
    def code(self) -> str:
        """A repository."""
        return f"https://github.com/lab{int(self.arxiv_id[-5:]) % 97}/{self.short}"

    @property
    def people(self) -> str:
        """All authors."""
        return ", ".join(self.authors)

    @property
    def first(self) -> str:
        """The first author."""
        return self.authors[0]

    @property
    def venue(self) -> str:
        """A venue without a year."""
        return _VENUES[int(self.arxiv_id[-3:]) % len(_VENUES)]

    @property
    def place(self) -> str:
        """Where its authors work."""
        return _PLACES[int(self.arxiv_id[-2:]) % len(_PLACES)]

    @property
    def month(self) -> str:
        """Such as `Mar 2025`."""
        return f"{self.day:%b %Y}"


@dataclass(frozen=True, slots=True)
class Style:
    """How a list is written; texts are format strings."""

    name: str
    #: a list that is written so
    seen: str
    entries: tuple[str, ...] = ()
    heading: str = "## {topic}"
    opens: str = ""
    closes: str = ""
    #: at the end of the file for each paper
    reference: str = ""
    title: str = "# Awesome Papers"
    around: tuple[str, ...] = field(default=())
    #: whether sections are divided by the year of the paper
    years: bool = False


def read_styles() -> tuple[Style, ...]:
    """Return all styles."""
    return tuple(map(_style, _BEGINS.split(FORMS.read_text(encoding="utf-8"))[1:]))


def write_list(style: Style, papers: Mapping[str, Sequence[ListedPaper]]) -> str:
    """Return the text of a list; `papers` are by topic, in order."""
    parts = [style.title, "", *_before(style, tuple(papers))]
    for number, (topic, below) in enumerate(papers.items(), start=1):
        chinese = TOPICS.get(topic, "其他")
        parts += [style.heading.format(topic=topic, chinese=chinese, number=number), ""]
        for year, of_year in _by_year(style, below):
            parts += [f"### {year}", ""] if year else []
            parts += [style.opens] if style.opens else []
            parts += [_entry(style, paper) for paper in of_year]
            parts += [style.closes] if style.closes else []
            parts.append("")
    if style.reference:
        parts += [style.reference.format(p=paper) for below in papers.values() for paper in below]
    if "notes" in style.around:
        parts.append(_NOTES)
    return "\n".join(parts).rstrip("\n") + "\n"


def divided(papers: Sequence[ListedPaper]) -> dict[str, list[ListedPaper]]:
    """Divide papers among the topics, numbered in each."""
    share = -(-len(papers) // len(TOPICS))
    return {
        topic: [
            replace(paper, number=number)
            for number, paper in enumerate(papers[place * share : (place + 1) * share], start=1)
        ]
        for place, topic in enumerate(TOPICS)
    }


def _entry(style: Style, paper: ListedPaper) -> str:
    return style.entries[paper.number % len(style.entries)].format(p=paper)


def _by_year(
    style: Style, papers: Sequence[ListedPaper]
) -> Iterator[tuple[int | None, Sequence[ListedPaper]]]:
    if not style.years:
        yield None, papers
        return
    for year in sorted({paper.day.year for paper in papers}, reverse=True):
        yield year, [paper for paper in papers if paper.day.year == year]


def _before(style: Style, topics: Sequence[str]) -> Iterator[str]:
    if "news" in style.around:
        yield _NEWS
    if "contents" in style.around:
        yield "## Table of Contents\n"
        yield from (f"- [{topic}](#{topic.lower().replace(' ', '-')})" for topic in topics)
        yield ""


def _style(text: str) -> Style:
    first, *lines = text.splitlines()
    name, _, seen = first.partition(" | ")
    style = Style(name, seen)
    texts: dict[str, list[list[str]]] = {"entry": [[]], "opens": [], "closes": []}
    into = texts["entry"][0]
    for line in lines:
        word, _, rest = line.partition(" ")
        match word:
            case "%heading":
                style = replace(style, heading=rest)
            case "%title":
                style = replace(style, title=rest)
            case "%reference":
                style = replace(style, reference=rest)
            case "%around":
                style = replace(style, around=tuple(rest.split()))
            case "%years":
                style = replace(style, years=True)
            case "%entry" | "%or" | "%opens" | "%closes":
                into = []
                texts["entry" if word == "%or" else word[1:]].append(into)
            case _:
                into.append(line)
    forms = {name: ["\n".join(one) for one in found if one] for name, found in texts.items()}
    return replace(
        style,
        entries=tuple(forms["entry"]),
        opens="".join(forms["opens"]),
        closes="".join(forms["closes"]),
    )
