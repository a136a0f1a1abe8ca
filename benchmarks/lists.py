"""Measure the import of curated lists: what is read and approved in each style, and how fast."""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from markdown_it import MarkdownIt

from benchmarks.list_papers import exchanged, is_real, papers, with_wrong_ids
from benchmarks.list_styles import TOPICS, ListedPaper, divided, read_styles, write_list
from benchmarks.measure import Child, Row, Size, call, medians
from config.taxonomy import Section, Taxonomy
from pipeline.curated.account import account
from pipeline.curated.formats.read import read_scanned, scan_list
from pipeline.curated.insertion.insert import insert_papers
from pipeline.curated.insertion.types import NewPaper
from pipeline.curated.lint.check import lint
from pipeline.curated.lint.subject import Subject, texts_of
from pipeline.curated.parse import parse_list
from pipeline.curated.types import ListFile
from pipeline.demo.replica.server import ReplicaServer
from storage.store import store_opener
from storage.types import Paper, Source

_NOW = datetime(2026, 3, 18, 6, 0, tzinfo=UTC)
_ID = re.compile(r"\d{4}\.\d{5}")
_WRONG_SHARE = 0.05
#: rows of the largest list seen, which has 1.7 MB
_ROWS = 9_312
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Read:
    """What `parse_list` found, without knowing arXiv's titles."""

    ids: set[str]
    #: ids whose entry has the right title
    titled: set[str]
    #: ids of the file that no entry, unreadable entry or aside has
    silent: set[str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What `init` and `bootstrap` did with papers that the database holds."""

    sections: int
    approved: set[str]
    refused: Counter[str]
    init: Child
    bootstrap: Child


def styles(size: Size) -> Iterator[Row]:
    """Lists in the styles of real lists, a twentieth of the ids exchanged."""
    listed = papers(size.records(240, 24))
    swapped = with_wrong_ids(listed, _WRONG_SHARE)
    true = {paper.arxiv_id: paper for paper in listed}
    kind = "real" if is_real() else "made-up"
    for style in read_styles()[: 3 if size.quick else None]:
        text = write_list(style, divided(exchanged(listed, swapped)))
        read = _read(text, true, exchanged(listed, swapped))
        done = _imported(text, listed)
        named = set(_ID.findall(text))
        right, wrong = done.approved - swapped, done.approved & swapped
        refused = ", ".join(f"{count} {reason}" for reason, count in sorted(done.refused.items()))
        complete = done.sections == len(TOPICS) and len(right) == len(true) - len(swapped)
        yield Row(
            style.name,
            f"{len(read.ids & true.keys())} read, {len(read.titled)} titled, {len(right)} approved",
            f"{len(named)} {kind} named; {refused or '0 refused'}; {done.sections} sections",
            f"{len(true) - len(swapped)}, {len(wrong)} wrong, {len(read.silent)} silent",
            complete and not wrong and not read.silent,
        )


def speed(size: Size) -> Iterator[Row]:
    """A table of 9,312 rows: read, then `init` and `bootstrap` with the papers held."""
    listed = papers(size.records(_ROWS, 60))
    style = next(one for one in read_styles() if one.seen == "Vincentqyw/cv-arxiv-daily")
    text = write_list(style, divided(listed))
    data = text.encode()
    tokens = MarkdownIt("commonmark").enable("table")
    ours, plain = medians(size.rounds, lambda: parse_list(data), lambda: tokens.parse(text, {}))
    yield Row(
        f"{len(listed):,} rows, {len(data) / 1e6:.1f} MB: read",
        f"{ours:.2f} cpu-s",
        f"{ours / plain:.1f} times markdown-it's parse ({plain:.2f} s)",
        "none",
        None,
    )
    done = _imported(text, listed)
    total = done.init.cpu_seconds + done.bootstrap.cpu_seconds
    yield Row(
        "init and bootstrap, papers held",
        f"{done.init.cpu_seconds:.1f} + {done.bootstrap.cpu_seconds:.1f} cpu-s",
        f"{len(done.approved):,} of {len(listed):,} approved",
        f"less than {_SECONDS:.0f} s",
        total < _SECONDS,
    )
    yield Row(
        "init and bootstrap, elapsed",
        f"{done.init.wall_seconds:.1f} + {done.bootstrap.wall_seconds:.1f} s",
        f"{done.bootstrap.peak_megabytes:.0f} MB at most",
        "none on a shared machine",
        None,
    )


def linted(size: Size) -> Iterator[Row]:
    """A table of 9,312 rows: read and looked at by the rules of `lint` that need no database."""
    listed = papers(size.records(_ROWS, 60))
    style = next(one for one in read_styles() if one.seen == "Vincentqyw/cv-arxiv-daily")
    files = [ListFile("list.md", write_list(style, divided(listed)).encode())]

    def look() -> None:
        scanned = scan_list(files)
        lint(Subject(read_scanned(scanned), texts_of(scanned), None, _NOW.date()))

    looking, reading = medians(size.rounds, look, lambda: parse_list(files))
    yield Row(
        f"{len(listed):,} rows: lint",
        f"{looking:.2f} cpu-s",
        f"{looking / reading:.1f} times reading the list ({reading:.2f} s)",
        "none",
        None,
    )


def insertion(size: Size) -> Iterator[Row]:
    """48 papers inserted into a list of 480 entries in the survey's own form."""
    count = size.records(48, 10)
    listed = papers(size.records(480, 20) + count)
    style = next(one for one in read_styles() if one.name == "own form")
    by_topic = divided(listed[count:])
    data = write_list(style, by_topic).encode()
    sections = tuple(
        Section(topic, (topic,), (topic,), "t", None, None, "", (), {"en": topic, "zh": topic})
        for topic in by_topic
    )
    taxonomy = Taxonomy("Papers", (), sections, "insertion")
    new = [
        (NewPaper(one.arxiv_id, one.title, one.authors, one.day, code=one.code), [sections[0].id])
        for one in listed[:count]
    ]
    files = [ListFile("list.md", data)]
    reading, inserting = medians(
        size.rounds, lambda: parse_list(data), lambda: insert_papers(files, new, taxonomy)
    )
    yield Row(
        f"{len(new)} papers into {len(listed) - count} entries, {len(data) / 1e3:.0f} kB",
        f"{inserting:.2f} cpu-s",
        f"{inserting / reading:.1f} times reading the list ({reading:.2f} s)",
        "less than 1 s",
        inserting < 1,
    )


def _read(text: str, true: dict[str, ListedPaper], listed: Sequence[ListedPaper]) -> Read:
    curated = parse_list(text.encode())
    titles = {paper.arxiv_id: _letters(paper.title) for paper in listed}
    ids, titled = set(), set()
    for entry in curated.entries:
        if entry.arxiv_id:
            base = entry.arxiv_id.base
            ids.add(base)
            if titles.get(base) in {_letters(entry.title), _letters(entry.full_title)}:
                titled.add(base)
    told = account(curated).arxiv_ids.keys()
    return Read(ids, titled & true.keys(), set(_ID.findall(text)) - told)


def _imported(text: str, listed: Sequence[ListedPaper]) -> Imported:
    with tempfile.TemporaryDirectory() as folder, ReplicaServer([]) as arxiv:
        directory = Path(folder)
        (directory / "README.md").write_text(text, encoding="utf-8")
        environment = {
            "LIVING_SURVEY_NOW": _NOW.isoformat(),
            "LIVING_SURVEY_ARXIV__OAI_URL": arxiv.oai_url,
            "LIVING_SURVEY_ARXIV__RSS_URL": arxiv.rss_url,
            "LIVING_SURVEY_ARXIV__QUERY_URL": arxiv.query_url,
            "LIVING_SURVEY_ARXIV__MIN_INTERVAL_SECONDS": "0.001",
            "LIVING_SURVEY_ARXIV__LIMITER": str(directory / "limiter"),
        }
        words = ["init", "--from-list", "README.md", "--json"]
        init = call(words, cwd=directory, environment=environment, may_fail=True)
        if init.status:
            return Imported(0, set(), Counter({"init failed": 1}), init, init)
        open_store = store_opener(directory / "var" / "survey.duckdb")
        with open_store() as store:
            store.papers.upsert([_paper(paper) for paper in listed], seen_at=_NOW)
        words = ["bootstrap", "--json"]
        bootstrap = call(words, cwd=directory, environment=environment, may_fail=True)
        with open_store() as store:
            approved = set(store.decisions.standing([paper.arxiv_id for paper in listed]))
    drafted = json.loads(init.out)["taxonomy"]
    report = json.loads(bootstrap.out)
    return Imported(
        sections=len(drafted["sections"]),
        approved=approved,
        refused=Counter(one["reason"] for one in report["refused"]),
        init=init,
        bootstrap=bootstrap,
    )


def _paper(listed: ListedPaper) -> Paper:
    submitted = datetime(listed.day.year, listed.day.month, listed.day.day, tzinfo=UTC)
    return Paper(
        arxiv_id=listed.arxiv_id,
        version=1,
        title=listed.title,
        abstract="We show how it works.",
        authors=listed.authors,
        categories=("cs.CV",),
        primary_category="cs.CV",
        source=Source.OAI,
        submitted_at=submitted,
        updated_at=submitted,
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
