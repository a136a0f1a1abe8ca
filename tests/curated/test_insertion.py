"""Papers are inserted into hand-written lists in the lists' own style, touching no other byte."""

from datetime import date

import pytest

from benchmarks.list_papers import made_up
from benchmarks.list_styles import Style, divided, read_styles, write_list
from pipeline.curated.insertion.insert import insert_papers
from pipeline.curated.parse import parse_list
from pipeline.curated.types import ListFile
from tests.support.field import Case, read_cases
from tests.support.insertion import (
    added,
    insert_text,
    new_paper,
    taxonomy_of,
    taxonomy_of_list,
    without_insertions,
)

CASES = {case.name: case for case in read_cases()}
STYLES = {style.name: style for style in read_styles()}
PAPERS = sorted(made_up(24, seed=7), key=lambda paper: paper.day, reverse=True)

NEWEST_FIRST = """# List

## Boats

- **A Boat of Reeds and Rain** (3 Mar 2026) *Ada Example et al.* [[Paper](https://arxiv.org/abs/2603.00101)] [[Code](https://github.com/x/reeds)] `new`
- **Slow Ferries in the Fog** (1 Feb 2026) *Bo Sample et al.* [[Paper](https://arxiv.org/abs/2602.00102v2)]
- **Rafts for One Snail** (9 Jan 2026) *Cy Person et al.* [[Paper](https://arxiv.org/abs/2601.00103)]

## Bridges

- **Ropes Across the Pond** (2 Feb 2026) *Ada Example et al.* [[Paper](https://arxiv.org/abs/2602.00104)]
"""  # noqa: E501  lines of a list


def test_entry_has_the_form_of_its_neighbours() -> None:
    paper = new_paper(day=date(2026, 2, 20), code="https://github.com/y/otters")

    text, made = insert_text(NEWEST_FIRST, (paper, ["s0"]))

    (line,) = added(text, made)
    assert line == (
        "- **Lanterns for Shy Otters** (20 Feb 2026) *Ada Example et al.* "
        "[[Paper](https://arxiv.org/abs/2603.00001)] [[Code](https://github.com/y/otters)]"
    )


def test_newest_entry_stands_first_where_the_newest_do() -> None:
    text, _ = insert_text(NEWEST_FIRST, (new_paper(), ["s0"]))

    titles = [entry.title for entry in parse_list(text.encode()).entries]
    assert titles[0] == "Lanterns for Shy Otters"


def test_entry_stands_by_its_date() -> None:
    text, _ = insert_text(NEWEST_FIRST, (new_paper(day=date(2026, 1, 20)), ["s0"]))

    titles = [entry.title for entry in parse_list(text.encode()).entries]
    assert titles[2] == "Lanterns for Shy Otters"


def test_newest_entry_stands_last_where_the_oldest_come_first() -> None:
    lines = NEWEST_FIRST.split("\n")
    lines[4:7] = reversed(lines[4:7])

    text, _ = insert_text("\n".join(lines), (new_paper(), ["s0"]))

    titles = [entry.title for entry in parse_list(text.encode()).entries]
    assert titles[3] == "Lanterns for Shy Otters"


def test_listed_paper_is_not_added_again() -> None:
    paper = new_paper(arxiv_id="2602.00102")

    text, made = insert_text(NEWEST_FIRST, (paper, ["s1"]))

    assert text == NEWEST_FIRST
    assert made.listed["2602.00102"].line == 6


def test_paper_listed_with_a_wrong_id_is_not_added_again() -> None:
    paper = new_paper(title="Slow Ferries in the Fog")

    text, made = insert_text(NEWEST_FIRST, (paper, ["s0"]))

    assert text == NEWEST_FIRST
    assert made.listed[paper.arxiv_id].by_title


def test_paper_without_a_heading_is_refused_by_name() -> None:
    taxonomy = taxonomy_of(["List", "Boats"], ["List", "Kites"])

    text, made = insert_text(NEWEST_FIRST, (new_paper(), ["kites"]), taxonomy=taxonomy)

    assert text == NEWEST_FIRST
    assert [(one.arxiv_id, one.reason) for one in made.refused] == [
        ("2603.00001", 'the list has no heading "List / Kites"')
    ]


