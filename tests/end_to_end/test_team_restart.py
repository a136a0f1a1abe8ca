"""A served team: sessions and delays outlast SIGKILL, commands beside the service count at once."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.accounts import PASSWORD
from tests.support.cli import Survey, survey_at

PATIENCE = 120.0
NOW = "2026-03-17T12:00:00+00:00"

pytestmark = pytest.mark.slow


@contextmanager
def served(survey: Survey, **settings: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start `serve` as a person does; yield its address and the process, and kill it."""
    service = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "serve", "--port", "0"],
        cwd=survey.directory,
        env=survey.env(PYTHONUNBUFFERED="1", **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    printed = threading.Event()

    def read() -> None:
        assert service.stdout is not None
        for line in service.stdout:
            lines.append(line)
            if "Review queue: " in line:
                printed.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert printed.wait(PATIENCE), lines
        [line] = [line for line in lines if "Review queue: " in line]
        assert "token=" not in line
        yield line.split()[2], service
    finally:
        service.kill()
        service.wait(PATIENCE)
        reader.join()
        assert service.stdout is not None
        service.stdout.close()


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    survey = survey_at(tmp_path, url="http://127.0.0.1:9", now=NOW)
    assert survey.call("init").status == 0
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    for name, role in (("ada", "admin"), ("bo", "reviewer")):
        add = ("reviewer", "add", name, "--role", role, "--password-file", str(secret))
        assert survey.call(*add).status == 0
    return survey


def log_in(client: httpx.Client, url: str, name: str, password: str = PASSWORD) -> httpx.Response:
    form = {"name": name, "password": password}
    return client.post(f"{url}login", data=form, headers={"origin": url.rstrip("/")})


def test_sessions_and_delays_outlast_a_kill(survey: Survey) -> None:
    with httpx.Client(timeout=600) as client, httpx.Client(timeout=600) as stranger:
        with served(survey) as (url, service):
            assert log_in(client, url, "ada").status_code == 303
            assert client.get(f"{url}queue").status_code == 200
            answers = [log_in(stranger, url, "bo", "wrong").status_code for _ in range(6)]
            assert answers == [403] * 5 + [429]
            service.kill()
            service.wait(PATIENCE)
        with served(survey) as (url, _):
            assert client.get(f"{url}queue").status_code == 200
            again = log_in(stranger, url, "bo")
            assert again.status_code == 429
            assert 0 < int(again.headers["retry-after"]) <= 30
            # the command beside the service ends the session at once
            assert survey.call("reviewer", "logout", "ada").status == 0
            page = client.get(f"{url}queue")
            assert (page.status_code, page.headers["location"]) == (303, "/login?next=/queue")


def test_link_of_the_command_sets_the_password_at_the_page(survey: Survey) -> None:
    made = survey.call("reviewer", "password", "bo", "--link")
    [token] = re.findall(r"link=([\w-]+)", made.out)
    with served(survey) as (url, _), httpx.Client(timeout=600) as client:
        new = "eleven herons cross a frozen harbour"
        assert "bo" in client.get(f"{url}password", params={"link": token}).text
        form = {"link": token, "password": new, "again": new}
        done = client.post(f"{url}password", data=form)
        assert done.headers["location"] == "/login?set=1"
        assert log_in(client, url, "bo").status_code == 403
        assert log_in(client, url, "bo", new).status_code == 303
    trail = survey.call("reviewer", "trail", "--about", "bo").out
    assert "by a link of" in trail


def test_first_account_closes_a_desk_that_is_open(tmp_path: Path) -> None:
    """`serve` runs without accounts; the first one ends the sessions of the printed address."""
    survey = survey_at(tmp_path, url="http://127.0.0.1:9", now=NOW)
    assert survey.call("init").status == 0
    service = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "serve", "--port", "0", "--reviewer", "ada"],
        cwd=survey.directory,
        env=survey.env(PYTHONUNBUFFERED="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert service.stderr is not None
    try:
        address = next(line for line in service.stderr if "?token=" in line).split()[2]
        with httpx.Client(timeout=600, follow_redirects=True) as client:
            assert client.get(address).status_code == 200
            secret = tmp_path / "secret"
            secret.write_text(PASSWORD + "\n", encoding="utf-8")
            add = ("reviewer", "add", "ada", "--role", "admin", "--password-file", str(secret))
            assert survey.call(*add).status == 0
            page = client.get(address)
            assert page.url.path == "/login"
    finally:
        service.kill()
        service.communicate()
