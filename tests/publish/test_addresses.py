import pytest

from pipeline.publish import addresses


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (addresses.paper_page("2405.19334"), "papers/2405.19334.html"),
        (addresses.paper_page("hep-th/9901001"), "papers/hep-th-9901001.html"),
        (addresses.section_page("agents"), "sections/agents.html"),
        (addresses.issue_page("2026-W12"), "issues/2026-W12.html"),
        (addresses.digest_page("2026-W12"), "2026-W12.html"),
        (addresses.all_feed(), "feeds/all.atom"),
        (addresses.all_feed("json"), "feeds/all.json"),
        (addresses.all_feed(archive=3), "feeds/all-3.atom"),
        (addresses.issues_feed(), "feeds/issues.atom"),
        (addresses.issues_feed(archive=1), "feeds/issues-1.atom"),
        (addresses.section_feed("agents"), "feeds/sections/agents.atom"),
        (addresses.section_feed("agents", "json"), "feeds/sections/agents.json"),
        (addresses.section_feed("agents", archive=2), "feeds/sections/agents/2.atom"),
    ],
)
def test_path_of_public_file(path: str, expected: str) -> None:
    assert path == expected


def test_absolute_address_lies_below_the_base() -> None:
    path = addresses.paper_page("2405.19334")
    assert addresses.absolute("https://a.test/list/", path) == (
        "https://a.test/list/papers/2405.19334.html"
    )
    assert addresses.absolute("", path) == path


@pytest.mark.parametrize(
    ("origin", "path", "expected"),
    [
        ("index.html", "papers/1.html", "papers/1.html"),
        ("papers/1.html", "index.html", "../index.html"),
        ("papers/1.html", "papers/2.html", "2.html"),
        ("feeds/sections/a.atom", "sections/a.html", "../../sections/a.html"),
        ("feeds/sections/a/1.atom", "feeds/sections/a.atom", "../a.atom"),
    ],
)
def test_reference_leads_from_file_to_file(origin: str, path: str, expected: str) -> None:
    assert addresses.between(origin, path) == expected
