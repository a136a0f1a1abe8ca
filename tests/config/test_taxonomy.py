"""Loading taxonomies: the built-in one, another survey's, and the messages for errors."""

import gzip
import itertools
import json
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError, UsageError
from config.headings import clean_heading, heading_key
from config.taxonomy import Label, Section, Taxonomy, UnknownSectionError, load_taxonomy

#: the IDs are a contract: decisions, exports and analysts' SQL contain them
IDS = [
    "generation-image-llm-based",
    "generation-image-non-llm-based",
    "generation-image-dataset",
    "generation-video-llm-based",
    "generation-video-non-llm-based",
    "generation-video-tokenizer",
    "generation-video-audio-video",
    "generation-video-benchmark",
    "generation-video-dataset",
    "generation-3d-llm-based",
    "generation-3d-non-llm-based",
    "generation-3d-dataset",
    "generation-audio-llm-based",
    "generation-audio-non-llm-based",
    "generation-audio-dataset",
    "generation-multiple-llm-based",
    "generation-multiple-non-llm-based",
    "editing-image-llm-based",
    "editing-image-non-llm-based",
    "editing-video-llm-based",
    "editing-video-non-llm-based",
    "editing-3d-llm-based",
    "editing-3d-non-llm-based",
    "editing-audio-llm-based",
    "editing-audio-non-llm-based",
    "agents",
    "understanding-multiple",
    "understanding-image",
    "understanding-video",
    "understanding-3d",
    "understanding-audio",
    "safety-attack",
    "safety-defense",
    "safety-alignment",
    "safety-dataset",
    "safety-3d-video-audio",
    "survey-llm",
    "survey-vision",
]

ANOTHER = """
title = "Robots That Read"
languages = ["de"]

[[task]]
name = "grasping"
carries = ["technique"]
definition = "A hand takes hold of things."
cues = ["robot grasping"]
names = {de = "Greifen"}

[[task]]
name = "survey"
definition = "Reviews the work of others."
cues = ["this survey"]
names = {de = "Übersichten"}

[[technique]]
name = "imitation"
definition = "Learns from demonstrations."
cues = ["imitation learning"]
names = {de = "Nachahmung"}

[[section]]
id = "grasping-imitation"
headings = ["🤖 Grasping", "Learning from people"]
task = "grasping"
technique = "imitation"
definition = "Hands that learn from people."
cues = ["teleoperation"]
names = {de = "Greifen durch Nachahmung"}

[[section]]
id = "reviews"
special = true
headings = ["Surveys"]
task = "survey"
definition = "Reviews of robot learning."
cues = ["survey of robot learning"]
names = {de = "Übersichten"}
"""


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


def write(directory: Path, text: str) -> Path:
    path = directory / "taxonomy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_built_in_taxonomy_has_38_sections_in_list_order(
    taxonomy: Taxonomy,
) -> None:
    assert [section.id for section in taxonomy.sections] == IDS
    assert len(IDS) == 38


def test_built_in_taxonomy_equals_the_surveys(taxonomy: Taxonomy, shared_data: Path) -> None:
    rows = json.loads((shared_data / "survey-sections.json").read_text(encoding="utf-8"))
    ours = [
        {
            "headings": list(section.headings),
            "path": list(section.path),
            "task": section.task,
            "modality": section.modality,
            "technique": section.technique,
        }
        for section in taxonomy.sections
        if section.id != "editing-audio-non-llm-based"
    ]
    assert ours == [{key: row[key] for key in row if key != "entries"} for row in rows]


def test_built_in_headings_equal_the_lists(taxonomy: Taxonomy, shared_data: Path) -> None:
    stack: list[str] = []
    leaves: list[tuple[str, ...]] = []
    for line in (shared_data / "curated-list.md").read_text(encoding="utf-8").splitlines():
        found = re.match(r"(#+) (.*)", line)
        if not found:
            continue
        level = len(found[1])
        parent = tuple(stack)
        stack = [*stack[: level - 1], found[2].strip()]
        if leaves and leaves[-1] == parent and len(stack) > len(parent):
            leaves.pop()
        leaves.append(tuple(stack))
    not_sections = {"Introduction", "Contents", "Tips", "Team", "Citation", "Star History"}
    listed = [leaf for leaf in leaves if clean_heading(leaf[0]) not in not_sections]
    assert [section.headings for section in taxonomy.sections] == listed


