import json
import os
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jinja2 import UndefinedError
from lxml import html
from markdown_it import MarkdownIt

from config.look.values import look
from pipeline.publish.digest.fit import MOST_BYTES
from pipeline.publish.digest.issue import rendered
from pipeline.publish.digest.plain import plain
from pipeline.publish.digest.render import Form, _environment, render
from pipeline.publish.digest.types import Digest
from pipeline.publish.digest.week import Week
from pipeline.publish.digest.words import UnknownLanguageError, languages, load_words
from tests.support.digest import FULL, WEEK, make_approved, make_correction, make_digest

W12 = Week(2026, 12)
GOLDEN = Path(__file__).parent / "golden"
BOTH = ("en", "zh")
HOSTILE = '"><script>alert(1)</script><img src=x onerror=y>'
EVERY = ("2026-W12.md", "2026-W12.html", "2026-W12.txt", "2026-W12.json")


def _files(digest: Digest, *codes: str) -> dict[str, str]:
    return {name: data.decode() for name, (data, _) in rendered(digest, codes or BOTH).items()}


def test_issue_matches_golden_files() -> None:
    """Run with UPDATE_GOLDEN=1 to refresh the files; review the difference before committing."""
    files = _files(make_digest(*WEEK, **FULL))
    if os.environ.get("UPDATE_GOLDEN") == "1":
        for name, text in files.items():
            (GOLDEN / f"digest.{name}").write_bytes(text.encode())

    golden = {path.name.removeprefix("digest."): path for path in GOLDEN.glob("digest.*")}
    assert files.keys() == golden.keys()
    for name, text in files.items():
        assert text.encode() == golden[name].read_bytes(), name


def test_order_of_approvals_does_not_change_bytes() -> None:
    shuffled = list(WEEK)
    random.Random(5).shuffle(shuffled)

    assert _files(make_digest(*shuffled, **FULL)) == _files(make_digest(*WEEK, **FULL))


def _page(digest: Digest, language: str = "en") -> Any:
    return html.document_fromstring(
        render(plain(digest), Form.HTML, language, languages=BOTH).encode()
    )


@pytest.mark.parametrize("hidden", ["\u202e", "\u2067", "\u200b", "\x9b", "\U000e0041", "\u3164"])
def test_issue_shows_no_invisible_character(hidden: str) -> None:
    foreign = f"Video {hidden}Diffusion"
    arabic = "\u0644\u063a\u0629 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    files = _files(
        make_digest(
            make_approved(title=foreign, abstract=foreign, authors=(foreign,), comment=foreign),
            make_approved("2603.00002", title=arabic, note=foreign),
            make_approved("2603.00003", title=hidden),
        ),
        "en",
    )
    for name, text in files.items():
        assert hidden not in text
        assert "Video Diffusion" in " ".join(text.split())
        assert arabic in (
            text if name.endswith(("md", "html", "txt")) else json.loads(f'"{arabic}"')
        )
        assert "arXiv:2603.00003" in text.replace("\\", "")


def test_hostile_text_is_escaped_in_html() -> None:
    paper = make_approved(
        title=HOSTILE, abstract=f"We propose {HOSTILE} for all.", authors=(HOSTILE,), note=HOSTILE
    )
    page = _page(make_digest(paper, make_approved("2603.00002", title="$<b>x</b>$ $\\href{a}{b}$")))

    assert not page.xpath("//script | //img | //iframe | //@onerror | //math | //b[text()='x']")
    assert page.xpath("string(//div[@class='paper'][1]/h3)") == HOSTILE
    assert HOSTILE in page.xpath("string(//div[@class='paper'][1]/p[1])")


@pytest.mark.parametrize("form", [Form.HTML, Form.TEXT])
def test_formulas_are_text_for_mail_programs(form: Form) -> None:
    paper = make_approved(title=r"Kettles of $\alpha^2$ and $\frac{a+b}{c}$")
    text = render(plain(make_digest(paper)), form, "en")

    assert "Kettles of \u03b1\u00b2 and" in text
    assert "<math" not in text
    assert "<mfrac" not in text


