"""A survey that ended: notice on site and in feeds, nothing later, and back to the same bytes."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from config.errors import UsageError
from config.publish_schema import ListSettings
from config.schema import SurveySettings
from pipeline.curated.insertion.edits import edited
from pipeline.curated.types import ListFile
from pipeline.publish.badge import badge_texts
from pipeline.publish.digest.week import Week
from pipeline.publish.freeze import freeze, last_issue, read_notice, undo
from pipeline.publish.list.ending import ending_edits
from pipeline.publish.promise import Kept, promise_on
from pipeline.publish.report import Outcome
from pipeline.publish.targets import recorded_target
from pipeline.publish.verify import verify
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.freezes import Freeze
from tests.support.built_once import build_once
from tests.support.feeds import (
    atom_faults,
    entries_of,
    files_of,
    ids_of,
    json_faults,
    site,
    text_of,
)
from tests.support.publish import published, publishing_services
from tests.support.site import PublishedSite, make_site, site_services
from tests.support.storage import opener

NOTICE = "Thank you & <b>goodbye</b>."
DAY = date(2026, 3, 24)
W12 = Week(2026, 12)
NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)
#: after the day, and after the acts
LATER = datetime(2026, 3, 25, 6, tzinfo=UTC)
SAID = "This list ended on 24 March 2026 and is no longer updated."


@pytest.fixture
def made(tmp_path: Path) -> PublishedSite:
    """A site with feeds, not ended."""
    build_once(tmp_path, _publish_site_and_feeds)
    services = site_services(opener(tmp_path), tmp_path)
    return PublishedSite(services.settings.digest.output, services)


def _publish_site_and_feeds(folder: Path) -> None:
    publish_both(make_site(folder, hostile=False).services)


def publish_both(services: Services) -> list[Outcome]:
    targets = (recorded_target(name, services.settings) for name in ("site", "feeds"))
    return [published(services, target).outcome for target in targets]


def at(services: Services, now: datetime) -> Services:
    return replace(services, clock=lambda: now)


def end(services: Services, day: date | None = None, notice: str = NOTICE) -> None:
    freeze(services, ends_on=day, notice=notice, person="ada", act=True)


def faults(services: Services) -> list[str]:
    return [one.sentence for target in verify(services, Run()) for one in target.found]


def test_every_page_and_twin_carries_the_notice(made: PublishedSite) -> None:
    end(made.services)
    assert publish_both(made.services) == [Outcome.PUBLISHED, Outcome.PUBLISHED]
    pages = made.pages()
    assert len(pages) > 10
    for page in pages:
        root = etree.HTML(page.read_text(encoding="utf-8"))
        assert root.xpath("//aside[@class='ended']/text()") == [f"{SAID} {NOTICE}"]
    twin = made.text("index.md")
    assert twin.startswith(f"> {SAID} Thank you")
    assert "\\<b>goodbye" in twin
    assert "ended on 2026-03-24" in made.text("badge.svg")
    badge = json.loads(made.text("badge.json"))
    assert (badge["state"], badge["ended_on"], badge["due"]) == ("ended", "2026-03-24", None)


def test_every_feed_ends_with_an_entry(made: PublishedSite) -> None:
    before = ids_of(site(made.services).walk())
    end(made.services)
    publish_both(made.services)
    files = files_of(made.services)
    current = [path for path in files if path.endswith(".atom")]
    assert len(current) > 2
    for path in current:
        assert atom_faults(files[path]) == []
        newest = entries_of(etree.fromstring(files[path]))[0]
        assert text_of(newest, "title") == "This list ended on 24 March 2026"
        assert "Thank you &amp; &lt;b&gt;goodbye" in text_of(newest, "content")
        document = json.loads(files[path.removesuffix(".atom") + ".json"])
        assert document["expired"] is True
        assert document["items"][0]["id"] == text_of(newest, "id")
        assert json_faults(files[path.removesuffix(".atom") + ".json"]) == []
    assert ids_of(site(made.services).walk())[1:] == before


def test_verify_stays_clean_through_end_and_undo(made: PublishedSite) -> None:
    assert faults(made.services) == []
    services = at(made.services, NOON)
    end(services)
    assert faults(services) == []
    publish_both(services)
    assert faults(services) == []
    assert publish_both(at(services, LATER)) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    undo(at(services, LATER), person="bo", act=True)
    assert faults(at(services, LATER)) == []


def test_undo_restores_the_bytes(made: PublishedSite) -> None:
    before = files_of(made.services)
    end(made.services)
    publish_both(made.services)
    assert files_of(made.services) != before
    undo(made.services, person="bo", act=True)
    assert publish_both(made.services) == [Outcome.PUBLISHED, Outcome.PUBLISHED]
    assert files_of(made.services) == before
    rows = "SELECT seq, kind, person, stands FROM freezes ORDER BY seq"
    with made.services.open_store() as store:
        assert store.freezes.standing() is None
        assert store._session.rows(rows) == [(1, "freeze", "ada", False), (2, "undo", "bo", False)]


def test_end_to_come_changes_nothing_before_its_day(made: PublishedSite) -> None:
    end(made.services, date(2026, 3, 25))
    assert publish_both(made.services) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert faults(made.services) == []
    later = at(made.services, LATER)
    assert faults(later) == []
    assert publish_both(later) == [Outcome.PUBLISHED, Outcome.PUBLISHED]
    assert faults(later) == []


def test_end_before_a_published_issue_is_refused(made: PublishedSite) -> None:
    with pytest.raises(UsageError, match="2026-W12 is out already"):
        end(made.services, date(2026, 3, 15))
    end(made.services, date(2026, 3, 16))


def test_second_end_and_undo_of_none_are_refused(made: PublishedSite) -> None:
    with pytest.raises(UsageError, match="did not end"):
        undo(made.services, person="ada", act=True)
    end(made.services)
    with pytest.raises(UsageError, match=r"The survey ended on 2026-03-24 \(ada\)"):
        end(made.services)


def test_notice_is_one_line_of_bounded_length() -> None:
    assert read_notice(" Thank\n you.\u202e ") == "Thank you."
    with pytest.raises(UsageError, match="501 characters"):
        read_notice("x" * 501)


def test_last_issue_is_that_of_the_days_week() -> None:
    frozen = Freeze(W12.first_day, "", "ada", LATER)
    assert last_issue(frozen, Week.of(LATER)) == W12
    assert last_issue(frozen, W12.before) == W12.before
    assert last_issue(None, W12) == W12


def test_promise_of_an_ended_survey_is_never_late(made: PublishedSite) -> None:
    promise = promise_on(date(2027, 1, 1), made.services.settings.site, W12, ended_on=DAY)
    assert (promise.state, promise.due, promise.days_late) == (Kept.ENDED, None, 0)
    assert badge_texts(promise) == ("survey", "ended on 2026-03-24")


def _list(text: bytes, freeze_: Freeze | None) -> bytes:
    file = ListFile("list.md", text)
    return edited(file, list(ending_edits(file, freeze_, "en")))


@pytest.mark.parametrize(
    "text",
    [
        b"# A list\n\n- a paper\n",
        b"",
        b"\xef\xbb\xbf# A list\r\n\r\n- a paper\r\n",
        b"---\ntitle: x\n---\n# A list\n",
        b"---\nno end of it\n",
        b"> a quotation\n\n# A list",
    ],
    ids=["plain", "empty", "bom and crlf", "front matter", "rule", "quotation"],
)
def test_notice_in_the_list_comes_and_goes_with_no_other_byte(text: bytes) -> None:
    frozen = Freeze(DAY, NOTICE, "ada", NOON)
    ended = _list(text, frozen)
    assert ended.count(b"> This list ended on 24 March 2026") == 1
    assert b"&lt;b>goodbye" in ended
    assert len(ended) > len(text)
    assert _list(ended, frozen) == ended
    assert _list(ended, None) == text
    other = _list(ended, replace(frozen, notice="Farewell."))
    assert b"Farewell." in other
    assert _list(other, None) == text
    assert _list(text, None) == text


def test_line_that_was_moved_by_hand_stays_where_it_is() -> None:
    frozen = Freeze(DAY, "", "ada", NOON)
    line = _list(b"", frozen)
    moved = b"# A list\n\n" + line + b"- a paper\n"
    assert _list(moved, frozen) == moved
    assert _list(moved, None) == b"# A list\n\n- a paper\n"


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "not asked"])
def test_list_is_published_with_the_notice_only_if_asked(tmp_path: Path, *, asked: bool) -> None:
    file = tmp_path / "list.md"
    file.write_bytes(b"# A list\n\n" + b"- a line by hand\n" * 20)
    before = file.read_bytes()
    services = publishing_services(opener(tmp_path), tmp_path)
    settings = services.settings.model_copy(
        update={
            "survey": SurveySettings(title="A Survey", list=(file,)),
            "list": ListSettings(apply=("ending",) if asked else ()),
        }
    )
    services = replace(services, settings=settings)
    end(services)
    target = recorded_target("list", settings)
    dry = published(services, target, dry_run=True)
    assert [one.diff.count("+> This list ended") for one in dry.files] == ([1] if asked else [])
    published(services, target)
    assert file.read_bytes().endswith(before)
    assert (file.read_bytes() != before) is asked
    assert faults(services) == []
    undo(services, person="ada", act=True)
    published(services, target)
    assert file.read_bytes() == before
