"""Every rule of `lint` finds its fault, and leaves what is right alone."""

from pathlib import Path

import pytest

from pipeline.curated.lint.catalogue import RULES, Code
from pipeline.curated.lint.check import lint
from pipeline.curated.lint.published import published_in
from pipeline.curated.lint.repeats import exclude_each_other
from pipeline.curated.lint.subject import PaperFacts
from tests.curated.test_field_lists import CASES
from tests.support.field import Case
from tests.support.lint import HeldPaper, entry, fix_in, found_in, report_on, subject_of

KETTLES = "Copper Kettles Dream of Warm Steam"
LANTERNS = "Paper Lanterns Count the Moths of Summer"
RIVERS = "A Field Guide to Folded Rivers"


def listed(*entries: str) -> str:
    return "# Contraptions\n\n## Boats\n\n" + "\n".join(entries)


CLEAN = listed(
    entry(KETTLES, "2403.90001", "12 Mar 2024"),
    entry(LANTERNS, "2403.90002", "14 Mar 2024"),
    entry(RIVERS, "2405.90003", "2 May 2024"),
)


def test_clean_list_has_no_finding() -> None:
    papers = {
        "2403.90001": HeldPaper(KETTLES),
        "2403.90002": HeldPaper(LANTERNS),
        "2405.90003": HeldPaper(RIVERS),
    }

    report = report_on(CLEAN, papers)

    assert report.findings == ()
    assert (report.entries, report.not_held) == (3, 0)


def test_id_of_another_title_is_an_error() -> None:
    (one,) = found_in(CLEAN, "wrong-id", {"2403.90002": HeldPaper("Stone Bridges Over Dry Land")})

    assert (one.line, one.level.value, one.arxiv_id) == (7, "error", "2403.90002")
    assert "Stone Bridges Over Dry Land" in one.message


def test_id_of_several_titles_is_reported_once() -> None:
    text = listed(entry(KETTLES, "2403.90001"), entry(LANTERNS, "2403.90001"))

    (one,) = found_in(text, "shared-id")

    assert (one.line, "line 5" in one.message) == (7, True)
    assert found_in(text, "duplicate-id") == ()


def test_paper_twice_in_a_section_is_a_duplicate() -> None:
    text = listed(entry(KETTLES, "2403.90001"), entry(KETTLES, "2403.90001v2"))

    assert [one.line for one in found_in(text, "duplicate-id")] == [7]


def test_duplicate_is_found_behind_a_wrong_use_of_its_id() -> None:
    text = listed(
        entry(LANTERNS, "2403.90001"),
        entry(KETTLES, "2403.90001"),
        entry(KETTLES, "2403.90001"),
    )

    assert [one.line for one in found_in(text, "duplicate-id")] == [9]
    assert [one.line for one in found_in(text, "shared-id")] == [7]


def test_version_in_a_reference_link_is_reported() -> None:
    text = (
        listed(f"- **{KETTLES}** [[Paper][1]]\n")
        + "\n<!-- [2]: https://arxiv.org/abs/2403.90002v4 -->\n"
        + "[1]: https://arxiv.org/abs/2403.90001v2\n"
    )

    assert [one.line for one in found_in(text, "versioned-link")] == [8]
    fixed = fix_in(text).files[0].data.decode()
    assert fixed == text.replace("90001v2", "90001")


def test_paper_in_two_sections_is_only_a_note() -> None:
    text = CLEAN + "\n## Bridges\n\n" + entry(KETTLES, "2403.90001")

    assert found_in(text, "duplicate-id") == ()
    (one,) = found_in(text, "several-sections")
    assert (one.line, one.level.value) == (13, "note")


def test_paper_in_opposite_sections_contradicts() -> None:
    text = (
        "# List\n\n## Steam-based\n\n" + entry(KETTLES, "2403.90001") + "\n## Non-Steam-based"
        " (Wind)\n\n" + entry(KETTLES, "2403.90001")
    )

    assert [one.line for one in found_in(text, "contradictory-sections")] == [9]


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("🔅 LLM-based", "Non-LLM-based (Clip/T5)", True),
        ("With Training", "Without Training", False),
        ("Training", "Training-free", True),
        ("Nonlinear Optics", "Linear Optics", False),
        ("Editing", "Generation", False),
        ("Non-LLM-based", "Non-LLM-based (Clip)", False),
    ],
)
def test_opposite_headings_are_recognised(one: str, other: str, wanted: bool) -> None:  # noqa: FBT001
    assert exclude_each_other(one, other) is wanted


def test_title_under_two_ids_is_reported() -> None:
    text = listed(entry(KETTLES, "2403.90001"), entry(KETTLES, "2403.90002"))

    (one,) = found_in(text, "duplicate-title")

    assert "2403.90001" in one.message
    assert "2403.90002" in one.message


def test_title_twice_without_id_is_reported() -> None:
    bare = f"- **{KETTLES}**, Ada Example [[Paper](https://papers.example/kettles.pdf)]\n"

    assert [one.line for one in found_in(listed(bare, bare), "duplicate-title")] == [7]


