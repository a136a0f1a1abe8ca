"""The review pages speak English and Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast

from config.desk_keys import ACTIONS, PLACES
from config.reasons import DEFAULT_REASONS
from config.schema import ReviewSettings
from config.taxonomy import load_taxonomy
from pipeline.ingest.corrections import said as name_of
from pipeline.learn.explain.certainty import word
from pipeline.review.same_work import compared_fields
from pipeline.review.web import environment
from pipeline.review.web.environment import LINK_NAMES, PLACE_NAMES, VERDICT_NAMES
from pipeline.review.web.language import catalogue, choose_language, words_of
from pipeline.review.web.scripts import WORDS
from pipeline.review.web.view_state import ORDER_LABELS
from storage.correction_kinds import KINDS, RecordState, shown_fields
from storage.correction_types import Resolution
from tests.support.builders import make_paper, make_prediction
from tests.support.review import ReviewSite, Visitor

WEB = Path(environment.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
PARSER = Environment(
    autoescape=True, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
)
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|<[^>]*>")
HEADING = re.compile(r'heading="([^"]+)"')
#: what these say is for the terminal or for monitoring
TERMINAL = frozenset({"server.py", "key_file.py", "requests.py"})


def trees() -> list[tuple[str, nodes.Template]]:
    return [(path.name, PARSER.parse(path.read_text(encoding="utf-8"))) for path in TEMPLATES]


def messages() -> set[str]:
    """Return the texts of templates, plurals for those with two forms, and of pages' headings."""
    found = {action.does for action in ACTIONS} | {place.name for place in PLACES}
    found |= {reason.definition for reason in DEFAULT_REASONS} | set(ORDER_LABELS.values())
    found |= {facet.name for facet in load_taxonomy().facets}
    found |= (
        set(VERDICT_NAMES.values())
        | set(WORDS.values())
        | set(PLACE_NAMES.values())
        | set(LINK_NAMES.values())
    )
    for _, tree in trees():
        for _, function, said in extract_from_ast(tree, babel_style=False):
            texts = [said] if isinstance(said, str) else [text for text in said or () if text]
            found.add(texts[-1] if function == "ngettext" else texts[0])
    for path in WEB.rglob("*.py"):
        found |= set(HEADING.findall(path.read_text(encoding="utf-8")))
        if path.name not in TERMINAL:
            found |= set(sentences(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def sentences(module: ast.Module) -> Iterator[str]:
    """Yield the sentences that a module says, without docstrings and parts of other texts."""
    nodes_ = list(ast.walk(module))
    parts = {id(part) for node in nodes_ if isinstance(node, ast.JoinedStr) for part in node.values}
    parts |= {id(node.value) for node in nodes_ if isinstance(node, ast.Expr)}
    for node in nodes_:
        text = node.value if isinstance(node, ast.Constant) and id(node) not in parts else None
        if isinstance(text, str) and re.fullmatch(r"[A-Z].* .*[.?!]", text):
            yield text


def test_every_text_has_chinese() -> None:
    assert sorted(messages() - catalogue("zh").keys()) == []


def test_every_word_for_a_probability_has_chinese() -> None:
    words = {word(percent / 100) for percent in range(101)}
    assert len(words) == 4
    assert sorted(words - catalogue("zh").keys()) == []


def test_names_that_are_not_in_templates_have_chinese() -> None:
    """They come from records: what changed, why two papers are alike, what was answered."""
    both = RecordState(1, "oai", "", "", (), ())
    names = {name_of((kind,)) for kind in (*KINDS, *(kind for kind, _ in shown_fields(both)))}
    names |= {kind.replace("_", " ") for kind, _ in compared_fields(make_paper())}
    names |= {"same title", "near title", "same abstract", "comment"}
    names |= {resolution.value for resolution in Resolution}
    assert sorted(names - catalogue("zh").keys()) == []


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


def test_values_stand_in_messages() -> None:
    said = words_of("zh").said

    assert said("Paper 2403.00001 is not in the database.") == "论文 2403.00001 不在数据库中。"
    assert (
        said("Nothing is recorded yet. Press one of the buttons.") == "尚未记录。请按其中一个按钮。"
    )
    assert said("Decide 12 papers") == "处理 12 篇论文"
    assert said("Not in the catalogue: {} 50 %") == "Not in the catalogue: {} 50 %"
    assert words_of("en").said("Decide 12 papers") == "Decide 12 papers"


def test_pages_are_chinese_for_the_browser(site: ReviewSite) -> None:
    site.put(make_paper("2603.00001"), make_prediction())
    visitor = Visitor(site.app())
    page = visitor.get("/queue", {"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"})

    assert '<html lang="zh">' in page.response.text
    assert '<html lang="en">' in visitor.get("/queue").response.text
    assert "此页面不存在" in visitor.get("/none", {"accept-language": "zh"}).text


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


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "Percentages are not calibrated yet: 5 of 20 rejections.",
            "百分比尚未校准：已有 5 个拒绝决定，需要 20 个。",
        ),
        (
            "Percentages are not calibrated yet: the model learned from 9 of 21 rejections.",
            "百分比尚未校准：模型只学习了 21 个拒绝决定中的 9 个。",
        ),
        (
            (
                "So far: 15 random papers with 7 relevant tell that 19.8% to 75.3% of the waiting"
                " papers are relevant, 13 to 50 of 67 (95 % confidence), so perhaps only 62% are"
                " found. 25 more papers read at random narrow the interval to about 23 papers."
            ),
            (
                "目前：15 篇随机论文中有 7 篇相关，因此待审论文中有 19.8% 至 75.3% 相关，即"
                " 13 至 50 篇（共 67 篇，置信度 95 %），因此可能只找到了其中的 62%。再随机审阅"
                " 25 篇，区间可缩小到约 23 篇。"
            ),
        ),
        ("Trained on 20 March 2026, 0 decisions since", "训练于 2026年3月20日，此后有 0 个决定"),
        ("In scope because of: 3D. Against: head.", "判断为相关，依据：3D。反面依据：head。"),
        ("In scope because of: 3D, maps.", "判断为相关，依据：3D, maps。"),
        (
            (
                "No estimate yet. No paper was decided in random order. 40 papers already tell"
                " something: if none is relevant, at most 8.8% of the waiting papers are, 13 of"
                " 148 (95 % confidence)."
            ),
            (
                "尚无估计：还没有按随机顺序决定的论文。40 篇即可说明问题：如果都不相关，则"
                "待审论文中至多 8.8% 相关，即 148 篇中的 13 篇（置信度 95 %）。"
            ),
        ),
    ],
)
def test_sentences_with_values_have_chinese(english: str, chinese: str) -> None:
    assert words_of("zh").said(english) == chinese
