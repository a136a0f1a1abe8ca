import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import TryAgainLaterError
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.cli.bootstrap import bootstrap_text
from pipeline.curated.bootstrap import BootstrapReport, bootstrap
from pipeline.curated.findings import Reason
from pipeline.curated.formats.read import ScannedList, open_list, scan_list
from pipeline.curated.plan import decided_at
from pipeline.curated.types import ListFile
from pipeline.runtime.record import Run
from storage.store import OpenStore, Store
from storage.types import LIST_REVIEWER, Verdict
from tests.support.bootstrap import FakeArxiv
from tests.support.builders import make_decision
from tests.support.services import ShownProgress, make_services
from tests.support.storage import migrated

IMAGE_LLM = ("📍 Multimodal Generation", "Image Generation", "🔅 LLM-based")
AGENTS = ("📍 Multimodal Agents",)
LANTERN = "Lantern: Guiding Image Drawing with Planning Models"
BRUSH = "Brush: Painting Words over Two Lines"


def entry(title: str, arxiv_id: str | None, day: str | None = "12 Feb 2025") -> str:
    dated = f" ({day})" if day else ""
    link = f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else "https://conference.example/a.pdf"
    return f"+ **{title}**{dated}<details><summary>Ada Example</summary></details>\n[Paper]({link})"


def markdown(*parts: str | tuple[str, ...]) -> bytes:
    """Write headings given as tuples and entries given as text."""
    lines = []
    for part in parts:
        if isinstance(part, tuple):
            lines += [f"{'#' * level} {text}" for level, text in enumerate(part, start=1)]
        else:
            lines.append(part)
    return "\n\n".join(lines).encode()


def scanned(data: bytes) -> ScannedList:
    return scan_list([ListFile("list.md", data)])


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return migrated(tmp_path / "survey.duckdb")


@pytest.fixture
def seed(
    open_store: OpenStore, taxonomy: Taxonomy, now: datetime
) -> Callable[[bytes, FakeArxiv], BootstrapReport]:
    def run(data: bytes, arxiv: FakeArxiv) -> BootstrapReport:
        services = make_services(open_store, now, taxonomy=taxonomy)
        return bootstrap(services, arxiv, Run(), scanned=scanned(data))

    return run


Seed = Callable[[bytes, FakeArxiv], BootstrapReport]


def test_matching_entry_is_approved_by_the_list(seed: Seed, open_store: OpenStore) -> None:
    report = seed(
        markdown(IMAGE_LLM, entry(LANTERN, "2502.00001v2")),
        FakeArxiv({"2502.00001": LANTERN.upper()}),
    )

    assert (report.entries, report.agreed, report.approved, report.refused) == (1, 1, 1, ())
    with open_store() as store:
        decision = store.decisions.standing(["2502.00001"])["2502.00001"]
        assert store.papers.count() == 1
    assert decision.verdict is Verdict.APPROVED
    assert decision.reviewer == LIST_REVIEWER == "list"
    assert decision.sections == ("generation-image-llm-based",)
    assert decision.decided_at == datetime(2025, 2, 12, tzinfo=UTC)


def test_paper_in_several_sections_is_one_decision(seed: Seed, open_store: OpenStore) -> None:
    data = markdown(
        AGENTS,
        entry(LANTERN, "2502.00001", "3 Mar 2025"),
        IMAGE_LLM,
        entry(LANTERN, "2502.00001", "12 Feb 2025"),
        entry(LANTERN, "2502.00001", None),
    )

    report = seed(data, FakeArxiv({"2502.00001": LANTERN}))

    assert (report.agreed, report.approved) == (3, 1)
    with open_store() as store:
        (decision,) = store.decisions.of_paper("2502.00001")
    assert decision.sections == ("agents", "generation-image-llm-based")
    assert decision.decided_at == datetime(2025, 2, 12, tzinfo=UTC)