def test_versioned_link_is_reported_on_its_own_line() -> None:
    text = listed(f"+ **{KETTLES}**\n[![Paper](p.svg)](https://arxiv.org/pdf/2403.90001v2.pdf)\n")

    (one,) = found_in(text, "versioned-link")

    assert (one.line, one.lines) == (6, (5, 6))


def test_versioned_link_in_a_comment_is_left_alone() -> None:
    hidden = "<!-- " + entry(RIVERS, "2405.90003v1").strip() + " -->\n"

    assert found_in(CLEAN + hidden, "versioned-link") == ()


BADGES = (
    (
        (
            "[![arXiv](https://img.shields.io/badge/arXiv-2403.90009-b31b1b.svg)]"
            "(https://arxiv.org/abs/2403.90001)"
        ),
        "shows 2403.90009",
    ),
    (
        "[![Star](https://img.shields.io/github/stars/ada/kettle.svg)](https://github.com/bo/boat)",
        "stars of ada/kettle",
    ),
    (
        (
            f"[![citation](https://img.shields.io/badge/citation-3-blue.svg?paper={'a' * 40})]"
            f"(https://www.semanticscholar.org/paper/{'b' * 40})"
        ),
        "counts citations of aaaaaaaaaaaa",
    ),
)


@pytest.mark.parametrize(("badge", "said"), BADGES)
def test_badge_against_its_link_is_reported(badge: str, said: str) -> None:
    (one,) = found_in(listed(entry(KETTLES, "2403.90001", rest=f" {badge}")), "badge-mismatch")

    assert said in one.message


def test_badge_of_the_same_place_is_left_alone() -> None:
    right = (
        " [![arXiv](https://img.shields.io/badge/arXiv-2403.90001-b31b1b.svg)]"
        "(https://arxiv.org/abs/2403.90001v2) "
        "[![Star](https://img.shields.io/github/stars/Ada/Kettle?style=social)]"
        "(https://github.com/ada/kettle/tree/main) "
        "[![Star](https://img.shields.io/github/stars/ada/kettle.svg)](https://kettle.example)"
    )

    assert found_in(listed(entry(KETTLES, "2403.90001", rest=right)), "badge-mismatch") == ()


@pytest.mark.parametrize(
    ("day", "off"),
    [
        ("30 Apr 2024", False),
        ("1 May 2024", True),
        ("28 Feb 2024", False),
        ("31 Jan 2024", True),
        ("Mar 2025", True),
    ],
)
def test_date_two_months_off_is_reported(day: str, off: bool) -> None:  # noqa: FBT001
    text = listed(entry(KETTLES, "2403.90001", day))

    assert bool(found_in(text, "date-off")) is off


