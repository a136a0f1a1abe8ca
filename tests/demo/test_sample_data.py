"""The bundled sample is valid, varied and fictitious."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from config.reasons import DEFAULT_REASONS, find_reason
from config.taxonomy import load_taxonomy
from pipeline.curated.parse import parse_list
from pipeline.demo.replica.calendar import announcement_day
from pipeline.demo.replica.records import load_records
from pipeline.demo.steps import MONDAY
from pipeline.ingest.protocol.record import Record
from storage.arxiv_id import id_month, parse_arxiv_id

SAMPLE = files("pipeline.demo.sample")
#: ids of the sample lie where no month of arXiv has come to
FIRST_NUMBER = 90_000


def _rows(name: str) -> list[dict[str, Any]]:
    text = SAMPLE.joinpath(name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def papers() -> tuple[Record, ...]:
    with as_file(SAMPLE.joinpath("papers.jsonl")) as path:
        return load_records([path])


@pytest.fixture(scope="module")
def cases() -> tuple[Record, ...]:
    with as_file(SAMPLE.joinpath("cases.jsonl")) as path:
        return load_records([path])


@pytest.fixture(scope="module")
def listed() -> tuple[Record, ...]:
    with as_file(SAMPLE.joinpath("listed.jsonl")) as path:
        return load_records([path])


def test_there_are_enough_papers_and_ids_are_valid(
    papers: tuple[Record, ...], listed: tuple[Record, ...]
) -> None:
    assert len(papers) >= 160
    assert len(papers) == len(_rows("papers.jsonl"))
    together = [record.arxiv_id for record in (*papers, *listed)]
    assert len(set(together)) == len(together)
    assert all(parse_arxiv_id(one) for one in together)
    assert all(int(one.partition(".")[2]) > FIRST_NUMBER for one in together)
    assert len({record.title for record in papers}) == len(papers)


def test_announcement_day_follows_submission(
    papers: tuple[Record, ...],
) -> None:
    for record in papers:
        first = record.versions[0]
        assert first.announced == announcement_day(first.submitted_at), record.arxiv_id
        assert first.announced is not None
        assert (first.announced.year, first.announced.month) == id_month(record.arxiv_id)


def test_announcements_fill_whole_weeks(papers: tuple[Record, ...]) -> None:
    days = {record.versions[0].announced for record in papers}
    first, last = min(filter(None, days)), max(filter(None, days))
    assert (first.isoweekday(), last.isoweekday()) == (1, 5)
    weekdays = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    assert days == {day for day in weekdays if day.isoweekday() < 6}
    assert len(days) >= 15


def test_abstracts_are_varied_and_of_usual_length(papers: tuple[Record, ...]) -> None:
    lengths = [len((record.abstract or "").split()) for record in papers]
    assert min(lengths) >= 55
    assert max(lengths) <= 130
    assert len({record.abstract for record in papers}) == len(papers)
    assert len({(record.abstract or "")[:200] for record in papers}) > 0.9 * len(papers)


def test_sample_contains_arxiv_oddities(papers: tuple[Record, ...]) -> None:
    assert sum(len(record.versions) > 1 for record in papers) >= 5
    assert any(len(record.versions) > 2 for record in papers)
    assert sum(record.current.withdrawn for record in papers) >= 1
    assert sum(len(record.categories) > 1 for record in papers) >= 40
    assert sum("\\" in record.authors_text for record in papers) >= 20
    assert sum("github.com" in f"{record.abstract}{record.comment}" for record in papers) >= 20
    assert sum("Project page" in (record.comment or "") for record in papers) >= 10
    assert any(record.doi for record in papers)


def test_decisions_are_of_these_papers_and_sections(
    papers: tuple[Record, ...], cases: tuple[Record, ...]
) -> None:
    known = {record.arxiv_id: record for record in (*papers, *cases)}
    sections = {section.id for section in load_taxonomy().sections}
    verdicts: Counter[str] = Counter()
    last_week: set[str] = set()
    newest = max(filter(None, (record.versions[0].announced for record in papers)))
    reasons: Counter[str] = Counter()
    decisions = [row for week in (10, 11, 12) for row in _rows(f"decisions-w{week}.jsonl")]
    assert len({decision["arxiv_id"] for decision in decisions}) == len(decisions)
    for decision in decisions:
        record = known[decision["arxiv_id"]]
        placed = decision.get("sections", [])
        assert set(placed) <= sections
        assert bool(placed) is (decision["verdict"] == "approved")
        assert ("reason" in decision) is (decision["verdict"] == "rejected")
        if "reason" in decision:
            reasons[find_reason(DEFAULT_REASONS, decision["reason"]).code] += 1
        decided_at = datetime.fromisoformat(decision["decided_at"]).astimezone(UTC)
        announced = record.versions[0].announced
        assert announced is not None
        assert announced <= decided_at.date()
        assert decision["reviewer"]
        verdicts[decision["verdict"]] += 1
        if decided_at.isocalendar()[:2] == newest.isocalendar()[:2]:
            last_week.update(placed)
    assert verdicts.keys() == {"approved", "rejected", "deferred"}
    assert reasons.total() >= 20
    assert len(last_week) >= 8


def test_cases_are_other_papers(
    papers: tuple[Record, ...], listed: tuple[Record, ...], cases: tuple[Record, ...]
) -> None:
    known = {record.arxiv_id for record in (*papers, *listed)}
    assert known.isdisjoint(record.arxiv_id for record in cases)
    assert all(int(case.arxiv_id.partition(".")[2]) > FIRST_NUMBER for case in cases)
    for case in cases:
        [version] = case.versions
        assert version.announced == announcement_day(version.submitted_at), case.arxiv_id


def test_changes_are_announced_on_the_last_monday(
    papers: tuple[Record, ...], listed: tuple[Record, ...], cases: tuple[Record, ...]
) -> None:
    before = {record.arxiv_id: record for record in (*papers, *listed, *cases)}
    with as_file(SAMPLE.joinpath("changed.jsonl")) as path:
        changed = load_records([path])
    assert len(changed) == len(_rows("changed.jsonl"))
    for record in changed:
        old = before[record.arxiv_id]
        assert record != old
        assert record.datestamp == MONDAY.date()
        assert record.versions[: len(old.versions)] == old.versions


def test_the_list_uses_the_sections_of_the_taxonomy() -> None:
    taxonomy = load_taxonomy()
    parsed = parse_list(SAMPLE.joinpath("list.md").read_bytes())
    places = {taxonomy.section_at(entry.headings) for entry in parsed.entries}
    assert None not in places
    tasks = {section.task for section in places if section}
    modalities = {section.modality for section in places if section} - {None}
    techniques = {section.technique for section in places if section} - {None}
    assert tasks == {"generation", "editing", "understanding", "agents", "safety", "survey"}
    assert modalities == {"image", "video", "3d", "audio", "multiple"}
    assert techniques == {label.name for label in taxonomy.facet("technique").labels}
    assert 55 <= len(parsed.entries) <= 75
    assert sum(bool(entry.authors) for entry in parsed.entries) == len(parsed.entries)


def test_the_lists_deliberate_faults_and_no_others(listed: tuple[Record, ...]) -> None:
    titles = {record.arxiv_id: record.title for record in listed}
    parsed = parse_list(SAMPLE.joinpath("list.md").read_bytes())
    without, wrong = [], []
    used: Counter[str] = Counter()
    for entry in parsed.entries:
        identifier = parse_arxiv_id(entry.links.paper or "")
        if identifier is None:
            without.append(entry.title)
        elif titles[identifier.base] != entry.title:
            wrong.append(entry.title)
            used[identifier.base] += 1
    assert without == ["Almanac Tokenizer: An Open Suite of Image Tokenizers"]
    assert wrong == [
        "Cloudberry: Visual Tokens for Language Models that Draw",
        "Weathercock: Wind-Driven Motion in Video Diffusion",
    ]
    assert len(used) == 2


def test_new_papers_contain_words_of_every_section(papers: tuple[Record, ...]) -> None:
    taxonomy = load_taxonomy()
    whole = " ".join(f"{record.title} {record.abstract}" for record in papers).casefold()
    text = " ".join(re.findall(r"\w+", whole))
    for facet in ("task", "modality", "technique"):
        for label in taxonomy.facet(facet).labels:
            assert any(cue.casefold() in text for cue in label.cues), (facet, label.name)
    abstracts = [f"{record.title} {record.abstract}".casefold() for record in papers]
    media = ("image", "video", "3d", "audio", "speech", "music", "sound", "multimodal", "visual")
    language = ("language model", "llm", "diffusion", "text-to")
    outside = [
        one
        for one in abstracts
        if not any(word in one for word in media) or not any(word in one for word in language)
    ]
    assert len(outside) >= 50


def test_sample_is_packaged() -> None:
    here = Path(__file__).resolve().parents[2] / "pipeline" / "demo" / "sample"
    assert {path.name for path in here.iterdir()} >= {
        "papers.jsonl",
        "listed.jsonl",
        "list.md",
        "cases.jsonl",
        "changed.jsonl",
        "decisions-w12.jsonl",
    }
