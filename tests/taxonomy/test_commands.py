"""The taxonomy commands: preview, record, refuse the old model, train again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.store import store_opener
from tests.support.builders import make_decision, make_paper
from tests.support.cli import Survey, SurveyInProcess, survey_in_process
from tests.support.taxonomy import taxonomy_text, write

PLAN = '[[rename]]\nfrom = "glass"\nto = "crystal"\n'
OLD = taxonomy_text("glass", "iron")
NEW = taxonomy_text("crystal", "iron", "tin")

pytestmark = pytest.mark.slow


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    """A survey with its own taxonomy and one approved paper, offline."""
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9", now="2026-03-17T12:00:00Z")
    write(tmp_path, "taxonomy.toml", OLD)
    write(tmp_path, "new.toml", NEW)
    write(tmp_path, "plan.toml", PLAN)
    settings = '[survey]\ntaxonomy = "taxonomy.toml"\n[arxiv]\nsets = ["cs"]\n'
    write(tmp_path, "living-survey.toml", settings)
    assert survey.call("init").status == 0
    now = datetime(2026, 3, 17, tzinfo=UTC)
    papers = [make_paper(f"2603.{n:05d}", abstract=f"The glass light {n}.") for n in range(1, 9)]
    with store_opener(tmp_path / "var/survey.duckdb")() as store:
        store.papers.upsert(papers, seen_at=now)
        store.decisions.add([make_decision("2603.00001", sections=("glass",))])
    return survey


def test_change_is_previewed_applied_and_learned(survey: Survey) -> None:
    survey.json("train", "--force")
    survey.json("classify")
    preview = survey.call("taxonomy", "migrate", "new.toml", "--plan", "plan.toml")
    assert preview.status == 0
    assert preview.out.splitlines()[1].split() == ["rename", "glass", "crystal", "1", "0", "7"]
    assert "Nothing was recorded" in preview.out
    seen = survey.json("taxonomy", "migrate", "new.toml", "--plan", "plan.toml")
    assert [(p["arxiv_id"], p["becomes"]) for p in seen["moved"]] == [("2603.00001", ["crystal"])]

    applied = survey.call("taxonomy", "migrate", "new.toml", "--plan", "plan.toml", "--apply")
    assert applied.status == 0
    assert 'set [survey] taxonomy = "new.toml"' in applied.out

    doctor = survey.call("doctor").out
    assert "Set [survey] taxonomy to the new file." in doctor
    assert "is it now" not in doctor

    moved = {"LIVING_SURVEY_SURVEY__TAXONOMY": "new.toml"}
    queue = survey.json("queue", **moved)
    assert {item["sections"][0]["section"] for item in queue["items"]} == {"crystal"}
    refused = survey.call("classify", **moved)
    assert refused.status == 1
    [sentence] = refused.err.splitlines()
    assert "trained for another taxonomy" in sentence
    assert "`living-survey train`" in sentence

    trained = survey.json("train", "--force", **moved)
    assert trained["approved"] == 1
    assert survey.json("classify", **moved)["classified"] == 8
    again = survey.json("taxonomy", "migrate", "new.toml", "--from", "taxonomy.toml", **moved)
    assert again["already"]
    assert survey.call("taxonomy", "check", **moved).status == 0


def test_model_of_the_old_taxonomy_is_reported(survey: Survey) -> None:
    survey.json("train", "--force")
    ended = survey.call("run", LIVING_SURVEY_SURVEY__TAXONOMY="new.toml")
    assert ended.status == 1
    assert "Traceback" not in ended.err
    said = [line for line in ended.err.splitlines() if "another taxonomy" in line]
    assert len(said) == 1
    assert "`living-survey train`" in said[0]


def test_check_exits_with_1_if_papers_have_no_section(survey: Survey) -> None:
    assert survey.call("taxonomy", "check").status == 0
    ended = survey.call("taxonomy", "check", "new.toml")
    assert ended.status == 1
    assert "1 approved paper is in 'glass'" in ended.err
    assert "taxonomy migrate" in ended.err
    document = json.loads(survey.call("taxonomy", "check", "new.toml", "--json").out)
    assert document["lost"] == [{"section": "glass", "papers": 1, "nearest": []}]


def test_invalid_file_is_a_config_error(survey: Survey) -> None:
    write(survey.directory, "broken.toml", OLD.replace("cues", "queues", 1))
    ended = survey.call("taxonomy", "check", "broken.toml")
    assert (ended.status, len(ended.err.splitlines())) == (2, 1)
    assert "Did you mean cues" in ended.err


def test_incomplete_plan_is_drafted_and_refused(survey: Survey) -> None:
    preview = survey.call("taxonomy", "migrate", "new.toml")
    assert preview.status == 0
    assert '[[dissolve]]  # or rename, merge, split\nsection = "glass"' in preview.out
    refused = survey.call("taxonomy", "migrate", "new.toml", "--apply")
    assert (refused.status, len(refused.err.splitlines())) == (2, 1)
    assert "glass" in refused.err


def test_diff_finds_renames_by_the_plan(survey: Survey) -> None:
    guessed = survey.json("taxonomy", "diff", "taxonomy.toml", "new.toml")["changes"]
    found = survey.json("taxonomy", "diff", "taxonomy.toml", "new.toml", "--plan", "plan.toml")
    assert [(c["difference"], c["name"]) for c in guessed if c["of"] == "section"] == [
        ("added", "crystal"), ("added", "tin"), ("removed", "glass")
    ]  # fmt: skip
    assert [(c["difference"], c["name"]) for c in found["changes"]][:2] == [
        ("renamed", "glass"), ("moved", "glass")
    ]  # fmt: skip
    same = survey.call("taxonomy", "diff", "new.toml", "new.toml")
    assert same.out == "no difference\n"


def test_init_from_a_list_keeps_existing_files(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    entry = "- [A study](https://arxiv.org/abs/2401.00001)\n"
    write(tmp_path, "list.md", f"# Lamps\n## Oil\n{entry}\n## Gas\n{entry}")
    first = survey.json("init", "--from-list", "list.md", "--category", "cs.RO")
    assert first["taxonomy"]["sections"] == [["oil", 1], ["gas", 1]]
    from config.settings import load_settings

    settings = load_settings(tmp_path / "living-survey.toml", {})
    assert settings.survey.title == "Lamps"
    assert settings.survey.list == (tmp_path / "list.md",)
    assert settings.survey.taxonomy == tmp_path / "taxonomy.toml"
    assert settings.arxiv.categories == ("cs.RO",)
    before = [(tmp_path / name).read_bytes() for name in ("living-survey.toml", "taxonomy.toml")]
    again = survey.call("init", "--from-list", "list.md")
    assert (again.status, "kept taxonomy.toml" in again.out) == (0, True)
    assert before == [
        (tmp_path / name).read_bytes() for name in ("living-survey.toml", "taxonomy.toml")
    ]
    both = survey.call("init", "--from-list", "list.md", "--list", "list.md")
    assert both.status == 2