def test_hostile_text_is_escaped_in_markdown() -> None:
    paper = make_approved(title=f"# {HOSTILE}\n\n# x", authors=("*A*", "1. B"), note="- [a](b)")
    text = render(make_digest(paper), Form.MARKDOWN, "en")
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inline = [child for token in tokens for child in token.children or []]

    raw = [t.content for t in [*tokens, *inline] if t.type in {"html_block", "html_inline"}]
    assert set(raw) <= {"<br>"}
    headings = [
        "".join(c.content for c in tokens[i + 1].children or [])
        for i, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h3"
    ]
    assert headings == [f"# {HOSTILE} # x"]
    targets = {str(t.attrs["href"]) for t in inline if t.type == "link_open"}
    assert targets == {"https://arxiv.org/abs/2603.00001"}


def test_hostile_text_begins_no_line_of_plain_text() -> None:
    line = "\n* A paper\n-----\n# x " * 9
    paper = make_approved(title=line, abstract=f"We propose {line}.", authors=(line,), note=line)
    text = render(plain(make_digest(paper)), Form.TEXT, "en")

    assert sum(one.startswith("* ") for one in text.splitlines()) == 1
    assert max(map(len, text.splitlines())) <= 72


def test_addresses_keep_their_tildes() -> None:
    paper = make_approved(comment="Project page: https://lab.example/~ada/brush")
    for text in _files(make_digest(paper), "en").values():
        assert "https://lab.example/~ada/brush" in unquote(text)


def test_anonymous_mirror_is_not_called_code() -> None:
    paper = make_approved(comment="Code: https://anonymous.4open.science/r/brush")
    files = _files(make_digest(paper), "en")

    assert "Anonymous mirror: [anonymous" in files["2026-W12.md"]
    assert "Anonymous mirror: https://anonymous" in files["2026-W12.txt"]
    assert "Code" not in files["2026-W12.txt"]


def test_page_loads_and_runs_nothing() -> None:
    page = _page(make_digest(*WEEK, **FULL))
    style = page.xpath("string(//style)")
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")

    assert policy.startswith("default-src 'none'; ")
    assert not page.xpath("//@src | //link | //script | //form | //@onclick")
    assert "url(" not in style
    assert "@import" not in style
    outside = page.xpath("//a[starts-with(@href, 'https://arxiv.org')]")
    assert all("noopener" in link.get("rel") for link in outside)


def test_layout_needs_no_style_element() -> None:
    """Mail programs drop `style`, variables, grids and columns; colours then stand inline."""
    text = render(plain(make_digest(*WEEK, **FULL)), Form.HTML, "en")
    page: Any = html.document_fromstring(text.encode())
    body = text.partition("<body")[2]

    assert not re.search(r"var\(|display: ?(grid|flex)|columns:|float", text)
    assert all("color:" in (a.get("style") or "") for a in page.xpath("//body//a"))
    assert f"background-color:{look().light['ground']}" in body


def test_headings_are_nested() -> None:
    page = _page(make_digest(*WEEK, **FULL))
    levels = [int(e.tag[1]) for e in page.xpath("//h1 | //h2 | //h3 | //h4")]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))
    assert not page.xpath("//@id")


def test_language_is_declared_and_other_one_linked() -> None:
    chinese = _page(make_digest(*WEEK), "zh")

    assert chinese.get("lang") == "zh"
    assert chinese.xpath("//footer//a/@href") == ["2026-W12.html"]
    assert "\u56fe\u50cf\u7f16\u8f91" in chinese.text_content()
    assert chinese.xpath("//h3/a/@lang")[0] == "en"


def test_trend_is_a_table_of_numbers_with_bars() -> None:
    page = _page(make_digest(*WEEK, **FULL))
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("th | td")]
        for row in page.xpath("//table[contains(@class, 'trend')]//tr")
    ]

    assert rows[0][-2:] == ["3", "9"]
    assert rows[1][-1] == "W12"
    named = {row[0]: list(map(int, row[1:])) for row in rows[2:]}
    assert [sum(column) for column in zip(*named.values(), strict=True)] == [
        int(number) for number in rows[0][1:]
    ]
    heights = re.findall(r"height:(\d+)px", " ".join(page.xpath("//div[@class='bar']/@style")))
    assert max(map(int, heights)) == 72


@pytest.mark.parametrize("language", BOTH)
def test_empty_week_says_what_was_read(language: str) -> None:
    made = FULL["made"]
    digest = make_digest(made=made)
    for name, text in _files(digest, language).items():
        said = " ".join(text.split())
        assert "1,630" in said, name
        assert ("none approved" in said) or ("\u5747\u672a\u6536\u5f55" in said), name
    assert "14" in _page(digest, language).xpath("string(//p[@class='lead'])")


