"""What is out stays true when address, editor, languages, directory or program change."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from pipeline.publish.report import Outcome
from pipeline.publish.shown import differing, shown_settings, with_shown
from pipeline.publish.targets import recorded_target
from pipeline.publish.verify import Difference, VerifiedTarget, verify
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from tests.support.builders import make_decision, make_paper
from tests.support.built_once import build_once
from tests.support.cli import SurveyInProcess
from tests.support.feeds import ATOM
from tests.support.publish import LATER, approve, published, publishing_services
from tests.support.storage import migrated, opener

ONE, TWO, THREE = (f"2603.0000{number}" for number in (1, 2, 3))
DIGEST = "digest:2026-W12"
OLD, NEW = "http://old.example/list", "https://new.example"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """An issue, feeds and a site at the old address."""
    build_once(tmp_path, _publish_at_the_old_address)
    return _services(tmp_path)


def _publish_at_the_old_address(folder: Path) -> None:
    services = _services(folder)
    with services.open_store() as store:
        approve(store, ONE, TWO)
    assert _publish(services) == [Outcome.PUBLISHED] * 3


def _services(folder: Path) -> Services:
    return publishing_services(
        opener(folder), folder, base_url=OLD, targets=("digest", "feeds", "site")
    )


def _publish(services: Services, *names: str) -> list[Outcome]:
    named = names or (DIGEST, "feeds", "site")
    return [published(services, recorded_target(name, services.settings)).outcome for name in named]


def _with(services: Services, section: str, **values: object) -> Services:
    settings = services.settings
    changed = getattr(settings, section).model_copy(update=values)
    return replace(services, settings=settings.model_copy(update={section: changed}))


def _moved(services: Services) -> Services:
    later = replace(services, clock=lambda: LATER + timedelta(days=1))
    return _with(later, "publish", base_url=NEW)


def _verified(services: Services) -> dict[str, VerifiedTarget]:
    return {one.target: one for one in verify(services, Run())}


def _digest(services: Services) -> str:
    return (services.settings.digest.output / "2026-W12.html").read_text()


def _issue_entry(services: Services) -> dict[str, str]:
    root = etree.fromstring((services.settings.digest.output / "feeds/issues.atom").read_bytes())
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    return {name: entry.findtext(f"{ATOM}{name}") or "" for name in ("id", "published", "updated")}


@pytest.mark.parametrize(
    "change",
    [
        _moved,
        lambda services: _with(services, "publish", editor="Grace"),
        lambda services: _with(services, "publish", list_url="https://list.example"),
        lambda services: _with(services, "digest", languages=("zh",)),
        lambda services: _with(services, "survey", title="Another title"),
        lambda services: _with(
            services, "digest", output=services.settings.digest.output.parent / "public"
        ),
    ],
    ids=["address", "editor", "list", "language", "title", "directory"],
)
def test_files_that_are_out_stay_as_published(
    services: Services, change: Callable[[Services], Services]
) -> None:
    changed = _verified(change(services))
    assert [one.found for one in changed.values()] == [(), (), ()]
    assert "since then [" in changed[DIGEST].notes[-1]
    assert "`living-survey publish --again`" in changed[DIGEST].notes[-1]


def test_note_names_the_address_before_and_now(services: Services) -> None:
    assert _verified(services)[DIGEST].notes == ()
    [note] = _verified(_moved(services))[DIGEST].notes
    assert f"[publish] base_url is {NEW} (then {OLD})" in note


def test_changed_file_and_database_are_found_at_a_new_address(services: Services) -> None:
    with services.open_store() as store:
        store._session.write("UPDATE decided_text SET title = 'Bought'")
    (services.settings.digest.output / "2026-W12.md").write_text("mine")
    found = {one.difference for one in _verified(_moved(services))[DIGEST].found}
    assert found == {Difference.DATABASE_CHANGED, Difference.FILE_CHANGED}


def test_issue_published_again_carries_the_new_address_only(services: Services) -> None:
    before, entry = _digest(services), _issue_entry(services)
    moved = _moved(services)
    assert _publish(moved) == [Outcome.PUBLISHED] * 3
    assert _digest(moved) == before.replace(OLD, NEW)
    assert _issue_entry(moved) == entry
    assert [one.found + one.notes for one in _verified(moved).values()] == [(), (), ()]
    assert _publish(moved) == [Outcome.UNCHANGED] * 3


def test_another_address_keeps_every_id_and_date_of_feeds(services: Services) -> None:
    def held() -> list[tuple[object, ...]]:
        path = services.settings.digest.output / "feeds/all.json"
        items = json.loads(path.read_text())["items"]
        return [(one["id"], one["date_published"], one["date_modified"]) for one in items]

    before = held()
    _publish(_moved(services), "feeds")
    assert len(before) == 2
    assert held() == before


def test_approved_issue_needs_no_approval_for_another_address(services: Services) -> None:
    strict = _with(_moved(services), "publish", issues="approved")
    assert _publish(strict, DIGEST) == [Outcome.PUBLISHED]
    with strict.open_store() as store:
        edits = store.issues.edits("2026-W12")
        store.issues.edit(replace(edits, lead={"en": "Another lead."}), "ada", LATER)
    assert _publish(_with(strict, "publish", base_url=OLD), DIGEST) == [Outcome.REFUSED]


def test_file_changed_by_hand_is_not_written_over(services: Services) -> None:
    file = services.settings.digest.output / "2026-W12.md"
    file.write_text("mine")
    assert _publish(_moved(services), DIGEST) == [Outcome.REFUSED]
    assert file.read_text() == "mine"


def test_files_moved_with_their_setting_are_recorded_again(services: Services) -> None:
    output = services.settings.digest.output
    output.rename(output.parent / "public")
    moved = _with(services, "digest", output=output.parent / "public")
    assert {one.difference for one in _verified(moved)[DIGEST].found} == {Difference.FILE_MISSING}
    assert _publish(moved) == [Outcome.PUBLISHED] * 3
    assert [one.found + one.notes for one in _verified(moved).values()] == [(), (), ()]


@pytest.mark.parametrize("program", ["'0.0.1'", "NULL"])
def test_other_bytes_of_another_program_are_no_fault(services: Services, program: str) -> None:
    with services.open_store() as store:
        store._session.write(f"UPDATE publication_act SET program = {program}")
        store._session.write("UPDATE decided_text SET title = 'As another template would write'")
    issue = _verified(services)[DIGEST]
    assert issue.found == ()
    assert "of the program, and this one writes other bytes" in issue.notes[0]
    (services.settings.digest.output / "2026-W12.md").write_text("mine")
    assert [one.difference for one in _verified(services)[DIGEST].found] == [
        Difference.FILE_CHANGED
    ]


def test_recorded_settings_come_back_as_they_were(services: Services) -> None:
    shown = json.loads(json.dumps(shown_settings(services.settings)))
    changed = with_shown(_with(_moved(services), "site", about="Other"), shown)
    assert shown_settings(changed.settings) == shown
    assert differing(shown, shown_settings(services.settings)) == ()
    odd = with_shown(services, {"publish.base_url": 3, "unknown.key": "x"})
    assert odd.settings == services.settings


SETTINGS = """
[survey]
title = "A Survey"
[publish]
targets = ["digest", "feeds"]
base_url = "{address}"
grow_freely = 100
"""
ENVIRONMENT = {
    "LIVING_SURVEY_ARXIV__OAI_URL": "http://127.0.0.1:9/oai",
    "LIVING_SURVEY_ARXIV__RSS_URL": "http://127.0.0.1:9",
    "LIVING_SURVEY_ARXIV__QUERY_URL": "http://127.0.0.1:9/api/query",
}


def test_publish_again_writes_every_issue_at_the_new_address(tmp_path: Path) -> None:
    (tmp_path / "living-survey.toml").write_text(SETTINGS.format(address=OLD))
    with migrated(tmp_path / "var/survey.duckdb")() as store:
        for number in range(4):
            key, at = f"2603.0000{number}", LATER - timedelta(days=7 * number + 5)
            store.papers.upsert([make_paper(key)], seen_at=at)
            store.decisions.add([make_decision(key, decided_at=at)])
    for now in ("2026-03-09", "2026-03-16", "2026-03-23"):
        survey = SurveyInProcess(tmp_path, ENVIRONMENT | {"LIVING_SURVEY_NOW": f"{now}T08:00:00Z"})
        ended = survey.call("publish")
        assert ended.status == 0, ended.out
    (tmp_path / "living-survey.toml").write_text(SETTINGS.format(address=NEW))

    verified = survey.call("verify")
    assert verified.status == 0
    assert "note on digest:2026-W10, digest:2026-W11, digest:2026-W12: " in verified.out
    assert survey.call("publish", "--again", "--week", "2026-W12").status == 2
    assert survey.call("publish", "--again", "--dry-run").status == 0
    ended = survey.call("publish", "--again")
    assert ended.status == 0, ended.out
    assert [line.split(": ")[:2] for line in ended.out.splitlines() if line[0] != " "] == [
        [name, "published, 1 paper, 0 of them new"]
        if ":" in name
        else [name, "published, 4 papers, 0 of them new"]
        for name in ("digest:2026-W10", "digest:2026-W11", "digest:2026-W12", "feeds")
    ]
    files = list((tmp_path / "var/digests").rglob("*.*"))
    assert not [path for path in files if path.is_file() and OLD.encode() in path.read_bytes()]
    assert "note" not in survey.call("verify").out