def test_paper_stands_in_each_of_its_sections() -> None:
    data = NEWEST_FIRST.encode()

    made = insert_papers(
        [ListFile("list.md", data)], [(new_paper(), ["s0", "s1"])], taxonomy_of_list(data)
    )

    assert [one.section for one in made.inserted] == ["s0", "s1"]
    assert without_insertions(made.files[0].data, made) == data


def test_heading_without_entries_gets_the_form_of_the_file() -> None:
    taxonomy = taxonomy_of(["List", "Boats"], ["List", "Kites"])
    for text in (
        NEWEST_FIRST.replace("## Bridges", "## Kites\n\n## Bridges"),
        NEWEST_FIRST.replace("## Bridges", "## Kites\n## Bridges"),
        NEWEST_FIRST + "\n## Kites\n",
        NEWEST_FIRST + "\n## Kites",
        NEWEST_FIRST.replace("## Bridges", "## Kites\n\nComing soon.\n\n## Bridges"),
    ):
        changed, made = insert_text(text, (new_paper(), ["kites"]), taxonomy=taxonomy)
        assert "- **Lanterns for Shy Otters** (12 Mar 2026) *Ada Example et al.*" in changed
        assert made.refused == ()


def test_table_without_rows_gets_a_head() -> None:
    text = (
        "# List\n\n## Boats\n\n| Title | Link |\n|---|---|\n"
        "| A Boat of Reeds and Rain | [arXiv](https://arxiv.org/abs/2603.00101) |\n\n## Kites\n"
    )
    taxonomy = taxonomy_of(["List", "Boats"], ["List", "Kites"])

    changed, _ = insert_text(text, (new_paper(), ["kites"]), taxonomy=taxonomy)

    assert changed.endswith(
        "## Kites\n\n| Title | Link |\n|---|---|\n"
        "| Lanterns for Shy Otters | [arXiv](https://arxiv.org/abs/2603.00001) |\n"
    )


HOSTILE = (
    "Pipes | and \\ slashes",
    "A `tick` and *stars* and _underscores_ in it",
    "[Brackets] and (more) of [them](https://example.org)",
    "<script>alert(1)</script> for Otters",
    "Half a <b> tag & an &amp; entity",
    "Lines\nbroken\r\nin three",
    "Right to \u202eleft and z\u200bero width",
    "# Not a heading",
    "1. Not a number",
    "<!-- Not a comment",
    "```Not a fence",
    "$\\alpha$ and 10\\% of it",
    "水壶与雨",
    "a title in lower case: with https://example.org/x",
    '"Quoted" and \u201ccurly\u201d',
    "-" * 40,
    "A" * 300,
)


@pytest.mark.parametrize("style", ["own form", "table of daily papers", "HTML list", "HTML table"])
def test_hostile_titles_change_nothing_else(style: str) -> None:
    data = write_list(STYLES[style], divided(PAPERS)).encode()
    section = taxonomy_of_list(data).sections[1].id
    papers = [
        (new_paper(number, " ".join(title.split())), [section])
        for number, title in enumerate(HOSTILE, start=1)
    ]

    text, made = insert_text(data, *papers)

    assert "<script" not in text
    assert "\u202e" not in text
    assert len(made.inserted) + len(made.refused) == len(HOSTILE)
    # dashes alone, an address as a title: refused by name
    assert len(made.refused) <= 4


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_field_list_takes_a_paper(case: Case) -> None:
    data = case.text.encode()
    sections = [section.id for section in taxonomy_of_list(data).sections]

    _, made = insert_text(
        data,
        (new_paper(), [sections[0]]),
        (new_paper(2, "Kites over Quiet Harbours"), sections[-1:]),
    )

    assert made.refused == ()


def test_heading_of_a_new_year_is_written_like_the_others() -> None:
    text = (
        "# List\n\n## Boats\n\n### 2025\n\n- [Slow Ferries in the Fog](https://arxiv.org/abs/2502.00102)\n\n"
        "### 2024\n\n- [Rafts for One Snail](https://arxiv.org/abs/2401.00103)\n"
    )

    changed, made = insert_text(text, (new_paper(), ["s0"]))

    assert made.inserted[0].data.decode() == (
        "### 2026\n\n- [Lanterns for Shy Otters](https://arxiv.org/abs/2603.00001)\n\n"
    )
    assert changed.index("### 2026") < changed.index("### 2025")


