"""`living-survey demo` walks the whole way, offline, as often as one likes."""

from pathlib import Path

import pytest

from config.schema import SECTIONS
from config.settings import env_name
from tests.support.cli import Survey

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    survey = Survey(tmp_path_factory.mktemp("demo"))
    ended = survey.call("demo")
    assert ended.status == 0, ended.out + ended.err
    (survey.directory / "printed.txt").write_text(ended.out)
    return survey


def test_demo_prints_every_step_and_path(demo: Survey) -> None:
    printed = (demo.directory / "printed.txt").read_text()
    for step in ("init", "bootstrap", "backfill", "train", "run", "queue", "decide", "digest"):
        assert f"$ living-survey {step}" in printed
    for line in printed.splitlines():
        if line.startswith("  demo/") and "living-survey.toml" not in line:
            path = line.split("   ")[0].strip().split(",")[0]
            assert (demo.directory / path).exists(), line


def test_digest_shows_only_approved_papers(demo: Survey) -> None:
    status = demo.json("status", "--config", "demo/living-survey.toml")
    assert status["papers"] >= 150 + 40
    page = (demo.directory / "demo/var/digests/2026-W12.html").read_text()
    decisions = demo.directory / "demo/decisions.jsonl"
    import json

    for line in decisions.read_text().splitlines():
        row = json.loads(line)
        this_week = row["decided_at"] >= "2026-03-16"
        shown = f"https://arxiv.org/abs/{row['arxiv_id']}" in page
        assert shown == (row["verdict"] == "approved" and this_week), row


def test_the_demo_can_be_made_anew_but_overwrites_nothing_else(
    demo: Survey, tmp_path: Path
) -> None:
    assert demo.call("demo").status == 0
    (tmp_path / "thesis.txt").write_text("mine")
    refused = demo.call("demo", "--directory", str(tmp_path))
    assert refused.status == 2
    assert "not empty" in refused.err
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_settings_of_the_caller_do_not_reach_the_demo(tmp_path: Path) -> None:
    """Every key of the schema is set to a path; nothing appears there and nothing changes."""
    canary, here = tmp_path / "canary", tmp_path / "here"
    canary.mkdir()
    here.mkdir()
    (here / "living-survey.toml").write_text("[surveyy]\n")  # another survey's, and a wrong one
    names = [
        env_name(section, key) for section, model in SECTIONS.items() for key in model.model_fields
    ]
    settings = {name: str(canary / name) for name in names}
    settings["LIVING_SURVEY_CONFIG"] = str(canary / "config.toml")
    settings["LIVING_SURVEY_NOW"] = "1999-01-01T00:00:00Z"
    for name in names:
        (canary / name).write_text("somebody's")
    home = tmp_path / "home"
    home.mkdir()
    ended = Survey(here, settings).call("demo", HOME=str(home), XDG_STATE_HOME=str(home / "state"))
    assert ended.status == 0, ended.err
    assert {path.name: path.read_text() for path in canary.iterdir()} == dict.fromkeys(
        names, "somebody's"
    )
    assert [path.name for path in tmp_path.iterdir() if path not in {canary, here, home}] == []
    assert sorted(path.name for path in here.iterdir()) == ["demo", "living-survey.toml"]
    assert not (home / "state").exists()
