from datetime import timedelta

from storage.publication_types import NewPublication, PublishedFile
from storage.store import Store
from tests.support.builders import make_decision, make_paper
from tests.support.digest import MONDAY
from tests.support.storage import published_to

LATER = MONDAY + timedelta(hours=1)


def _new(*ids: str, target: str = "list", sha256: str = "0" * 64) -> NewPublication:
    return NewPublication(
        target=target,
        person="ada",
        begun_at=MONDAY,
        entries=tuple((arxiv_id, "agents") for arxiv_id in ids),
        counts={"papers": len(ids)},
        files=(PublishedFile("list.md", sha256, 7),),
        run_id="run-1",
    )


def _approve(store: Store, *ids: str) -> None:
    store.papers.upsert([make_paper(one) for one in ids], seen_at=MONDAY)
    store.decisions.add([make_decision(one, decided_at=MONDAY) for one in ids])


def test_publication_counts_only_once_it_is_finished(store: Store) -> None:
    _approve(store, "2603.00001")
    act = store.publications.begin(_new("2603.00001"))
    assert store.publications.last("list") is None
    assert [one.act_id for one in store.publications.interrupted()] == [act]
    assert published_to(store, "list") == set()

    store.publications.finish(act, LATER)

    last = store.publications.last("list")
    assert last is not None
    assert (last.act_id, last.finished_at, last.person) == (act, LATER, "ada")
    assert (last.counts, last.files) == ({"papers": 1}, _new().files)
    assert store.publications.interrupted() == []
    assert published_to(store, "list") == {("2603.00001", "agents")}
    assert store.integrity.faults() == ()


def test_interrupted_publication_is_continued_not_repeated(store: Store) -> None:
    _approve(store, "2603.00001")
    first = store.publications.begin(_new("2603.00001"))
    assert store.publications.begin(_new("2603.00001")) == first
    store.publications.finish(first, LATER)
    store.publications.finish(first, LATER)
    assert len(store.publications.of_paper("2603.00001")) == 1


def test_other_content_begins_another_publication(store: Store) -> None:
    _approve(store, "2603.00001", "2603.00002")
    store.publications.begin(_new("2603.00001"))
    second = store.publications.begin(_new("2603.00001", "2603.00002", sha256="1" * 64))
    store.publications.finish(second, LATER)
    assert store.publications.interrupted() == []
    assert store.publications.papers("list") == {"2603.00001", "2603.00002"}
    assert [one.act_id for one in store.publications.latest()] == [second]


def test_papers_of_older_versions_count_without_an_act(store: Store) -> None:
    store.published.record("digest:2026-W12", [("2603.00001", "agents")], LATER)
    assert store.publications.papers("digest:2026-W12") == {"2603.00001"}
    assert store.publications.last("digest:2026-W12") is None


def test_refusal_stands_until_the_target_is_published(store: Store) -> None:
    store.publications.refuse("list", ["It shrinks."], MONDAY)
    store.publications.refuse("list", ["It shrinks."], LATER)
    (standing,) = store.publications.refusals()
    assert (standing.reasons, standing.refused_at) == (("It shrinks.",), MONDAY)

    store.publications.finish(store.publications.begin(_new()), LATER)

    assert store.publications.refusals() == []


def test_unpublished_papers_are_approved_and_not_from_the_list(store: Store) -> None:
    _approve(store, "2603.00001", "2603.00002", "2603.00003")
    store.papers.upsert([make_paper("2603.00004")], seen_at=MONDAY)
    store.decisions.add([make_decision("2603.00004", decided_at=MONDAY, reviewer="list")])
    store.papers.upsert([make_paper("2603.00003", version=2, withdrawn=True)], seen_at=LATER)
    store.publications.finish(store.publications.begin(_new("2603.00001")), LATER)
    assert store.publications.unpublished("list", LATER) == ("2603.00002",)
    assert store.publications.unpublished("digest", LATER) == ("2603.00001", "2603.00002")
    assert store.publications.unpublished("digest", MONDAY) == ()
