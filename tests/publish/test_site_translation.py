"""Machine translations on the site: only as marked, only of the present text."""

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from pipeline.publish.report import Outcome
from storage.translations import Translation, text_hash
from tests.support.site import NOW, PublishedSite, make_site, publish_site

ID = "2603.00001"


@pytest.fixture
def site(tmp_path: Path) -> PublishedSite:
    return make_site(tmp_path, hostile=False)


def translate(site: PublishedSite, title: str, abstract: str = "摘要 <b>$x<y$</b>") -> None:
    """Store a translation of the paper's present abstract, and of a title."""
    with site.services.open_store() as store:
        stored = store.papers.get(ID)
        assert stored is not None
        store.translations.add(
            [
                Translation(
                    ID,
                    field,
                    "zh",
                    text_hash(source),
                    text,
                    "kettle-7b",
                    "127.0.0.1",
                    "0" * 64,
                    NOW,
                )
                for field, source, text in (
                    ("title", title, "与画布对话<script>alert(1)</script>"),
                    ("abstract", stored.paper.abstract, abstract),
                )
            ],
            None,
        )


def title_of(site: PublishedSite) -> str:
    with site.services.open_store() as store:
        stored = store.papers.get(ID)
        assert stored is not None
        return stored.paper.title


def test_translation_is_shown_below_the_original_and_marked(site: PublishedSite) -> None:
    translate(site, title_of(site))
    report = publish_site(site.services)
    assert report.outcome is Outcome.PUBLISHED, report.reasons
    changed = {str(one.path.relative_to(site.folder)) for one in report.files}
    assert {name for name in changed if name.startswith("papers/")} == {
        f"papers/{ID}.html",
        f"papers/{ID}.md",
    }
    tree: Any = html.fromstring(site.text(f"papers/{ID}.html"))
    [section] = tree.xpath("//section[contains(@class, 'machine')]")
    said = " ".join(section.text_content().split())
    assert said.startswith("Machine translation Made by kettle-7b on ")
    assert [one.get("lang") for one in section.findall("p")[1:]] == ["zh", "zh"]
    assert section.xpath(".//script") == []
    assert tree.xpath("//h1")[0].text_content().strip() == title_of(site)
    twin = site.text(f"papers/{ID}.md")
    assert twin.index("## Abstract") < twin.index("## Machine translation")
    assert "\\<script>" in twin


def test_translation_of_an_earlier_title_is_not_shown(site: PublishedSite) -> None:
    translate(site, "A title of before")
    assert publish_site(site.services).outcome is Outcome.UNCHANGED
    assert "kettle-7b" not in site.text(f"papers/{ID}.html")
