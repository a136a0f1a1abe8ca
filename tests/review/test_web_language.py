"""The review pages speak English and Chinese."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast

from config.schema import ReviewSettings
from config.taxonomy import load_taxonomy
from pipeline.review.web import environment
from pipeline.review.web.environment import VERDICT_NAMES
from pipeline.review.web.language import catalogue, choose_language, words_of
from tests.support.builders import make_paper, make_prediction
from tests.support.review import ReviewSite, Visitor

WEB = Path(environment.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
PARSER = Environment(
    autoescape=True, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
)
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|<[^>]*>")
HEADING = re.compile(r'heading="([^"]+)"')


def trees() -> list[tuple[str, nodes.Template]]:
    return [(path.name, PARSER.parse(path.read_text(encoding="utf-8"))) for path in TEMPLATES]


def messages() -> set[str]:
    """Return the texts of templates, plurals for those with two forms, and of pages' headings."""
    found = set(VERDICT_NAMES.values())
    for _, tree in trees():
        for _, function, said in extract_from_ast(tree, babel_style=False):
            texts = [said] if isinstance(said, str) else [text for text in said or () if text]
            found.add(texts[-1] if function == "ngettext" else texts[0])
    for path in WEB.rglob("*.py"):
        found |= set(HEADING.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_text_has_chinese() -> None:
    assert sorted(messages() - catalogue("zh").keys()) == []


def test_placeholders_and_elements_agree() -> None:
    for english, chinese in catalogue("zh").items():
        assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(chinese)), english


def test_sections_and_labels_have_chinese_names() -> None:
    taxonomy = load_taxonomy()
    labels = [label for facet in taxonomy.facets for label in facet.labels]
    assert all("zh" in section.names for section in taxonomy.sections)
    assert all("zh" in label.names for label in labels)


def test_chinese_has_one_form_for_every_number() -> None:
    words = words_of("zh")
    assert words.ngettext("paper waits", "papers wait", 1) == "篇论文待审"
    assert words_of("en").ngettext("paper waits", "papers wait", 1) == "paper waits"
    assert words.gettext("not translated") == "not translated"


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        ("auto", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("auto", "en-GB, en;q=0.9, zh;q=0.5", "en"),
        ("auto", "de-DE,de;q=0.9,zh;q=0.4,en;q=0.3", "zh"),
        ("auto", "zh;q=0", "en"),
        ("auto", "", "en"),
        ("auto", "*;q=x, ;;, zh-Hant-TW", "zh"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
    ],
)
def test_language_is_the_setting_or_the_browsers(wanted: str, accepted: str, language: str) -> None:
    assert choose_language(wanted, accepted) == language


def test_pages_are_chinese_by_setting(site: ReviewSite) -> None:
    site.settings = ReviewSettings(language="zh")
    site.put(make_paper("2603.00001", title="Kettles"), make_prediction())
    visitor = Visitor(site.app())
    for address in ("/queue", "/paper/2603.00001", "/decisions", "/deferred", "/audit"):
        source = visitor.get(address).response.text
        assert '<html lang="zh">' in source
        assert ">队列<" in source
        assert "感谢 arXiv" in source
    assert ">Kettles</h1>" in visitor.get("/queue").response.text
