"""Insert papers into small lists, and check what every insertion must keep."""

import re
from collections.abc import Sequence
from datetime import date

from config.taxonomy import Section, Taxonomy
from config.when import says_when
from pipeline.curated.agreement import Known
from pipeline.curated.insertion.insert import Insertions, insert_papers
from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.parse import parse_list
from pipeline.curated.types import Entry, ListFile

DAY = date(2026, 3, 12)


def new_paper(
    number: int = 1, title: str = "Lanterns for Shy Otters", **changes: object
) -> NewPaper:
    """Return a made-up paper of March 2026."""
    values: dict[str, object] = {
        "arxiv_id": f"2603.{number:05d}",
        "title": title,
        "authors": ("Ada Example", "Bo Sample", "Cy Person", "Di Model"),
        "day": DAY,
    }
    return NewPaper(**(values | changes))  # type: ignore[arg-type]


def taxonomy_of(*paths: Sequence[str]) -> Taxonomy:
    """Return a taxonomy whose sections have these headings; the ids are their last words."""
    sections: list[Section] = []
    for path in paths:
        slug = re.sub(r"[^a-z0-9]+", "-", path[-1].lower()).strip("-") or f"s{len(sections)}"
        sections.append(
            Section(
                slug, tuple(path), tuple(path), "t", None, None, "", (), {"en": slug, "zh": slug}
            )
        )
    return Taxonomy("Small Contraptions", (), tuple(sections), repr(paths))


def taxonomy_of_list(data: bytes) -> Taxonomy:
    """Return a taxonomy of all headings over a list's entries, without those that say when."""
    paths: dict[tuple[str, ...], None] = {}
    for entry in parse_list(data).entries:
        paths[tuple(text for text in entry.headings if not says_when(text))] = None
    numbered = [
        Section(f"s{n}", path, path, "t", None, None, "", (), {"en": f"s{n}", "zh": f"s{n}"})
        for n, path in enumerate(paths)
    ]
    return Taxonomy("Small Contraptions", (), tuple(numbered), repr(tuple(paths)))


def insert_text(
    text: str | bytes, *papers: tuple[NewPaper, Sequence[str]], taxonomy: Taxonomy | None = None
) -> tuple[str, Insertions]:
    """Return a list with papers inserted, after checking that nothing else changed."""
    data = text.encode() if isinstance(text, str) else text
    made = insert_papers([ListFile("list.md", data)], papers, taxonomy or taxonomy_of_list(data))
    check_insertions(data, made, [paper for paper, _ in papers])
    return made.files[0].data.decode(), made


def check_insertions(data: bytes, made: Insertions, papers: Sequence[NewPaper]) -> None:
    """Check that only whole insertions were added, and that the reader sees just the new papers."""
    new = made.files[0].data
    assert without_insertions(new, made) == data
    known = {paper.arxiv_id: Known((paper.title,), paper.authors) for paper in papers}
    before, after = parse_list(data).entries, parse_list(new, known).entries
    ids = {one.arxiv_id for one in made.inserted}
    old = [entry for entry in after if not (entry.arxiv_id and entry.arxiv_id.base in ids)]
    assert [said(entry) for entry in old] == [said(entry) for entry in before]
    assert len(after) - len(old) == len(made.inserted)


def said(entry: Entry) -> tuple[object, ...]:
    """Return what an entry says, without its place."""
    return entry.full_title, entry.arxiv_ids, entry.date, entry.headings, entry.links, entry.tags


def without_insertions(data: bytes, made: Insertions) -> bytes:
    """Remove what was inserted, from the end."""
    shift = 0
    places = []
    for one in made.inserted:
        places.append((one.offset + shift, one.data))
        shift += len(one.data)
    for place, inserted in reversed(places):
        assert data[place : place + len(inserted)] == inserted
        data = data[:place] + data[place + len(inserted) :]
    return data


def added(text: str | bytes, made: Insertions) -> list[str]:
    """Return the text of each insertion, without blank lines around it."""
    return [one.data.decode().strip("\r\n") for one in made.inserted]
