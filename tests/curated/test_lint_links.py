"""What is made of the answers of links: alive, moved, blocked, dead after several calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import LivingSurveyError
from pipeline.curated.lint.online.addresses import Address, find_addresses
from pipeline.curated.lint.online.answers import Answer, State, ask
from pipeline.curated.lint.online.memory import Known, after, path_beside, read_memory, remember
from pipeline.curated.lint.online.rounds import Budget, Clockwork, ask_all, is_network_out
from tests.support.lint import entry, subject_of
from tests.support.transport import FakeTime

NOW = datetime(2026, 3, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Response:
    status: int | None = 200
    location: str = ""
    retry_after: float | None = None
    fault: str = ""
    refused: bool = False


@dataclass
class Web:
    """Answers by address; `asked` holds each request with its time."""

    pages: Mapping[str, Response]
    time: FakeTime
    asked: list[tuple[str, str, float]]

    def visit(self, method: str, url: str) -> Response:
        self.asked.append((method, url, self.time.now()))
        return self.pages.get(f"{method} {url}") or self.pages.get(url, Response(404))


def web(pages: Mapping[str, Response]) -> Web:
    return Web(pages, FakeTime(), [])


A, B = "http://page.example/a", "http://page.example/b"
SILENT = Response(None, fault="does not respond within 15 s")


@pytest.mark.parametrize(
    ("pages", "state", "target"),
    [
        ({A: Response()}, State.ALIVE, ""),
        ({A: Response(301, B), B: Response()}, State.MOVED, B),
        ({A: Response(302, B), B: Response()}, State.ALIVE, ""),
        ({A: Response(302, B), B: Response(308, A + "2"), A + "2": Response()}, State.ALIVE, ""),
        ({A: Response(301, B), B: Response(404)}, State.FAILED, ""),
        ({A: Response(301, B), B: Response(301, A)}, State.FAILED, ""),
        ({A: Response(301)}, State.FAILED, ""),
        ({A: Response(404)}, State.FAILED, ""),
        ({A: Response(500)}, State.FAILED, ""),
        ({A: Response(403)}, State.BLOCKED, ""),
        ({A: Response(429, retry_after=9)}, State.BLOCKED, ""),
        ({f"HEAD {A}": Response(405), A: Response()}, State.ALIVE, ""),
        ({f"HEAD {A}": Response(404), A: Response()}, State.ALIVE, ""),
        ({A: SILENT}, State.FAILED, ""),
        ({A: Response(None, refused=True)}, State.UNASKED, ""),
        ({A: Response(302, "https://arxiv.org/abs/2403.90001")}, State.ALIVE, ""),
    ],
)
def test_answer_is_judged(pages: Mapping[str, Response], state: State, target: str) -> None:
    answer = ask(A, web(pages).visit)

    assert (answer.state, answer.target) == (state, target)


def test_arxiv_is_never_asked() -> None:
    known = web({A: Response(301, "https://export.arxiv.org/abs/2403.90001")})

    ask(A, known.visit)

    assert [url for _, url, _ in known.asked] == [A]


def test_429_is_not_followed_by_get() -> None:
    known = web({A: Response(429, retry_after=9)})

    ask(A, known.visit)

    assert [method for method, _, _ in known.asked] == ["HEAD"]


def addresses(*urls: str) -> list[Address]:
    return [Address(url, url.split("/")[2], (("list.md", 1),)) for url in urls]


def run(known: Web, urls: list[Address], **budget: float) -> Mapping[str, Answer]:
    limits = Budget(
        int(budget.get("links", 100)), budget.get("seconds", 900), budget.get("interval", 2)
    )
    times = Clockwork(known.time.now, known.time.wait)
    return ask_all(urls, known.visit, limits, times, lambda: None)


def test_requests_to_a_host_are_apart() -> None:
    known = web({A: Response(), B: Response()})

    run(known, addresses(A, B))

    first, second = (at for _, _, at in known.asked)
    assert second - first == 2


def test_host_that_asks_to_wait_is_waited_for() -> None:
    known = web({A: Response(429, retry_after=30), B: Response()})

    answers = run(known, addresses(A, B))

    assert known.time.waits == [30]
    assert answers[B].state is State.ALIVE


def test_time_over_leaves_links_unasked() -> None:
    known = web({A: Response(429, retry_after=3600), B: Response()})

    answers = run(known, addresses(A, B), seconds=600)

    assert answers[B].state is State.UNASKED
    assert len(known.asked) == 1


def test_budget_of_links_is_kept() -> None:
    known = web({A: Response(), B: Response()})

    assert list(run(known, addresses(A, B), links=1)) == [A]


def test_host_that_never_responds_is_left_alone() -> None:
    urls = [f"http://page.example/{n}" for n in range(6)]
    known = web(dict.fromkeys(urls, SILENT))

    answers = run(known, addresses(*urls))

    assert len(known.asked) == 3
    assert [answers[url].state for url in urls[3:]] == [State.UNASKED] * 3


def test_network_that_is_out_is_no_fault_of_the_links() -> None:
    silent = Answer(State.FAILED, "x", silent=True)
    hosts = {f"http://h{n}.example/": silent for n in range(3)}

    assert is_network_out(hosts)
    assert not is_network_out({**hosts, A: Answer(State.FAILED, "answers with status 404")})
    assert not is_network_out({A: silent})


FAILED, ALIVE = Answer(State.FAILED, "answers with status 404"), Answer(State.ALIVE)


def test_strikes_count_failures_in_a_row() -> None:
    known: Known | None = None
    strikes = []
    blocked = Answer(State.BLOCKED, "answers programs with status 403")
    for answer in (FAILED, FAILED, blocked, FAILED, ALIVE, FAILED):
        known = after(known, answer, NOW)
        strikes.append(known.strikes)

    assert strikes == [1, 2, 2, 3, 0, 1]


def test_memory_is_kept_between_calls(tmp_path: Path) -> None:
    path = path_beside(tmp_path / "var" / "survey.duckdb")

    remember(path, {A: FAILED, B: Answer(State.UNASKED, "x")}, NOW)
    remember(path, {A: FAILED}, NOW)

    assert path.name == "survey.links.json"
    (one,) = read_memory(path).items()
    assert (one[0], one[1].strikes, one[1].failing_since) == (A, 2, NOW)


@pytest.mark.parametrize("text", ["{", "[1]", '{"http://x": {}}', '{"http://x": 3}'])
def test_damaged_memory_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "survey.links.json"
    path.write_text(text)

    with pytest.raises(LivingSurveyError, match="cannot be read"):
        read_memory(path)


def test_links_are_found_but_pictures_comments_and_arxiv() -> None:
    text = (
        "# L\n\n## Boats\n\n"
        + entry("Copper Kettles Dream of Warm Steam", "2403.90001").rstrip()
        + " [![Star](https://img.example/s.svg)](https://code.example/a?x=1&amp;y=2#readme)"
        " <a href='http://page.example/b_(c)'><img src=\"https://img.example/t.png\"></a>"
        " https://page.example/中文，and <https://page.example/auto>.\n"
        "<!-- https://hidden.example/ -->\n\n[r]: https://page.example/r\n"
        "`https://code.example/a?x=1&y=2`\n"
    )

    found = find_addresses(subject_of(text).texts)

    assert [(one.url, [line for _, line in one.places]) for one in found] == [
        ("https://code.example/a?x=1&y=2", [5, 9]),
        ("http://page.example/b_(c)", [5]),
        ("https://page.example/中文", [5]),
        ("https://page.example/auto", [5]),
        ("https://page.example/r", [8]),
    ]
