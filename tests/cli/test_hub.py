"""The command `hub` as a process: what it prints, and what a SIGKILL in a harvest costs."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.demo.replica.server import ReplicaServer
from pipeline.ingest.harvest import harvest_window
from pipeline.ingest.sources.open import arxiv_sources
from pipeline.ingest.windows import Window
from tests.support import http
from tests.support.arxiv import make_record, noon
from tests.support.cli import Survey, survey_at
from tests.support.hub import differences, member

TUESDAY = date(2026, 3, 17)
#: of a harvest that begins three days earlier, in pages of 1,300
PAPERS = [make_record(number, TUESDAY) for number in range(1, 3_000)]
#: that one survey makes: seven feeds, as a full one is asked for in parts, and pages of two sets
REQUESTS = 7 + 3 + 1
_ADDRESS = re.compile(r"Hub: (http://127\.0\.0\.1:([0-9]+))/")


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """Return a survey that has fetched from a local arXiv, which is gone."""
    with ReplicaServer(PAPERS, today=TUESDAY) as arxiv:
        survey = survey_at(
            tmp_path_factory.mktemp("hub"), url=arxiv.url, now=noon(TUESDAY).isoformat()
        )
        assert survey.call("init").status == 0
        assert survey.call("fetch").status == 0
    return survey


@contextmanager
def hub(survey: Survey, port: int = 0) -> "Iterator[tuple[subprocess.Popen[str], str, int]]":
    """Start the command; yield its process, its address and its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "hub", "--port", str(port)],
        cwd=survey.directory,
        env=survey.env(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        first = process.stderr.readline()
        found = _ADDRESS.match(first)
        assert found, first
        yield process, found[1], int(found[2])
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_command_says_what_it_serves_and_ends_on_sigterm(fetched: Survey) -> None:
    with hub(fetched) as (process, url, _):
        assert process.stderr is not None
        said = [process.stderr.readline().rstrip() for _ in range(3)]
        assert said[0].startswith("It serves the sets cs, eess and the feeds of cs.CV, cs.CL,")
        assert said[1:3] == ["[arxiv]", f'hub_url = "{url}"']
        assert http.get(f"{url}/health").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_hub_killed_in_a_harvest_and_started_again_loses_nothing(
    fetched: Survey, tmp_path: Path
) -> None:
    now = datetime(2026, 3, 17, 12, tzinfo=UTC)
    with hub(fetched) as (process, url, port), ExitStack() as again:
        settings = {"hub_url": url, "sets": ("cs",), "categories": ("cs.CV",)}
        survey = member(tmp_path / "survey", lambda: now, **settings)
        undisturbed = member(tmp_path / "undisturbed", lambda: now, **settings)
        undisturbed.fetch()
        pages: list[int] = []

        def kill_once(papers: int) -> None:
            pages.append(papers)
            if len(pages) == 1:
                process.send_signal(signal.SIGKILL)
                process.wait()
                again.enter_context(hub(fetched, port))

        window = Window("cs", TUESDAY - timedelta(days=3))
        services = survey.services
        with arxiv_sources(survey.arxiv, services.clock) as sources:
            report = harvest_window(services, sources.oai, window, advance=kill_once)
        assert (report.cut, sum(pages), len(pages)) == (False, len(PAPERS), 3)
        survey.fetch()
    assert differences(survey.held(), undisturbed.held()) == {}


def test_arxiv_sees_one_survey_of_three(tmp_path: Path) -> None:
    now = datetime(2026, 3, 17, 12, tzinfo=UTC)
    with ReplicaServer(PAPERS, today=TUESDAY) as arxiv:
        requests = []
        for name in ("direct", "hub"):
            before = len(arxiv.requests)
            survey = survey_at(tmp_path / name, url=arxiv.url, now=noon(TUESDAY).isoformat())
            survey.directory.mkdir()
            assert survey.call("init").status == 0
            assert survey.call("fetch").status == 0
            requests.append(len(arxiv.requests) - before)
        with hub(survey) as (_, url, _):
            two = [
                member(tmp_path / name, lambda: now, hub_url=url, categories=("cs.CV", "cs.CL"))
                for name in ("one", "other")
            ]
            assert [each.fetch().exit_status for each in two] == [0, 0]
        assert len(arxiv.requests) == sum(requests)
        assert requests == [REQUESTS, REQUESTS]
    for each in two:
        with each.open_store() as store:
            assert store.papers.count() == len(PAPERS)


def test_twenty_lists_at_once_are_whole(fetched: Survey) -> None:
    with hub(fetched) as (_, url, _), ThreadPoolExecutor(20) as several:
        counts = list(several.map(_list, [url] * 20))
    assert counts == [len(PAPERS)] * 20


def _list(url: str) -> int:
    asked = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs"}
    asked |= {"from": "2026-03-14"}
    count = 0
    with httpx.Client(timeout=300) as client:
        while asked:
            page = client.get(f"{url}/oai", params=asked).text
            count += page.count("<record>")
            token = page.partition("Z'>")[2].partition("<")[0]
            asked = {"verb": "ListRecords", "resumptionToken": token} if token else {}
    return count
