"""What reference managers find: tags on the page of one paper, COinS on lists."""

import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from lxml import html

from tests.support.site import BASE, PublishedSite, make_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> PublishedSite:
    return make_site(tmp_path_factory.mktemp("site"))


def _tree(site: PublishedSite, path: str) -> Any:
    return html.document_fromstring((site.folder / path).read_bytes())


def _tags(site: PublishedSite, arxiv_id: str) -> dict[str, list[str]]:
    """Read the tags of a page as Zotero's embedded metadata does."""
    found: dict[str, list[str]] = {}
    for tag in _tree(site, f"papers/{arxiv_id}.html").xpath(
        "//meta[starts-with(@name, 'citation_')]"
    ):
        found.setdefault(tag.get("name").removeprefix("citation_"), []).append(tag.get("content"))
    return found


def test_page_of_a_preprint_is_taken_whole(site: PublishedSite) -> None:
    tags = _tags(site, "2603.00001")
    assert tags == {
        "title": ["Talking to the Canvas: Language Models that Plan Before They Paint"],
        "author": ["Example, Ada", "Sámple, Björn", "van der Muster, Chiara"],
        "publication_date": ["2026/03/16"],
        "online_date": ["2026/03/16"],
        "arxiv_id": ["2603.00001"],
        "pdf_url": ["https://arxiv.org/pdf/2603.00001"],
        "abstract_html_url": [f"{BASE}/papers/2603.00001.html"],
        "public_url": ["https://arxiv.org/abs/2603.00001"],
    }


def test_page_of_an_article_names_its_journal(site: PublishedSite) -> None:
    tags = _tags(site, "2603.00002")
    assert tags["journal_title"] == ["Journal of Pictures"]
    assert (tags["volume"], tags["firstpage"], tags["lastpage"]) == (["12"], ["3"], ["14"])
    assert tags["publication_date"] == ["2026"]
    assert tags["online_date"] == ["2025/11/03"]
    assert tags["doi"] == ["10.1234/pictures.12"]
    assert tags["author"] == ["Beispiel, Grete", "李四"]


def test_list_is_taken_whole(site: PublishedSite) -> None:
    """Zotero's translator for COinS reads the title of every span of the class Z3988."""
    for path in ("sections/agents.html", "issues/2026-W12.html", "index.html"):
        tree = _tree(site, path)
        spans = tree.xpath("//span[@class='Z3988']/@title")
        papers = tree.xpath("//li[@class='paper']/@data-paper")
        assert len(spans) == len(papers) > 0
        for title, arxiv_id in zip(spans, papers, strict=True):
            fields = parse_qs(title, strict_parsing=True)
            assert fields["ctx_ver"] == ["Z39.88-2004"]
            assert fields["rft_val_fmt"] == ["info:ofi/fmt:kev:mtx:journal"]
            assert f"https://arxiv.org/abs/{arxiv_id}" in fields["rft_id"]
            assert fields["rft.atitle"][0]
            assert fields["rft.au"]


def test_coins_of_an_article_has_its_places(site: PublishedSite) -> None:
    [fields] = [
        parse_qs(title)
        for title in _tree(site, "issues/2026-W11.html").xpath("//span[@class='Z3988']/@title")
        if "2603.00002" in title
    ]
    assert fields["rft.genre"] == ["article"]
    assert fields["rft.jtitle"] == ["Journal of Pictures"]
    assert fields["rft_id"][0] == "info:doi/10.1234/pictures.12"
    assert fields["rft.au"] == ["Grete Beispiel", "李四"]


def test_hostile_title_survives_in_tags_and_coins(site: PublishedSite) -> None:
    tags = _tags(site, "2603.00101")
    assert tags["title"] == ["<script>alert(1)</script> & <b>bold</b>"]
    assert tags["author"][0] == "Example, Ada"
    for path in (site.folder / "papers").glob("*.html"):
        assert len(_tags(site, path.stem)["title"]) == 1
        assert not re.search(r"<meta[^>]*><meta", path.read_text())