def test_references_of_bibtex_are_looked_at() -> None:
    text = "\n".join(
        f"@article{{k{n}, title={{{title}}}, author={{Example, Ada}}, eprint={{2403.90001}},"
        f" year={{2025}}}}"
        for n, title in enumerate((KETTLES, KETTLES, LANTERNS))
    )

    report = lint(subject_of(text, name="references.bib"))

    assert report.rules == {"duplicate-id": 1, "shared-id": 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.bib", "@misc{k, title={%s}, url={https://arxiv.org/abs/2403.90001v2}}"),
        ("a.csv", "title,link\n%s,https://arxiv.org/abs/2403.90001v2"),
    ],
)
def test_links_of_other_formats_are_no_reference_links(name: str, text: str) -> None:
    assert lint(subject_of(text % KETTLES, name=name)).entries == 1


def test_date_that_does_not_exist_is_reported() -> None:
    text = listed(entry(KETTLES, "2403.90001", "31 Feb 2024"))

    assert len(found_in(text, "impossible-date")) == 1


def test_code_named_in_the_abstract_is_missed() -> None:
    facts = PaperFacts(withdrawn=False, code=("https://github.com/ada/kettle",))
    papers = {"2403.90001": HeldPaper(KETTLES, facts), "2403.90002": HeldPaper(LANTERNS, facts)}
    text = listed(
        entry(KETTLES, "2403.90001"),
        entry(LANTERNS, "2403.90002", rest=" [[repo](https://github.com/ada/other)]"),
    )

    (one,) = found_in(text, "missing-code", papers)

    assert (one.line, "https://github.com/ada/kettle" in one.message) == (5, True)


def test_withdrawn_and_published_papers_are_reported() -> None:
    papers = {
        "2403.90001": HeldPaper(KETTLES, PaperFacts(withdrawn=True)),
        "2403.90002": HeldPaper(LANTERNS, PaperFacts(withdrawn=False, published="CVPR 2025")),
        "2405.90003": HeldPaper(RIVERS, PaperFacts(withdrawn=False, published="ICLR 2025")),
    }
    text = CLEAN.replace(f"**{RIVERS}**", f"**[ICLR 2025] {RIVERS}**")

    assert [one.line for one in found_in(text, "withdrawn", papers)] == [5]
    assert [one.line for one in found_in(text, "now-published", papers)] == [7]


@pytest.mark.parametrize(
    ("comment", "venue"),
    [
        ("Accepted to CVPR 2025. 12 pages", "CVPR 2025"),
        ("12 pages, 4 figures, accepted for publication in Kettle Letters", "Kettle Letters"),
        ("NeurIPS 2025 Spotlight; code at https://github.com/ada/kettle", "NeurIPS 2025 Spotlight"),
        ("Submitted to ICML 2025", ""),
        ("Under review at CVPR 2026", ""),
        ("unpublished manuscript", ""),
        ("Preprint. Work in progress", ""),
        ("10 pages, 3 figures", ""),
        (None, ""),
    ],
)
def test_venue_is_read_from_the_comment(comment: str | None, venue: str) -> None:
    assert published_in(None, comment) == venue


def test_entry_that_cannot_be_read_is_reported() -> None:
    text = CLEAN + "\n- **Never closed (3 Mar 2025) [[Paper](https://arxiv.org/abs/2503.90004)]\n"

    assert [one.line for one in found_in(text, "unreadable-entry")] == [11]


def test_impossible_id_is_an_error() -> None:
    text = listed(f"- **{KETTLES}** [[Paper](https://arxiv.org/abs/2403.9001)]\n")

    assert len(found_in(text, "impossible-id")) == 1


def test_links_to_two_papers_are_reported() -> None:
    rest = " [![arXiv](https://img.shields.io/badge/arXiv-x-red)](https://arxiv.org/abs/2403.90007)"
    text = listed(
        f"- [{KETTLES}](https://arxiv.org/abs/2403.90001){rest}\n", entry(RIVERS, "2405.90003")
    )

    assert [one.line for one in found_in(text, "several-ids")] == [5]


def test_other_forms_than_the_file_s_own_are_reported() -> None:
    odd = f"* {RIVERS} [[PDF](https://arxiv.org/abs/2405.90003)]\n"
    usual = [
        entry(f"{KETTLES} {name}", f"2403.9000{n}", f"1{n} Mar 2024")
        for n, name in enumerate(("Slowly", "Quickly", "Twice", "Never"), start=4)
    ]

    dated = entry(RIVERS, "2405.90003", "2024-05-02")

    report = report_on(listed(*usual, odd))

    rules = sorted(one.rule.value for one in report.findings)
    assert rules == ["odd-bold", "odd-caption", "odd-marker"]
    assert {one.line for one in report.findings} == {13}
    assert [one.line for one in found_in(listed(*usual, dated), "odd-date")] == [13]


def test_month_of_may_fits_every_form() -> None:
    text = listed(
        *(entry(f"{KETTLES} {n}", f"2403.9000{n}", f"{n} March 2024") for n in range(1, 5)),
        entry(RIVERS, "2405.90003", "2 May 2024"),
    )

    assert found_in(text, "odd-date") == ()


def test_stale_citation_badge_is_a_note() -> None:
    badge = " [![citation](https://img.shields.io/badge/citation-0-blue.svg)](https://s2.example)"
    text = listed(
        entry(KETTLES, "2403.90001", rest=badge), entry(LANTERNS, "2512.90002", rest=badge)
    )

    assert [one.line for one in found_in(text, "stale-citation")] == [5]


def test_unknown_tag_of_the_introduction_is_a_note() -> None:
    text = "# Tips\n- Search by tag: `kettle`, `ketle`.\n\n" + listed(
        entry(KETTLES, "2403.90001", rest=" `kettle`")
    )

    assert [one.message for one in found_in(text, "unknown-tag")] == [
        "No entry has the tag 'ketle'."
    ]


def test_rules_that_need_a_database_are_named() -> None:
    report = report_on(CLEAN)

    assert {code for one in report.skipped for code in one.rules} == {
        code for code, rule in RULES.items() if rule.needs.value != "nothing"
    }


def test_every_rule_is_in_the_catalogue() -> None:
    assert list(RULES) == list(Code)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_lists_of_any_style_are_looked_at(case: Case) -> None:
    report = report_on(case.text)

    assert set(report.rules) <= {"versioned-link", "dead-anchor", "no-id"}


def test_real_list_has_at_least_the_faults_counted_by_hand(shared_data: Path) -> None:
    """Compare with counts made by grep; IDs repeated in a section are all of different titles."""
    report = report_on((shared_data / "curated-list.md").read_bytes())

    assert report.rules["versioned-link"] == 13
    assert report.rules["no-id"] == 21
    assert report.rules["stale-citation"] == 52
    assert report.rules["date-off"] >= 27
    assert report.rules["shared-id"] >= 9
    stars = [one for one in report.findings if "counts the stars" in one.message]
    assert len(stars) == 9
    several = report.rules["several-sections"] + report.rules["contradictory-sections"]
    assert several >= 28


def test_guide_lists_every_rule_as_it_is() -> None:
    guide = Path(__file__).resolve().parents[2] / "docs" / "guides" / "lint-your-list.md"
    text = guide.read_text(encoding="utf-8")

    for rule in RULES.values():
        row = f"| `{rule.code.value}` | {rule.level.value} | {rule.finds} | {rule.fix or '-'} |"
        assert row in text