def test_refusals_have_line_and_reason(seed: Seed, open_store: OpenStore) -> None:
    data = markdown(
        IMAGE_LLM,  # headings on lines 1, 3, 5; entries follow, three lines each
        entry(LANTERN, "2502.00001"),
        entry(BRUSH, "2502.00001"),
        entry("Canvas: A Data Set", "2502.00002"),
        entry("Easel: No Paper at Arxiv", None),
        entry("Frame: Never Submitted", "2502.00003"),
        entry("Glaze: Garbled", "2502.00004"),
        "+ **Never closed\n[Paper](https://arxiv.org/abs/2502.00005)",
        ("Other Things",),
        entry("Hue: Out of Place", "2502.00006"),
    )
    arxiv = FakeArxiv(
        {
            "2502.00001": LANTERN,
            "2502.00002": "Sounds of\x1b[31m the \u202eSea",
            "2502.00006": "Hue: Out of Place",
        },
        garbled={"2502.00004"},
    )

    report = seed(data, arxiv)

    assert [(refusal.line, refusal.reason) for refusal in report.refused] == [
        (10, Reason.SHARED_ID),
        (13, Reason.WRONG_ID),
        (16, Reason.NO_ID),
        (19, Reason.UNKNOWN_ID),
        (22, Reason.UNREADABLE_AT_ARXIV),
        (25, Reason.UNREADABLE),
        (30, Reason.UNKNOWN_HEADING),
    ]
    assert (report.entries, report.agreed, report.approved) == (8, 1, 1)
    assert report.entries == report.agreed + len(report.refused)
    text = "\n".join(map(str, bootstrap_text(report)))
    assert "1 paper approved, 0 were decided before." in text
    assert (
        f"line 10: 2502.00001 {BRUSH}: at arXiv this ID is '{LANTERN}'; the list also uses it"
        " on line 7" in text
    )
    assert "line 16: Easel: No Paper at Arxiv: its paper link leads elsewhere" in text
    assert "the taxonomy has no section for Other Things" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert json.loads(json.dumps(asdict(report)))["refused"][1]["reason"] == "wrong-id"
    with open_store() as store:
        assert store.decisions.standing(["2502.00001", "2502.00006"]).keys() == {"2502.00001"}
        assert store.quarantine.count() == 1
        assert store.papers.held(["2502.00001", "2502.00002", "2502.00006"]) == {
            "2502.00001",
            "2502.00002",
            "2502.00006",
        }


def test_all_ids_are_looked_up_in_one_call(seed: Seed) -> None:
    data = markdown(
        AGENTS,
        entry(LANTERN, "2502.00001"),
        entry(LANTERN, "2502.00001v3"),
        entry(BRUSH, "2502.00002"),
    )
    arxiv = FakeArxiv({"2502.00001": LANTERN, "2502.00002": BRUSH})

    seed(data, arxiv)

    assert arxiv.asked == [("2502.00001", "2502.00002")]


def test_rerun_stores_and_looks_up_nothing(seed: Seed, open_store: OpenStore) -> None:
    data = markdown(AGENTS, entry(LANTERN, "2502.00001"), entry(BRUSH, "2502.00002"))
    arxiv = FakeArxiv({"2502.00001": LANTERN, "2502.00002": "Something Else Altogether"})

    first, second = seed(data, arxiv), seed(data, arxiv)

    assert (first.approved, first.already) == (1, 0)
    assert (second.approved, second.already) == (0, 1)
    assert second.refused == first.refused
    assert len(arxiv.asked) == 1
    with open_store() as store:
        assert len(store.decisions.recent(10)) == 1
        assert store.papers.count() == 2


def test_unreachable_arxiv_stores_nothing_until_the_rerun(
    seed: Seed, open_store: OpenStore
) -> None:
    data = markdown(AGENTS, entry(LANTERN, "2502.00001"))
    arxiv = FakeArxiv({"2502.00001": LANTERN})
    arxiv.error = TryAgainLaterError("arXiv is out of reach.")

    with pytest.raises(TryAgainLaterError):
        seed(data, arxiv)
    arxiv.error = None

    assert seed(data, arxiv).approved == 1