def test_every_label_is_used_and_sections_carry_allowed_facets(taxonomy: Taxonomy) -> None:
    used = {pair for section in taxonomy.sections for pair in section.labels}
    defined = {(facet.name, label.name) for facet in taxonomy.facets for label in facet.labels}
    assert used == defined
    for section in taxonomy.sections:
        assert (section.modality is None) == (section.task in {"agents", "safety", "survey"})
        if section.technique is not None:
            assert section.task in {"generation", "editing", "safety"}


def label_and_section_groups(taxonomy: Taxonomy) -> list[tuple[Label | Section, ...]]:
    return [*(facet.labels for facet in taxonomy.facets), taxonomy.sections]


def test_names_exist_in_english_and_chinese_and_are_unique(taxonomy: Taxonomy) -> None:
    for named in itertools.chain.from_iterable(label_and_section_groups(taxonomy)):
        assert named.names["en"].isascii()
        zh = named.names["zh"]
        assert zh == "3D" or re.search(r"[\u4e00-\u9fff]", zh), zh
    for siblings in label_and_section_groups(taxonomy):
        for language in ("en", "zh"):
            names = [named.names[language] for named in siblings]
            assert len(set(names)) == len(names)


def test_definitions_have_two_sentences_of_bounded_length(taxonomy: Taxonomy) -> None:
    for section in taxonomy.sections:
        assert section.definition.count(". ") >= 1, section.id
        assert 100 < len(section.definition) < 400, section.id


def test_cues_are_lower_case_tokens_of_two_characters(taxonomy: Taxonomy) -> None:
    for item in itertools.chain.from_iterable(label_and_section_groups(taxonomy)):
        assert len(set(item.cues)) == len(item.cues) >= 5
        for cue in item.cues:
            # tokens have at least two characters: "gpt 4" would match every "gpt"
            assert re.findall(r"\b\w\w+\b", cue) == cue.lower().split(" "), cue


def test_cue_belongs_to_one_label_of_its_facet(taxonomy: Taxonomy) -> None:
    for facet in taxonomy.facets:
        cues = [cue for label in facet.labels for cue in label.cues]
        assert len(set(cues)) == len(cues), facet.name


@pytest.mark.slow
def test_cues_are_right_for_90_percent_of_development_papers(
    taxonomy: Taxonomy, shared_data: Path
) -> None:
    texts = _stream(shared_data, until="2025-10")
    rows = (shared_data / "dev_labels.jsonl").read_text(encoding="utf-8").splitlines()
    for facet, least in (("task", 0.9), ("modality", 0.9)):
        right = matched = 0
        for row in map(json.loads, rows):
            text = texts.get(row["arxiv_id"])
            if text is None or row[facet] == ["none"]:
                continue
            found = [
                (sum(text.count(f" {cue} ") for cue in label.cues), label.name)
                for label in taxonomy.facet(facet).labels
            ]
            count, name = max(found)
            matched += bool(count)
            right += bool(count) and name in row[facet]
        assert matched > 1000
        assert right / matched > least, facet


def _stream(shared_data: Path, until: str) -> dict[str, str]:
    texts = {}
    for path in sorted((shared_data / "stream").glob("*.jsonl.gz")):
        if path.name[:7] >= until:
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for paper in map(json.loads, lines):
                words = re.findall(r"\b\w\w+\b", f"{paper['title']} {paper['abstract']}".lower())
                texts[paper["arxiv_id"]] = f" {' '.join(words)} "
    return texts


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        (["📍 Multimodal Agents"], "agents"),
        (["multimodal   AGENTS "], "agents"),
        (["Multimodal Editing", "audio editing", "non-llm-based (clip/t5)"],
         "editing-audio-non-llm-based"),
        (["📍 Multimodal Generation", "Video Generation", "💡\ufe0f Video VAE/Tokenizers"],
         "generation-video-tokenizer"),
        (["📍 Multimodal Generation", "Image Generation"], None),
        (["LLM"], None),
        ([], None),
    ],
)  # fmt: skip
def test_section_at_finds_by_headings(
    taxonomy: Taxonomy, headings: list[str], found: str | None
) -> None:
    section = taxonomy.section_at(headings)
    assert (section.id if section else None) == found


