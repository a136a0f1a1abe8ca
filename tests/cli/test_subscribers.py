"""`subscribers` and `serve --public` as the maintainer calls them."""

import csv
import io
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.cli import PATIENCE_SECONDS, SurveyInProcess
from tests.support.storage import migrated

NOW = "2026-03-24T06:00:00+00:00"
ADA = "ada@example.org"


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    with migrated(tmp_path / "var" / "survey.duckdb")():
        pass
    return SurveyInProcess(
        tmp_path,
        {
            "LIVING_SURVEY_NOW": NOW,
            "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
            "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
            "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
            "LIVING_SURVEY_REVIEW__REVIEWER": "mia",
        },
    )


def imported(survey: SurveyInProcess, *addresses: str) -> None:
    file = survey.directory / "people.txt"
    file.write_text("\n".join(addresses), encoding="utf-8")
    words = ("--consent", "Form of 2025", "--consented-on", "2025-06-01")
    survey.json("subscribers", "import", str(file), *words)


def states(survey: SurveyInProcess) -> dict[str, str]:
    listed = survey.json("subscribers", "list")["subscribers"]
    return {one["address"]: one["state"] for one in listed}


def test_people_are_listed_with_their_state(survey: SurveyInProcess) -> None:
    assert survey.call("subscribers").out == "no one is subscribed\n"
    imported(survey, ADA, "bo@example.org")
    added = survey.call("subscribers", "add", "cy@example.org", "--language", "zh")
    assert added.out == "cy@example.org  asked to confirm; the mail waits to be sent\n"
    assert states(survey) == {
        ADA: "confirmed",
        "bo@example.org": "confirmed",
        "cy@example.org": "waiting",
    }
    text = survey.call("subscribers", "list", "--state", "confirmed", "--limit", "1").out
    assert "2 confirmed, 1 waiting" in text
    assert "cy@example.org" not in text
    assert "and 1 more" in text


def test_import_says_what_it_did_and_did_not(survey: SurveyInProcess) -> None:
    imported(survey, ADA)
    survey.json("subscribers", "remove", ADA)
    file = survey.directory / "more.txt"
    file.write_text(f"{ADA}\nbo@example.org\nBO@example.org\nnobody\n", encoding="utf-8")
    words = ("subscribers", "import", str(file), "--consented-on", "2025-06-01")
    assert survey.call(*words).status == 2
    ended = survey.call(*words, "--consent", "Form", "--rejected", "rejected.csv")
    assert ended.status == 1, ended.err
    assert ended.out.splitlines() == [
        "1 person added",
        "1 left before and not added: only they can come back",
        "1 named twice in the file",
        "1 rejected",
    ]
    assert "line 4: An address has one @" in ended.err
    assert (survey.directory / "rejected.csv").read_text().splitlines()[1].startswith('"4",')


def test_import_without_days_names_the_option_that_gives_one(survey: SurveyInProcess) -> None:
    file = survey.directory / "people.txt"
    file.write_text(f"{ADA}\nbo@example.org\n", encoding="utf-8")
    words = ("subscribers", "import", str(file), "--consent", "Form")
    ended = survey.call(*words)
    assert (ended.status, ended.out) == (1, "0 people added\n2 rejected\n")
    assert "line 2: It says no day on which the person agreed" in ended.err
    assert "--consented-on DAY gives one for all such lines. bo@example.org" in ended.err
    assert survey.call(*words, "--consented-on", "2025-06-01").status == 0
    assert states(survey) == {ADA: "confirmed", "bo@example.org": "confirmed"}


def test_export_is_private_and_imports_again(survey: SurveyInProcess) -> None:
    imported(survey, "=1@example.org", ADA)
    report = survey.json("subscribers", "export", "--output", "people.csv")
    assert report["subscribers"] == 2
    file = survey.directory / "people.csv"
    assert file.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert [row["address"] for row in rows] == ["'=1@example.org", ADA]
    assert rows[1]["agreed_to"] == "Form of 2025"
    again = survey.json("subscribers", "import", str(file), "--consent", "Form of 2025")
    assert (again["added"], again["present"]) == (0, 2)
    held = survey.json("subscribers", "export", "--of", "ADA@example.org")
    assert held["agreed_at"] == "2025-06-01T00:00:00+00:00"
    assert survey.call("subscribers", "export", "--of", "eve@example.org").status == 2


