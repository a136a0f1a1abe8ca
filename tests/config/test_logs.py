"""Logs: one line per event, whatever is in it."""

import json
import logging
import re
from collections.abc import Iterator

import pytest

from config.logs import setup_logging

log = logging.getLogger("tests.logs")


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, tuple(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


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
    setup_logging("debug", json=True)
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


def test_a_traceback_follows_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging()
    try:
        int("gone")
    except ValueError:
        log.exception("broke")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("error broke")
    assert lines[-1] == "ValueError: invalid literal for int() with base 10: 'gone'"


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
