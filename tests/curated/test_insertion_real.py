"""The survey's own list takes papers in every section; skipped where it is not at hand."""

from pathlib import Path

from config.taxonomy import load_taxonomy
from pipeline.curated.insertion.insert import insert_papers
from pipeline.curated.types import ListFile
from tests.support.insertion import check_insertions, new_paper


def test_real_list_takes_a_paper_in_every_section(shared_data: Path) -> None:
    data = (shared_data / "curated-list.md").read_bytes()
    taxonomy = load_taxonomy()
    papers = [
        (new_paper(number, f"Lanterns for {number} Shy Otters: Made of Rain"), [section.id])
        for number, section in enumerate(taxonomy.sections, start=1)
    ]

    made = insert_papers([ListFile("list.md", data)], papers, taxonomy)

    check_insertions(data, made, [paper for paper, _ in papers])
    assert made.refused == ()
    for one in made.inserted:
        text = one.data.decode()
        assert "Rain** (12 Mar 2026)" in " ".join(text.split())
        assert "Ada Example, Bo Sample, Cy Person" in text
        assert text.count("(") == text.count(")")
        assert "badge/citation" not in text
