import base64
import hashlib
import os
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from lxml import html
from markdown_it import MarkdownIt

from pipeline.publish.digest.build import Digest, build_digest
from pipeline.publish.digest.chart import bar_chart
from pipeline.publish.digest.corrections import NO_CORRECTIONS, WeekCorrections
from pipeline.publish.digest.render import Form, _environment, file_stem, render
from pipeline.publish.digest.week import Week
from pipeline.publish.digest.words import UnknownLanguageError, languages, load_words
from storage.types import ApprovedPaper
from tests.support.digest import TAXONOMY, WEEK, make_approved, make_correction

W12 = Week(2026, 12)
GOLDEN = Path(__file__).parent / "golden"
BOTH = ("en", "zh")
CORRECTIONS = (
    make_correction("2602.00011", title="A Paper of February", kinds=("withdrawn",)),
    make_correction("2602.00012", kinds=("restored", "title"), former_title="An _Older_ Name"),
)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=y>'


def _digest(
    *approved: ApprovedPaper,
    preliminary: bool = False,
    corrected: WeekCorrections = NO_CORRECTIONS,
) -> Digest:
    return build_digest(
        approved,
        TAXONOMY,
        W12,
        survey_title=TAXONOMY.title,
        preliminary=preliminary,
        corrected=corrected,
    )


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("form", Form)
def test_digest_matches_golden_file(form: Form, language: str) -> None:
    """Run with UPDATE_GOLDEN=1 to refresh the files; review the difference before committing."""
    corrected = WeekCorrections((make_approved("2603.07001", title="Gone *Again*"),), CORRECTIONS)
    golden = GOLDEN / f"digest.{file_stem(W12, language, BOTH)}.{form}"
    text = render(
        _digest(*WEEK, corrected.withdrawn[0], corrected=corrected), form, language, languages=BOTH
    )
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.write_bytes(text.encode())

    assert text.encode() == golden.read_bytes()


@pytest.mark.parametrize("form", Form)
def test_order_of_approvals_does_not_change_bytes(form: Form) -> None:
    shuffled = list(WEEK)
    random.Random(5).shuffle(shuffled)

    first = render(_digest(*WEEK), form, "en", languages=BOTH)
    assert render(_digest(*shuffled), form, "en", languages=BOTH) == first


def _page(digest: Digest, language: str = "en") -> html.HtmlElement:
    return html.document_fromstring(render(digest, Form.HTML, language, languages=BOTH))


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("hidden", ["\u202e", "\u2067", "\u200b", "\x9b", "\U000e0041", "\u3164"])
def test_digest_shows_no_invisible_character(form: Form, hidden: str) -> None:
    foreign = f"Video {hidden}Diffusion"
    arabic = "\u0644\u063a\u0629 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    text = render(
        _digest(
            make_approved(title=foreign, abstract=foreign, authors=(foreign,), comment=foreign),
            make_approved("2603.00002", title=arabic, note=foreign),
            make_approved("2603.00003", title=hidden),
        ),
        form,
        "en",
    )
    assert hidden not in text
    assert "Video Diffusion" in " ".join(text.split())
    assert arabic in text
    assert "arXiv:2603.00003" in text.replace("\\", "")


def test_hostile_text_is_escaped_in_html() -> None:
    paper = make_approved(
        title=HOSTILE, abstract=f"We propose {HOSTILE}.", authors=(HOSTILE,), note=HOSTILE
    )
    page = _page(_digest(paper))

    assert not page.xpath("//script | //img | //iframe | //@onerror")
    assert page.xpath("string(//article/h3)") == HOSTILE
    assert page.xpath("string(//p[@class='authors'])").strip() == HOSTILE


def test_formulas_are_drawn_in_html() -> None:
    formula = r"$\frac{a+b}{c}$"
    paper = make_approved(title=f"Kettles of {formula}", abstract=f"We propose {formula} kettles.")
    page = _page(_digest(paper))

    assert len(page.xpath("//h3//math//mfrac")) == 1
    assert len(page.xpath("//p[@class='reason']//math//mfrac")) == 1
    assert not set("$\\") & set(page.xpath("string(//p[@class='reason'])"))


def test_hostile_text_is_escaped_in_markdown() -> None:
    paper = make_approved(title=f"# {HOSTILE}\n\n# x", authors=("*A*", "1. B"), note="- [a](b)")
    text = render(_digest(paper), Form.MARKDOWN, "en")
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inline = [child for token in tokens for child in token.children or []]

    raw = [t.content for t in [*tokens, *inline] if t.type in {"html_block", "html_inline"}]
    assert all(re.fullmatch(r'<a id="[\w.-]+">|</a>', content) for content in raw)
    headings = [
        "".join(c.content for c in tokens[i + 1].children or [])
        for i, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h3"
    ]
    assert headings == [f"# {HOSTILE} # x"]
    targets = {str(t.attrs["href"]) for t in inline if t.type == "link_open"}
    assert targets == {"#section-generation-image-llm-based", "https://arxiv.org/abs/2603.00001"}


