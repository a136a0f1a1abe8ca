"""Lists in the forms of real lists are read, and imported, whole: see `tests/support/field.py`."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.curated.parse import parse_list
from pipeline.curated.types import CuratedList, Entry
from pipeline.demo.replica.server import ReplicaServer
from tests.support.cli import survey_in_process
from tests.support.field import Case, read_cases, records, shown_titles
from tests.support.storage import opener

CASES = {case.name: case for case in read_cases()}
#: cases that `parse_list` does not read yet; remove a name when its case is read
NOT_READ: frozenset[str] = frozenset(
    {
        "k01a_date_forms",
        "k01a_date_in_brackets_before_bold",
        "k01a_date_then_linked_title",
        "k01a_venue_before_bold",
        "k01b_emoji_before_bold",
        "k01b_emoji_inside_bold",
        "k01b_other_emoji",
        "k01d_short_name_in_code",
        "k01d_short_name_plain",
        "k01d_underlined_short_name",
        "k01e_checkbox",
        "k01e_checkbox_plain_title",
        "k01e_checkbox_signs",
        "k02_tools_beside_paragraphs",
        "k02a_plain_title_in_parentheses_venue",
        "k02a_plain_title_inserted_venue",
        "k02a_plain_title_venue_in_code",
        "k02b_plain_title_chinese_punctuation",
        "k02b_plain_title_escaped_brackets",
        "k02b_plain_title_lines",
        "k02c_authors_italic_title_bold",
        "k02c_authors_title_venue",
        "k02c_authors_year_title",
        "k03a_bold_short_name_quoted_title",
        "k03a_linked_short_name_leads_to_the_paper",
        "k03a_short_name_is_link",
        "k03a_unknown_short_name_curly_quotes",
        "k03b_other_quotes",
        "k03b_quoted_title_only",
        "k03b_title_in_code",
        "k03d_bold_short_name_plain_title",
        "k03d_short_name_begins_the_title",
        "k03d_venue_in_bold_first",
        "k04a_numbered_paragraphs",
        "k04a_paragraphs_in_quotes",
        "k04a_paragraphs_with_backslashes",
        "k04a_paragraphs_with_blanks_at_the_end",
        "k04b_emoji_linked_paragraph",
        "k04b_linked_paragraph_then_notes",
        "k04b_linked_paragraph_then_prose",
        "k04d_bold_paragraph_then_fields",
        "k04d_chinese_fields",
        "k04d_fields_in_lines",
        "k04d_title_is_a_field_too",
        "k04e_indented_linked_paragraphs",
        "k04e_linked_lines_below_a_bullet",
        "k04e_linked_paragraphs_below_bold",
        "k05a_heading_entries_with_bullets",
        "k05a_heading_is_the_entry",
        "k05a_underlined_heading_entries",
        "k05b_linked_heading",
        "k05b_linked_heading_venue_before",
        "k05b_linked_heading_with_emoji",
        "k05c_summary_is_the_entry",
        "k06a_address_on_the_next_line",
        "k06a_bare_addresses",
        "k06a_bare_addresses_other_forms",
        "k07a_badge_before_the_title",
        "k07a_emoji_and_tag_before_the_title",
        "k07b_html_table",
        "k07b_linked_badge_title_authors",
        "k07c_number_bold_summary",
        "k07c_number_column_short_name_column",
        "k08b_html_in_bullet",
        "k08b_html_list",
        "k08b_html_paragraphs",
        "k08c_summaries_as_sections",
        "k08c_summaries_with_tables",
        "k09a_footnotes",
        "k09a_reference_links",
        "k09a_references_elsewhere",
        "k10b_blank_between_brackets",
        "k10b_broken_bold",
        "k10b_broken_brackets",
        "k10c_italic_title",
        "k10c_linked_emphasis",
        "k10c_other_emphasis",
        "k11c_bold_line_as_section",
        "k11c_bold_line_with_emoji_or_colon",
        "k11d_bold_bullet_as_section",
        "k11d_bold_bullet_numbered_entries",
        "k11d_plain_bullet_as_section",
        "k12a_nested_bullets_with_fields",
        "k12a_nested_by_tabs",
        "k15a_citation_and_example_entry",
        "k15a_news_contributing_star_history",
        "k15a_news_in_other_words",
        "k20a_html_headings",
        "k20a_html_headings_other_forms",
        "k21a_titles_with_tex_and_escapes",
        "k21a_titles_with_tex_in_the_list",
        "k24_badges_before_the_title",
        "k24_title_link_elsewhere_arxiv_badge",
        "k25_mixed_styles",
        "k25_two_papers_in_a_bullet",
        "k25_two_papers_in_a_cell",
        "k25_two_papers_in_a_paragraph",
        "k26_other_work_in_the_comment",
    }
)
#: cases that `init` and `bootstrap` do not import yet
NOT_IMPORTED: frozenset[str] = frozenset(
    {
        "h14_number_without_blank",
        "h14_numbers_in_emoji_and_depth",
        "k01a_date_forms",
        "k01a_date_in_brackets_before_bold",
        "k01a_date_then_linked_title",
        "k01a_venue_before_bold",
        "k01b_emoji_before_bold",
        "k01b_other_emoji",
        "k01d_short_name_in_code",
        "k01d_short_name_plain",
        "k01d_underlined_short_name",
        "k01e_checkbox",
        "k01e_checkbox_plain_title",
        "k01e_checkbox_signs",
        "k02_tools_beside_paragraphs",
        "k02a_plain_title_in_parentheses_venue",
        "k02a_plain_title_inserted_venue",
        "k02a_plain_title_venue_in_code",
        "k02b_plain_title_chinese_punctuation",
        "k02b_plain_title_escaped_brackets",
        "k02b_plain_title_lines",
        "k02c_authors_italic_title_bold",
        "k02c_authors_title_venue",
        "k02c_authors_year_title",
        "k03a_bold_short_name_quoted_title",
        "k03a_linked_short_name_leads_to_the_paper",
        "k03a_short_name_is_link",
        "k03a_unknown_short_name_curly_quotes",
        "k03b_other_quotes",
        "k03b_quoted_title_only",
        "k03b_title_in_code",
        "k03d_bold_short_name_plain_title",
        "k03d_short_name_begins_the_title",
        "k03d_venue_in_bold_first",
        "k04a_numbered_paragraphs",
        "k04a_paragraphs_in_quotes",
        "k04a_paragraphs_with_backslashes",
        "k04a_paragraphs_with_blanks_at_the_end",
        "k04b_emoji_linked_paragraph",
        "k04b_linked_paragraph_then_notes",
        "k04b_linked_paragraph_then_prose",
        "k04d_bold_paragraph_then_fields",
        "k04d_chinese_fields",
        "k04d_fields_in_lines",
        "k04d_title_is_a_field_too",
        "k04e_indented_linked_paragraphs",
        "k04e_linked_lines_below_a_bullet",
        "k04e_linked_paragraphs_below_bold",
        "k05a_heading_entries_with_bullets",
        "k05a_heading_is_the_entry",
        "k05a_underlined_heading_entries",
        "k05b_linked_heading",
        "k05b_linked_heading_venue_before",
        "k05b_linked_heading_with_emoji",
        "k05c_summary_is_the_entry",
        "k06a_address_on_the_next_line",
        "k06a_bare_addresses",
        "k06a_bare_addresses_other_forms",
        "k07a_badge_before_the_title",
        "k07a_emoji_and_tag_before_the_title",
        "k07b_html_table",
        "k07b_linked_badge_title_authors",
        "k07c_number_bold_summary",
        "k07c_number_column_short_name_column",
        "k08b_html_in_bullet",
        "k08b_html_list",
        "k08b_html_paragraphs",
        "k08c_summaries_as_sections",
        "k08c_summaries_with_tables",
        "k09a_footnotes",
        "k09a_reference_links",
        "k09a_references_elsewhere",
        "k10b_blank_between_brackets",
        "k10b_broken_bold",
        "k10b_broken_brackets",
        "k10c_italic_title",
        "k10c_linked_emphasis",
        "k10c_other_emphasis",
        "k11c_bold_line_as_section",
        "k11c_bold_line_with_emoji_or_colon",
        "k11d_bold_bullet_as_section",
        "k11d_bold_bullet_numbered_entries",
        "k11d_plain_bullet_as_section",
        "k12a_nested_bullets_with_fields",
        "k12a_nested_by_tabs",
        "k14a_contents_lead_to_other_files",
        "k14b_contents_with_the_list_s_own_address",
        "k15a_citation_and_example_entry",
        "k15a_news_contributing_star_history",
        "k15a_news_in_other_words",
        "k16a_months_and_weeks_under_topics",
        "k16a_years_above_topics",
        "k16a_years_under_topics",
        "k17b_long_path",
        "k18_numbers_glued_to_headings",
        "k20a_html_headings",
        "k20a_html_headings_other_forms",
        "k20b_heading_back_to_top",
        "k20b_heading_with_arrow_and_anchor",
        "k21a_titles_with_tex_and_escapes",
        "k21a_titles_with_tex_in_the_list",
        "k24_badges_before_the_title",
        "k24_title_link_elsewhere_arxiv_badge",
        "k25_mixed_styles",
        "k25_two_papers_in_a_bullet",
        "k25_two_papers_in_a_cell",
        "k25_two_papers_in_a_paragraph",
        "k26_other_work_in_the_comment",
    }
)
NOW = "2026-03-17T12:00:00Z"


def cases(gaps: frozenset[str]) -> list[object]:
    """Return all cases as parameters; those in `gaps` must fail."""
    assert gaps <= CASES.keys()
    return [
        pytest.param(
            case,
            id=case.name,
            marks=pytest.mark.xfail(reason="this form is not read yet") if name in gaps else (),
        )
        for name, case in CASES.items()
    ]


def place(case: Case, entry: Entry) -> str | None:
    """Return the section in which an entry stands, by the words of its headings."""
    headings = " ".join(entry.headings).casefold()
    return next((name for name, _ in case.sections if name in headings), None)


def read_by_section(case: Case, curated: CuratedList) -> list[tuple[str | None, str]]:
    return [
        (place(case, entry), entry.arxiv_id.base) for entry in curated.entries if entry.arxiv_id
    ]


@pytest.mark.parametrize("case", cases(NOT_READ))
def test_form_is_read(case: Case) -> None:
    curated = parse_list(case.text.encode())

    wanted = [(name, arxiv_id) for name, ids in case.sections for arxiv_id in ids]
    assert sorted(read_by_section(case, curated)) == sorted(wanted)
    titles = shown_titles()
    for entry in curated.entries:
        if entry.arxiv_id:
            assert titles[entry.arxiv_id.base] in {
                entry.full_title,
                *getattr(entry, "readings", ()),
            }
    assert curated.unreadable == ()


@pytest.fixture(scope="module")
def arxiv() -> Iterator[ReplicaServer]:
    with ReplicaServer(records()) as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("case", cases(NOT_IMPORTED))
def test_form_is_imported(case: Case, arxiv: ReplicaServer, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(case.text, encoding="utf-8", newline="")
    survey = survey_in_process(tmp_path, url=arxiv.url, now=NOW)

    drafted = survey.call("init", "--from-list", "README.md", "--json")
    assert drafted.status == 0, drafted.err
    report = survey.call("bootstrap", "--json")
    assert report.status == 0, report.err

    assert approved(case, tmp_path) == sections_of(case)
    drafts = tomllib.loads((tmp_path / "taxonomy.toml").read_text(encoding="utf-8"))["section"]
    assert sorted(wanted_section(case, draft["id"]) for draft in drafts) == sorted(
        name for name, _ in case.sections
    )
    if case.names is not None:
        assert [names_of(draft) for draft in drafts] == [words_of(name) for name in case.names]
    if case.refused is not None:
        refused = [(one["reason"], one["line"]) for one in report.document["refused"]]
        assert refused == list(case.refused)


def approved(case: Case, directory: Path) -> dict[str, set[str]]:
    """Return the papers approved by section."""
    found: dict[str, set[str]] = {}
    with opener(directory / "var")() as store:
        for arxiv_id, decision in store.decisions.standing(shown_titles()).items():
            for section in decision.sections:
                found.setdefault(wanted_section(case, section), set()).add(arxiv_id)
    return found


def sections_of(case: Case) -> dict[str, set[str]]:
    return {name: set(ids) for name, ids in case.sections}


def wanted_section(case: Case, section: str) -> str:
    """Return the section of the case whose name a drafted one has, or the drafted one."""
    if case.long_ids:
        return next((name for name, _ in case.sections if section.endswith(name)), section)
    return section


def names_of(draft: dict[str, Any]) -> set[str]:
    """Return the parts of a section's names in all languages."""
    return set().union(*map(words_of, draft["names"].values()))


def words_of(name: str) -> set[str]:
    """Return the parts of a name in two scripts."""
    return set(re.split(r"[()\uff08\uff09]", name)) - {""}
