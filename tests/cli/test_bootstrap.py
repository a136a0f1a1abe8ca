"""`bootstrap` as a user calls it, against a local arXiv."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.demo.replica.server import ReplicaServer
from tests.support.cli import Ended, SurveyInProcess, survey_in_process
from tests.support.replica import make_record

TITLES = {
    "2403.90001": "Copper Kettles Dream of Steam",
    "2403.90002": "Lanterns That Count Moths",
    "2403.90003": "A Field Guide to Paper Rivers",
    "2403.90004": "Slow Bells for Quick Weather",
    "2403.90005": "Marble: Rolling Stones Through Attention",
}
TAXONOMY = """\
title = "Lists of Odd Machines"
languages = ["en"]
[[task]]
name = "machines"
definition = "Draft: machines."
cues = ["machine"]
names = {en = "Machines"}
[[section]]
id = "kettles"
special = true
headings = ["Kettles"]
task = "machines"
definition = "Draft: kettles."
cues = ["kettle"]
names = {en = "Kettles"}
[[section]]
id = "lanterns"
special = true
headings = ["Lanterns"]
task = "machines"
definition = "Draft: lanterns."
cues = ["lantern"]
names = {en = "Lanterns"}
"""
KETTLES = "- [Copper Kettles Dream of Steam](https://arxiv.org/abs/2403.90001)\n"
MOTHS = "- [Lanterns That Count Moths](https://arxiv.org/abs/2403.90002)\n"
RIVERS = "- [A Field Guide to Paper Rivers](https://arxiv.org/abs/2403.90003)\n"
BELLS = "- [Slow Bells for Quick Weather](https://openreview.net/forum?id=abc)\n"
LIST = f"# Kettles\n\n{KETTLES}{MOTHS}\n# Lanterns\n\n{RIVERS}"

Bootstrap = Callable[..., Ended]


@pytest.fixture(scope="module")
def arxiv() -> Iterator[ReplicaServer]:
    records = [
        make_record(arxiv_id, title=title, authors=["Ada Vole", "Bo Finch"])
        for arxiv_id, title in TITLES.items()
    ]
    with ReplicaServer(records) as server:
        yield server


@pytest.fixture
def survey(tmp_path: Path, arxiv: ReplicaServer) -> SurveyInProcess:
    (tmp_path / "taxonomy.toml").write_text(TAXONOMY)
    (tmp_path / "living-survey.toml").write_text('[survey]\ntaxonomy = "taxonomy.toml"\n')
    return survey_in_process(tmp_path, url=arxiv.url, now="2026-03-17T12:00:00Z")


@pytest.fixture
def imported(survey: SurveyInProcess) -> Bootstrap:
    """Write the list and import it."""

    def run(text: str, *words: str, name: str = "list.md") -> Ended:
        (survey.directory / name).write_text(text)
        return survey.call("bootstrap", "--list", name, *words)

    return run


def sections(survey: SurveyInProcess) -> dict[str, list[str]]:
    from storage.store import store_opener

    with store_opener(survey.directory / "var/survey.duckdb")() as store:
        standing = store.decisions.standing(TITLES)
    return {key: list(one.sections) for key, one in standing.items() if one.verdict == "approved"}


def test_list_is_approved_with_status_0(survey: SurveyInProcess, imported: Bootstrap) -> None:
    ended = imported(LIST)

    assert ended.status == 0, ended.err
    assert "Entries: 3, of which 3 agree with arXiv and 0 were refused." in ended.out
    assert sections(survey) == {
        "2403.90001": ["kettles"],
        "2403.90002": ["kettles"],
        "2403.90003": ["lanterns"],
    }


def test_nothing_approved_ends_with_1_and_the_reasons(imported: Bootstrap) -> None:
    ended = imported("# Kettles\n\n- [Do Owls Read Maps?](https://openreview.net/forum?id=x)\n")

    assert ended.status == 1
    assert "No paper was approved: of 1 entry, 1 without an arXiv id." in ended.out


def test_second_import_that_changes_nothing_ends_with_0(imported: Bootstrap) -> None:
    imported(LIST)
    ended = imported(LIST)

    assert ended.status == 0
    assert "0 papers approved, 3 were decided before." in ended.out


def test_empty_file_is_named(imported: Bootstrap) -> None:
    ended = imported(" \n")

    assert ended.status == 1
    assert "list.md is empty." in ended.err


def test_entry_without_id_is_approved_by_the_title_of_a_held_paper(
    survey: SurveyInProcess, imported: Bootstrap
) -> None:
    survey.call("add", "2403.90004")
    ended = imported(LIST + BELLS)

    assert ended.status == 0
    assert "line 9: 2403.90004 Slow Bells for Quick Weather: held under this title" in ended.out
    assert sections(survey)["2403.90004"] == ["lanterns"]


def test_entry_without_id_is_offered_to_find(imported: Bootstrap) -> None:
    ended = imported(LIST + BELLS)

    assert "1 entry without a right id: `living-survey bootstrap --find` asks arXiv" in ended.out


def test_find_asks_arxiv_by_title_once(
    survey: SurveyInProcess, imported: Bootstrap, arxiv: ReplicaServer
) -> None:
    owls = "- [Do Owls Read Maps at Night?](https://openreview.net/forum?id=owl)\n"
    ended = imported(LIST + BELLS + owls, "--find")
    again = imported(LIST + BELLS + owls, "--find", "--json")

    assert ended.status == 0, ended.err
    assert "2403.90004 Slow Bells for Quick Weather: held under this title" in ended.out
    assert sections(survey)["2403.90004"] == ["lanterns"]
    assert again.document["to_find"] == 1
    assert again.document["titles_asked"] == 0


def test_right_id_is_proposed_for_a_wrong_one(survey: SurveyInProcess, imported: Bootstrap) -> None:
    survey.call("add", "2403.90004")
    wrong = "- [Slow Bells for Quick Weather](https://arxiv.org/abs/2403.90003)\n"
    document = imported(LIST + wrong, "--json").document

    (refusal,) = document["refused"]
    assert (refusal["file"], refusal["line"]) == ("list.md", 9)
    assert refusal["reason"] == "shared-id"
    assert "at arXiv this ID is 'A Field Guide to Paper Rivers'" in refusal["detail"]
    assert "the paper of this title is 2403.90004: correct the link" in refusal["detail"]


def test_impossible_id_is_named_as_such(imported: Bootstrap) -> None:
    ended = imported(LIST + "- [Do Owls Read Maps?](https://arxiv.org/abs/2512.1133)\n")

    assert "1 whose id cannot be one of arXiv's" in ended.out
    assert "since 2015 an ID has five digits after the point" in ended.out


def test_repeated_entry_is_told_with_both_lines(imported: Bootstrap) -> None:
    ended = imported(LIST + RIVERS)

    assert "1 repeated in the same section" in ended.out
    assert "line 9: 2403.90003 A Field Guide to Paper Rivers: in the same section as line 8" in (
        ended.out
    )


def test_second_id_of_another_paper_is_told(survey: SurveyInProcess, imported: Bootstrap) -> None:
    badge = "[![arXiv](https://img.shields.io/badge/arXiv.svg)](https://arxiv.org/abs/2403.90005)"
    ended = imported(LIST.replace(RIVERS, f"{RIVERS.strip()} {badge}\n"))

    assert ended.status == 0
    assert "1 approved with a second id that is another paper" in ended.out
    assert "it also names 2403.90005, 'Marble: Rolling Stones Through Attention'" in ended.out
    assert sections(survey)["2403.90003"] == ["lanterns"]


def test_every_place_that_names_a_paper_is_accounted_for(imported: Bootstrap) -> None:
    news = "# News\n\n- Our survey is out: [Odd Machines](https://arxiv.org/abs/2403.90005).\n\n"
    ended = imported(news + LIST + BELLS)
    account = imported(news + LIST + BELLS, "--json").document["account"]

    assert account["ids"] == 4
    assert account["outcomes"] == {"entry": 3, "no-id": 1, "unreadable": 0, "aside": 1}
    assert account["places"] == sum(account["outcomes"].values()) == 5
    assert account["silent"] == 0
    assert "The list names 4 arXiv ids, and papers in 5 places: 3 in entries" in ended.out
    assert "line 3: news: - Our survey is out" in ended.out


def test_removed_entry_is_told_and_stays_approved(
    survey: SurveyInProcess, imported: Bootstrap
) -> None:
    imported(LIST)
    ended = imported(LIST.replace(MOTHS, ""))

    assert ended.status == 0
    assert "1 approved by the list, and in it no longer" in ended.out
    assert "2403.90002 Lanterns That Count Moths" in ended.out
    assert "`living-survey bootstrap --removed reject`" in ended.out
    assert "2403.90002" in sections(survey)


@pytest.mark.parametrize(("removal", "stays"), [("keep", True), ("reject", False)])
def test_removed_entry_is_decided_once(
    survey: SurveyInProcess, imported: Bootstrap, removal: str, *, stays: bool
) -> None:
    imported(LIST)
    shorter = LIST.replace(MOTHS, "")
    decided = imported(shorter, "--removed", removal, "--json").document
    again = imported(shorter, "--json").document

    assert [one["arxiv_id"] for one in decided["removed"]] == ["2403.90002"]
    assert again["removed"] == []
    assert ("2403.90002" in sections(survey)) is stays


def test_kept_paper_is_in_no_digest(survey: SurveyInProcess, imported: Bootstrap) -> None:
    imported(LIST)
    imported(LIST.replace(MOTHS, ""), "--removed", "keep")

    assert survey.call("digest", "--week", "2026-W12", "--unfinished").status == 0
    (digest,) = survey.directory.glob("var/digests/*.md")
    assert TITLES["2403.90002"] not in digest.read_text()


def test_removed_entry_that_returns_stays_rejected_and_is_told(
    survey: SurveyInProcess, imported: Bootstrap
) -> None:
    imported(LIST)
    imported(LIST.replace(MOTHS, ""), "--removed", "reject")
    ended = imported(LIST)

    assert "1 decided otherwise by a person, whose decision stands" in ended.out
    assert "2403.90002" not in sections(survey)


def test_part_of_the_configured_list_removes_nothing(
    survey: SurveyInProcess, imported: Bootstrap
) -> None:
    settings = survey.directory / "living-survey.toml"
    settings.write_text('[survey]\ntaxonomy = "taxonomy.toml"\nlist = ["a.md", "b.md"]\n')
    (survey.directory / "a.md").write_text(f"# Kettles\n\n{KETTLES}{MOTHS}")
    (survey.directory / "b.md").write_text(f"# Lanterns\n\n{RIVERS}")

    assert survey.json("bootstrap")["approved"] == 3
    assert survey.json("bootstrap", "--list", "a.md")["removed"] == []
    assert survey.call("bootstrap", "--list", "a.md", "--removed", "reject").status == 2
    assert survey.json("bootstrap", "--list", "b.md", "--list", "a.md")["removed"] == []


def test_directory_and_several_files_are_read(survey: SurveyInProcess) -> None:
    folder = survey.directory / "lists"
    folder.mkdir()
    (folder / "b.md").write_text(f"# Lanterns\n\n{RIVERS}{MOTHS}")
    (folder / "a.md").write_text(f"# Kettles\n\n{KETTLES}")
    (folder / "notes.txt").write_text("no list")
    (survey.directory / "c.bib").write_text(
        "@misc{m, title={Marble}, eprint={2403.90004}, keywords={lanterns}}"
    )
    ended = survey.call("bootstrap", "--list", "lists", "--list", "c.bib")

    assert ended.status == 0, ended.err
    assert "Files: lists/a.md, lists/b.md, c.bib." in ended.out
    assert "c.bib, line 1: 2403.90004 Marble: " in ended.out
    assert sections(survey) == {
        "2403.90001": ["kettles"],
        "2403.90002": ["lanterns"],
        "2403.90003": ["lanterns"],
    }


@pytest.mark.parametrize("name", ["report.md", "report.json", "report.txt"])
def test_report_is_saved_by_its_suffix(
    survey: SurveyInProcess, imported: Bootstrap, name: str
) -> None:
    ended = imported(LIST + BELLS, "--report", name)
    file = survey.directory / name

    if name.endswith(".txt"):
        assert ended.status == 2
        assert not file.exists()
    elif name.endswith(".json"):
        assert json.loads(file.read_text())["refused"][0]["reason"] == "no-id"
    else:
        assert "## 1 without an arXiv id" in file.read_text()
        assert "- line 9: Slow Bells" in file.read_text()


@pytest.mark.parametrize("name", ["list.md", "link.md", "hard.json", "pipe.md"])
def test_report_never_replaces_the_list(
    survey: SurveyInProcess, imported: Bootstrap, name: str
) -> None:
    (survey.directory / "link.md").symlink_to("list.md")
    (survey.directory / "list.md").write_text(LIST)
    (survey.directory / "hard.json").hardlink_to(survey.directory / "list.md")
    os.mkfifo(survey.directory / "pipe.md")
    ended = imported(LIST, "--report", name)
    assert ended.status == 2
    assert (survey.directory / "list.md").read_text() == LIST


def test_report_is_not_written_among_the_files_of_a_list(survey: SurveyInProcess) -> None:
    (survey.directory / "papers").mkdir()
    (survey.directory / "papers/a.md").write_text(LIST)
    ended = survey.call("bootstrap", "--list", "papers", "--report", "papers/report.md")
    assert ended.status == 2
    assert "part of the list" in ended.err
    assert not (survey.directory / "papers/report.md").exists()


def test_report_through_a_link_keeps_the_link(survey: SurveyInProcess, imported: Bootstrap) -> None:
    (survey.directory / "link.md").symlink_to("report.md")
    imported(LIST, "--report", "link.md")
    assert (survey.directory / "link.md").is_symlink()
    assert (survey.directory / "report.md").read_text().startswith("# Import")


@pytest.mark.parametrize("name", ["list.md", "list.bib"])
def test_endless_titles_are_shown_in_part(survey: SurveyInProcess, name: str) -> None:
    title, link = "x" * 50_000, "https://arxiv.org/abs/2403.90001"
    text = {
        "list.md": f"# Kettles\n\n- [{title}]({link})\n{title} {link}\n",
        "list.bib": f"@misc{{a, title={{{title}}}, url={{{link}}}}}\n",
    }[name]
    (survey.directory / name).write_text(text)
    ended = survey.call("bootstrap", "--list", name)
    assert "line " in ended.out
    assert len(ended.out) < 5_000
