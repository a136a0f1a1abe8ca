"""Retractions, publications and machine translations in feeds: dated, and news only once."""

from datetime import datetime, timedelta
from pathlib import Path

from lxml import etree

from storage.enrichment import Fact
from storage.translations import Translation, text_hash
from tests.support.feeds import ATOM, publish_feeds
from tests.support.site import NOW, PublishedSite, make_site

ID = "2603.00001"
DAY = timedelta(days=1)


def make(tmp_path: Path, *languages: str) -> PublishedSite:
    return make_site(
        tmp_path, hostile=False, publish={"targets": ("feeds",)}, languages=languages or ("en",)
    )


def tell(site: PublishedSite, kind: str, state: str, at: datetime, **detail: object) -> None:
    with site.services.open_store() as store:
        store.enrichment.add([Fact(ID, kind, "10.1/x", state, detail, "crossref")], at, None)


def entry(site: PublishedSite) -> tuple[str, str, str]:
    """Publish the feeds and return title, `updated` and content of the paper."""
    assert publish_feeds(site.services).error == ""
    feed = etree.fromstring((site.folder / "feeds/all.atom").read_bytes())
    for one in feed.iter(f"{ATOM}entry"):
        texts = [one.findtext(f"{ATOM}{name}") or "" for name in ("title", "updated", "content")]
        if f"arXiv:{ID}" in texts[2]:
            return texts[0], texts[1], texts[2]
    raise AssertionError("no entry")


def test_retraction_is_news_when_it_becomes_known(tmp_path: Path) -> None:
    site = make(tmp_path)
    notice = {"type": "retraction", "doi": "10.1/n", "on": "2026-03-20", "by": "publisher"}
    tell(site, "retraction", "retracted", NOW, notices=[notice])
    title, updated, content = entry(site)
    assert title.startswith("Retracted: Talking")
    assert updated == "2026-03-24T09:00:00Z"
    assert "Retracted according to Crossref (2026-03-20, doi:10.1/n, 2026-03-24)." in content
    before = (site.folder / "feeds/all.atom").read_bytes()
    tell(site, "retraction", "retracted", NOW + 30 * DAY, notices=[notice])  # asked again
    entry(site)
    assert (site.folder / "feeds/all.atom").read_bytes() == before


def test_publication_is_news_only_after_another_answer(tmp_path: Path) -> None:
    site = make(tmp_path)
    first = entry(site)[1]
    tell(site, "venue", "published", NOW, name="Annals of Kettles", on="2026", doi="10.1/k")
    _, updated, content = entry(site)
    assert updated == first  # the first answer says nothing of when it came to be
    assert "Published in Annals of Kettles according to Crossref (2026, doi:10.1/k" in content

    tell(site, "venue", "none", NOW + DAY)
    tell(site, "venue", "published", NOW + 2 * DAY, name="Annals of Kettles", on="2026")
    assert entry(site)[1] == "2026-03-26T09:00:00Z"


def test_unknown_changes_no_feed(tmp_path: Path) -> None:
    site = make(tmp_path)
    before = entry(site)
    tell(site, "retraction", "unknown", NOW, cause="does not answer")
    tell(site, "venue", "unknown", NOW, cause="does not answer")
    assert entry(site) == before


def test_machine_translation_is_marked_in_a_feed_of_its_language(tmp_path: Path) -> None:
    for languages, shown in ((("zh", "en"), True), (("en", "zh"), False)):
        site = make(tmp_path / languages[0], *languages)
        with site.services.open_store() as store:
            stored = store.papers.get(ID)
            assert stored is not None
            paper = stored.paper
            texts = (("title", paper.title, "与画布对话"), ("abstract", paper.abstract, "<b>摘要"))
            store.translations.add(
                [
                    Translation(
                        ID, name, "zh", text_hash(source), text, "kettle-7b", "h", "0" * 64, NOW
                    )
                    for name, source, text in texts
                ],
                None,
            )
        content = entry(site)[2]
        assert ("kettle-7b 机器翻译" in content) == shown
        assert ("&lt;b&gt;摘要" in content) == shown
