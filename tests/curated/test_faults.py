import re
from collections import Counter
from pathlib import Path

from pipeline.curated.faults import FaultKind, find_faults, shared_ids
from pipeline.curated.parse import parse_list, read_list
from storage.arxiv_id import id_month
from tests.support.curated import LIST


def test_every_kind_of_fault_is_found_with_its_lines() -> None:
    faults = find_faults(parse_list(LIST.encode()))

    assert [(fault.kind, fault.arxiv_id) for fault in faults] == [
        (FaultKind.SHARED_ID, "2502.00001"),
        (FaultKind.NO_ID, None),
        (FaultKind.REPEATED, "2502.00001"),
        (FaultKind.UNREADABLE, None),
    ]
    shared = faults[0]
    lines = LIST.split("\n")
    assert shared.line == shared.lines[0]
    assert ["(12 Feb 2025)" in lines[n - 1] for n in shared.lines] == [True, True, False]
    assert "used for 2 papers: 'Lantern" in shared.message


def test_a_paper_twice_in_one_section_is_a_fault_and_in_two_sections_is_none() -> None:
    entry = "+ **One** (1 Jan 2024) [Paper](https://arxiv.org/abs/2401.00001)\n"

    twice = find_faults(parse_list(f"# A\n{entry}{entry}# B\n{entry}".encode()))

    assert [(fault.kind, fault.lines) for fault in twice] == [(FaultKind.REPEATED, (2, 3))]
    assert twice[0].message == "2401.00001 stands 2 times under A"
    assert find_faults(parse_list(f"# A\n{entry}# B\n{entry}".encode())) == ()


def test_checks_can_be_chosen() -> None:
    curated = parse_list(LIST.encode())

    assert {fault.kind for fault in find_faults(curated, (shared_ids,))} == {FaultKind.SHARED_ID}


def test_the_real_list_is_read_as_counted_by_hand(shared_data: Path) -> None:
    """Each number was counted apart from the parser, with grep and by looking.

    Two differ from the counts that others published of this file, because they read the
    commented-out entry on line 186: with it there are 416 ids and 14 versioned links.
    """
    path = shared_data / "curated-list.md"
    curated = read_list(path)
    entries = curated.entries
    data = path.read_bytes()

    assert b"".join(piece for _, piece in curated.pieces()) == data
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


def test_the_faults_of_the_real_list(shared_data: Path) -> None:
    curated = read_list(shared_data / "curated-list.md")

    faults = find_faults(curated)

    ids = {kind: {f.arxiv_id for f in faults if f.kind == kind} for kind in FaultKind}
    assert len(ids[FaultKind.SHARED_ID]) == 10
    assert len(ids[FaultKind.REPEATED]) == 9
    assert sum(fault.kind == FaultKind.NO_ID for fault in faults) == 21
    assert sum(fault.kind == FaultKind.UNREADABLE for fault in faults) == 0
    sections: dict[str, set[tuple[str, ...]]] = {}
    for entry in curated.entries:
        if entry.arxiv_id:
            sections.setdefault(entry.arxiv_id.base, set()).add(entry.headings)
    assert sum(len(places) > 1 for places in sections.values()) == 29


def test_dates_of_the_real_list_far_from_their_ids(shared_data: Path) -> None:
    entries = read_list(shared_data / "curated-list.md").entries
    apart = [
        abs((entry.date.year - year) * 12 + entry.date.month - month)
        for entry in entries
        if entry.date and entry.arxiv_id
        for year, month in [id_month(entry.arxiv_id.base)]
    ]

    assert len(apart) == 453
    # 27 were counted over the 449 dates without odd spaces: `(20 Oct 2023 )`, `(19 Apr2015)`.
    assert sum(months >= 2 for months in apart) == 28
