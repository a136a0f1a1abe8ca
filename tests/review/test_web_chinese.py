"""Every page in Chinese: no English words of the interface, no ASCII stop after Chinese."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from classifiers.linear.targets import outputs
from config.schema import ReviewSettings
from pipeline.learn.explain.breakdown import ScoreBreakdown
from pipeline.review.web.card import group_name
from pipeline.review.web.environment import make_templates
from pipeline.review.web.language import words_of
from storage.types import RunStatus, Verdict
from tests.support.addresses import addresses
from tests.support.builders import make_decision, make_paper
from tests.support.explain import TAXONOMY, furnish, small_model
from tests.support.review import START, Page, ReviewSite, Visitor

PAPER, REJECTED, DEFERRED, LISTED = "2603.00001", "2603.00010", "2603.00011", "2603.00013"
#: what stays as it is: marked as of a language or a direction, names, commands, moments
DATA = (
    "ancestor-or-self::*[@lang='en' or @dir='auto' or self::bdi or self::code or self::time"
    " or self::kbd]"
)
#: the same in every language
SAME = {"arXiv", "PDF", "UTC", "English", "Esc", "Shift", "ada", "Talking Pictures: A Survey"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
STOP = re.compile(r"[\u4e00-\u9fff]\.(?=\s|$)")
WORD = re.compile(r"[A-Za-z]{3,}")
#: what parts of a text stand between, Chinese words too
PART = re.compile(r"[\u4e00-\u9fff，、；：。（）“”,;:()]+")
#: words, which may have a number or an ID
ENGLISH = re.compile(r"(?:[\d.,]+ )?[a-z]{3,}(?:[ _-][a-z]+)*(?: [\d.,]+)?")
#: how many there are of it, behind its name
COUNTED = re.compile(r" \(\d+\)$")
#: an ID, a name of a file, a category
NAME = re.compile(r"[\w.:/-]*[.:\d][\w.:/-]*")


def english_part(text: str, data: set[str]) -> bool:
    """Say whether a Chinese text has a part of a list in English."""
    parts = [part.strip() for part in PART.split(text)] if CHINESE.search(text) else []
    return any(ENGLISH.fullmatch(part) and part not in data | SAME for part in parts)


def faults(page: Page, data: set[str]) -> Iterator[str]:
    """Yield the texts of a page that are not Chinese, or end a Chinese sentence in ASCII."""
    tree = page.tree
    said = tree.xpath(f"//body//text()[not({DATA}) and not(ancestor::script)]")
    said += tree.xpath("//body//@aria-label | //body//@placeholder")
    for text in (" ".join(str(each).split()) for each in said):
        if STOP.search(text) or english_part(text, data):
            yield text
        elif WORD.search(text) and not CHINESE.search(text):
            name = COUNTED.sub("", text).strip(" ,;:()")
            if not (name in data | SAME or NAME.fullmatch(name)):
                yield text


def correct(site: ReviewSite, arxiv_id: str) -> None:
    """Approve a paper, of which a run then stores a corrected record."""
    paper = make_paper(arxiv_id, title="Renamed", categories=("cs.AI",), version=2)
    with site.open_store() as store:
        store.decisions.add([make_decision(arxiv_id, decided_at=START)])
        run = store.runs.start("run", START)
        store.papers.upsert([paper], seen_at=START + timedelta(days=1))
        counts = {"new": 1204, "revised": 1, "corrections": 1}
        store.runs.finish(run, finished_at=START, status=RunStatus.DONE, counts=counts)


def test_every_page_is_chinese(site: ReviewSite, tmp_path: Path) -> None:
    furnish(site, tmp_path / "models", small_model())
    site.fill([REJECTED, DEFERRED, "2603.00012", LISTED])
    correct(site, LISTED)
    site.settings = ReviewSettings(language="zh")
    visitor = Visitor(site.app())
    everything = "/queue?at_least=0"
    for key, verdict, also in (
        (REJECTED, Verdict.REJECTED, {"reason": "reconstruction", "note": "x"}),
        (DEFERRED, Verdict.DEFERRED, {}),
    ):
        assert visitor.decide(visitor.get(everything), key, verdict, **also).status == 303
    data = {part for section in TAXONOMY.sections for part in section.path}
    data |= {group_name(section) for section in TAXONOMY.sections}
    data |= {section.definition for section in TAXONOMY.sections} | {"2026-11-20..2026-11-25"}
    data |= {"language model", "image", "text-to-video"}  # what speaks for a paper
    data |= {"make-image", "“video”", "“nothing”"}  # unknown to this taxonomy; what is searched
    more = (everything, f"{everything}&paper={PAPER}", f"/paper/{REJECTED}",
            f"{everything}&search=video", "/queue?at_least=50&set_aside=1",
            f"{everything}&order=random")  # fmt: skip
    found = []
    for address in (*addresses(visitor.app, PAPER), *more):
        page = visitor.get(address)
        if "html" in page.response.headers.get("content-type", ""):
            found += [f"{address}: {text}" for text in faults(page, data)]
    assert "\n".join(dict.fromkeys(found)) == ""


def test_script_is_answered_in_chinese(site: ReviewSite) -> None:
    """What the script says as it is sent, and the same without the script."""
    site.fill([PAPER, REJECTED])
    site.settings = ReviewSettings(language="zh")
    visitor = Visitor(site.app())
    json = {"accept": "application/json"}
    form = visitor.get("/queue?at_least=0").form("/decide")
    said = []
    for to, also in (
        ("/decide", {"highlight": "set"}),
        ("/decide", {"highlight": "set", "note": "x"}),
        ("/decide", {"highlight": "clear"}),
        ("/decide", {"verdict": "rejected"}),
        ("/decide", {"verdict": "approved", "section": "gone"}),
        ("/decide", {"verdict": "rejected", "token": "x"}),
        ("/undo", {}),
        ("/undo", {"decision_id": "0" * 16}),
    ):
        answer = visitor.post(to, {**form, **also}, json).response.json()
        said += [answer["message"], answer.get("remedy", "请")]
        page = visitor.post(to, {**form, **also})
        if page.status == 200:
            [sentence] = page.tree.xpath('//*[@id="said"]')
            said.append(sentence.text_content())
    assert [text for text in said if not CHINESE.search(text)] == []


@pytest.mark.parametrize(
    ("sentence", "start"),
    [
        (
            "2026-05-16 (90 %: 2026-03-24 to perhaps never)",
            "2026-05-16（90 %：2026-03-24 至 可能永远不会）",
        ),
        ("never at this pace", "按此速度永远审不完"),
    ],
)
@pytest.mark.parametrize("weeks", ["1 week", "2 weeks"])
def test_forecast_is_chinese_from_its_start(sentence: str, start: str, weeks: str) -> None:
    said = words_of("zh").said(f"{sentence}: 26.0 arrive and 29.5 are decided a week ({weeks})")
    assert said == f"{start}：每周到达 26.0 篇，决定 29.5 篇（{weeks[0]} 周）"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("1 abstract, 1,204 new version", "摘要 1，新版本 1,204"),
        (
            "2 open: 2602.90086 withdrawn, new version; 2602.90087 title",
            "待处理 2 项：2602.90086 撤稿，新版本；2602.90087 标题",
        ),
        ('withdrawn ("twice, sadly; see [2]"); title', "撤稿（“twice, sadly; see [2]”）；标题"),
        ("title, nothing of ours", "title, nothing of ours"),
        ("3 parsecs", "3 parsecs"),
        ("", ""),
    ],
)
def test_list_of_known_words_is_chinese(sentence: str, said: str) -> None:
    assert words_of("zh").said(sentence) == said
    assert words_of("en").said(sentence) == sentence


def test_every_score_has_a_chinese_name() -> None:
    heading = make_templates(TAXONOMY, "zh").filters["heading"]
    found = outputs(TAXONOMY)
    assert {"scope", "section", "words", "task"} <= {each.kind for each in found}
    for each in found:
        score = ScoreBreakdown(each.kind, each.name, "In scope", None, 0.0, 0.0, ())
        assert CHINESE.search(heading(score)), each
