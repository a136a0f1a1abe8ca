"""`living-survey demo` walks the whole way, offline, as often as one likes."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.schema import SECTIONS
from config.settings import env_name
from pipeline.demo.place import DATABASE, prepare
from pipeline.demo.steps import STEPS
from tests.support.cli import Survey

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Made:
    """A demo, made where the caller has set every key of the schema to a file of the canary."""

    survey: Survey
    printed: str
    names: tuple[str, ...]
    canary: Path
    home: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("demo")
    here, canary, home = (folder / name for name in ("here", "canary", "home"))
    for each in (here, canary, home):
        each.mkdir()
    (here / "living-survey.toml").write_text("[surveyy]\n")  # another survey's, and a wrong one
    names = tuple(
        env_name(section, key) for section, model in SECTIONS.items() for key in model.model_fields
    )
    settings = {name: str(canary / name) for name in names}
    settings["LIVING_SURVEY_CONFIG"] = str(canary / "config.toml")
    settings["LIVING_SURVEY_NOW"] = "1999-01-01T00:00:00Z"
    for name in names:
        (canary / name).write_text("somebody's")
    ended = Survey(here, settings).call("demo", HOME=str(home), XDG_STATE_HOME=str(home / "state"))
    assert ended.status == 0, ended.out + ended.err
    return Made(Survey(here), ended.out, names, canary, home)


@pytest.fixture
def demo(made: Made) -> Survey:
    return made.survey


@pytest.fixture
def on_monday(made: Made) -> Survey:
    """Return the demo on its day, in its own directory."""
    [now] = re.findall(r"export LIVING_SURVEY_NOW=(\S+)", made.printed)
    return Survey(made.survey.directory / "demo", {"LIVING_SURVEY_NOW": now})


def test_demo_prints_every_step_and_path(made: Made) -> None:
    demo, printed = made.survey, made.printed
    for step in (
        "init",
        "bootstrap",
        "backfill",
        "train",
        "run",
        "queue",
        "decide",
        "inbox",
        "plan",
        "digest",
    ):
        assert f"$ living-survey {step}" in printed
    for line in printed.splitlines():
        if line.startswith("  demo/") and "living-survey.toml" not in line:
            path = line.split("   ")[0].strip().split(",")[0]
            assert (demo.directory / path).exists(), line


def test_digest_shows_only_approved_papers(demo: Survey) -> None:
    status = demo.json("status", "--config", "demo/living-survey.toml")
    assert status["papers"] >= 150 + 40
    page = (demo.directory / "demo/var/digests/2026-W12.html").read_text()
    files = sorted((demo.directory / "demo").glob("decisions-*.jsonl"))
    assert len(files) == 3
    for file in files:
        for line in file.read_text().splitlines():
            row = json.loads(line)
            this_week = row["decided_at"] >= "2026-03-16"
            shown = f"https://arxiv.org/abs/{row['arxiv_id']}" in page
            assert shown == (row["verdict"] == "approved" and this_week), row


def test_inbox_has_a_case_of_each_kind(on_monday: Survey) -> None:
    cases = {case["arxiv_id"]: set(case["kinds"]) for case in on_monday.json("inbox")["cases"]}
    assert cases["2602.90086"] == {"withdrawn", "new_version"}
    assert cases["2602.90039"] == {"title", "new_version"}
    assert cases["2603.90024"] == {"abstract", "new_version"}
    assert cases["2603.90104"] == {"categories"}
    assert cases["2603.90117"] == {"new_version"}
    assert cases["2309.91028"] == {"journal_ref"}
    assert "returned" in cases["2603.99001"]


def test_doubles_and_incomplete_records_are_found(on_monday: Survey) -> None:
    doubles = on_monday.json("doubles")["pairs"]
    assert {pair["why"] for pair in doubles} == {"same title", "near title", "comment"}
    incomplete = on_monday.json("queue", "--incomplete")["papers"]
    assert {paper["arxiv_id"] for paper in incomplete} == {"2603.99005", "2603.99007"}
    whole = on_monday.json("queue", "--search", "2603.99006")["items"]
    assert [paper["arxiv_id"] for paper in whole] == ["2603.99006"]


def test_queue_health_and_audit_have_figures(on_monday: Survey) -> None:
    health = on_monday.json("plan")["health"]
    assert health["clearing"]["outcome"] == "clears"
    assert health["clearing"]["weeks"] == 2
    assert [week["decided"] > 0 for week in health["weeks"][-3:]] == [True, True, True]
    assert {row["missed"] > 0 for row in health["replay"]["rows"]} == {False, True}
    session = on_monday.json("plan", "--minutes", "3")
    assert len(session["ids"]) == 15
    assert on_monday.json("audit")["unseen"]["enough"] is False
    assert "Percentages are not calibrated" not in on_monday.call("queue").out


def test_what_the_walk_leaves_can_be_made_anew(demo: Survey, tmp_path: Path) -> None:
    """Without the walk itself, which begins with this step."""
    copy = tmp_path / "demo"
    shutil.copytree(demo.directory / "demo", copy)
    assert (copy / DATABASE).exists()
    prepare(copy, "", until=STEPS[-1].now, replace=False)
    assert not (copy / DATABASE).exists()


def test_the_demo_overwrites_nothing_else(demo: Survey, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    refused = demo.call("demo", "--directory", str(tmp_path))
    assert refused.status == 2
    assert "not empty" in refused.err
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_settings_of_the_caller_do_not_reach_the_demo(made: Made) -> None:
    assert {path.name: path.read_text() for path in made.canary.iterdir()} == dict.fromkeys(
        made.names, "somebody's"
    )
    here = made.survey.directory
    assert {path.name for path in here.parent.iterdir()} == {"here", "canary", "home"}
    assert sorted(path.name for path in here.iterdir()) == ["demo", "living-survey.toml"]
    assert not (made.home / "state").exists()
