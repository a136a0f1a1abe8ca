"""Headings of a list become a valid taxonomy whose guesses are marked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.taxonomy import load_taxonomy, parse_taxonomy
from config.when import When, says_when
from pipeline.curated.parse import parse_list
from pipeline.curated.types import Aside, AsideReason, CuratedListError, ListFile
from pipeline.demo.replica.server import ReplicaServer
from pipeline.taxonomy.draft import Draft, draft_taxonomy
from pipeline.taxonomy.draft_cues import distinctive
from pipeline.taxonomy.draft_labels import labels_of
from pipeline.taxonomy.draft_refusal import NothingToDraftError
from tests.support.cli import survey_in_process
from tests.support.draft import Field, graph_databases, robot_grasping


def draft(text: str) -> Draft:
    return draft_taxonomy(parse_list(text.encode()), load_taxonomy(), name="A survey")


def entries(*titles: str) -> str:
    return "".join(f"- [{title}](https://arxiv.org/abs/2401.0000{n})\n"
                   for n, title in enumerate(titles, start=1))  # fmt: skip


def test_list_of_another_field_becomes_tasks_and_sections(tmp_path: Path) -> None:
    found = draft(robot_grasping(tmp_path).list_text)
    assert found.title == "Awesome Robot Grasping"
    assert not found.built_in_labels
    assert found.taxonomy.title == "Awesome Robot Grasping"
    assert [(s.id, s.path, s.labels) for s in found.taxonomy.sections] == [
        ("grasp-synthesis-parallel-jaw", ("Grasp Synthesis", "Parallel-Jaw"),
         (("task", "grasp-synthesis"),)),
        ("grasp-synthesis-dexterous-hands", ("Grasp Synthesis", "Dexterous Hands"),
         (("task", "grasp-synthesis"),)),
        ("sensing-tactile", ("Sensing", "Tactile"), (("task", "sensing"),)),
        ("sensing-datasets", ("Sensing", "Datasets"), (("task", "sensing"),)),
        ("surveys", ("Surveys",), (("task", "surveys"),)),
    ]  # fmt: skip
    assert found.taxonomy.sections[0].headings[0] == "Awesome Robot Grasping"
    assert set(found.entries.values()) == {6}


def test_flat_list_has_a_task_for_each_section(tmp_path: Path) -> None:
    found = draft(graph_databases(tmp_path).list_text)
    assert (found.title, found.taxonomy.title) == (None, "A survey")
    assert [(s.id, s.task) for s in found.taxonomy.sections] == [
        (name, name) for name in ("storage-engines", "query-languages", "transactions", "other")
    ]


def test_cues_are_heading_words_and_distinctive_words(tmp_path: Path) -> None:
    sections = {s.id: s for s in draft(graph_databases(tmp_path).list_text).taxonomy.sections}
    assert sections["storage-engines"].cues[0] == "storage engines"
    assert "storage" in " ".join(sections["storage-engines"].cues[1:])
    assert "other" not in sections["other"].cues  # a heading without meaning is not a cue
    every = [cue for section in sections.values() for cue in section.cues]
    assert len(set(every)) == len(every)


def test_definitions_are_marked_as_drafts(tmp_path: Path) -> None:
    for section in draft(robot_grasping(tmp_path).list_text).taxonomy.sections:
        assert section.definition.startswith(f'Draft: papers under "{" > ".join(section.path)}"')
        assert "Part 0" in section.definition


def test_own_list_gets_the_built_in_labels(shared_data: Path) -> None:
    found = draft((shared_data / "curated-list.md").read_text(encoding="utf-8"))
    built_in = {s.headings: s for s in load_taxonomy().sections}
    assert len(found.taxonomy.sections) == 37
    assert found.built_in_labels
    assert found.unplaced == ()
    assert found.title == "LLMs Meet Multimodal Generation and Editing: A Survey"
    for section in found.taxonomy.sections:
        assert section.labels == built_in[section.headings].labels
    differing = [s.id for s in found.taxonomy.sections if s.id != built_in[s.headings].id]
    assert differing == ["safety-3d-video-and-audio-safety"]


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        (("Video Generation", "Audio-Video"), ("generation", "video", "audio-video")),
        (("Image Editing", "Non-LLM-based (Clip/T5)"), ("editing", "image", "non-llm-based")),
        (("Benchmarks for Image Generation",), ("generation", "image", "benchmark")),
        (("Surveys",), ("survey", None, None)),
        (("Safety", "Video"), ("safety", None, None)),
        (("Text Understanding",), ("understanding", None, None)),
        (("Grasp Planning",), (None, None, None)),
    ],
)
def test_headings_name_labels(
    path: tuple[str, ...], labels: tuple[str | None, str | None, str | None]
) -> None:
    found = labels_of(path, load_taxonomy())
    assert (found.task, found.modality, found.technique) == labels


def test_unnamed_sections_get_their_own_task() -> None:
    text = "## Image Generation\n" + entries("One", "Two") + "## Video Editing\n" + entries("Three")
    found = draft(text + "## Cooking\n### Soups\n" + entries("Four") + "### Stews\n" + entries("V"))
    assert found.built_in_labels
    assert [(s.id, s.labels) for s in found.taxonomy.sections] == [
        ("generation-image", (("task", "generation"), ("modality", "image"))),
        ("editing-video", (("task", "editing"), ("modality", "video"))),
        ("cooking-soups", (("task", "cooking"),)),
        ("cooking-stews", (("task", "cooking"),)),
    ]


@pytest.mark.parametrize(
    ("headings", "ids"),
    [
        (["## A", "## B", "## A"], ["a", "b"]),
        (["## Same", "### Same!"], ["same", "same-same"]),
        (["## 图像", "## 视频"], ["section", "section-2"]),
        (["# Only"], ["only"]),
        (["## C", "## C++", "## C#"], ["c", "c-2", "c-3"]),
        (["# T", "## Über `uns`", '## "Q" \\ ] \x7f'], ["t", "uber-uns", "q"]),
        (["## " + "Long " * 40, "## B"], ["long", "b"]),
        (["## 🎉", "## A", "## B"], ["a", "b"]),
    ],
)
def test_draft_of_any_headings_is_valid(headings: list[str], ids: list[str]) -> None:
    text = "".join(f"{heading}\n\n{entries('A study')}\n" for heading in headings)
    found = draft(text)
    assert [section.id for section in found.taxonomy.sections][: len(ids)] == ids
    for entry in parse_list(text.encode()).entries:
        section = found.taxonomy.section_at(entry.headings)
        assert (section is None) == (entry.line in [place.line for place in found.unplaced])


@pytest.mark.parametrize(
    ("text", "ids", "names"),
    [
        ("# T\n## 1. Oil\n### 1.1 Lamps\n{}### 1.2 Wicks\n{}## 2. Wax\n### 2.1 Candles\n{}",
         ["oil-lamps", "oil-wicks", "wax"], ["Lamps", "Wicks", "Candles"]),
        ("## I. Oil\n{}## II. Wax\n{}", ["oil", "wax"], ["Oil", "Wax"]),
        ("## 一、 Oil\n{}## 第二章 Wax\n{}", ["oil", "wax"], ["Oil", "Wax"]),
        ("## 3D Lamps\n{}## 2.5D Wax\n{}## B. Shade\n{}",
         ["3d-lamps", "2-5d-wax", "b-shade"], ["3D Lamps", "2.5D Wax", "B. Shade"]),
        ("## 🔥 **Oil** <a name='oil'></a>\n{}## Wax :fire:\n{}", ["oil", "wax"], ["Oil", "Wax"]),
    ],
)  # fmt: skip
def test_numbers_and_marks_are_not_section_words(
    text: str, ids: list[str], names: list[str]
) -> None:
    text = text.replace("{}", entries("A study", "Another"))
    found = draft(text)
    assert [section.id for section in found.taxonomy.sections] == ids
    assert [section.names["en"] for section in found.taxonomy.sections] == names
    for entry in parse_list(text.encode()).entries:
        assert found.taxonomy.section_at(entry.headings) is not None


def test_ids_of_chinese_headings_use_title_words() -> None:
    grasp, walk = (
        entries("Robot grasping", "Grasping", "On grasping"),
        entries("Walking", "On walking"),
    )
    found = draft(f"# 论文\n## 机器人\n### 操作\n{grasp}### 导航\n{walk}")
    assert [section.id for section in found.taxonomy.sections] == ["grasping", "walking"]
    assert [section.names["en"] for section in found.taxonomy.sections] == ["操作", "导航"]


def test_headings_of_tables_and_plain_items_are_used() -> None:
    table = "| Title | Link |\n|---|---|\n| Lamps | [PDF](https://arxiv.org/pdf/2401.00001) |\n\n"
    plain = "* Candles (Ann), 2024. https://arxiv.org/abs/2401.00002\n"
    found = draft(f"## Oil\n\n{table}## Wax\n\n{plain}")
    assert found.entries == {"oil": 1, "wax": 1}


def test_entries_above_all_headings_are_reported_by_line() -> None:
    found = draft(entries("Lost") + "\n## Found\n" + entries("Here"))
    assert [place.line for place in found.unplaced] == [1]
    with pytest.raises(NothingToDraftError, match="nothing to draft"):
        draft(entries("Lost"))


ONE = entries("Copper Kettles")


def sections_of(*texts: str) -> dict[str, str | None]:
    """Return the section IDs of files, each with what it is ordered by."""
    curated = parse_list([ListFile(f"{n}.md", text.encode()) for n, text in enumerate(texts)])
    found = draft_taxonomy(curated, load_taxonomy(), name="Odd Machines")
    assert found.unplaced == ()
    assert all(found.taxonomy.section_at(entry.headings) for entry in curated.entries)
    return {section.id: section.by_date for section in found.taxonomy.sections}


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("# T\n## Kettles\n### 2024\n{}### 2023\n{}## Lanterns\n### 2024\n{}",
         {"kettles": "year", "lanterns": "year"}),
        ("# T\n## 2024\n### Kettles\n{}### Lanterns\n{}## 2023\n### Kettles\n{}",
         {"kettles": "year", "lanterns": "year"}),
        ("# T\n## Kettles\n{}### CVPR 2024\n{}## Lanterns\n{}",
         {"kettles": "venue", "lanterns": None}),
        ("# T\n## Kettles\n### 2024\n#### March\n{}#### May\n{}## Lanterns\n{}",
         {"kettles": "month", "lanterns": None}),
        ("# Machines\n## 2024\n{}## 2023\n{}", {"machines": "year"}),
        ("# A Survey\n## Week of March 4\n{}## Week of May 1\n{}", {"a-survey": "week"}),
        ("{}## 2024\n{}## 2023\n{}", {"odd-machines": "year"}),
        ("# T\n## 2024\n{}## Kettles\n{}", {"t": "year", "kettles": None}),
    ],
)  # fmt: skip
def test_headings_that_say_when_are_folded(text: str, sections: dict[str, str | None]) -> None:
    assert sections_of(text.replace("{}", ONE)) == sections


def test_folded_headings_are_said_in_the_draft() -> None:
    found = draft(f"# T\n## Kettles\n### 2024\n{ONE}### 2023\n{ONE}## Lanterns\n{ONE}")
    assert "# These headings of it say when, not what: 2024, 2023." in found.text
    assert [(d.section, d.by_date, d.headings) for d in found.dated] == [
        ("kettles", When.YEAR, ("2024", "2023"))
    ]
    assert "2024" not in "".join(heading for s in found.taxonomy.sections for heading in s.headings)


def test_several_files_are_one_taxonomy() -> None:
    first = f"# Odd Machines\n## Kettles\n{ONE}"
    second = f"# Odd Machines, part 2\n## Lanterns\n{ONE}## 2. **kettles**\n{ONE}"
    assert sections_of(first, second) == {"kettles": None, "lanterns": None}
    flat = f"# Bells\n{ONE}"
    assert sections_of(first, second, flat) == {"kettles": None, "lanterns": None, "bells": None}
    curated = parse_list([ListFile("a.md", first.encode()), ListFile("b.md", second.encode())])
    found = draft_taxonomy(curated, load_taxonomy(), name="x")
    assert found.taxonomy.list_titles == ("Odd Machines", "Odd Machines, part 2")
    assert found.title == "Odd Machines"
    assert found.entries == {"kettles": 2, "lanterns": 1}
    assert [section.path for section in found.taxonomy.sections] == [("Kettles",), ("Lanterns",)]


def test_bilingual_list_is_drafted_in_both_languages() -> None:
    found = draft(f"# T\n## 46.Kettles(水壶)\n{ONE}## 1.Lanterns(灯笼)\n{ONE}")
    assert [(s.id, s.names["en"], s.names["zh"]) for s in found.taxonomy.sections] == [
        ("kettles", "Kettles", "水壶"), ("lanterns", "Lanterns", "灯笼")
    ]  # fmt: skip
    assert 'languages = ["en", "zh"]' in found.text
    assert 'languages = ["zh"]' in draft(f"# 论文\n## 水壶\n{ONE}## 灯笼\n{ONE}").text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Odd Machines\n## Kettles\n{}", "Odd Machines"),
        ("# 🔥 Odd Machines [![b](u)](v)\n# Kettles\n{}# Lanterns\n{}", "Odd Machines"),
        ("# Contents\n# Kettles\n{}# Lanterns\n{}", None),
        ("## Kettles\n{}## Lanterns\n{}", None),
        ("# Odd Machines\n{}", "Odd Machines"),
        ('<div align="center">\n<h2> Odd <b>Machines</b> </h2>\n</div>\n\n# About\n\n# Kettles\n{}',
         "Odd Machines"),
        ("# 2024\n## Kettles\n{}# 2023\n## Kettles\n{}", None),
    ],
)  # fmt: skip
def test_title_is_the_list_s_own(text: str, title: str | None) -> None:
    assert draft(text.replace("{}", ONE)).title == title


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("list.md", "", "list.md is empty."),
        ("list.md", "\ufeff \n", "list.md is empty."),
        ("refs.bib", "@article{a,\n title = {A}\n}\n", "refs.bib is BibTeX,"),
        ("refs", "@article{a,\n title = {A}\n}\n", "refs is BibTeX,"),
        ("list.csv", "title,link\nA,https://x.example\n", "list.csv is CSV,"),
        ("list.yaml", "- title: A\n", "list.yaml is YAML;"),
        ("list.rst", "Kettles\n-------\n", "list.rst is reStructuredText;"),
        ("list.md", "# A\n## B\nSee [this](https://x.example) and https://y.example.\n",
         "list.md has 2 headings and 2 links, none of them a paper"),
        ("list.md", ONE, "stands under a heading with words (1 paper without one: line 1)"),
    ],
)  # fmt: skip
def test_file_without_papers_is_named_for_what_it_is(name: str, text: str, says: str) -> None:
    with pytest.raises((NothingToDraftError, CuratedListError)) as caught:
        draft_taxonomy(parse_list([ListFile(name, text.encode())]), load_taxonomy(), name="x")
    assert says in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_status == 1


def test_list_of_other_things_is_refused() -> None:
    curated = parse_list(f"# Tools\n## Kettles\n{ONE}".encode())
    tool = Aside("list.md", 9, "- [A](b)", AsideReason.RESOURCE, (), ("https://b.example",), (0, 1))
    few = draft_taxonomy(replace(curated, asides=(tool,) * 9), load_taxonomy(), name="x")
    assert few.entries == {"kettles": 1}
    with pytest.raises(NothingToDraftError, match="of 11 entries only 1 is a paper"):
        draft_taxonomy(replace(curated, asides=(tool,) * 10), load_taxonomy(), name="x")


HEADINGS = st.sampled_from(
    [
        *("Kettles", "kettles (2)", "2. Kettles", "Lanterns", "2024", "March 2024", "CVPR 2024"),
        *("🎉", "水壶", "Bells(铃)", "1.2 Oil", "A Survey", "T"),
    ]
)
LINES = st.one_of(
    st.builds(lambda level, text: f"{'#' * level} {text}\n", st.integers(1, 4), HEADINGS),
    st.just(ONE),
    st.just("- Some words\n"),
)
FILES = st.lists(st.lists(LINES, max_size=12).map("\n".join), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(FILES)
def test_every_paper_has_a_section_or_is_named(texts: list[str]) -> None:
    curated = parse_list([ListFile(f"{n}.md", text.encode()) for n, text in enumerate(texts)])
    try:
        found = draft_taxonomy(curated, load_taxonomy(), name="Odd Machines")
    except NothingToDraftError:
        return
    unplaced = {(place.file, place.line) for place in found.unplaced}
    for entry in curated.entries:
        section = found.taxonomy.section_at(entry.headings)
        assert (section is None) == ((entry.file, entry.line) in unplaced)
    assert sum(found.entries.values()) + len(unplaced) == len(curated.entries)
    for section in found.taxonomy.sections:
        assert not any(map(says_when, section.headings))


def test_word_of_every_section_is_not_a_cue() -> None:
    found = distinctive(
        {
            "jaw": ["Robot jaw grasping", "Robot jaw design", "Jaw wear of a robot", "A robot jaw"],
            "arm": [
                "Robot arm control",
                "Robot arm welding",
                "An arm for a robot",
                "The robot arm",
            ],
        }
    )
    assert any("jaw" in term for term in found["jaw"])
    assert any("arm" in term for term in found["arm"])
    assert "robot" not in found["jaw"] + found["arm"]


def test_draft_is_deterministic(tmp_path: Path) -> None:
    text = robot_grasping(tmp_path).list_text
    assert draft(text).text == draft(text).text
    assert parse_taxonomy(draft(text).text, "x").fingerprint == draft(text).taxonomy.fingerprint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "category"), [(robot_grasping, "cs.RO"), (graph_databases, "cs.DB")]
)
def test_another_survey_gets_from_list_to_digest(
    field: Callable[[Path], Field], category: str, tmp_path: Path
) -> None:
    fiction = field(tmp_path)
    (tmp_path / "list.md").write_text(fiction.list_text, encoding="utf-8")
    with ReplicaServer(fiction.records) as arxiv:
        survey = survey_in_process(tmp_path, url=arxiv.url, now="2026-03-17T12:00:00Z")
        made = survey.json("init", "--from-list", "list.md", "--category", category)
        assert made["taxonomy"]["in_use"]
        seeded = survey.json("bootstrap")
        assert (seeded["refused"], seeded["approved"]) == ([], seeded["entries"])
        assert survey.call("taxonomy", "check").status == 0
        survey.json("backfill", "--from", "2026-03-09", "--until", "2026-03-17")
        survey.json("train", "--force")  # few papers to learn from
        survey.json("classify")
        items = survey.json("queue", "--limit", "100")["items"]
        assert {item["arxiv_id"] for item in items} == set(fiction.stream)

        taxonomy = load_taxonomy(tmp_path / "taxonomy.toml")
        belongs = [item for item in items if fiction.stream[item["arxiv_id"]]]
        right = [
            taxonomy.section(item["sections"][0]["section"]).path
            == fiction.stream[item["arxiv_id"]]
            for item in belongs
        ]
        assert sum(right) >= 0.8 * len(right)
        first = items[: len(belongs)]
        assert sum(bool(fiction.stream[item["arxiv_id"]]) for item in first) >= 0.8 * len(first)

        chosen = first[0]["arxiv_id"]
        survey.json(
            "decide", chosen, "approve", "--suggested", LIVING_SURVEY_NOW="2026-03-12T12:00:00Z"
        )
        assert survey.json("digest", "--week", "2026-W11")["papers"] == 1
        page = (tmp_path / "var/digests/2026-W11.html").read_text(encoding="utf-8")
        assert "modality" not in page  # a facet this survey does not have
        assert f"https://arxiv.org/abs/{chosen}" in page