def test_kill_before_decisions_rolls_back_the_papers(
    seed: Seed, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = markdown(AGENTS, entry(LANTERN, "2502.00001"), entry(BRUSH, "2502.00002"))
    arxiv = FakeArxiv({"2502.00001": LANTERN, "2502.00002": BRUSH})

    def killed(store: Store, plan: object) -> None:
        assert store.papers.count() == 2
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.curated.bootstrap._outcome", killed)
        with pytest.raises(KeyboardInterrupt):
            seed(data, arxiv)
    with open_store() as store:
        assert store.papers.count() == 0

    assert seed(data, arxiv).approved == 2


def test_missing_decisions_are_completed(seed: Seed, open_store: OpenStore) -> None:
    first, second = entry(LANTERN, "2502.00001"), entry(BRUSH, "2502.00002")
    arxiv = FakeArxiv({"2502.00001": LANTERN, "2502.00002": BRUSH})
    seed(markdown(AGENTS, first), arxiv)

    report = seed(markdown(AGENTS, first, second), arxiv)

    assert (report.approved, report.already) == (1, 1)
    assert arxiv.asked == [("2502.00001",), ("2502.00002",)]


def test_moved_entry_is_decided_again(seed: Seed, open_store: OpenStore) -> None:
    arxiv = FakeArxiv({"2502.00001": LANTERN})
    seed(markdown(AGENTS, entry(LANTERN, "2502.00001")), arxiv)

    report = seed(markdown(IMAGE_LLM, entry(LANTERN, "2502.00001")), arxiv)

    assert report.approved == 1
    with open_store() as store:
        standing = store.decisions.standing(["2502.00001"])["2502.00001"]
    assert standing.sections == ("generation-image-llm-based",)


def test_import_is_one_act(seed: Seed, open_store: OpenStore) -> None:
    papers = {"2502.00001": LANTERN, "2502.00002": "Kettle: Boiling Sounds"}
    entries = [entry(title, key) for key, title in papers.items()]
    seed(markdown(AGENTS, *entries), FakeArxiv(papers))
    with open_store() as store:
        [act] = {one.batch_id for one in store.decisions.standing(papers).values()}
        assert act is not None
        batch = store.batches.get(act)
        assert (batch.kind, batch.reviewer, batch.is_import) == ("list", LIST_REVIEWER, True)
        assert len(store.decisions.of_batch(act)) == 2


def test_undone_approval_is_not_repeated(seed: Seed, open_store: OpenStore, now: datetime) -> None:
    data, arxiv = markdown(AGENTS, entry(LANTERN, "2502.00001")), FakeArxiv({"2502.00001": LANTERN})
    seed(data, arxiv)
    with open_store() as store:
        store.decisions.undo(reviewer=LIST_REVIEWER, undone_at=now)

    report = seed(data, arxiv)

    assert (report.approved, report.already) == (0, 1)
    with open_store() as store:
        assert store.decisions.standing(["2502.00001"]) == {}


@pytest.mark.parametrize("days_before", [400, 0])
def test_persons_decision_is_never_overruled(
    seed: Seed, open_store: OpenStore, now: datetime, days_before: int
) -> None:
    arxiv = FakeArxiv({"2502.00001": LANTERN})
    seed(markdown(("Elsewhere",), entry(LANTERN, "2502.00001")), arxiv)
    rejected = make_decision(
        "2502.00001",
        verdict=Verdict.REJECTED,
        sections=(),
        decided_at=now - timedelta(days=days_before),
    )
    with open_store() as store:
        store.decisions.add([rejected])

    seed(markdown(AGENTS, entry(LANTERN, "2502.00001")), arxiv)

    with open_store() as store:
        assert store.decisions.standing(["2502.00001"])["2502.00001"].verdict is Verdict.REJECTED


@pytest.mark.parametrize("verdict", [Verdict.APPROVED, Verdict.REJECTED, Verdict.DEFERRED])
@pytest.mark.parametrize("days_before", [0, 5, 400])
def test_nothing_is_recorded_where_a_person_decided(
    seed: Seed, open_store: OpenStore, now: datetime, verdict: Verdict, days_before: int
) -> None:
    arxiv = FakeArxiv({"2502.00001": LANTERN, "2502.00002": BRUSH})
    seed(markdown(("Elsewhere",), entry(LANTERN, "2502.00001")), arxiv)
    decided = make_decision(
        "2502.00001",
        verdict=verdict,
        sections=("agents",) if verdict is Verdict.APPROVED else (),
        decided_at=now - timedelta(days=days_before),
    )
    with open_store() as store:
        store.decisions.add([decided])

    lines = entry(LANTERN, "2502.00001"), entry(BRUSH, "2502.00002")
    report = seed(markdown(AGENTS, *lines), arxiv)

    assert (report.approved, report.already) == (1, 1)
    with open_store() as store:
        [only] = store.decisions.histories(["2502.00001"])["2502.00001"]
    assert (only.reviewer, only.verdict) == (decided.reviewer, verdict)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ((date(2025, 2, 12),), date(2025, 2, 12)),
        ((date(2025, 3, 1), date(2025, 2, 12)), date(2025, 2, 12)),
        ((), date(2025, 2, 1)),
        # before the paper existed, in the week of `now`, in a year mistyped
        ((date(2024, 2, 12),), date(2025, 2, 1)),
        ((date(2026, 3, 16),), date(2026, 3, 2)),
        ((date(2026, 3, 9),), date(2026, 3, 2)),
        ((date(2052, 2, 12),), date(2026, 3, 2)),
    ],
)
def test_decision_time_follows_dates_and_id(
    dates: tuple[date, ...], expected: date, now: datetime
) -> None:
    instant = decided_at("2502.00001", dates, now=now)

    assert instant == datetime(expected.year, expected.month, expected.day, tzinfo=UTC)


