"""Subscriptions to a section go on when the taxonomy changes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.taxonomy import Taxonomy
from pipeline.publish.feeds.sections import Former, section_history
from pipeline.runtime.services import Services
from storage.store import OpenStore
from storage.taxonomy_types import (
    MoveKind,
    NewTaxonomyChange,
    Placement,
    SectionMove,
    TaxonomyChange,
)
from tests.support.digest import MONDAY, TAXONOMY
from tests.support.feeds import (
    BASE,
    atom_faults,
    files_of,
    ids_of,
    link_of,
    publish_feeds,
    site,
    text_of,
)
from tests.support.publish import approve, publishing_services
from tests.support.storage import opener

ONE, TWO = "2603.00001", "2603.00002"
RENAME, MERGE, SPLIT = MoveKind.RENAME, MoveKind.MERGE, MoveKind.SPLIT


def _change(number: int, *moves: tuple[MoveKind, str | None, tuple[str, ...]]) -> TaxonomyChange:
    return TaxonomyChange(
        change_id=f"c{number}",
        from_fingerprint="a",
        to_fingerprint="b",
        applied_at=MONDAY + timedelta(days=number),
        applied_by="ada",
        moves=tuple(SectionMove(*move) for move in moves),
        models=frozenset(),
    )


def test_section_without_changes_is_named_by_its_id() -> None:
    history = section_history(["a", "b"], [])
    assert (history.keys, history.former) == ({"a": "a", "b": "b"}, ())


def test_renamed_section_keeps_its_key() -> None:
    changes = [_change(1, (RENAME, "a", ("b",))), _change(2, (MoveKind.MOVE, "b", ("c",)))]
    history = section_history(["c"], changes)
    assert history.keys == {"c": "a"}
    assert history.former == (Former("a", "a", ("c",)), Former("b", "a", ("c",)))


def test_swapped_sections_swap_their_keys() -> None:
    history = section_history(
        ["a", "b"], [_change(1, (RENAME, "a", ("b",)), (RENAME, "b", ("a",)))]
    )
    assert (history.keys, history.former) == ({"a": "b", "b": "a"}, ())


def test_new_section_with_an_old_id_gets_another_key() -> None:
    changes = [_change(1, (RENAME, "a", ("b",))), _change(2, (MoveKind.ADD, None, ("a",)))]
    history = section_history(["a", "b"], changes)
    assert history.keys == {"a": "a@c2", "b": "a"}
    assert history.former == ()


def test_merged_section_leads_to_what_it_became() -> None:
    history = section_history(["b"], [_change(1, (MERGE, "a", ("b",)))])
    assert (history.keys, history.former) == ({"b": "b"}, (Former("a", "a", ("b",)),))


def test_split_and_dissolved_sections_are_followed() -> None:
    changes = [
        _change(1, (SPLIT, "a", ("b", "c"))),
        _change(2, (MoveKind.DISSOLVE, "c", ()), (SPLIT, "b", ("b", "d"))),
    ]
    history = section_history(["b", "d"], changes)
    assert history.keys == {"b": "b", "d": "d"}
    assert history.former == (Former("a", "a", ("b", "d")), Former("c", "c", ()))


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    found = opener(tmp_path)
    with found() as store:
        approve(store, ONE, section="agents")
        approve(store, TWO, section="editing-image")
    return found


@pytest.fixture
def services(open_store: OpenStore, tmp_path: Path) -> Services:
    return publishing_services(open_store, tmp_path, base_url=BASE)


def _with_ids(**ids: str) -> Taxonomy:
    sections = tuple(
        replace(one, id=ids.get(one.id.replace("-", "_"), one.id)) for one in TAXONOMY.sections
    )
    return replace(TAXONOMY, sections=sections, fingerprint="1" * 64)


def _migrate(services: Services, taxonomy: Taxonomy, move: SectionMove, arxiv_id: str) -> Services:
    with services.open_store() as store:
        [decision] = store.decisions.of_paper(arxiv_id)
        store.taxonomy.record(
            NewTaxonomyChange(
                "c1",
                TAXONOMY.fingerprint,
                "",
                taxonomy.fingerprint,
                "",
                MONDAY + timedelta(days=1),
                "ada",
                (move,),
                (Placement(decision.decision_id, move.new),),
            )
        )
    return replace(services, taxonomy=taxonomy)


def test_renamed_section_goes_on_at_both_addresses(services: Services) -> None:
    publish_feeds(services)
    [before] = site(services).walk("feeds/sections/agents.atom")
    renamed = _migrate(
        services, _with_ids(agents="doers"), SectionMove(RENAME, "agents", ("doers",)), ONE
    )
    publish_feeds(renamed)
    [old] = site(services).walk("feeds/sections/agents.atom")
    [new] = site(services).walk("feeds/sections/doers.atom")
    assert text_of(old, "id") == text_of(new, "id") == text_of(before, "id")
    assert ids_of([old]) == ids_of([new]) == ids_of([before])
    assert link_of(old, "self") == link_of(new, "self") == f"{BASE}/feeds/sections/doers.atom"
    assert text_of(new, "updated") == text_of(before, "updated")
    files = files_of(services)
    assert atom_faults(files["feeds/sections/agents.atom"]) == []
    assert b"sections/agents.atom" not in files["feeds.opml"]


def test_merged_section_keeps_its_feed_with_what_it_became(services: Services) -> None:
    publish_feeds(services)
    [before] = site(services).walk("feeds/sections/editing-image.atom")
    taxonomy = replace(
        TAXONOMY,
        sections=tuple(one for one in TAXONOMY.sections if one.id != "editing-image"),
        fingerprint="1" * 64,
    )
    merged = _migrate(services, taxonomy, SectionMove(MERGE, "editing-image", ("agents",)), TWO)
    publish_feeds(merged)
    [old] = site(services).walk("feeds/sections/editing-image.atom")
    [agents] = site(services).walk("feeds/sections/agents.atom")
    assert text_of(old, "id") == text_of(before, "id") != text_of(agents, "id")
    assert ids_of([old]) == ids_of([agents])
    assert len(ids_of([old])) == 2
    assert link_of(old, "self") == f"{BASE}/feeds/sections/editing-image.atom"


def test_dissolved_section_ends_without_entries(services: Services) -> None:
    taxonomy = replace(
        TAXONOMY,
        sections=tuple(one for one in TAXONOMY.sections if one.id != "editing-image"),
        fingerprint="1" * 64,
    )
    move = SectionMove(MoveKind.DISSOLVE, "editing-image", ())
    with services.open_store() as store:
        [decision] = store.decisions.of_paper(TWO)
        store.decisions.undo(reviewer="ada", undone_at=MONDAY, decision_id=decision.decision_id)
    publish_feeds(_migrate(services, taxonomy, move, TWO))
    [old] = site(services).walk("feeds/sections/editing-image.atom")
    assert text_of(old, "subtitle") == "This section no longer exists."
    assert ids_of([old]) == []
    assert atom_faults(files_of(services)["feeds/sections/editing-image.atom"]) == []
