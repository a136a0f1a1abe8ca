"""Migrations rewrite no decision; all are read by today's IDs."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError, UsageError
from config.taxonomy import parse_taxonomy
from pipeline.curated.bootstrap import LookUpResult, bootstrap
from pipeline.curated.find import Found
from pipeline.curated.formats.read import scan_list
from pipeline.curated.types import ListFile
from pipeline.publish.digest.week import Week
from pipeline.publish.weekly import publish_week
from pipeline.runtime.record import Run
from pipeline.taxonomy.check import check_taxonomy
from pipeline.taxonomy.migrate import (
    IncompletePlanError,
    MigrationReport,
    migrate_taxonomy,
    taxonomy_before,
)
from pipeline.taxonomy.moves import all_moves
from pipeline.taxonomy.plan_file import Declared, read_plan
from storage.store import OpenStore
from storage.taxonomy_types import MoveKind
from storage.types import Decision, SectionScore, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.publish import publishing_services
from tests.support.services import make_services
from tests.support.storage import ROOT, add_predictions, opener, queued
from tests.support.taxonomy import taxonomy_text, write

WEDNESDAY = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
WEEK = Week.parse("2026-W11")
WEEK_AFTER = WEDNESDAY + timedelta(days=7)

Migrate = Callable[..., MigrationReport]


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    open_store = opener(tmp_path)
    with open_store() as store:
        store.papers.upsert(
            [
                make_paper(
                    f"2603.{n:05d}",
                    title=f"Lantern {n}",
                    abstract="Paper lanterns float." if n % 2 else "Iron lanterns hang.",
                )
                for n in range(1, 9)
            ],
            seen_at=WEDNESDAY,
        )
    return open_store


@pytest.fixture
def migrate(open_store: OpenStore, tmp_path: Path) -> Migrate:
    def call(
        old: str, new: str, plan: str = "", *, apply: bool = True, now: datetime = WEEK_AFTER
    ) -> MigrationReport:
        before, after = parse_taxonomy(old, "old"), parse_taxonomy(new, "new")
        return migrate_taxonomy(
            open_store,
            before=(old, before),
            after=(new, after),
            declared=read_plan(write(tmp_path, "plan.toml", plan), before, after),
            apply=apply,
            by="ada",
            now=now,
        )

    return call


def approve(open_store: OpenStore, number: int, *sections: str, **more: object) -> Decision:
    more = {"decided_at": WEDNESDAY, **more}
    with open_store() as store:
        decision = make_decision(f"2603.{number:05d}", sections=sections, **more)
        return store.decisions.add([decision])[0]


def standing(open_store: OpenStore, number: int) -> Decision:
    key = f"2603.{number:05d}"
    with open_store() as store:
        return store.decisions.standing([key])[key]


def waiting(open_store: OpenStore) -> list[str]:
    with open_store() as store:
        return queued(store)


def predict(open_store: OpenStore, number: int, *sections: str, model_id: str = "old-1") -> None:
    scores = tuple(SectionScore(id_, 0.9 - 0.1 * n) for n, id_ in enumerate(sections))
    with open_store() as store:
        prediction = make_prediction(f"2603.{number:05d}", sections=scores, model_id=model_id)
        add_predictions(store, [prediction])


RENAME = '[[rename]]\nfrom = "glass"\nto = "crystal"\n'


def test_rename_changes_reads_and_no_rows(open_store: OpenStore, migrate: Migrate) -> None:
    made = approve(open_store, 1, "glass", "iron")
    report = migrate(taxonomy_text("glass", "iron"), taxonomy_text("crystal", "iron"), RENAME)
    assert [(m.kind, m.old, m.new, m.papers) for m in report.moves] == [
        (MoveKind.RENAME, "glass", ("crystal",), 1)
    ]
    assert report.unplaced == ()
    assert standing(open_store, 1).sections == ("crystal", "iron")
    with open_store() as store:
        assert [e.sections for e in store.decisions.training()] == [("crystal", "iron")]
        assert store.decisions.get(made.decision_id).decided_at == made.decided_at
        recorded = store._session.rows(
            "SELECT sections FROM decision_event UNION ALL"
            " SELECT sections_as_decided FROM decisions"
        )
        assert recorded == [(["glass", "iron"],)] * 2


def test_preview_records_nothing(open_store: OpenStore, migrate: Migrate) -> None:
    approve(open_store, 1, "glass")
    with open_store() as store:
        before = store._session.number("SELECT generation FROM store_state")
    report = migrate(taxonomy_text("glass"), taxonomy_text("crystal"), RENAME, apply=False)
    assert (report.applied, report.decisions) == (False, 1)
    assert standing(open_store, 1).sections == ("glass",)
    with open_store() as store:
        assert store.taxonomy.changes() == ()
        assert store._session.number("SELECT generation FROM store_state") == before


def test_change_applied_twice_is_recorded_once(open_store: OpenStore, migrate: Migrate) -> None:
    approve(open_store, 1, "glass")
    first = migrate(taxonomy_text("glass"), taxonomy_text("crystal"), RENAME)
    again = migrate(taxonomy_text("glass"), taxonomy_text("crystal"), RENAME)
    assert (first.already, again.already, again.applied) == (False, True, True)
    assert again.change_id == first.change_id
    with open_store() as store:
        [change] = store.taxonomy.changes()
    assert (change.change_id, change.applied_by) == (first.change_id, "ada")


SPLIT = """
[[split]]
section = "crystal"
into = ["clear", "cloudy"]
[[split.rule]]
to = "clear"
words = ["paper lantern"]
[split.papers]
"2603.00004" = ["clear", "cloudy"]
"""


def test_history_replays_in_order(open_store: OpenStore, migrate: Migrate) -> None:
    for number in range(1, 5):
        approve(open_store, number, "glass")
    a, b, c = (
        taxonomy_text("glass"), taxonomy_text("crystal"), taxonomy_text("clear", "cloudy")
    )  # fmt: skip
    migrate(a, b, RENAME)
    approve(open_store, 5, "crystal")
    report = migrate(b, c, SPLIT, now=WEEK_AFTER + timedelta(days=1))
    assert [standing(open_store, n).sections for n in range(1, 6)] == [
        ("clear",),  # by the rule: its abstract says "paper lanterns"
        (),
        ("clear",),
        ("clear", "cloudy"),  # by hand
        ("clear",),
    ]
    assert [(paper.arxiv_id, paper.was) for paper in report.unplaced] == [
        ("2603.00002", ("crystal",))
    ]
    assert standing(open_store, 2).unplaced
    assert [m.unplaced for m in report.moves if m.old == "crystal"] == [1]


def test_reused_id_keeps_its_meaning_for_old_decisions(
    open_store: OpenStore, migrate: Migrate
) -> None:
    approve(open_store, 1, "glass")
    old = taxonomy_text("glass")
    new = taxonomy_text("crystal", ("glass", "Glass of another kind"))
    report = migrate(old, new, RENAME)
    approve(open_store, 2, "glass")
    assert [m.kind for m in report.moves] == [MoveKind.RENAME, MoveKind.ADD]
    assert standing(open_store, 1).sections == ("crystal",)
    assert standing(open_store, 2).sections == ("glass",)


def test_two_sections_can_exchange_ids(open_store: OpenStore, migrate: Migrate) -> None:
    approve(open_store, 1, "glass", "iron")
    swap = '[[rename]]\nfrom = "glass"\nto = "iron"\n[[rename]]\nfrom = "iron"\nto = "glass"\n'
    old = taxonomy_text(("glass", "G"), ("iron", "I"))
    migrate(old, taxonomy_text(("glass", "I"), ("iron", "G")), swap)
    assert standing(open_store, 1).sections == ("iron", "glass")


def test_merge_lists_a_section_once(open_store: OpenStore, migrate: Migrate) -> None:
    approve(open_store, 1, "glass", "tin", "iron")
    approve(open_store, 2, "iron")
    merge = '[[merge]]\nfrom = ["iron", "tin"]\nto = "iron"\n'
    report = migrate(taxonomy_text("glass", "iron", "tin"), taxonomy_text("glass", "iron"), merge)
    assert standing(open_store, 1).sections == ("glass", "iron")
    assert standing(open_store, 2).sections == ("iron",)
    assert report.decisions == 1


def test_dissolved_section_keeps_other_sections_of_papers(
    open_store: OpenStore, migrate: Migrate
) -> None:
    approve(open_store, 1, "tin", "iron")
    approve(open_store, 2, "tin")
    approve(open_store, 3, "tin")
    with open_store() as store:
        store.decisions.add(
            [make_decision("2603.00004", verdict=Verdict.REJECTED, sections=("tin",))]
        )
    plan = '[[dissolve]]\nsection = "tin"\npapers = {"2603.00003" = ["iron"]}\n'
    report = migrate(taxonomy_text("iron", "tin"), taxonomy_text("iron"), plan)
    assert standing(open_store, 1).sections == ("iron",)
    assert standing(open_store, 3).sections == ("iron",)
    assert [paper.arxiv_id for paper in report.unplaced] == ["2603.00002"]
    assert not standing(open_store, 4).unplaced  # a rejection needs no section


def test_unplaced_papers_wait_and_stay_approved(open_store: OpenStore, migrate: Migrate) -> None:
    for number in (1, 2, 3):
        predict(open_store, number, "tin", "iron")
    approve(open_store, 1, "tin")
    assert waiting(open_store) == ["2603.00002", "2603.00003"]
    old, new = taxonomy_text("iron", "tin"), taxonomy_text("iron")
    migrate(old, new, '[[dissolve]]\nsection = "tin"\n')
    assert waiting(open_store) == ["2603.00001", "2603.00002", "2603.00003"]
    assert standing(open_store, 1).verdict is Verdict.APPROVED
    with open_store() as store:
        [example] = store.decisions.training()
        assert store.queue.counts() == {"iron": 3}
        assert [p.sections for p in store.predictions.latest(["2603.00001"]).values()] == [
            (SectionScore("iron", 0.8),)
        ]
    assert example.sections == ()
    approve(open_store, 1, "iron", decided_at=WEEK_AFTER + timedelta(hours=1))
    assert waiting(open_store) == ["2603.00002", "2603.00003"]


def test_preview_lists_moved_papers_and_parts_of_a_split(
    open_store: OpenStore, migrate: Migrate
) -> None:
    for number in (1, 2, 3):
        approve(open_store, number, "glass", "iron")
    old, new = taxonomy_text("glass", "iron"), taxonomy_text("paper", "cast", "iron")
    split = (
        '[[split]]\nsection = "glass"\ninto = ["paper", "cast"]\notherwise = "cast"\n'
        '[[split.rule]]\nto = "paper"\nwords = ["paper"]\n'
    )
    report = migrate(old, new, split, apply=False)
    assert [(p.arxiv_id, p.was, p.becomes) for p in report.moved] == [
        ("2603.00001", ("glass", "iron"), ("paper", "iron")),
        ("2603.00002", ("glass", "iron"), ("cast", "iron")),
        ("2603.00003", ("glass", "iron"), ("paper", "iron")),
    ]
    [row, *_] = report.moves
    assert row.arriving == (("paper", 2), ("cast", 1))


def test_papers_placed_without_effect_are_reported(open_store: OpenStore, migrate: Migrate) -> None:
    approve(open_store, 1, "tin")
    plan = (
        '[[dissolve]]\nsection = "tin"\n'
        'papers = {"2603.00001" = ["iron"], "2603.00010" = ["iron"]}\n'
    )
    report = migrate(taxonomy_text("iron", "tin"), taxonomy_text("iron"), plan, apply=False)
    assert report.in_vain == ("2603.00010",)


def test_exchanged_ids_are_reported(open_store: OpenStore, migrate: Migrate) -> None:
    old = taxonomy_text(("glass", "Glass"), ("iron", "Iron"), ("tin", "Tin"))
    new = taxonomy_text(("glass", "Iron"), ("iron", "Glass"), ("tin", "Fine tin"))
    report = migrate(old, new, apply=False)
    assert report.doubtful == (("glass", "iron"), ("iron", "glass"))
    said = '[[rename]]\nfrom = "glass"\nto = "iron"\n[[rename]]\nfrom = "iron"\nto = "glass"\n'
    assert migrate(old, new, said, apply=False).doubtful == ()


def test_unplaced_paper_stays_unplaced_after_the_next_change(
    open_store: OpenStore, migrate: Migrate
) -> None:
    approve(open_store, 2, "crystal", "iron")
    a = taxonomy_text("crystal", "iron")
    b = taxonomy_text("clear", "cloudy", "iron")
    c = taxonomy_text("clear", "cloudy", "steel")
    migrate(a, b, SPLIT.partition("[split.papers]")[0])
    migrate(b, c, '[[rename]]\nfrom = "iron"\nto = "steel"\n')
    assert standing(open_store, 2).sections == ("steel",)
    assert standing(open_store, 2).unplaced


def test_restored_decision_is_read_through_the_change(
    open_store: OpenStore, migrate: Migrate
) -> None:
    approve(open_store, 1, "glass")
    approve(open_store, 1, "iron", decided_at=WEDNESDAY + timedelta(hours=1))
    migrate(taxonomy_text("glass", "iron"), taxonomy_text("crystal", "iron"), RENAME)
    with open_store() as store:
        store.decisions.undo(reviewer="ada", undone_at=WEEK_AFTER + timedelta(hours=2))
    assert standing(open_store, 1).sections == ("crystal",)


def test_only_earlier_suggestions_are_moved(open_store: OpenStore, migrate: Migrate) -> None:
    predict(open_store, 1, "crystal", "iron")
    predict(open_store, 2, "iron", "tin", "crystal")
    old = taxonomy_text("crystal", "iron", "tin")
    new = taxonomy_text("crystal", "cloudy", "metal")
    plan = (
        '[[split]]\nsection = "crystal"\ninto = ["crystal", "cloudy"]\n'
        '[[merge]]\nfrom = ["iron", "tin"]\nto = "metal"\n'
    )
    report = migrate(old, new, plan)
    assert [(m.old, m.waiting) for m in report.moves] == [("crystal", 1), ("iron", 1), ("tin", 0)]
    predict(open_store, 3, "crystal", model_id="new-1")
    with open_store() as store:
        latest = store.predictions.latest([f"2603.0000{n}" for n in (1, 2, 3)])
        assert store.queue.counts() == {"metal": 2, "crystal": 1}
    assert [[s.section for s in p.sections] for p in latest.values()] == [
        ["metal"], ["metal"], ["crystal"]
    ]  # fmt: skip
    assert latest["2603.00002"].sections[0].probability == 0.9


def test_digest_of_an_old_week_is_unchanged(
    open_store: OpenStore, migrate: Migrate, tmp_path: Path
) -> None:
    approve(open_store, 1, "glass")
    approve(open_store, 2, "iron")
    approve(open_store, 3, "glass", decided_at=WEEK_AFTER - timedelta(hours=1))
    old = taxonomy_text("glass", "iron")
    new = taxonomy_text(("crystal", "Crystal and glass"), "steel", title="Lamps", note=" Rewritten")

    def digest(text: str, week: Week, now: datetime) -> bytes:
        services = publishing_services(open_store, tmp_path, now=now)
        services = replace(services, taxonomy=parse_taxonomy(text, "test"))
        publish_week(services, Run(run_id="run-1"), week, person="ada")
        return (tmp_path / "digests" / f"{week}.md").read_bytes()

    before = digest(old, WEEK, WEEK_AFTER)
    assert b"Glass" in before
    migrate(old, new, RENAME + '[[rename]]\nfrom = "iron"\nto = "steel"\n')
    later = WEEK_AFTER + timedelta(days=14)
    assert digest(new, WEEK, later) == before
    week_of_change = digest(new, Week.parse("2026-W12"), later)
    assert b"Crystal" in week_of_change
    assert b"Glass" not in week_of_change


class NotAsked:
    """A look-up that must not be used."""

    def look_up(self, arxiv_ids: Sequence[str], /) -> LookUpResult:
        raise AssertionError(arxiv_ids)

    def titled(self, titles: Sequence[str], /) -> Found:
        raise AssertionError(titles)


def test_rename_leaves_the_list_unchanged(open_store: OpenStore, migrate: Migrate) -> None:
    entry = "- [Lantern 1](https://arxiv.org/abs/2603.00001)"
    data = f"# Glass\n\n{entry}\n".encode()
    old, new = taxonomy_text(("glass", "Glass")), taxonomy_text(("crystal", "Glass"))

    def seed(text: str) -> int:
        services = make_services(open_store, WEEK_AFTER, taxonomy=parse_taxonomy(text, "test"))
        scanned = scan_list([ListFile("list.md", data)])
        return bootstrap(services, NotAsked(), Run(), scanned=scanned).approved

    assert seed(old) == 1
    migrate(old, new, RENAME)
    assert seed(new) == 0
    assert standing(open_store, 1).sections == ("crystal",)


def test_kept_ids_need_no_plan(open_store: OpenStore, migrate: Migrate) -> None:
    approve(open_store, 1, "glass")
    old = taxonomy_text(("glass", "Glass"), "iron")
    new = taxonomy_text(("glass", "Fine glass"), "iron", "tin", note=" Rewritten")
    report = migrate(old, new)
    assert [(m.kind, m.new) for m in report.moves] == [
        (MoveKind.MOVE, ("glass",)),
        (MoveKind.EDIT, ("iron",)),
        (MoveKind.ADD, ("tin",)),
    ]
    assert (report.decisions, report.applied) == (0, True)


def test_removed_section_needs_a_plan_line(open_store: OpenStore, migrate: Migrate) -> None:
    approve(open_store, 1, "glass")
    old = taxonomy_text(("glass", "Glass"), "iron")
    new = taxonomy_text(("crystal", "✨ glass"))
    report = migrate(old, new, apply=False)
    assert report.undeclared == ("glass", "iron")
    assert report.draft == (
        '[[rename]]\nfrom = "glass"\nto = "crystal"\n\n'
        '[[dissolve]]  # or rename, merge, split\nsection = "iron"'
    )
    with pytest.raises(IncompletePlanError, match=r"glass, iron.*\[\[rename\]\]") as caught:
        migrate(old, new)
    assert caught.value.exit_status == 2
    migrate(old, new, report.draft)
    assert standing(open_store, 1).sections == ("crystal",)


_SPLIT_BY = '[[split]]\nsection = "glass"\ninto = ["crystal", "tin"]\n'


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ('[[rename]]\nfrom = "glas"\nto = "crystal"\n', "Did you mean glass"),
        ('[[rename]]\nfrom = "glass"\nto = "cristal"\n', "Did you mean crystal"),
        (RENAME + '[[dissolve]]\nsection = "glass"\n', "names 'glass' twice"),
        ('[[dissolve]]\nsection = "iron"\n', "still has"),
        (RENAME + '[[rename]]\nfrom = "iron"\nto = "crystal"\n', r"\[\[merge\]\]"),
        ('[[split]]\nsection = "glass"\ninto = ["crystal"]\n', "split.0.into"),
        (
            '[[split]]\nsection = "glass"\ninto = ["crystal", "tin"]\notherwise = "iron"\n',
            "sends papers to 'iron'",
        ),
        ('[[merge]]\nfrom = "glass"\nto = "crystal"\n', "merge.0.from"),
        ('[[rename]]\nfrom = "glass"\nto = "iron"\n', r"'iron' keeps its own.*\[\[merge\]\]"),
        ('[[move]]\nsection = "glass"\nto = "iron"\n', "'iron' keeps its own"),
        ('[[split]]\nsection = "glass"\ninto = ["tin", "tin"]\n', "names 'tin' twice"),
        (_SPLIT_BY + '[[split.rule]]\nto = "tin"\nwords = ["tin", "!"]\n', "'!' has no searchable"),
        (
            _SPLIT_BY + '[split.papers]\n"Lantern 1" = ["tin"]\n',
            "'Lantern 1' is neither an arXiv ID nor a DOI",
        ),
        ("[[renam]]\n", "renam"),
        ("rename = [", "not valid TOML"),
    ],
)
def test_mistaken_plan_is_a_config_error(migrate: Migrate, plan: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        migrate(taxonomy_text("glass", "iron"), taxonomy_text("crystal", "iron", "tin"), plan)
    assert "plan.toml" in caught.value.message


def test_earlier_taxonomy_is_named_or_last_recorded(
    open_store: OpenStore, migrate: Migrate
) -> None:
    a, b = taxonomy_text("glass"), taxonomy_text("crystal")
    new = parse_taxonomy(b, "b")
    assert taxonomy_before(open_store, a, where="a.toml", new=new)[0] == a
    with pytest.raises(UsageError, match=r"b\.toml is the new taxonomy itself.*--from"):
        taxonomy_before(open_store, b, where="b.toml", new=new)
    migrate(a, b, RENAME)
    edited = parse_taxonomy(taxonomy_text("quartz"), "edited")
    text = taxonomy_text("quartz")
    assert taxonomy_before(open_store, text, where="in place", new=edited)[0] == b


def test_check_reports_thin_shared_and_lost_parts(open_store: OpenStore) -> None:
    for number in range(1, 4):
        approve(open_store, number, "glass")
    approve(open_store, 4, "iorn")
    text = taxonomy_text("glass", "iron").replace(
        'cues = ["iron light"]', 'cues = ["glass lights", "x y", "vitamin c"]'
    )
    report = check_taxonomy(parse_taxonomy(text, "test"), open_store)
    assert [(thin.section, thin.papers) for thin in report.thin] == [("glass", 3), ("iron", 0)]
    assert [(cue.of, cue.names) for cue in report.shared_cues] == [("section", ("glass", "iron"))]
    assert [(cue.cue, cue.seen_as) for cue in report.weak_cues] == [
        ("x y", ""), ("vitamin c", "vitamin")
    ]  # fmt: skip
    assert [(lost.section, lost.papers, lost.nearest) for lost in report.lost] == [
        ("iorn", 1, ("iron",))
    ]


def test_check_without_a_database_reads_only_the_file() -> None:
    report = check_taxonomy(parse_taxonomy(taxonomy_text("glass"), "test"), None)
    assert (report.database, report.thin, report.lost) == (False, (), ())


def test_plan_in_the_guide_is_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "guides" / "change-the-taxonomy.md").read_text(encoding="utf-8")
    [plan] = re.findall(r"```toml\n(\[\[rename\]\].*?)```", text, flags=re.DOTALL)
    before = taxonomy_text(
        "surveys", "perception-tactile", "planning-grasp", "planning-motion",
        "manipulation-imitation", "simulation",
    )  # fmt: skip
    after = taxonomy_text(
        "reviews", "sensing-tactile", "planning-motion", "manipulation-teleoperation",
        "manipulation-video",
    )  # fmt: skip
    old, new = parse_taxonomy(before, "old"), parse_taxonomy(after, "new")
    declared = read_plan(write(tmp_path, "plan.toml", plan), old, new)
    assert [(each.kind, each.old) for each in declared] == [
        (MoveKind.RENAME, "surveys"),
        (MoveKind.MOVE, "perception-tactile"),
        (MoveKind.MERGE, "planning-grasp"),
        (MoveKind.MERGE, "planning-motion"),
        (MoveKind.SPLIT, "manipulation-imitation"),
        (MoveKind.DISSOLVE, "simulation"),
    ]
    assert all_moves(old, new, declared) == (tuple(sorted(declared, key=_order_in(before))), ())


def _order_in(text: str) -> Callable[[Declared], int]:
    return lambda declared: text.index(f'id = "{declared.old}"')
