"""Fixes change the bytes they name and no other; exceptions excuse what they name."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.lint import entry, fix_in, found_in, report_on

KETTLES = "Copper Kettles Dream of Warm Steam"
LANTERNS = "Paper Lanterns Count the Moths of Summer"
RIVERS = "A Field Guide to Folded Rivers"
HEAD = "# Contraptions\n\n## Boats\n\n"


def test_fix_changes_only_what_is_found() -> None:
    text = HEAD + "\n".join(
        (
            entry(f"{KETTLES} Ünder Wåter", "2403.90001v12", "12 Mar 2024"),
            entry(LANTERNS, "2403.90002", "Mar 4, 2024"),
            entry(RIVERS, "2405.90003", "2 May 2024"),
            entry("Slow Bells for Quick Weather", "2406.90004", "12 Jun 2024"),
            entry("Do Owls Read Maps at Night", "2406.90005", "03 Jun 2024"),
            entry(RIVERS, "2405.90003", "2 May 2024"),
        )
    )

    fixed = fix_in(text)

    wanted = text.replace("90001v12", "90001").replace("Mar 4, 2024", "04 Mar 2024")
    last = "\n" + entry(RIVERS, "2405.90003", "2 May 2024")
    assert fixed.files[0].data.decode() == wanted.removesuffix(last) + "\n"
    assert sorted(one.rule.value for one in fixed.report.fixed) == [
        "duplicate-id",
        "odd-date",
        "versioned-link",
    ]
    assert fixed.report.fixable == 0


def test_fix_keeps_line_ends_mark_and_missing_newline() -> None:
    text = (HEAD + entry(KETTLES, "2403.90001v2") + "\n" + entry(LANTERNS, "2403.90002v1")).rstrip()
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()

    fixed = fix_in(data).files[0].data

    assert fixed == data.replace(b"90001v2", b"90001").replace(b"90002v1", b"90002")


def test_repeat_that_differs_by_its_version_is_removed_too() -> None:
    text = HEAD + entry(KETTLES, "2403.90001v2") + "\n" + entry(KETTLES, "2403.90001")

    assert fix_in(text).files[0].data.decode() == HEAD + entry(KETTLES, "2403.90001") + "\n"


def test_repeat_in_another_section_is_kept() -> None:
    text = HEAD + entry(KETTLES, "2403.90001") + "\n## Bridges\n\n" + entry(KETTLES, "2403.90001")

    assert fix_in(text).files[0].data.decode() == text


def test_repeated_row_of_a_table_is_removed() -> None:
    row = f"| 2024-03 | {KETTLES} | [paper](https://arxiv.org/abs/2403.90001) |\n"
    other = f"| 2024-03 | {LANTERNS} | [paper](https://arxiv.org/abs/2403.90002) |\n"
    head = "# List\n\n## Boats\n\n| Date | Title | Link |\n|---|---|---|\n"

    assert fix_in(head + row + other + row).files[0].data.decode() == head + row + other


def test_real_list_is_fixed_line_by_line(shared_data: Path) -> None:
    data = (shared_data / "curated-list.md").read_bytes()

    fixed = fix_in(data)

    before, after = data.splitlines(), fixed.files[0].data.splitlines()
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert len(changed) == len(fixed.report.fixed) == 15
    assert fixed.report.fixable == 0


def test_diff_can_be_applied_by_its_lines() -> None:
    text = HEAD + entry(KETTLES, "2403.90001v2").rstrip()

    diff = fix_in(text).report.diff

    assert diff.startswith("--- a/list.md\n+++ b/list.md\n@@ ")
    assert diff.count("\\ No newline at end of file\n") == 2


PIECES = st.sampled_from(
    (
        entry(KETTLES, "2403.90001v2", "12 Mar 2024"),
        entry(KETTLES, "2403.90001", "Mar 12, 2024"),
        entry(LANTERNS, "2403.90002", "2024-03-14"),
        entry(RIVERS, "2405.90003", "2 May 2024"),
        "\n",
        "## Bridges\n\n",
        "## Boats\n\n",
        "- [Boats](#boat)\n",
        "<!-- - hidden https://arxiv.org/abs/2403.90001v2 -->\n",
        "Prose with ünusual 字 signs \u202e.\n\n",
        "* x\r\n",
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=14))
def test_second_fix_finds_nothing(pieces: list[str]) -> None:
    fixed = fix_in(HEAD + "".join(pieces))

    assert fixed.report.fixable == 0
    again = fix_in(fixed.files[0].data)
    assert again.files[0].data == fixed.files[0].data


VERSIONED = entry(KETTLES, "2403.90001v2")


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "<!-- lint: allow versioned-link the first version is meant -->\n" + VERSIONED,
        HEAD + "<!-- lint: allow versioned-link -->\n\n" + VERSIONED,
        HEAD + "<!--lint:allow odd-date versioned-link-->\n" + VERSIONED,
        HEAD + VERSIONED.rstrip() + " <!-- lint: allow versioned-link reason -->\n",
        "<!-- lint: allow versioned-link old list -->\n" + HEAD + "\nText.\n\n" + VERSIONED,
    ],
)
def test_exception_excuses_its_entry(text: str) -> None:
    report = report_on(text)

    assert "versioned-link" not in report.rules
    assert report.allowed == 1
    assert fix_in(text).files[0].data.decode() == text


def test_exception_is_for_one_entry_only() -> None:
    text = (
        HEAD
        + VERSIONED.rstrip()
        + " <!-- lint: allow versioned-link reason -->\n"
        + entry(LANTERNS, "2403.90002v3")
    )

    assert [one.line for one in found_in(text, "versioned-link")] == [6]


def test_unused_exception_is_a_note() -> None:
    text = HEAD + "<!-- lint: allow versioned-link x -->\n" + entry(KETTLES, "2403.90001")

    (one,) = found_in(text, "unused-exception")

    assert (one.line, one.level.value) == (5, "note")


def test_exception_from_a_rule_that_did_not_run_is_not_unused() -> None:
    text = HEAD + "<!-- lint: allow withdrawn x -->\n" + entry(KETTLES, "2403.90001")

    assert found_in(text, "unused-exception") == ()


def test_exception_of_no_rule_is_a_warning() -> None:
    text = HEAD + "<!-- lint: allow version-link x -->\n" + VERSIONED

    (one,) = found_in(text, "unknown-exception")

    assert "'version-link'" in one.message
    assert len(found_in(text, "versioned-link")) == 1


def test_exception_in_code_is_text() -> None:
    text = HEAD + "```\n<!-- lint: allow versioned-link x -->\n```\n\n" + VERSIONED

    assert len(found_in(text, "versioned-link")) == 1
