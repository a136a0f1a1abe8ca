"""The PRISMA flow: numbers that add up, as table, picture and paragraph."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from config.reasons import DEFAULT_REASONS
from pipeline.publish.prisma.flow import Flow, flow_of, rows
from pipeline.publish.prisma.paragraph import paragraph
from pipeline.publish.prisma.svg import draw
from storage.screening import Period, ScreeningCounts
from storage.store import Store
from storage.types import Source, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.cli import SurveyInProcess, survey_in_process
from tests.support.prisma import make_counts
from tests.support.storage import add_predictions, opener

AS_OF = date(2026, 3, 30)
PERIOD = Period(date(2026, 3, 1), date(2026, 3, 31))
COUNTS = make_counts(
    from_list=40, repeats=25, by_hand=3, papers=5_000, waiting=1_200, set_aside=900, withdrawn=4,
    listed=38, approved=310, rejected=500, deferred=12, approved_withdrawn=2,
    reasons=(("no-language", 300), ("talking-head", 120)), notes=(("Only <code> & robots", 30),),
)  # fmt: skip


def make_flow(counts: ScreeningCounts = COUNTS, language: str = "en") -> Flow:
    return flow_of(
        counts,
        DEFAULT_REASONS,
        survey="Odd Machines",
        period=PERIOD,
        as_of=AS_OF,
        language=language,
    )


def assert_adds_up(counts: ScreeningCounts) -> None:
    flow = make_flow(counts)
    assert flow.identified.papers - flow.removed.papers == flow.papers.papers
    assert flow.papers.papers - flow.not_screened.papers == flow.screened.papers
    left = flow.screened.papers - flow.excluded.papers - flow.deferred.papers
    assert left == flow.included.papers
    for box in flow.boxes:
        assert all(part.papers > 0 for part in (*box.parts, *box.of_these)), box
        assert box.papers >= 0
        if box.parts:
            assert sum(part.papers for part in box.parts) == box.papers, box
        else:
            assert not box.papers or box.key in {"papers", "deferred"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opener(tmp_path)() as opened:
        yield opened


def fill(store: Store, seed: int) -> None:
    """Store papers of random sources, with random histories."""
    drawn = random.Random(seed)
    at = datetime(2026, 3, 20, tzinfo=UTC)
    ids = [f"2603.{number:05}" for number in range(1, 61)]
    papers = [
        make_paper(
            arxiv_id,
            source=drawn.choice([Source.OAI, Source.OAI, Source.QUERY]),
            submitted_at=datetime(2026, 3, drawn.randint(1, 19), tzinfo=UTC),
            withdrawn=drawn.random() < 0.15,
        )
        for arxiv_id in ids
    ]
    for _ in range(drawn.randint(1, 3)):
        store.papers.upsert(papers, seen_at=at)
    predicted = drawn.sample(ids, 45)
    add_predictions(
        store, [make_prediction(one, in_scope=drawn.choice([0.02, 0.4, 0.9])) for one in predicted]
    )
    for _ in range(3):
        made = []
        for _ in range(25):
            at += timedelta(minutes=1)
            verdict = drawn.choice(list(Verdict))
            deferred = verdict is Verdict.DEFERRED and drawn.random() < 0.5
            made.append(
                make_decision(
                    drawn.choice(ids),
                    verdict=verdict,
                    sections=("agents",) if verdict is Verdict.APPROVED else (),
                    reviewer=drawn.choice(["list", "ada", "ada", "ada"]),
                    decided_at=at,
                    reason=drawn.choice([None, "other"]) if verdict is Verdict.REJECTED else None,
                    note=drawn.choice([None, " ", "Off topic", "off topic "]),
                    return_on=date(2026, 3, 21) if deferred else None,
                )
            )
        recorded = store.decisions.add(made)
        store.decisions.undo_all(drawn.sample(recorded, 5), reviewer="bo", undone_at=at)
    store.queue.begin_day(date(2026, 3, 22))


@pytest.mark.parametrize("seed", range(5))
def test_counts_of_random_histories_add_up(store: Store, seed: int) -> None:
    fill(store, seed)
    whole = store.screening.counts(set_aside_below=0.1)
    assert_adds_up(whole)
    assert whole.papers == 60
    known = store.screening.announced()
    assert known is not None
    middle = known.first + (known.last - known.first) / 2
    first = store.screening.counts(Period(known.first, middle))
    second = store.screening.counts(Period(middle + timedelta(days=1), known.last))
    assert_adds_up(first)
    assert_adds_up(second)
    assert 0 < first.papers < 60
    for name in (
        "identified",
        "papers",
        "waiting",
        "set_aside",
        "withdrawn",
        "screened",
        "included",
    ):
        assert getattr(first, name) + getattr(second, name) == getattr(whole, name), name
    assert Counter(dict(first.reasons)) + Counter(dict(second.reasons)) == Counter(
        dict(whole.reasons)
    )


def test_repeated_harvests_change_no_number(store: Store) -> None:
    fill(store, 1)
    before = store.screening.counts()
    counted = []
    for day in range(3):
        store.papers.upsert(
            [make_paper(f"2603.{n:05}", source=Source.OAI) for n in range(30, 61)],
            seen_at=datetime(2026, 3, 25 + day, tzinfo=UTC),
        )
        counted.append(store.screening.counts())
    # papers that had been asked for are now known from arXiv; nothing is counted twice
    assert counted[0] == counted[1] == counted[2]
    assert counted[0].papers == before.papers == counted[0].identified - counted[0].repeats


def test_table_has_a_line_for_each_number() -> None:
    lines = dict(rows(make_flow()))
    assert lines["Records identified"] == 5_025
    assert lines["    arXiv's announcements and harvests"] == 4_982
    assert lines["  Removed before screening"] == 25
    assert lines["      set aside as unlikely by the classifier"] == 900
    assert lines["      No language model"] == 300
    assert lines["      not stated"] == 50
    assert lines["Included in the survey"] == 348


def test_many_reasons_are_summed_up() -> None:
    counts = make_counts(
        papers=210, rejected=210, notes=tuple((f"note {n}", n) for n in range(20, 0, -1))
    )
    flow = make_flow(counts)
    assert len(flow.excluded.parts) == 12
    assert flow.excluded.parts[-1].name == "further reasons"
    assert_adds_up(counts)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_picture_is_valid_and_says_every_number(language: str) -> None:
    flow = make_flow(language=language)
    tree = etree.fromstring(draw(flow).encode())
    space = {"s": "http://www.w3.org/2000/svg"}
    assert tree.get("role") == "img"
    assert tree.findtext("s:title", namespaces=space)
    description = tree.findtext("s:desc", namespaces=space) or ""
    shown = " ".join(text.text or "" for text in tree.iterfind(".//s:text", namespaces=space))
    for box in flow.boxes:
        assert f"(n\u00a0=\u00a0{box.papers:,})" in shown
        assert f"{box.papers:,}" in description
        for part in box.parts:
            assert f"{part.papers:,}" in shown
    assert not tree.xpath("//*[@href] | //s:script | //s:image", namespaces=space)


def test_hostile_reasons_stay_text() -> None:
    notes = (("</text><script>x</script>", 3), ("\u202egnp \x00\ufffe & <b>", 2), ("長" * 300, 1))
    tree = etree.fromstring(
        draw(make_flow(make_counts(papers=6, rejected=6, notes=notes))).encode()
    )
    assert not tree.xpath("//*[local-name() = 'script' or local-name() = 'b']")


def test_paragraph_names_every_stage() -> None:
    said = paragraph(make_flow(), version="1.2", categories=("cs.CV", "cs.CL"), set_aside_below=0.1)
    assert said.startswith(
        "Records were identified from arXiv (categories cs.CV, cs.CL, announced between 2026-03-01"
        " and 2026-03-31) using Living Survey 1.2 (n = 5,025: arXiv's announcements and harvests"
        " 4,982; the curated list 40; added by hand 3)."
    )
    for number in (
        "(n = 25)",
        "5,000 papers",
        "n = 4,140: ",
        "n = 348: ",
        "n = 500: ",
        "Deferred were n = 12.",
    ):
        assert number in said, number


def test_chinese_paragraph_has_the_same_numbers() -> None:
    texts = [
        paragraph(make_flow(language=code), version="1.2", categories=(), set_aside_below=0.1)
        for code in ("en", "zh")
    ]
    numbers = [sorted(re.findall(r"\d[\d,.-]*\d|\d", text)) for text in texts]
    assert numbers[0] == numbers[1]


@pytest.fixture
def empty(tmp_path: Path) -> SurveyInProcess:
    (tmp_path / "living-survey.toml").write_text('[database]\npath = "survey.duckdb"\n')
    with opener(tmp_path)():
        pass
    return survey_in_process(tmp_path, url="http://127.0.0.1:9", now="2026-03-30T00:00:00Z")


@pytest.fixture
def survey(empty: SurveyInProcess) -> SurveyInProcess:
    """Add random histories, and a paper without a day."""
    with opener(empty.directory)() as store:
        fill(store, 3)
        store.papers.upsert(
            [make_paper("2603.00099", submitted_at=None, versions=())],
            seen_at=datetime(2026, 3, 20, tzinfo=UTC),
        )
    return empty


def test_command_prints_the_table_of_audit(survey: SurveyInProcess) -> None:
    flow = survey.call("prisma")
    audit = survey.call("audit")
    assert (flow.status, audit.status) == (0, 0)
    lines = [line for line in flow.out.splitlines() if line.strip()][:-1]
    assert audit.out.splitlines()[-len(lines) :] == lines


def test_command_counts_a_period(survey: SurveyInProcess) -> None:
    whole = survey.json("prisma")["counts"]["papers"]
    part = survey.call("prisma", "--from", "2026-03-10", "--to", "2026-03-16", "--format", "json")
    assert 0 < part.document["counts"]["papers"] < whole == 61
    assert part.document["flow"]["period"] == {"first": "2026-03-10", "last": "2026-03-16"}
    assert part.err == "without a day, so in no period: 1 paper\n"


def test_command_writes_the_picture(survey: SurveyInProcess) -> None:
    ended = survey.call("prisma", "--output", "flow.svg", "--language", "zh")
    assert ended.status == 0, ended.err
    assert "纳入综述" in (survey.directory / "flow.svg").read_text(encoding="utf-8")
    again = survey.call("prisma", "--format", "svg", "--language", "zh")
    assert again.out == (survey.directory / "flow.svg").read_text(encoding="utf-8")


def test_command_prints_both_paragraphs(survey: SurveyInProcess) -> None:
    ended = survey.call("prisma", "--format", "text")
    assert ended.out.startswith("Records were identified from arXiv (categories cs.CV")
    assert "\n\n我们使用 Living Survey" in ended.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "pdf"], "There is no format 'pdf'."),
        (["--language", "fr"], "There is no language 'fr'."),
        (["--from", "2026-03-02", "--until", "2026-03-01"], "is before --from"),
        (["--output", "flow.pdf"], "would have the wrong format"),
        (["--output", "flow.txt", "--format", "svg"], "would have the wrong format"),
    ],
)
def test_wrong_use_is_one_sentence(empty: SurveyInProcess, words: list[str], said: str) -> None:
    ended = empty.call("prisma", *words)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err


def test_empty_survey_has_a_flow_of_zeros(empty: SurveyInProcess) -> None:
    assert re.search(r"Included in the survey +0\n", empty.call("prisma").out)
    assert empty.call("prisma", "--format", "svg").out.startswith("<svg")
