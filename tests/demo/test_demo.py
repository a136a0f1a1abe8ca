"""`living-survey demo` walks the whole way, offline, as often as one likes."""

from pathlib import Path

import pytest

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
