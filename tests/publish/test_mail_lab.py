"""A mail in Chromium as mail programs show it: light, dark, narrow, without images, plain."""

import functools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request

from docs.generate.mail_lab import MODES, photograph_mail, size_line
from docs.generate.screenshot import IMAGES
from tests.support.axe import contexts, faults
from tests.support.browser import CONTRAST, browser
from tests.support.builders import make_paper
from tests.support.mail import make_scene

__all__ = ["browser"]

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "mail.md"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    papers = [make_paper(f"2603.{n:05}", title="A title about pictures " * n) for n in range(1, 8)]
    survey = make_scene(
        tmp_path, papers=[*papers, make_paper("2603.00099", title="K" * 240)]
    ).survey()
    for language in ("en", "zh"):
        survey.json("mail", "preview", language, "--language", language)
    return tmp_path


@pytest.mark.slow
def test_mail_is_shown_in_five_modes(mail: Path, browser: Browser, tmp_path: Path) -> None:
    files = photograph_mail(browser, mail / "en", tmp_path)
    assert [file.name for file in files] == [mode.file for mode in MODES]
    light, dark, narrow, bare, plain = (file.read_bytes() for file in files)
    assert len({light, dark, narrow, plain}) == 4
    assert bare == light  # nothing is lost with images off


@pytest.mark.slow
def test_mail_is_readable_in_light_dark_and_on_a_phone(mail: Path, browser: Browser) -> None:
    found = {}
    for mode, context in contexts(browser).items():
        page = context.new_page()
        asked: list[str] = []
        page.on("request", functools.partial(_note, asked))
        for language in ("en", "zh"):
            path = mail / language / "message.html"
            page.goto(path.as_uri())
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found[f"{language}, {mode}"] = [
                *faults(page),
                *page.evaluate(CONTRAST),
                *(["scrolls sideways"] if wide else []),
                *(url for url in asked if not url.startswith("file:")),
            ]
        context.close()
    assert {place: those for place, those in found.items() if those} == {}


def _note(asked: list[str], request: Request) -> None:
    asked.append(request.url)


def test_guide_shows_every_mode() -> None:
    shown = set(re.findall(r"images/([\w.-]+\.png)", GUIDE.read_text(encoding="utf-8")))
    assert {mode.file for mode in MODES} <= shown
    assert all((IMAGES / mode.file).read_bytes().startswith(b"\x89PNG") for mode in MODES)


def test_size_line_names_the_limit() -> None:
    assert size_line(b"x" * 1234) == "whole mail: 1,234 bytes; Gmail cuts after 102,400"