@pytest.mark.parametrize("language", BOTH)
def test_corrections_of_a_week_without_papers_are_printed(language: str) -> None:
    gone = make_approved(title=HOSTILE)
    renamed = make_correction(title=HOSTILE, kinds=("title",), former_title=HOSTILE)
    digest = _digest(gone, corrected=WeekCorrections((gone,), (renamed,)))
    words = load_words(language)
    page = _page(digest, language)
    text = render(digest, Form.MARKDOWN, language, languages=BOTH)

    assert digest.papers == 0
    assert page.xpath("string(//p[@class='summary'])") == words.say("empty_withdrawn")
    assert not page.xpath("//script | //img | //article")
    assert page.xpath("count(//section[@id='corrections']//li)") == 2
    assert words.say("withdrawn_since") in text
    assert words.say("corrected_papers") in text
    assert "<script" not in text.replace("\\<script", "")


def test_page_loads_no_external_resource() -> None:
    page = _page(_digest(*WEEK))
    style = page.xpath("string(//style)")
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")

    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{hashed}'; ")
    assert not page.xpath("//@src | //link | //script | //@style")
    assert "url(" not in style
    assert "@import" not in style
    outside = set(page.xpath("//a[contains(@href, '://')]"))
    assert outside == set(page.xpath("//a[contains(@rel, 'noopener')]"))


def test_headings_are_nested_and_anchors_unique() -> None:
    page = _page(_digest(*WEEK))
    levels = [int(e.tag[1]) for e in page.xpath("//h1 | //h2 | //h3 | //h4")]
    ids = page.xpath("//@id")
    targets = {href[1:] for href in page.xpath("//@href") if href.startswith("#")}

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert targets <= set(ids)


def test_language_is_declared_and_other_one_linked() -> None:
    chinese = _page(_digest(*WEEK), "zh")

    assert chinese.get("lang") == "zh"
    assert chinese.xpath("//p[@class='editions']/a/@href") == ["2026-W12.html"]
    assert "\u56fe\u50cf\u7f16\u8f91" in chinese.text_content()
    assert chinese.xpath("//article/h3/a/@lang")[0] == "en"


def test_chart_has_text_alternative() -> None:
    titles = _page(_digest(*WEEK)).xpath("//svg/title/text()")

    assert titles[0] == (
        "Papers by task: Generation 4, Editing 2, Understanding 1, Agents 1, Safety 1."
    )


def test_bars_fit_for_any_labels() -> None:
    chart = bar_chart("t", "x", [("An uncommonly long label name", 900), ("\u56fe" * 30, 1)])

    assert chart.bars[0].name == "An uncommonly long\u2026"
    assert len(chart.bars[1].name) <= 11
    assert all(bar.x + bar.width < chart.width for bar in chart.bars)
    assert all(bar.y + bar.height <= chart.height for bar in chart.bars)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("language", BOTH)
def test_empty_week_has_note(form: Form, language: str) -> None:
    text = render(_digest(), form, language)

    assert load_words(language).say("empty") in text
    assert load_words(language).say("contents") not in text


@pytest.mark.parametrize("form", Form)
def test_preliminary_digest_has_note(form: Form) -> None:
    notice = load_words("en").say("preliminary")

    assert notice in render(_digest(*WEEK, preliminary=True), form, "en")
    assert notice not in render(_digest(*WEEK), form, "en")


def test_unplaced_papers_count_no_sections() -> None:
    text = render(_digest(make_approved(sections=())), Form.MARKDOWN, "en")

    assert "\n1 approved paper.\n" in text
    assert load_words("en").say("other_none") in text


def test_missing_name_in_template_raises() -> None:
    with pytest.raises(UndefinedError):
        _environment(Form.HTML).from_string("{{ nothing }}").render()


def test_all_languages_have_the_same_keys() -> None:
    assert languages() == BOTH
    english, chinese = map(load_words, BOTH)
    assert english.texts.keys() == chinese.texts.keys()
    assert len(english.months) == len(chinese.months) == 12


def test_unknown_language_error_lists_known_ones() -> None:
    with pytest.raises(UnknownLanguageError, match="en, zh"):
        render(_digest(), Form.HTML, "../../etc/passwd")


@pytest.mark.parametrize(
    ("week", "english", "chinese"),
    [
        ("2026-W12", "16\u201322 March 2026", "2026\u5e743\u670816\u65e5\u81f322\u65e5"),
        (
            "2026-W14",
            "30 March \u2013 5 April 2026",
            "2026\u5e743\u670830\u65e5\u81f34\u67085\u65e5",
        ),
        (
            "2026-W53",
            "28 December 2026 \u2013 3 January 2027",
            "2026\u5e7412\u670828\u65e5\u81f32027\u5e741\u67083\u65e5",
        ),
    ],
)
def test_days_of_week_are_formatted(week: str, english: str, chinese: str) -> None:
    assert load_words("en").span(Week.parse(week)) == english
    assert load_words("zh").span(Week.parse(week)) == chinese


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_palettes_meet_wcag_aa_contrast() -> None:
    style = _environment(Form.HTML).get_template("digest.css").render()
    palettes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]

    assert len(palettes) == 3  # light, dark, print
    for palette in palettes:
        for ink in ("ink", "soft", "accent"):
            for ground in ("paper", "raised"):
                assert _contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)
        assert _contrast(palette["bar"], palette["paper"]) >= 3