VENUES_IN_LINE = """## Boats

- [Paper Boats Remember Rain](https://arxiv.org/abs/2403.90001), ICML 2024
- [An Atlas of Folded Bridges](https://arxiv.org/abs/2403.90003), CVPR 2024
- [Ladders for Patient Snails](https://arxiv.org/abs/2303.90002)
"""
SHORT_VENUES = """## Boats

- **Paper Boats Remember Rain** *(ICML'24)* [[paper](https://arxiv.org/abs/2403.90001)]
- **An Atlas of Folded Bridges** *(CVPR'24)* [[paper](https://arxiv.org/abs/2403.90003)]
- **Ladders for Patient Snails** *(arXiv'24)* [[paper](https://arxiv.org/abs/2403.90002)]
"""
VENUES_IN_CELLS = """## Boats

| Title | Venue | Date |
|---|---|---|
| [Paper Boats Remember Rain](https://arxiv.org/abs/2403.90001) | ICML 2024 | 2024-03-01 |
| [An Atlas of Folded Bridges](https://arxiv.org/abs/2403.90003) | CVPR 2024 | 2024-03-01 |
| [Ladders for Patient Snails](https://arxiv.org/abs/2403.90002) | - | 2024-03-01 |
"""


@pytest.mark.parametrize(
    ("text", "venue", "expected"),
    [
        (VENUES_IN_LINE, "CVPR 2026", "/2603.00001), CVPR 2026\n"),
        (VENUES_IN_LINE, "NeurIPS 2025 (Oral)", "/2603.00001), NeurIPS 2025\n"),
        (VENUES_IN_LINE, "", "/2603.00001)\n"),
        (VENUES_IN_LINE, "Journal of Boats 12 (2026) 33-45", "/2603.00001)\n"),
        (VENUES_IN_LINE, "CVPR 2026 Workshop on Boats", "/2603.00001)\n"),
        (SHORT_VENUES, "CVPR 2026", "**Lanterns for Shy Otters** *(CVPR'26)* ["),
        (SHORT_VENUES, "", "**Lanterns for Shy Otters** *(arXiv'26)* ["),
        (VENUES_IN_CELLS, "CVPR 2026", "/2603.00001) | CVPR 2026 | 2026-03-12 |"),
        (VENUES_IN_CELLS, "", "/2603.00001) | - | 2026-03-12 |"),
    ],
)
def test_venue_is_written_where_entries_name_theirs(text: str, venue: str, expected: str) -> None:
    changed, made = insert_text(text, (new_paper(venue=venue), ["s0"]))

    assert made.refused == ()
    assert expected in changed


NEW_YEARS_FIRST = """# List

## 2024

### Boats

- [Slow Ferries in the Fog](https://arxiv.org/abs/2402.00102)

### Bridges

- [An Atlas of Folded Bridges](https://arxiv.org/abs/2401.00104)

## 2023

### Boats

- [Rafts for One Snail](https://arxiv.org/abs/2301.00103)

## Notes

Written by hand.
"""
NEW_YEARS_LAST = """# List

## 2023

### Boats

- [Rafts for One Snail](https://arxiv.org/abs/2301.00103)

## 2024

### Boats

- [Slow Ferries in the Fog](https://arxiv.org/abs/2402.00102)

### Bridges

- [An Atlas of Folded Bridges](https://arxiv.org/abs/2401.00104)"""
NEW = """## 2026

### Boats

- [Lanterns for Shy Otters](https://arxiv.org/abs/2603.00001)
- [Nets of Iron and Cord](https://arxiv.org/abs/2603.00003)

### Bridges

- [Kites over Quiet Harbours](https://arxiv.org/abs/2603.00002)"""
PAPERS_OF_2026 = (
    (new_paper(2, "Kites over Quiet Harbours"), ["bridges"]),
    (new_paper(1), ["boats"]),
    (new_paper(3, "Nets of Iron and Cord"), ["boats"]),
)
TOPICS_OF_YEARS = taxonomy_of(["List", "Boats"], ["List", "Bridges"])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_new_year_above_topics_is_written_with_them(end: str) -> None:
    for text, expected in (
        (NEW_YEARS_FIRST, NEW_YEARS_FIRST.replace("## 2024", f"{NEW}\n\n## 2024")),
        (NEW_YEARS_LAST, f"{NEW_YEARS_LAST}\n\n{NEW}"),
    ):
        changed, made = insert_text(
            text.replace("\n", end), *PAPERS_OF_2026, taxonomy=TOPICS_OF_YEARS
        )
        assert made.refused == ()
        assert changed == expected.replace("\n", end)