def test_decisions_of_the_list_are_not_in_new_digests(now: datetime) -> None:
    for offset in range(14):
        today = now + timedelta(days=offset)
        for arxiv_id in ("2603.00001", "2604.00001", "2602.00001"):
            instant = decided_at(arxiv_id, [today.date()], now=today)
            monday = today.date() - timedelta(days=today.weekday())
            assert instant.date() < monday - timedelta(days=7)


def test_progress_is_reported(open_store: OpenStore, taxonomy: Taxonomy, now: datetime) -> None:
    shown = ShownProgress()
    bootstrap(
        make_services(open_store, now, taxonomy=taxonomy),
        FakeArxiv({"2502.00001": LANTERN}),
        Run(shown),
        scanned=scanned(markdown(AGENTS, entry(LANTERN, "2502.00001"))),
    )

    assert shown.descriptions == ["asking arXiv for 1 paper", "storing 1 paper and 1 decision"]


def test_empty_list_looks_up_nothing(seed: Seed) -> None:
    arxiv = FakeArxiv({})

    report = seed(b"", arxiv)

    assert (report.entries, report.approved, arxiv.asked) == (0, 0, [])
    text = "\n".join(map(str, bootstrap_text(report)))
    assert text.startswith("Entries: 0,")
    assert text.endswith("No paper was approved: the list has no entry.")


def test_real_list_is_imported(
    shared_data: Path, open_store: OpenStore, taxonomy: Taxonomy, now: datetime
) -> None:
    """IDs known to be wrong get another title."""
    lines = (shared_data / "seed_abstracts.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    titles = {row["arxiv_id"]: "Another Paper on Something Else" for row in rows}
    titles |= {row["arxiv_id"]: row["title"] for row in rows if row["id_matches_title"] is None}
    titles |= {row["arxiv_id"]: row["title"] for row in rows if row["id_matches_title"] == "yes"}
    files, arxiv = open_list([shared_data / "curated-list.md"]), FakeArxiv(titles)

    services = make_services(open_store, now, taxonomy=taxonomy)
    report = bootstrap(services, arxiv, Run(), scanned=scan_list(files))

    assert [len(ids) for ids in arxiv.asked] == [100, 100, 100, 100, 15]
    assert report.entries == 477 == report.agreed + len(report.refused)
    wrong = {row["arxiv_id"] for row in rows if row["id_matches_title"] == "no"}
    reasons = Counter(refusal.reason for refusal in report.refused)
    assert reasons.keys() == {Reason.NO_ID, Reason.WRONG_ID, Reason.SHARED_ID}
    assert reasons[Reason.NO_ID] == 21
    assert {
        refusal.arxiv_id for refusal in report.refused if refusal.reason is Reason.WRONG_ID
    } <= wrong
    with open_store() as store:
        standing = store.decisions.standing(titles)
    assert len(standing) == report.approved
    assert sum(len(decision.sections) > 1 for decision in standing.values()) > 20
    assert max(decision.decided_at for decision in standing.values()).year == 2025

    again = bootstrap(services, arxiv, Run(), scanned=scan_list(files))

    assert (again.approved, again.already) == (0, report.approved)
    assert again.refused == report.refused
