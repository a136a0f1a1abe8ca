"""Lines of digests, mails and feeds open the form of suggestions filled in for their paper."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from config.subscribers_schema import SubscribersSettings
from config.suggestions_schema import SuggestionsSettings
from pipeline.publish.digest.fit import MOST_BYTES
from pipeline.publish.digest.render import Form, render
from pipeline.publish.digest.types import NO_COLOPHON, Digest
from pipeline.publish.mail.letter import Reader
from pipeline.publish.mail.mailing import of_week
from pipeline.publish.mail.preview import Preview, preview
from pipeline.publish.suggest import fix_link
from tests.support.digest import WEEK, make_approved, make_digest
from tests.support.feeds import BASE, publish_feeds, set_up, site, text_of, titled
from tests.support.mail import AGENTS, W12, MailScene, make_scene
from tests.support.publish import approve, publishing_services
from tests.support.storage import opener

OWN = "https://lists.example.org/suggestions"
ISSUE_FORM = "https://github.com/o/r/issues/new?template=suggestion.yml"
OTHER = "https://survey.example/suggest"
LINK = re.compile(r"https://lists\.example\.org/suggestions\?arxiv_id=([0-9.]+)")


def digest(suggest_url: str, papers: int = 0) -> Digest:
    many = [
        make_approved(
            f"2603.1{n:04}",
            abstract=f"We propose Brush {n}, {'a model that paints with great care, ' * 2}slowly.",
        )
        for n in range(papers)
    ]
    return make_digest(*(many or WEEK), colophon=replace(NO_COLOPHON, suggest_url=suggest_url))


def test_form_is_filled_in_for_the_paper_where_it_has_fields() -> None:
    assert fix_link(OWN, "2603.00001") == f"{OWN}?arxiv_id=2603.00001"
    assert fix_link(ISSUE_FORM, "2603.00001") == (
        f"{ISSUE_FORM}&title=Suggestion%3A+arXiv%3A2603.00001&arxiv_id=2603.00001"
    )
    assert fix_link(OTHER, "2603.00001") == fix_link("", "2603.00001") == ""


@pytest.mark.parametrize("form", [Form.HTML, Form.MARKDOWN])
@pytest.mark.parametrize(("language", "text"), [("en", "Correct this"), ("zh", "更正")])
def test_each_line_of_a_digest_has_its_link(form: Form, language: str, text: str) -> None:
    made = digest(OWN)
    page = render(made, form, language)
    listed = [one.arxiv_id for group in made.groups for one in group.entries]
    assert listed
    assert LINK.findall(page) == listed
    assert page.count(text) == len(listed)


@pytest.mark.parametrize("suggest_url", ["", OTHER])
@pytest.mark.parametrize("form", Form)
def test_no_line_has_a_link_without_a_form_of_fields(form: Form, suggest_url: str) -> None:
    assert "Correct this" not in render(digest(suggest_url), form, "en")


def test_text_of_a_digest_has_links_at_its_end_only() -> None:
    without, with_ = (render(digest(url), Form.TEXT, "en") for url in (OTHER, OWN))
    assert not LINK.search(with_)
    assert len(with_.splitlines()) == len(without.splitlines())


def test_links_are_left_out_before_a_sentence_is() -> None:
    few, more = (render(digest(OWN, papers), Form.HTML, "en") for papers in (60, 105))
    assert len(LINK.findall(few)) == 60
    assert LINK.findall(more) == []
    plain = render(digest("", 105), Form.HTML, "en")
    for page in (more, plain):
        assert len(page.encode()) <= MOST_BYTES
        assert "leaves out" not in page
    assert more.count("Brush ") == plain.count("Brush ") == 105


def mail(scene: MailScene) -> Preview:
    return preview(scene.services, scene.post(), of_week(W12), Reader("en"))


def test_mail_has_links_in_its_page_and_not_in_its_text(tmp_path: Path) -> None:
    scene = make_scene(tmp_path, sections=(AGENTS,))
    off = mail(scene)
    assert not LINK.search(off.html + off.text)
    settings = scene.settings.model_copy(
        update={
            "subscribers": SubscribersSettings(url="https://lists.example.org"),
            "suggestions": SuggestionsSettings(enabled=True),
        }
    )
    on = replace(scene, settings=settings)
    on.publish()
    found = mail(on)
    assert LINK.findall(found.html) == list(found.papers)
    assert not LINK.search(found.text)
    page: Any = html.document_fromstring(found.html)
    assert {one.get("rel") for one in page.xpath("//a[text()='Correct this']")} == {"nofollow"}


def test_entry_of_a_feed_has_its_link(tmp_path: Path) -> None:
    open_store = opener(tmp_path)
    with open_store() as store:
        approve(store, "2603.00001")
    services = publishing_services(open_store, tmp_path, base_url=BASE)
    publish_feeds(set_up(services))
    assert "/suggestions" not in text_of(
        next(iter(titled(site(services).walk()).values())), "content"
    )
    public = services.settings.model_copy(
        update={
            "subscribers": SubscribersSettings(url="https://lists.example.org"),
            "suggestions": SuggestionsSettings(enabled=True),
        }
    )
    publish_feeds(set_up(replace(services, settings=public)))
    content = text_of(next(iter(titled(site(services).walk()).values())), "content")
    page: Any = html.fragment_fromstring(content, create_parent=True)
    [link] = page.xpath("//a[text()='Correct something else']/@href")
    assert link == f"{OWN}?arxiv_id=2603.00001"