def test_new_year_at_the_top_of_a_file_stands_behind_its_byte_order_mark() -> None:
    text = "\ufeff## 2025\n\n### Boats\n\n- [Slow Ferries](https://arxiv.org/abs/2502.00102)\n"

    changed, _ = insert_text(text, (new_paper(), ["boats"]), taxonomy=taxonomy_of(["Boats"]))

    assert changed.startswith("\ufeff## 2026\n\n### Boats\n\n- [Lanterns for Shy Otters](")
    assert changed.endswith(text.removeprefix("\ufeff"))


def test_topic_is_added_to_a_year_that_lacks_it() -> None:
    paper = new_paper(4, "Nets of Straw", arxiv_id="2303.00004", day=date(2023, 3, 4))

    changed, made = insert_text(NEW_YEARS_FIRST, (paper, ["bridges"]), taxonomy=TOPICS_OF_YEARS)

    added_text = (
        "\n\n### Bridges\n\n- [Nets of Straw](https://arxiv.org/abs/2303.00004)\n\n## Notes"
    )
    assert changed == NEW_YEARS_FIRST.replace("\n\n## Notes", added_text)
    assert [one.arxiv_id for one in made.inserted] == ["2303.00004"]


def test_topic_without_entries_is_filled_in_its_year() -> None:
    text = NEW_YEARS_FIRST.replace("## 2024", "## 2026\n\n### Boats\n\n## 2024")

    changed, _ = insert_text(text, (new_paper(), ["boats"]), taxonomy=TOPICS_OF_YEARS)

    lines = "### Boats\n\n- [Lanterns for Shy Otters](https://arxiv.org/abs/2603.00001)\n\n"
    assert changed == text.replace("### Boats\n\n", lines, 1)


def test_refused_paper_of_a_new_year_leaves_no_heading() -> None:
    dashes = new_paper(5, "-" * 40)

    changed, made = insert_text(NEW_YEARS_FIRST, (dashes, ["boats"]), taxonomy=TOPICS_OF_YEARS)

    assert changed == NEW_YEARS_FIRST
    assert [one.reason for one in made.refused] == [
        'its section has no heading for March 2026; write "List / 2026 / Boats"'
    ]


FORMS = ("plain", "crlf", "mark", "no-end")


def takes_papers(style: Style, form: str) -> None:
    text = write_list(style, divided(PAPERS))
    data = {
        "plain": text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "mark": b"\xef\xbb\xbf" + text.encode(),
        "no-end": text.rstrip("\n").encode(),
    }[form]
    sections = [section.id for section in taxonomy_of_list(data).sections]
    last = new_paper(2, "BoatNet: Floating by Looking", code="https://github.com/a/boatnet")

    _, made = insert_text(data, (new_paper(), [sections[0]]), (last, [sections[-1]]))

    assert made.refused == ()
    if form == "crlf":
        new = made.files[0].data
        assert new.count(b"\n") == new.count(b"\r\n")


@pytest.mark.parametrize("place", range(len(STYLES)), ids=STYLES.keys())
def test_styled_list_takes_papers(place: int) -> None:
    takes_papers(list(STYLES.values())[place], FORMS[place % len(FORMS)])


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@pytest.mark.parametrize("form", FORMS)
def test_styled_list_takes_papers_in_every_form(style: Style, form: str) -> None:
    takes_papers(style, form)


def test_files_of_a_list_take_the_papers_of_their_sections() -> None:
    boats, kites = NEWEST_FIRST, NEWEST_FIRST.replace("Boats", "Kites").replace("2602.", "2502.")
    files = [ListFile("a.md", boats.encode()), ListFile("b.md", kites.encode())]
    taxonomy = taxonomy_of(["List", "Boats"], ["List", "Kites"])

    made = insert_papers(files, [(new_paper(), ["kites"])], taxonomy)

    assert made.files[0].data == files[0].data
    assert [one.file for one in made.inserted] == ["b.md"]


def test_insertions_of_one_call_are_checked_together() -> None:
    papers = [(new_paper(n, f"A Kite with {n} Tails in the Wind"), ["s0"]) for n in range(1, 9)]

    text, made = insert_text(NEWEST_FIRST, *papers)

    assert len(made.inserted) == 8
    assert text.count("Tails in the Wind** (12 Mar 2026) *Ada Example et al.*") == 8
