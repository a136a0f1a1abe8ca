"""Authors of an inserted paper: written as those of its neighbours, each once, nobody else's."""

import pytest

from tests.support.insertion import added, insert_text, new_paper

PEOPLE = ("Gus Hare", "Ida Newt", "Jo Toad")
NEIGHBOURS = (
    ("A Boat of Reeds and Rain", "3 Mar 2026", ("Lev Vole", "Mo Finch", "Cy Heron"), "2603.00101"),
    ("Slow Ferries in the Fog", "1 Feb 2026", ("Di Wren", "Ed Swift", "Flo Crane"), "2602.00102"),
)
LINE = "- **{title}** ({day}) {people} [[Paper](https://arxiv.org/abs/{key})]\n"
FOLDED = (
    "- **{title}** ({day})<details><summary>{people}</summary>{people}</details>\n"
    "[![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](https://arxiv.org/abs/{key})\n\n"
)


def inserted(line: str, form: str) -> str:
    """Insert a paper beside two whose authors have a form; return what was added."""
    entries = (
        line.format(title=title, day=day, people=form.format(*people), key=key)
        for title, day, people, key in NEIGHBOURS
    )
    text = "# List\n\n## Boats\n\n" + "".join(entries)
    return "\n".join(added(*insert_text(text, (new_paper(authors=PEOPLE), ["s0"]))))


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("{}, {}, {}", "Gus Hare, Ida Newt, Jo Toad"),
        ("{}; {}; {}", "Gus Hare; Ida Newt; Jo Toad"),
        ("{}, {} Jr., {}", "Gus Hare, Ida Newt, Jo Toad"),
        ("*{}, {}, {}*", "*Gus Hare, Ida Newt, Jo Toad*"),
        ("*{}*, *{}*, *{}*", "*Gus Hare, Ida Newt, Jo Toad*"),
        ("**{}**, {}, {}", "**Gus Hare, Ida Newt, Jo Toad**"),
        ("{}\u2020, {}\u2020, {}\u2021", "Gus Hare, Ida Newt, Jo Toad"),
        ("{}*, {}*, {}", "Gus Hare, Ida Newt, Jo Toad"),
        ("{}<sup>1</sup>, {}<sup>2</sup>, {}<sup>1,2</sup>", "Gus Hare, Ida Newt, Jo Toad"),
        ("{} (Uni), {} (Lab), {} (Uni)", "Gus Hare, Ida Newt, Jo Toad"),
        ("by {}, {}, and {}.", "by Gus Hare, Ida Newt, and Jo Toad."),
        ("{}, {} and {}", "Gus Hare, Ida Newt and Jo Toad"),
    ],
)
def test_authors_are_written_without_their_neighbours_notes(form: str, written: str) -> None:
    new = inserted(LINE, form)
    assert new == LINE.format(
        title="Lanterns for Shy Otters", day="12 Mar 2026", people=written, key="2603.00001"
    ).rstrip("\n")


@pytest.mark.parametrize(
    "form",
    ["{}, {}, {}", "{}, {} Jr., {}", "{} / {} / {}", "{} | {} | {}", "{} {} {}", "{} &amp; {} {}"],
)
@pytest.mark.parametrize("line", [LINE, FOLDED])
def test_no_author_is_repeated_or_another_papers(line: str, form: str) -> None:
    new = inserted(line, form)
    places = line.count("{people}")
    assert all(new.count(name) <= places for name in PEOPLE)
    others = [name for _, _, people, _ in NEIGHBOURS for name in people]
    assert [name for name in others if name in new] == []
