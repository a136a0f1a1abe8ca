"""The machine's time zone changes nothing: times are UTC, or those of [schedule] timezone."""

from pathlib import Path

from tests.support.cli import Survey

ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles")
NOW = "2026-03-08T06:30:00Z"  # the night in which New York's clocks go forward
LOOPBACK = {
    f"LIVING_SURVEY_ARXIV__{name}_URL": "http://127.0.0.1:1" for name in ("OAI", "RSS", "QUERY")
}


def test_moved_machine_keeps_jobs_names_and_days(tmp_path: Path) -> None:
    survey = Survey(tmp_path, {"LIVING_SURVEY_NOW": NOW, **LOOPBACK})
    assert survey.call("init").status == 0
    listed = [survey.json("schedule", TZ=zone) for zone in ZONES]
    assert listed[0] == listed[1] == listed[2]
    printed = [survey.call("schedule", "--print", "systemd", TZ=zone).out for zone in ZONES]
    assert len(set(printed)) == 1
    names = [Path(survey.json("backup", TZ=zone)["path"]).name for zone in ZONES]
    assert names == [f"survey-20260308T06300{second}Z.duckdb" for second in range(3)]
