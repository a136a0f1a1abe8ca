"""`doctor` goes through the stages, tells wrong from note, and looks at secrets and places."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.enrich_schema import TranslateSettings
from config.mail_schema import MailSettings
from config.publish_schema import DigestSettings
from config.roles import Role
from config.schema import ArxivSettings, ClassifierSettings, DatabaseSettings
from pipeline.demo.replica.server import ReplicaServer
from pipeline.learn.examples import TooFewDecisionsError
from pipeline.operate.doctor import RUNS, STAGES, examine, findings
from pipeline.operate.secret_checks import checks as secret_checks
from pipeline.operate.secret_checks import secret_files
from pipeline.runtime.findings import Finding
from pipeline.runtime.record import recorded
from pipeline.runtime.services import Services
from storage.store import OpenStore
from storage.types import RunStatus
from tests.support.accounts import Team
from tests.support.arxiv import noon
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.outlook import NOW
from tests.support.services import make_services
from tests.support.storage import migrated
from tests.support.subscribers import public_pages

TUESDAY = date(2026, 3, 17)


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    opener = migrated(tmp_path / "survey.duckdb")
    with opener():
        return opener


def services_in(folder: Path, open_store: OpenStore, **sections: Any) -> Services:
    """Return services of a survey whose files are all in one directory."""
    places = {
        "database": DatabaseSettings(path=folder / "survey.duckdb"),
        "arxiv": ArxivSettings(
            oai_url="http://127.0.0.1:9/oai",
            rss_url="http://127.0.0.1:9",
            query_url="http://127.0.0.1:9/api",
            archive=folder / "archive",
            limiter=folder / "limiter",
        ),
        "classifier": ClassifierSettings(models=folder / "models", reports=folder / "reports"),
        "digest": DigestSettings(output=folder / "digests"),
        "mail": MailSettings(journal=folder / "mail"),
    }
    return make_services(open_store, NOW, **(places | sections))


@pytest.fixture
def survey(tmp_path: Path) -> SurveyInProcess:
    survey = survey_in_process(tmp_path, url="http://127.0.0.1:9/", now=NOW.isoformat())
    assert survey.call("init").status == 0
    return survey


def secret(path: Path, mode: int) -> Path:
    path.write_text("hunter2\n", encoding="utf-8")
    path.chmod(mode)
    return path


def test_stages_come_in_the_order_of_the_walk(tmp_path: Path, open_store: OpenStore) -> None:
    examined = examine(services_in(tmp_path, open_store))
    assert [one.stage for one in examined] == [*STAGES, RUNS]


def test_headings_stand_over_what_was_found(survey: SurveyInProcess) -> None:
    lines = survey.call("doctor").out.splitlines()
    assert lines[lines.index("model") + 1].startswith("note   model: no model was trained")
    assert lines.index("arXiv") < lines.index("model")
    assert "Nothing to say of: machine, list, review, publishing, mail, alarms, runs." in lines
    assert lines[-1] == "Nothing is wrong."


def test_json_names_the_stage_of_each_finding(survey: SurveyInProcess) -> None:
    document = survey.json("doctor")
    assert document["healthy"] is True
    stages = {found["check"]: found["stage"] for found in document["findings"]}
    assert (stages["model"], stages["ledger"]) == ("model", "arXiv")


def test_wrong_comes_before_notes_and_sets_the_exit_status(
    survey: SurveyInProcess, tmp_path: Path
) -> None:
    path = secret(tmp_path / "smtp.txt", 0o644)
    (tmp_path / "backups").write_bytes(b"")  # no directory
    ended = survey.call(
        "doctor",
        LIVING_SURVEY_MAIL__PASSWORD_FILE=str(path),
        LIVING_SURVEY_BACKUP__DIRECTORY=str(tmp_path / "backups" / "below"),
    )
    assert ended.status == 1
    heading, place, key, *_ = ended.out.splitlines()
    assert heading == "machine"
    assert place.startswith("wrong  directories: [backup] directory is ")
    assert key.startswith("wrong  secrets: other users of this machine can read or write ")
    assert "Nothing is wrong" not in ended.out
    assert "hunter2" not in ended.out


def test_missing_database_is_said_once(tmp_path: Path) -> None:
    services = services_in(tmp_path, migrated(tmp_path / "other.duckdb"))
    gone = replace(services, open_store=_refused(tmp_path))
    said = [one for one in findings(examine(gone)) if one.check == "database"]
    assert len(said) == 1


def _refused(folder: Path) -> OpenStore:
    from pipeline.runtime.services import NoDatabaseError

    def refuse() -> Any:
        raise NoDatabaseError(f"There is no database in {folder}.")

    return refuse


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_password_that_others_can_read_is_wrong(
    tmp_path: Path, open_store: OpenStore, mode: int
) -> None:
    path = secret(tmp_path / "smtp.txt", mode)
    services = services_in(tmp_path, open_store, mail=MailSettings(password_file=path))
    [found] = secret_checks(services)
    assert found.wrong
    assert f"`chmod 600 {path}`" in found.remedy
    assert "[mail] password_file" in found.what
    assert "hunter2" not in f"{found}"


def test_private_secrets_are_fine(tmp_path: Path, open_store: OpenStore) -> None:
    path = secret(tmp_path / "smtp.txt", 0o600)
    (tmp_path / "survey.duckdb.review-key").write_bytes(b"k" * 32)
    (tmp_path / "survey.duckdb.review-key").chmod(0o600)
    services = services_in(tmp_path, open_store, mail=MailSettings(password_file=path))
    assert list(secret_checks(services)) == []


def test_secret_that_does_not_exist_is_wrong(tmp_path: Path, open_store: OpenStore) -> None:
    translate = TranslateSettings(key_file=tmp_path / "none")
    [found] = secret_checks(services_in(tmp_path, open_store, translate=translate))
    assert "[translate] key_file names" in found.what
    assert "no such file" in found.what


def test_addresses_that_everybody_can_read_are_worth_knowing(tmp_path: Path) -> None:
    pages = public_pages(tmp_path)
    pages.join("reader@example.org")
    database = tmp_path / "survey.duckdb"
    database.chmod(0o644)
    services = services_in(tmp_path, pages.open_store)
    [note] = secret_checks(services)
    assert not note.wrong
    assert "the addresses of 1 subscriber." in note.what
    database.chmod(0o640)
    assert list(secret_checks(services)) == []


def test_password_hashes_that_everybody_can_read_are_worth_knowing(
    tmp_path: Path, open_store: OpenStore
) -> None:
    Team(open_store, lambda: NOW).add("ada", Role.ADMIN)
    database = tmp_path / "survey.duckdb"
    database.chmod(0o644)
    [note] = secret_checks(services_in(tmp_path, open_store))
    assert not note.wrong
    assert "the passwords of 1 account need" in note.what
    assert f"`chmod 600 {database}`" in note.remedy
    database.chmod(0o600)
    assert list(secret_checks(services_in(tmp_path, open_store))) == []


@pytest.mark.parametrize("suffix", [".review-key", ".subscriber-key"])
def test_own_key_that_others_can_read_is_wrong(
    tmp_path: Path, open_store: OpenStore, suffix: str
) -> None:
    path = tmp_path / f"survey.duckdb{suffix}"
    path.write_bytes(b"k" * 32)
    path.chmod(0o644)
    [found] = secret_checks(services_in(tmp_path, open_store))
    assert found.wrong
    assert str(path) in found.remedy


def test_every_setting_of_a_secret_is_looked_at(tmp_path: Path, open_store: OpenStore) -> None:
    path = tmp_path / "any"
    mail = MailSettings(password_file=path, imap_password_file=path, dkim_key=path)
    services = services_in(
        tmp_path, open_store, mail=mail, translate=TranslateSettings(key_file=path)
    )
    assert set(secret_files(services.settings)) == {
        "[mail] password_file",
        "[mail] imap_password_file",
        "[mail] dkim_key",
        "[translate] key_file",
    }


def test_old_backup_is_said_once(tmp_path: Path, open_store: OpenStore) -> None:
    with open_store() as store:
        run = store.runs.start("run", NOW - timedelta(days=90))
        store.runs.finish(run, finished_at=NOW, status=RunStatus.DONE, counts={})
    found = findings(examine(services_in(tmp_path, open_store)))
    assert [one.check for one in found].count("backup") == 1


def test_too_early_evaluation_is_a_note(tmp_path: Path, open_store: OpenStore) -> None:
    too_early = TooFewDecisionsError("Too few decisions to measure a model on: 3.")
    found = _after(tmp_path, open_store, too_early)
    assert not found.wrong
    assert "came too early: Too few decisions to measure a model on: 3." in found.what
    assert found.remedy == "`living-survey evaluate` works once more is decided; nothing is broken."


def test_broken_evaluation_is_wrong(tmp_path: Path, open_store: OpenStore) -> None:
    assert _after(tmp_path, open_store, ValueError("bug")).wrong


def _after(folder: Path, open_store: OpenStore, error: Exception) -> Finding:
    """Return what is said of the runs after an evaluation that raised this."""
    services = services_in(folder, open_store)
    with pytest.raises(type(error)), recorded("evaluate", open_store, services.clock):
        raise error
    [found] = next(one for one in examine(services) if one.stage == RUNS).findings
    return found


def test_too_early_evaluation_by_command_is_a_note(survey: SurveyInProcess) -> None:
    assert survey.call("evaluate").status == 1
    ended = survey.call("doctor")
    assert ended.status == 0
    assert "note   runs: the last `evaluate`" in ended.out


def test_arxiv_is_asked_once_on_demand(tmp_path: Path) -> None:
    with ReplicaServer([], today=TUESDAY) as arxiv:
        survey = survey_in_process(tmp_path, url=arxiv.url, now=noon(TUESDAY).isoformat())
        survey.call("init")
        survey.call("doctor")
        assert len(arxiv.requests) == 0
        ended = survey.call("doctor", "arxiv")
        assert (ended.status, ended.out.strip()) == (0, "All is well.")
        assert len(arxiv.requests) == 1


def test_arxiv_out_of_reach_is_wrong(survey: SurveyInProcess) -> None:
    ended = survey.call("doctor", "arxiv")
    assert ended.status == 1
    assert "wrong  arXiv: arXiv at 127.0.0.1:9 cannot be reached" in ended.out
