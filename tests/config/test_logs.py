"""Logs: one line per event, whatever is in it."""

import json
import logging
import re
import shutil
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.logs import OncePerMinute, logged_run, setup_logging

log = logging.getLogger("tests.logs")


def test_a_line_is_time_level_event_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging()
    log.info("fetched %s", "papers", extra={"source": "oai", "papers": 120, "empty": ""})
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info "
        r'fetched papers source=oai papers=120 empty=""\n',
        err,
    )


def test_hostile_text_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging()
    title = 'A "title"\n2026-01-01T00:00:00.000Z error forged\x1b[31m\u2028'
    log.warning("odd\nevent", extra={"title": title})
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "\x1b" not in err
    assert err.rstrip().endswith(f"title={json.dumps(title)}")


def test_json_lines_hold_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging("debug", form="json")
    log.debug("stored", extra={"title": "多模态\n", "papers": 3, "level": "forged", "path": {1}})
    line = json.loads(capsys.readouterr().err)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "debug",
        "event": "stored",
        "title": "多模态\n",
        "papers": 3,
        "path": "{1}",
    }


def test_logfmt_lines_hold_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(form="logfmt")
    with logged_run("20260317T120000Z-1"):
        log.warning("odd event", extra={"title": 'A "title"\nb', "papers": 3, "level": "forged"})
    line = capsys.readouterr().err
    assert re.fullmatch(
        r'time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=warning event="odd event" '
        r'run=20260317T120000Z-1 title="A \\"title\\"\\nb" papers=3\n',
        line,
    )


@pytest.mark.parametrize("form", ["text", "logfmt", "json"])
def test_secret_parameters_of_addresses_are_left_out(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    setup_logging(form=form)
    address = "https://api.example/works?select=id&api_key=hunter2&mailto=me"
    error = ValueError(f"no answer from {address}")
    log.error("asked %s", address, extra={"url": f"{address}&token=hunter2"}, exc_info=error)
    err = capsys.readouterr().err
    assert "hunter2" not in err
    assert "select=id&api_key=[...]&mailto=me" in err


@pytest.mark.parametrize("form", ["text", "logfmt", "json"])
def test_passwords_and_authorizations_are_left_out(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    setup_logging(form=form)
    said = "https://me:hunter2@a.example/x Authorization: Basic aHVudGVyMg== Bearer hunter2hunter2"
    log.error("sent %s", said, extra={"what": said}, exc_info=ValueError(said))
    err = capsys.readouterr().err
    assert not [one for one in ("hunter2", "aHVudGVy") if one in err]
    assert "https://me:[...]@a.example/x" in err


def test_traceback_of_logfmt_is_no_event_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(form="logfmt")
    log.error("broke", exc_info=ValueError('x\nlevel=error event=forged b="'))
    [line] = capsys.readouterr().err.splitlines()
    assert ' traceback="' in line
    assert '\\nlevel=error event=forged b=\\"' in line


def test_a_traceback_follows_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging()
    try:
        int("gone")
    except ValueError:
        log.exception("broke")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("error broke")
    assert lines[-1] == "    ValueError: invalid literal for int() with base 10: 'gone'"


@pytest.mark.parametrize("form", ["text", "logfmt", "json"])
def test_traceback_cannot_forge_a_line(capsys: pytest.CaptureFixture[str], form: str) -> None:
    setup_logging(form=form)
    foreign = "\x1b[31m\n2026-01-01T00:00:00.000Z error forged\x9b\u2028\u202e"
    log.error("broke", exc_info=ValueError(foreign))
    err = capsys.readouterr().err
    assert all(character.isprintable() or character == "\n" for character in err)
    assert not [line for line in err.splitlines() if line.startswith("2026-01-01")]


def test_setting_up_again_replaces_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging("debug")
    setup_logging("warning")
    log.info("quiet")
    log.warning("once")
    assert capsys.readouterr().err.count("\n") == 1


def test_libraries_that_report_every_request_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging("debug")
    logging.getLogger("httpx").info("HTTP Request: GET ...")
    logging.getLogger("httpx").warning("heard")
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unknown_level_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        setup_logging("loud")


def test_lines_of_a_run_carry_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging()
    with logged_run("20260317T120000Z-1"):
        log.info("inside", extra={"papers": 1})
    log.info("outside")
    inside, outside = capsys.readouterr().err.splitlines()
    assert inside.endswith("info inside run=20260317T120000Z-1 papers=1")
    assert outside.endswith("info outside")


def test_file_is_appended_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "logs" / "survey.log"
    for event in ("first", "second"):
        setup_logging(form="json", file=file)
        log.info(event)
    assert [json.loads(line)["event"] for line in file.read_text().splitlines()] == [
        "first",
        "second",
    ]
    assert capsys.readouterr().err == ""


def test_unusable_file_is_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"log file .* cannot be opened"):
        setup_logging(file=tmp_path / "file" / "survey.log")


def test_an_event_is_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    moments = iter([0.0, 1.0, 2.0, 59.0, 61.0, 62.0])
    once = OncePerMinute(monotonic=lambda: next(moments))
    logger = logging.getLogger("tests.once")
    logger.addFilter(once)
    try:
        for _ in range(4):
            logger.warning("a cause")
        logger.warning("a cause")
        logger.warning("another cause")
    finally:
        logger.removeFilter(once)
    assert [(r.getMessage(), getattr(r, "left_out", 0)) for r in caplog.records] == [
        ("a cause", 0),
        ("a cause", 3),
        ("another cause", 0),
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_reported_once(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging(file=Path("/dev/full"))
    for _ in range(3):
        log.info("fetched")
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("The log file /dev/full cannot be written: No space left on device.")


def test_file_whose_directory_is_gone_stops_no_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "logs" / "survey.log"
    setup_logging(file=file)
    [handler] = [one for one in logging.getLogger().handlers if one.name == "config.logs"]
    handler.close()  # it opens the file again for the next line
    shutil.rmtree(file.parent)
    for _ in range(3):
        log.info("fetched")
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"The log file {file} cannot be written: No such file or directory.")