@given(st.text(max_size=20))
def test_clean_heading_is_idempotent(heading: str) -> None:
    assert clean_heading(clean_heading(heading)) == clean_heading(heading)
    assert heading_key(f"📍 {heading.upper()}  ") == heading_key(heading.upper())


def test_clean_heading_keeps_accents() -> None:
    assert clean_heading("🤖  Génération d\u2019images") == "Génération d\u2019images"
    assert heading_key("Ge\u0301ne\u0301ration") == heading_key("génération") == "génération"


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ('🔹 **Agents** <a name="agents"></a>', "Agents"),
        (
            "Robots :rocket: [![Awesome](https://awesome.re/badge.svg)](https://awesome.re)",
            "Robots",
        ),
        ("[**Papers**](#papers) by `year`", "Papers by year"),
        (
            "C++, A* and x_y: 12:30:45 (Clip/T5) [2024]",
            "C++, A* and x_y: 12:30:45 (Clip/T5) [2024]",
        ),
        ("**", ""),
    ],
)
def test_clean_heading_removes_markup(heading: str, words: str) -> None:
    assert clean_heading(heading) == words


def test_unknown_section_suggests_the_nearest(taxonomy: Taxonomy) -> None:
    with pytest.raises(UnknownSectionError) as caught:
        taxonomy.section("generation-image-llm")
    assert isinstance(caught.value, UsageError)
    assert caught.value.nearest[0] == "generation-image-llm-based"
    assert len(caught.value.nearest) == 3
    message = str(caught.value)
    assert message.startswith("The taxonomy has no section 'generation-image-llm'. Did you mean")
    assert message.endswith("`living-survey sections` lists all 38.")


def test_another_surveys_file_is_loaded(tmp_path: Path) -> None:
    path = write(tmp_path, ANOTHER)
    taxonomy = load_taxonomy(path)
    assert taxonomy.title == "Robots That Read"
    assert [facet.name for facet in taxonomy.facets] == ["task", "technique"]
    section = taxonomy.section_at(["Grasping", "learning from people"])
    assert section is not None
    assert section.path == ("Grasping", "Learning from people")
    assert section.labels == (("task", "grasping"), ("technique", "imitation"))
    assert dict(section.names) == dict.fromkeys(("en", "zh", "de"), "Greifen durch Nachahmung")
    with pytest.raises(UnknownSectionError, match="lists all"):
        taxonomy.section("zzz")
    with pytest.raises(KeyError):
        taxonomy.facet("modality")
    assert taxonomy.facet("task").label("grasping").carries == ("technique",)


def test_fingerprint_depends_on_content_only(tmp_path: Path) -> None:
    first = load_taxonomy(write(tmp_path, ANOTHER)).fingerprint
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    lines = ANOTHER.replace('title = "Robots', '# a comment\n\n  title   =   "Robots')
    assert load_taxonomy(write(tmp_path, lines)).fingerprint == first
    for old, new in (
        ("Robots That", "Robots Who"),
        ("takes hold of", "grips"),
        ("robot grasping", "robotic grasping"),
        ("🤖 Grasping", "Grasping"),
        ("Nachahmung", "Imitation"),
    ):
        assert load_taxonomy(write(tmp_path, ANOTHER.replace(old, new))).fingerprint != first


