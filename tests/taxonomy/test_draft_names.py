"""Names in both languages, and IDs that tell sections apart, are made of headings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.taxonomy.draft_ids import LONGEST, section_ids, slug_words
from pipeline.taxonomy.draft_names import Names, names_of, without_numbers

WORDS = slug_words("agents memory retrieval of large language models kettles lanterns copper very")
HEADING = st.lists(st.sampled_from([*WORDS, "incomprehensibilities" * 2]), max_size=14).map(
    " ".join
)
PATHS = st.lists(st.lists(HEADING, min_size=1, max_size=4), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("heading", "en", "zh"),
    [
        ("Kettles", "Kettles", None),
        ("水壶", None, "水壶"),
        ("Kettles(水壶)", "Kettles", "水壶"),
        ("水壶（Copper Kettles）", "Copper Kettles", "水壶"),
        ("Kettles / 水壶", "Kettles", "水壶"),
        ("水壶 - Kettles", "Kettles", "水壶"),
        ("Paper Lanterns 纸灯笼", "Paper Lanterns", "纸灯笼"),
        ("纸灯笼 Paper Lanterns", "Paper Lanterns", "纸灯笼"),
        ("3D Kettles(三维水壶)", "3D Kettles", "三维水壶"),
        ("基于LLM的水壶", None, "基于LLM的水壶"),
        ("やかん (Kettles 水壶)", "やかん (Kettles 水壶)", None),
    ],
)
def test_bilingual_heading_has_two_names(heading: str, en: str | None, zh: str | None) -> None:
    assert names_of([heading, "灯笼"])[heading] == Names(en, zh)


def test_one_word_beside_chinese_is_a_name_where_that_is_usual() -> None:
    assert names_of(["Kettles 水壶", "Lanterns 灯笼"])["Kettles 水壶"] == Names("Kettles", "水壶")
    assert names_of(["RAG 水壶", "灯笼"])["RAG 水壶"] == Names(None, "RAG 水壶")


def test_doubtful_numbers_are_dropped_if_most_headings_have_one() -> None:
    numbered = ["1. Oil", "1.1 Lamps", "1.2 Wicks", "B. Shade", "3D Wax"]
    assert list(without_numbers(numbered).values()) == ["Oil", "Lamps", "Wicks", "Shade", "3D Wax"]
    few = ["B. Shade", "1.2 Wicks", "Oil", "Wax", "Tin"]
    assert list(without_numbers(few).values()) == few


def test_long_id_keeps_the_section_s_own_words() -> None:
    above = "Papers on very long and winding machines of the previous century until now"
    assert section_ids([(above, "Kettles"), (above, "Lanterns")]) == ["kettles", "lanterns"]
    brain = (
        "LLM-based agents and how they are built of a large brain",
        "Memory and its capability",
    )
    found = section_ids([(*brain, "Memory retrieval"), (*brain, "Memory compression"), ("Tools",)])
    assert [id_.rsplit("-", 1)[-1] for id_ in found] == ["retrieval", "compression", "tools"]


def test_ids_keep_the_word_in_which_parents_differ() -> None:
    agents = "Agents for very large language models in complicated open environments"
    models = "Multimodal models and their uses in complicated open environments"
    found = section_ids([(agents, "Memory"), (models, "Memory"), (agents, "Tools")])
    assert all(id_.endswith("-memory") for id_ in found[:2])
    assert "multimodal" in found[1]
    own = "Papers that describe how kettles are boiled slowly in the kitchen of a house by the sea"
    twins = section_ids([("Copper " + "x" * 50, own), ("Tin " + "x" * 50, own)])
    assert ["copper" in twins[0], "tin" in twins[1]] == [True, True]


@given(PATHS)
def test_ids_are_unique_short_and_of_whole_words(found: list[list[str]]) -> None:
    ids = section_ids(found, taken=["kettles"])
    assert len({*ids, "kettles"}) == len(ids) + 1
    assert section_ids([["x" * 99]]) == ["x" * LONGEST]
    for id_, path in zip(ids, found, strict=True):
        assert 0 < len(id_) <= LONGEST + len("-99")
        words = {word for heading in path for word in heading.split()}
        assert {part for part in id_.split("-") if not part.isdigit()} <= words | {"section"}


@given(PATHS)
def test_ids_of_different_paths_do_not_depend_on_the_order(found: list[list[str]]) -> None:
    different = list(dict.fromkeys(map(tuple, found)))
    ids = section_ids(different)
    numbered = {id_ for id_ in ids if id_[-1].isdigit()}
    numbered |= {id_.rsplit("-", 1)[0] for id_ in numbered}
    other = dict(zip(map(str, reversed(different)), section_ids(different[::-1]), strict=True))
    for path, id_ in zip(different, ids, strict=True):
        assert id_ in numbered or other[str(path)] == id_
