"""A database that cannot be used is an alarm too, which a file beside it remembers."""

from pathlib import Path

import pytest

from config.errors import LivingSurveyError
from pipeline.operate.alerts.send import send_alerts
from pipeline.runtime.services import Database, NoDatabaseError, open_services
from storage.alert_types import AlertKind
from tests.support.alerts import Ear, settings_at, silent_survey
from tests.support.storage import database, lines_of, start_process


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """Return the bytes of a survey that is damaged now."""
    with silent_survey(tmp_path)():
        pass
    content = database(tmp_path).read_bytes()
    database(tmp_path).write_bytes(b"damaged" * 1000)
    return content


def look(folder: Path, *ears: Ear) -> None:
    services = open_services(settings_at(folder), database=Database.ANY)
    send_alerts(services, [one.way for one in ears])


def fail(folder: Path, *ears: Ear) -> str:
    with pytest.raises(LivingSurveyError) as caught:
        look(folder, *ears)
    return caught.value.message


def note_of(folder: Path) -> Path:
    return database(folder).with_name("survey.duckdb.alerts.json")


def test_damaged_database_is_told_once_and_its_end(tmp_path: Path, whole: bytes) -> None:
    ear = Ear()
    said = [fail(tmp_path, ear) for _ in range(3)]
    assert ear.causes == [["database raised"]]
    assert said[0] in ear.heard[0].text
    assert "living-survey restore" in ear.heard[0].text
    database(tmp_path).write_bytes(whole)
    for _ in range(2):
        look(tmp_path, ear)
    assert ear.causes == [["database raised"], ["database cleared"], ["silence raised"]]
    assert not note_of(tmp_path).exists()


def test_way_that_fails_tells_a_damaged_database_later(tmp_path: Path, whole: bytes) -> None:
    deaf, ear = Ear("a", outcome=AlertKind.FAILED), Ear("b")
    for _ in range(2):
        fail(tmp_path, deaf, ear)
    assert (len(deaf.heard), len(ear.heard)) == (2, 1)
    database(tmp_path).write_bytes(whole)
    deaf.outcome = AlertKind.TOLD
    look(tmp_path, deaf, ear)
    assert deaf.causes[2:] == [["silence raised"]]  # what it never heard of is not over for it
    assert ear.causes[1:] == [["database cleared"], ["silence raised"]]


def test_killed_while_telling_of_the_database_repeats_once(tmp_path: Path, whole: bytes) -> None:
    process = start_process(
        """
        import os, signal, sys
        from pathlib import Path
        from pipeline.operate.alerts.send import send_alerts
        from pipeline.operate.alerts.ways.way import Way
        from pipeline.runtime.services import Database, open_services
        from tests.support.alerts import settings_at

        def handed_over(message):
            print(message.id, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

        services = open_services(settings_at(Path(sys.argv[1])), database=Database.ANY)
        send_alerts(services, [Way("ear", handed_over)])
        """,
        str(tmp_path),
    )
    [message] = lines_of(process)
    process.communicate()
    assert process.returncode == -9
    ear = Ear()
    for _ in range(2):
        fail(tmp_path, ear)
    assert [one.id for one in ear.heard] == [message]
    assert "may have reached you already" in ear.heard[0].text


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"since": 5, "raised": {}, "cleared": {}}'])
def test_note_that_cannot_be_read_is_begun_anew(
    tmp_path: Path, whole: bytes, content: bytes
) -> None:
    note_of(tmp_path).write_bytes(content)
    ear = Ear()
    for _ in range(2):
        fail(tmp_path, ear)
    assert ear.causes == [["database raised"]]


def test_survey_that_never_was_is_no_alarm(tmp_path: Path) -> None:
    ear = Ear()
    with pytest.raises(NoDatabaseError):
        look(tmp_path, ear)
    assert ear.heard == []