def test_wrong_addresses_are_refused_before_anything_changes(survey: SurveyInProcess) -> None:
    ended = survey.call("subscribers", "add", ADA, "bo@example.org\r\nBcc: eve@example.org")
    assert ended.status == 2
    assert "\r" not in ended.err
    assert states(survey) == {}


def test_restored_backup_brings_nobody_back(survey: SurveyInProcess) -> None:
    imported(survey, ADA, "bo@example.org", "cy@example.org")
    survey.json("backup", "backup.duckdb")
    survey.json("subscribers", "remove", ADA)
    survey.json("subscribers", "remove", "bo@example.org", "--delete")
    ended = survey.call("restore", "backup.duckdb", "--force")
    assert ended.status == 0, ended.err
    assert "departed   2 subscribers left since; recorded again" in ended.out
    assert states(survey) == {ADA: "left", "cy@example.org": "confirmed"}
    listed = survey.json("subscribers", "list")
    assert listed["counts"]["deleted"] == 1
    assert survey.json("restore", "backup.duckdb", "--force")["departed"] == 2


def test_public_pages_need_an_address(survey: SurveyInProcess) -> None:
    ended = survey.call("serve", "--public")
    assert ended.status == 2
    assert "[subscribers] url is empty" in ended.err
    assert survey.call("serve", "--public", "--schedule").status == 2


def test_public_pages_are_served_without_the_queue(survey: SurveyInProcess) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "serve", "--public", "--port", "0"],
        cwd=survey.directory,
        env=survey.env(
            LIVING_SURVEY_SUBSCRIBERS__URL="https://lists.example.org",
            LIVING_SURVEY_SUGGESTIONS__ENABLED="true",
        ),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert said.startswith("Pages for subscribers: http://127.0.0.1:"), said
        url = said.split()[3]
        assert process.stderr.readline() == "Readers open https://lists.example.org\n"
        assert process.stderr.readline().endswith(" at https://lists.example.org/suggestions\n")
        with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as client:
            assert client.get("/subscribe").status_code == 200
            assert client.get("/queue").status_code == 404
            answer = client.post(
                "/subscribe",
                data={"address": ADA},
                headers={"origin": "https://lists.example.org"},
            )
            assert answer.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.communicate()
    assert states(survey) == {ADA: "waiting"}


def test_lost_key_is_noticed_and_replaced(survey: SurveyInProcess) -> None:
    imported(survey, ADA, "bo@example.org")
    survey.json("subscribers", "remove", "bo@example.org")
    key = survey.directory / "var" / "survey.duckdb.subscriber-key"
    kept = key.read_bytes()
    key.unlink()
    ended = survey.call("subscribers", "add", "cy@example.org")
    assert ended.status == 2
    assert "is missing. It held the key" in ended.err
    assert "is missing. It held the key" in survey.call("doctor").out
    assert survey.json("subscribers", "rekey")["rekeyed"] == 2
    assert key.read_bytes() != kept
    assert survey.json("subscribers", "export", "--of", ADA)["state"] == "confirmed"
    assert survey.call("subscribers", "add", "bo@example.org").status == 0
    assert states(survey)["bo@example.org"] == "left"


def test_doctor_names_what_keeps_people_waiting(survey: SurveyInProcess) -> None:
    assert "subscribers:" not in survey.call("doctor").out
    survey.json("subscribers", "add", ADA)
    said = survey.call("doctor").out
    assert "[subscribers] url is empty" in said
    assert "1 person waits" not in said
    later = {
        "LIVING_SURVEY_NOW": "2026-03-24T08:00:00+00:00",
        "LIVING_SURVEY_SUBSCRIBERS__URL": "http://lists.example.org",
    }
    said = survey.call("doctor", **later).out
    assert "1 person waits for the mail to confirm, the first since 2026-03-24 06:00" in said
    assert "unencrypted" in said
    https = {**later, "LIVING_SURVEY_SUBSCRIBERS__URL": "https://lists.example.org"}
    assert "unencrypted" not in survey.call("doctor", **https).out
