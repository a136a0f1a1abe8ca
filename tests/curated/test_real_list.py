import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from pipeline.curated.agreement import Known, compare
from pipeline.curated.formats.read import read_list
from pipeline.curated.plan import entries_by_id
from pipeline.curated.types import Entry
from storage.arxiv_id import id_month
from tests.support.curated import pieces


def name_several_papers(entries: Sequence[Entry]) -> bool:
    """Say whether the titles of entries with one ID differ."""
    # Not by other readings, which can be names of authors that both entries have.
    return not all(
        compare(
            [one.title, one.full_title],
            one.authors,
            Known((other.title, other.full_title), other.authors),
        ).same
        for one, other in combinations(entries, 2)
    )


def test_real_list_matches_manual_counts(shared_data: Path) -> None:
    """Compare with counts made by grep and by reading the file.

    Published counts of this file are 416 IDs and 14 versioned links, because they include the
    commented-out entry on line 186.
    """
    path = shared_data / "curated-list.md"
    curated = read_list([path])
    entries = curated.entries
    data = path.read_bytes()

    assert b"".join(piece for _, piece in pieces(curated)) == data
    assert curated.unreadable == ()
    assert len(curated.headings) == 58 == len(re.findall(rb"(?m)^#{1,3} ", data))
    assert len(entries) == 477
    ids = {entry.arxiv_id.base for entry in entries if entry.arxiv_id}
    assert len(ids) == 415
    visible = re.sub(rb"(?s)<!--.*?-->", b"", data)
    linked = re.findall(rb"arxiv\.org/(?:abs|pdf)/(\d{4}\.\d{4,5})", visible)
    assert {text.decode() for text in linked} - ids == {"2405.19334"}  # the survey itself
    assert b"2402.15391" in data
    assert sum(entry.arxiv_id is None for entry in entries) == 21
    assert sum(bool(entry.arxiv_id and entry.arxiv_id.version) for entry in entries) == 13
    assert sum(entry.date is None for entry in entries) == 5
    assert [entry.line for entry in entries if not entry.authors] == [633, 2317]
    counts = [entry.links.citation.count for entry in entries if entry.links.citation]
    assert len(counts) - counts.count(None) == 412
    assert counts.count(0) == 52
    assert max(count or 0 for count in counts) == 33_630
    tags = Counter(tag for entry in entries for tag in entry.tags)
    assert (len(tags), tags["tokenizer"], tags["customization"]) == (21, 10, 4)


def test_real_list_has_known_shared_ids_and_sections(shared_data: Path) -> None:
    curated = read_list([shared_data / "curated-list.md"])
    by_id = entries_by_id(curated)

    assert sum(name_several_papers(entries) for entries in by_id.values()) == 10
    repeated = [
        Counter(entry.headings for entry in entries).most_common(1)[0][1] > 1
        for entries in by_id.values()
    ]
    assert sum(repeated) == 9
    sections = [{entry.headings for entry in entries} for entries in by_id.values()]
    assert sum(len(places) > 1 for places in sections) == 29


def test_real_list_dates_far_from_ids_are_known(shared_data: Path) -> None:
    entries = read_list([shared_data / "curated-list.md"]).entries
    apart = [
        abs((entry.date.year - year) * 12 + entry.date.month - month)
        for entry in entries
        if entry.date and entry.arxiv_id
        for year, month in [id_month(entry.arxiv_id.base)]
    ]

    assert len(apart) == 453
    # 27 were counted over the 449 dates without odd spaces: `(20 Oct 2023 )`, `(19 Apr2015)`.
    assert sum(months >= 2 for months in apart) == 28