def test_week_of_which_nothing_is_left_says_why() -> None:
    digest = make_digest(withdrawn=FULL["withdrawn"])
    page = _page(digest)

    assert page.xpath("string(//h1)") == "No new paper, 16\u201322 March 2026"
    assert "withdrawn at arXiv since" in page.xpath("string(//p[@class='lead'])")
    assert page.xpath("count(//p[@class='withdrawn'])") == 1


def test_one_paper_is_singular() -> None:
    files = _files(make_digest(make_approved()), "en")

    assert "1 paper," in files["2026-W12.txt"]
    assert "1 papers" not in " ".join(files.values())
    assert "in 1 section." in files["2026-W12.html"]


def test_every_correction_is_said() -> None:
    text = " ".join(_files(make_digest(**FULL), "en")["2026-W12.txt"].split())

    for said in (
        "A Paper of February: retracted",
        "we were wrong: approved in the issue 2026-W09, taken back this week",
        "no longer withdrawn at arXiv; the title was \u201cAn _Older_ Name\u201d",
        "moved from Image editing to Audio editing and Multimodal agents",
        "now accepted at CVPR 2026",
        "- Gone *Again* https://arxiv.org/abs/2603.07001",
    ):
        assert said in text


def test_figures_add_up_and_name_reasons() -> None:
    text = " ".join(_files(make_digest(*WEEK, **FULL), "en")["2026-W12.txt"].split())

    for said in (
        "Read by reviewers: 14 - Approved: 10 - Approved and not listed: withdrawn or taken back",
        "since: 1 - Rejected (No language model 2, no reason stated 1): 3 - Set aside for later: 1",
        "Waiting without a decision at the week\u2019s end: 4,786",
        "Precision this week: approved among approved and rejected: 77 %",
        "2 days complete; 1 day no announcement; 17 March 2026 unknown",
    ):
        assert said in text


@pytest.mark.parametrize("number", [120, 400])
def test_long_page_fits_into_a_mail_and_says_what_it_leaves_out(number: int) -> None:
    papers = [
        make_approved(
            f"2603.1{n:04}",
            title=f"Paper {n} of a Long Week with a Title of the Usual Length, More or Less",
            abstract=f"We propose Brush {n}, {'a model that paints with great care, ' * 6}slowly.",
            sections=(("generation-image-llm-based", "agents", "editing-image")[n % 3],),
        )
        for n in range(number)
    ]
    text = render(plain(make_digest(*papers)), Form.HTML, "en")
    page: Any = html.document_fromstring(text.encode())

    assert len(text.encode()) <= MOST_BYTES
    assert "leaves out" in page.xpath("string(//p[contains(@class, 'notice')])")
    more = [
        int(re.findall(r"\d+", p.text_content())[0]) for p in page.xpath("//p[@class='more-paper']")
    ]
    assert len(page.xpath("//div[@class='paper']")) + sum(more) == number
    assert bool(more) == (number == 400)
    assert all(
        p.text_content().endswith("in the list") for p in page.xpath("//p[@class='more-paper']")
    )


@pytest.mark.parametrize("form", Form)
def test_preliminary_digest_has_note(form: Form) -> None:
    notice = load_words("en").say("preliminary")

    def said(digest: Digest) -> str:
        return " ".join(render(digest, form, "en").split())

    assert notice in said(make_digest(*WEEK, preliminary=True))
    assert notice not in said(make_digest(*WEEK))


def test_unplaced_papers_count_no_sections() -> None:
    text = render(make_digest(make_approved(sections=())), Form.HTML, "en")

    assert "1 paper in 0 sections." in text
    assert load_words("en").say("other_none") in text


def test_corrections_with_hostile_titles_stay_text() -> None:
    renamed = make_correction(title=HOSTILE, kinds=("retitled",), former_title=HOSTILE)
    digest = make_digest(withdrawn=(make_approved(title=HOSTILE),), corrections=(renamed,))
    page = _page(digest)

    assert not page.xpath("//script | //img")
    assert HOSTILE in page.xpath("string(//p[@class='corrected'])")
    assert "<script" not in render(digest, Form.MARKDOWN, "en").replace("\\<script", "")


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
        render(make_digest(), Form.HTML, "../../etc/passwd")


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
