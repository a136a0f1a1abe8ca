"""`lint --links` against pages on loopback."""

from pathlib import Path

import pytest

from tests.support.cli import SurveyInProcess
from tests.support.lint import entry
from tests.support.pages import Page, serve_pages

PAGES = {
    "/alive": Page(),
    "/old": Page(301, {"Location": "/alive"}),
    "/gone": Page(404),
    "/no-head": Page(200, head=405),
    "/shy": Page(403),
    "/busy": Page(429, {"Retry-After": "0"}),
    "/loop": Page(302, {"Location": "/loop"}),
    "/silent": Page(silent=True),
}


def survey_at(directory: Path, url: str, paths: list[str]) -> SurveyInProcess:
    lines = [
        entry(f"Copper Kettles Dream {n} Times", f"2403.9000{n}", rest=f" [[Page]({url}{path})]")
        for n, path in enumerate(paths, start=1)
    ]
    (directory / "list.md").write_text("# List\n\n## Boats\n\n" + "\n".join(lines))
    settings = {
        f"LIVING_SURVEY_{name}": value
        for name, value in {
            **dict.fromkeys(("ARXIV__OAI_URL", "ARXIV__RSS_URL", "ARXIV__QUERY_URL"), url),
            "LINT__LINK_INTERVAL_SECONDS": "0",
            "LINT__LINK_TIMEOUT_SECONDS": "0.5",
            "LINT__STRIKES": "2",
        }.items()
    }
    return SurveyInProcess(directory, settings)


def by_line(document: dict[str, object]) -> dict[int, str]:
    findings = document["findings"]
    assert isinstance(findings, list)
    return {one["line"]: one["rule"] for one in findings if one["rule"].endswith("-link")}


def test_links_are_asked_and_dead_after_two_calls(tmp_path: Path) -> None:
    with serve_pages(PAGES) as served:
        survey = survey_at(tmp_path, served.url, list(PAGES))
        first = survey.json("lint", "list.md", "--links")
        second = survey.call("lint", "list.md", "--links", "--json")

    assert by_line(first) == {
        7: "moved-link",
        9: "failing-link",
        13: "blocked-link",
        15: "blocked-link",
        17: "failing-link",
        19: "failing-link",
    }
    assert second.status == 1
    dead = {line for line, rule in by_line(second.document).items() if rule == "dead-link"}
    assert dead == {9, 17, 19}
    assert second.document["links"]["states"] == {"alive": 2, "moved": 1, "blocked": 2, "dead": 3}
    assert served.times("/no-head") == 4


def test_link_that_comes_back_loses_its_strikes(tmp_path: Path) -> None:
    with serve_pages({"/a": Page(404)}) as served:
        survey = survey_at(tmp_path, served.url, ["/a"])
        survey.json("lint", "list.md", "--links")
        served.pages["/a"] = Page()
        assert by_line(survey.json("lint", "list.md", "--links")) == {}
        served.pages["/a"] = Page(404)
        assert by_line(survey.json("lint", "list.md", "--links")) == {5: "failing-link"}


def test_arxiv_and_private_addresses_are_not_asked(tmp_path: Path) -> None:
    with serve_pages({"/a": Page()}) as served:
        survey = survey_at(tmp_path, served.url, ["/a"])
        local = SurveyInProcess(tmp_path)
        ended = local.call("lint", "list.md", "--links")

        assert served.asked == []
        assert ended.status == 0
        assert "1 link, 0 asked" in ended.err
        assert (
            "1 link, 1 asked by this call: 1 alive" in survey.call("lint", "list.md", "--links").err
        )


def test_exception_excuses_a_link(tmp_path: Path) -> None:
    with serve_pages(PAGES) as served:
        survey = survey_at(tmp_path, served.url, ["/shy"])
        path = tmp_path / "list.md"
        comment = "<!-- lint: allow blocked-link the publisher refuses programs -->\n"
        path.write_text(path.read_text().replace("- **", f"{comment}- **"))

        assert by_line(survey.json("lint", "list.md", "--links")) == {}
        assert "unused-exception" not in survey.call("lint", "list.md").out


@pytest.mark.parametrize("text", ["{", "[]"])
def test_damaged_counts_are_one_sentence(tmp_path: Path, text: str) -> None:
    with serve_pages(PAGES) as served:
        survey = survey_at(tmp_path, served.url, ["/alive"])
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "survey.links.json").write_text(text)

        ended = survey.call("lint", "list.md", "--links")

    assert (ended.status, "Move it away" in ended.err) == (1, True)
