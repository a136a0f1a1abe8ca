"""The pages about configuration and taxonomy cannot go stale."""

import json
import re
import tomllib
from pathlib import Path

from config.keytypes import Takes
from config.schema import SECTIONS
from config.settings import env_name
from config.taxonomy import load_taxonomy

DOCS = Path(__file__).resolve().parents[2] / "docs"


def rows(page: str) -> list[tuple[str, ...]]:
    """The cells of every table row of a page."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in lines
        if line.startswith("| ")
    ]


def test_every_key_is_documented_as_it_is() -> None:
    expected = []
    for section, model in SECTIONS.items():
        for key, field in model.model_fields.items():
            default = str(field.default) if isinstance(field.default, Path) else field.default
            shown = f"`{json.dumps(default)}`" if default not in {None, ""} else "none"
            takes = next(item.words for item in field.metadata if isinstance(item, Takes))
            assert field.description
            variable = f"`{env_name(section, key)}`"
            expected.append((f"`{key}`", shown, field.description, takes, variable))
    documented = [row for row in rows("reference/settings.md") if len(row) == 5 and row[0] != "key"]
    assert documented == expected


def test_every_section_of_the_configuration_has_its_heading() -> None:
    text = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[(\w+)\]$", text, flags=re.MULTILINE) == list(SECTIONS)


def test_every_section_of_the_taxonomy_is_documented_as_it_is() -> None:
    taxonomy = load_taxonomy()
    expected = [
        (f"`{s.id}`", " > ".join(s.path), s.names["en"], s.names["zh"], s.definition)
        for s in taxonomy.sections
    ]
    assert [
        row for row in rows("explanation/taxonomy.md") if len(row) == 5 and row[0] != "id"
    ] == expected


def test_every_label_is_documented_as_it_is() -> None:
    taxonomy = load_taxonomy()
    expected = [
        (f"`{label.name}`", label.names["en"], label.names["zh"], label.definition)
        for facet in taxonomy.facets
        for label in facet.labels
    ]
    assert [
        row for row in rows("explanation/taxonomy.md") if len(row) == 4 and row[0] != "label"
    ] == expected


def test_the_example_of_another_taxonomy_loads(tmp_path: Path) -> None:
    text = (DOCS / "guides" / "another-survey.md").read_text(encoding="utf-8")
    found = re.search(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    assert found
    assert tomllib.loads(found[1])
    path = tmp_path / "example.toml"
    path.write_text(found[1], encoding="utf-8")
    ids = [section.id for section in load_taxonomy(path).sections]
    assert ids == ["manipulation-imitation", "surveys"]
