"""The templates say nothing in English beside the words that are translated."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from pipeline.review.web import environment

TEMPLATES = Path(environment.__file__).parent / "templates"
PARSER = Environment(
    autoescape=True, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
)
#: names and units that are the same in every language
SAME = {"arXiv", "Esc", "PDF", "Shift", "UTC"}
SPOKEN = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"\0]*[A-Za-z][^"\0]*)')
PLACEHOLDERS = {"2026-11-20..2026-11-25", "cs.CV"}


def text_of(name: str) -> str:
    """Return the text of a template with `\\0` for each value, and without what is never shown."""
    tree = PARSER.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    for block in tree.find_all(nodes.Block):
        if block.name == "shape":  # the class of the page
            block.body = []
    parts = [
        node.data if isinstance(node, nodes.TemplateData) else "\0"
        for output in tree.find_all(nodes.Output)
        for node in output.nodes
    ]
    return re.sub(
        r"<(script|style|code|svg)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>",
        "\0",
        "".join(parts),
        flags=re.DOTALL,
    )


def faults(source: str) -> Iterator[str]:
    """Yield English words and full stops that stand in a template as they are."""
    for said in SPOKEN.findall(source):
        if said not in PLACEHOLDERS:
            yield said
    for text in re.split(r"<[^>]*>", source):
        for words in re.findall(r"[A-Za-z][A-Za-z ]+", text):
            if not set(words.split()) <= SAME:
                yield words
    shown = re.sub(r"<[^>]*>", "", source)
    yield from re.findall(r"\0\.(?=[\s\0]|$)", shown)


def stops(name: str) -> list[str]:
    """Return the full stops that expressions of a template write."""
    tree = PARSER.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    written = [
        each.value
        for output in tree.find_all(nodes.Output)
        for node in output.nodes
        if isinstance(node, nodes.CondExpr)
        for each in node.find_all(nodes.Const)
    ]
    return [text for text in written if isinstance(text, str) and text.strip() == "."]


@pytest.mark.parametrize(
    "name", sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
)
def test_template_says_nothing_untranslated(name: str) -> None:
    assert list(faults(text_of(name))) == []
    assert stops(name) == []
