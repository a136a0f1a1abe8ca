"""A paper that is not at arXiv in a list: it is linked by its DOI, and found again by it."""

import pytest

from pipeline.curated.agreement import Known
from pipeline.curated.insertion.insert import insert_papers
from pipeline.curated.parse import parse_list
from pipeline.curated.types import ListFile
from storage.paper_key import key_address
from tests.support.insertion import added, insert_text, new_paper, taxonomy_of_list

JOURNAL = "doi:10.1000/agents.7"
HOSTILE = "doi:10.1002/(sici)1521<1::aid-\"'&;>3.0.co;2-#?%41"
ENTRIES = [
    "- **{title}** (3 Mar 2026) [[Paper](https://arxiv.org/abs/{id})]",
    "- [{title}](https://arxiv.org/abs/{id}), 2026-03-03",
    "- **{title}**, arXiv 2026. [[arXiv](https://arxiv.org/abs/{id})]",
    "- {title} [![arXiv](https://img.shields.io/badge/arXiv-{id}-b.svg)](https://arxiv.org/abs/{id})",
    "- **{title}** [[arXiv:{id}](https://arxiv.org/abs/{id})]",
    "| 2026-03 | {title} | [arXiv](https://arxiv.org/abs/{id}) |",
]
TITLES = ("A Boat of Reeds and Rain", "Slow Ferries in the Fog", "Rafts for One Snail")


def list_of(entry: str) -> str:
    """Return a list of three papers in one form."""
    head = "| Date | Title | Paper |\n|---|---|---|\n" if entry.startswith("|") else ""
    lines = [entry.format(title=title, id=f"2603.0010{n}") for n, title in enumerate(TITLES)]
    return f"# List\n\n## Boats\n\n{head}" + "\n".join(lines) + "\n"


@pytest.mark.parametrize("key", [JOURNAL, HOSTILE])
@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_links_the_doi_and_names_no_arxiv(entry: str, key: str) -> None:
    before = list_of(entry)
    text, made = insert_text(before, (new_paper(arxiv_id=key), ["s0"]))
    [line] = added(text, made)
    assert key_address(key) in line
    assert "arxiv" not in line.lower()
    assert "2603" not in line
    known = {key: Known(("Lanterns for Shy Otters",), ())}
    [own] = [one for one in parse_list(text.encode(), known).entries if one.title.startswith("Lan")]
    assert own.arxiv_id is not None
    assert own.arxiv_id.base == key


@pytest.mark.parametrize("key", [JOURNAL, HOSTILE])
def test_paper_that_is_listed_is_not_inserted_again(key: str) -> None:
    paper = new_paper(arxiv_id=key, title="Otters of Another Title")
    line = f"- **Some Otters** (3 Mar 2026) [[Paper]({key_address(key)})]\n"
    data = (list_of(ENTRIES[0]) + line).encode()
    made = insert_papers([ListFile("a.md", data)], [(paper, ["s0"])], taxonomy_of_list(data))
    assert made.inserted == ()
    assert made.listed[key].entry is not None


def test_doi_of_a_work_that_is_not_held_stays_a_link() -> None:
    line = f"- **Some Otters** (3 Mar 2026) [[Paper]({key_address(JOURNAL)})]\n"
    [entry] = parse_list(f"# List\n\n{line}".encode()).entries
    assert entry.arxiv_ids == ()
    assert entry.links.paper == key_address(JOURNAL)
