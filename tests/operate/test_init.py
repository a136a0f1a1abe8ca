"""`init` drafts a taxonomy from a list of one or several files, or says why it cannot."""

import tomllib
from pathlib import Path

import pytest

from config.settings import load_settings
from config.taxonomy import load_taxonomy
from tests.support.cli import Survey, survey_in_process

ENTRY = "- [Copper Kettles Dream of Steam](https://arxiv.org/abs/2403.90001)\n"


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    return survey_in_process(tmp_path, url="http://127.0.0.1:9", now="2026-03-17T12:00:00Z")


def write(survey: Survey, name: str, text: str) -> None:
    path = survey.directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_files_and_directories_become_one_taxonomy(survey: Survey) -> None:
    write(survey, "a.md", f"# Odd Machines\n## Kettles\n{ENTRY}")
    write(survey, "more/b.md", f"# Odd Machines, part 2\n## Lanterns\n### 2024\n{ENTRY}")
    write(survey, "more/CONTRIBUTING.md", f"# How to add\n## Papers\n{ENTRY}")
    write(survey, "more/notes.txt", f"# Notes\n## Bells\n{ENTRY}")
    made = survey.json("init", "--from-list", "a.md", "--from-list", "more")
    assert made["taxonomy"]["sections"] == [["kettles", 1], ["lanterns", 1]]
    assert made["title"] == "Odd Machines"
    settings = load_settings(survey.directory / "living-survey.toml", {})
    assert settings.survey.title == "Odd Machines"
    assert [path.name for path in settings.survey.list] == ["a.md", "more"]
    taxonomy = load_taxonomy(survey.directory / "taxonomy.toml")
    assert taxonomy.section("lanterns").by_date == "year"


def test_title_is_taken_from_a_list_of_the_built_in_taxonomy(survey: Survey) -> None:
    write(survey, "a.md", f"# 🔥 Odd Machines\n## Kettles\n{ENTRY}")
    assert survey.json("init", "--list", "a.md")["title"] == "Odd Machines"
    settings = load_settings(survey.directory / "living-survey.toml", {})
    assert settings.survey.title == "Odd Machines"
    assert "survey      Odd Machines" in survey.call("status").out


def test_further_paths_follow_the_option(survey: Survey) -> None:
    write(survey, "a.md", f"# A\n## Kettles\n{ENTRY}")
    write(survey, "b.md", f"# B\n## Lanterns\n{ENTRY}")
    made = survey.json("init", "--from-list", "a.md", "b.md")
    assert [name for name, _ in made["taxonomy"]["sections"]] == ["kettles", "lanterns"]
    refused = survey.call("init", "b.md")
    assert (refused.status, "neither --list nor --from-list" in refused.err) == (2, True)


def test_what_became_of_headings_is_said(survey: Survey) -> None:
    write(survey, "a.md", f"{ENTRY}# A\n## Kettles\n### 2024\n{ENTRY}### 2023\n{ENTRY}")
    said = survey.call("init", "--from-list", "a.md").out
    assert "kettles (2), by year: 2024, 2023" in said
    assert "placed by date, not by the model" in said
    assert "no section for 1 entry, because no heading is above: line 1" in said
    assert "Next: living-survey taxonomy check" in said
    checked = survey.call("taxonomy", "check").out
    assert "Ordered by date below their headings" in checked
    write(survey, "b.md", f"# B\n## Lanterns\n{ENTRY}")
    again = survey.call("init", "--from-list", "b.md").out
    assert "taxonomy.toml: nothing was drafted" in again


@pytest.mark.parametrize("text", ["", "# Odd Machines\n\nSee [this](https://x.example).\n"])
def test_list_without_papers_ends_with_1_and_writes_nothing(survey: Survey, text: str) -> None:
    write(survey, "a.md", text)
    ended = survey.call("init", "--from-list", "a.md")
    assert (ended.status, len(ended.err.splitlines())) == (1, 1)
    assert [path.name for path in survey.directory.iterdir() if path.suffix == ".toml"] == []
    assert not (survey.directory / "var").exists()


def test_section_of_a_year_is_said_by_taxonomy_check(survey: Survey) -> None:
    write(survey, "a.md", f"# A\n## Kettles\n{ENTRY}## Lanterns\n{ENTRY}")
    survey.json("init", "--from-list", "a.md")
    path = survey.directory / "taxonomy.toml"
    path.write_text(path.read_text("utf-8").replace('"Lanterns"]', '"2024"]'), encoding="utf-8")
    checked = survey.call("taxonomy", "check")
    assert checked.status == 0
    assert "lanterns stands under a heading that says when (A > 2024)" in checked.out
    assert 'by_date = "year"' in checked.out


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8799", "http://127.0.0.1:8799/", "http://127.0.0.1:8799/oai",
            "https://arxiv.example/mirror/api/query"]
)  # fmt: skip
def test_replica_s_address_becomes_three_settings(survey: Survey, url: str) -> None:
    assert survey.call("init", "--arxiv", url).status == 0
    with (survey.directory / "living-survey.toml").open("rb") as file:
        written = tomllib.load(file)["arxiv"]
    base = "https://arxiv.example/mirror" if "example" in url else "http://127.0.0.1:8799"
    assert {key: value for key, value in written.items() if key.endswith("_url")} == {
        "oai_url": f"{base}/oai", "rss_url": base, "query_url": f"{base}/api/query"
    }  # fmt: skip


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8799", "ftp://x.example", "http://", "http://x:y", "http://a b"]
)
def test_address_of_a_replica_is_checked(survey: Survey, url: str) -> None:
    ended = survey.call("init", "--arxiv", url)
    assert (ended.status, "must be an http:// or https:// address" in ended.err) == (2, True)
    assert not (survey.directory / "living-survey.toml").exists()