def test_taxonomy_is_picklable_and_hashable(taxonomy: Taxonomy) -> None:
    assert pickle.loads(pickle.dumps(taxonomy)) == taxonomy == load_taxonomy()
    assert len(dict.fromkeys(taxonomy.sections, 1)) == 38


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "R', "title = R", "is not valid TOML: Invalid value (at line 2, column 9)."),
        ('title = "Robots That Read"\n', "", "lacks 'title'. It takes text on one line."),
        ('title = "Robots That Read"', "title = 3", "has an invalid 'title'. It takes text"),
        ('languages = ["de"]', "languages = []", "has an invalid 'languages'. It takes a list"),
        ("languages", "lanugages", "has an unknown key 'lanugages'. Did you mean languages?"),
        ("[[technique]]", "[[techniques]]", "unknown key 'techniques'. Did you mean technique?"),
        ("[[technique]]", "[technique]", "has an invalid 'technique'. It takes one or more"),
        ('cues = ["robot grasping"]', "cues = []", "[[task]] grasping has an invalid 'cues'."),
        ('cues = ["robot grasping"]', 'cues = [""]', "[[task]] grasping has an invalid 'cues'."),
        ('cues = ["teleoperation"]\n', "", "[[section]] grasping-imitation lacks 'cues'. It takes"),
        ('cues = ["teleoperation"]', 'cue = ["x"]',
         "[[section]] grasping-imitation has an unknown key 'cue'. Did you mean cues?"),
        ('definition = "Learns from demonstrations."', 'definition = ""',
         "[[technique]] imitation has an invalid 'definition'."),
        ('name = "imitation"', 'name = "Imitation!"',
         "[[technique]] Imitation! has an invalid 'name'. It takes lower-case letters"),
        ('name = "imitation"\n', "", "[[technique]] number 1 lacks 'name'."),
        ('names = {de = "Nachahmung"}', 'names = {en = "Imitation"}',
         '[[technique]] imitation has no name in \'de\'. Add de = "..." to its names.'),
        ('names = {de = "Nachahmung"}', 'names = {de = "N", fr = "I"}',
         "[[technique]] imitation has a name in 'fr', which languages does not list."),
        ('names = {de = "Nachahmung"}', 'names = {de = ""}',
         "[[technique]] imitation has an invalid 'names'. It takes a name for every language"),
        ('names = {de = "Nachahmung"}', 'names = {de = "Nach\u202eahmung"}',
         "[[technique]] imitation has the invisible character U+202E in 'names'."),
        ('title = "Robots That Read"', 'title = "\u3164"',
         "has the invisible character U+3164 in 'title'."),
        ('name = "survey"', 'name = "grasping"', "the task 'grasping' is defined twice."),
        ('carries = ["technique"]', 'carries = ["task"]', "[[task]] grasping carries 'task'."),
        ('carries = ["technique"]', "", "has a technique, which the task 'grasping' does not"),
        ('technique = "imitation"\n', "", "[[section]] grasping-imitation lacks a technique"),
        ('technique = "imitation"', 'technique = "imitatoin"',
         "names the unknown technique 'imitatoin'. Did you mean imitation?"),
        ('task = "survey"', 'task = "zzz"', "the unknown task 'zzz'. Define it as a [[task]] or"),
        ('id = "grasping-imitation"', 'id = "grasping"',
         "must have the ID 'grasping-imitation', its labels joined by hyphens. Rename it, or mark"),
        ("special = true", "", "[[section]] reviews must have the ID 'survey'"),
        ("special = true", 'special = "yes"', "has an invalid 'special'. It takes true or false."),
        ('id = "reviews"', 'id = "grasping-imitation"',
         "the section ID 'grasping-imitation' is used twice."),
        ('headings = ["Surveys"]', 'headings = ["grasping", "LEARNING  from people 📍"]',
         "the sections grasping-imitation and reviews have the same headings"),
        ('headings = ["Surveys"]', 'headings = ["📍"]', "reviews has a heading without words."),
        ('headings = ["Surveys"]', "headings = []", "reviews has no headings. Name them,"),
    ],
)  # fmt: skip
def test_error_names_place_and_remedy(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in ANOTHER
    path = write(tmp_path, ANOTHER.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_taxonomy(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert says in message
    assert caught.value.hint
    assert "\n" not in message


def test_file_without_sections_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path, ANOTHER.partition("[[section]]")[0])
    with pytest.raises(ConfigError, match=r"lacks 'section'. It takes one or more \[\[section\]\]"):
        load_taxonomy(path)


def test_missing_or_binary_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file or directory"):
        load_taxonomy(tmp_path / "gone.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        load_taxonomy(tmp_path / "bytes.toml")


def test_example_of_the_guide_loads(tmp_path: Path) -> None:
    guide = Path(__file__).resolve().parents[2] / "docs" / "guides" / "another-survey.md"
    [example] = re.findall(r"```toml\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    ids = [section.id for section in load_taxonomy(write(tmp_path, example)).sections]
    assert ids == ["manipulation-imitation", "surveys"]
