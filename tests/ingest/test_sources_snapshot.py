"""Lines of the bulk snapshot become papers."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.errors import UsageError
from pipeline.ingest.sources.errors import MalformedRecordError
from pipeline.ingest.sources.snapshot.lines import paper_from_line, parse_lines
from pipeline.ingest.sources.snapshot.selection import Selection, selection_of
from storage.types import Paper, PaperVersion, Source
from tests.support.snapshot import NOW, line_of, make_record

EVERYTHING = Selection()


def paper_of(**overrides: Any) -> Paper:
    return paper_from_line(line_of(make_record(**overrides)))


def test_record_becomes_a_paper() -> None:
    submitted = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert paper_of() == Paper(
        arxiv_id="2603.00001",
        version=1,
        title="A study of paper 2603.00001",
        abstract="We draw an image from a plan.",
        authors=("Ada Example", "Bo Sample"),
        categories=("cs.CV", "cs.CL"),
        primary_category="cs.CV",
        source=Source.SNAPSHOT,
        comment="12 pages",
        license="http://creativecommons.org/licenses/by/4.0/",
        submitted_at=submitted,
        updated_at=submitted,
        versions=(PaperVersion(1, submitted),),
        datestamp=date(2026, 3, 3),
    )


def test_versions_in_any_order_are_a_history() -> None:
    paper = paper_of(
        versions=[
            {"version": "v10", "created": "Tue, 3 Mar 2026 10:00:00 GMT"},
            {"version": "v1", "created": "Mon, 2 Feb 2026 09:30:00 GMT"},
            {"version": "v2", "created": "Mon, 2 Mar 2026 09:30:00 GMT"},
        ]
    )
    assert [v.version for v in paper.versions] == [1, 2, 10]
    assert paper.version == 10
    assert paper.submitted_at == datetime(2026, 2, 2, 9, 30, tzinfo=UTC)
    assert paper.updated_at == datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parsed", "names"),
    [
        ([["Yuan", "C. -P.", ""]], ("C.-P. Yuan",)),
        ([["Forney", "G. David", "Jr."]], ("G. David Forney, Jr.",)),
        ([["The Sample Collaboration", "", ""]], ("The Sample Collaboration",)),
        ([["van der Berg", "Cy", "", "Delft", "Leiden"]], ("Cy van der Berg",)),
        ([["\\'Alvarez", "  Di ", ""], ["", "", ""]], ("Di Álvarez",)),
        ([["Balázs", "C."]], ("C. Balázs",)),
        ([], ("Ada Example", "Bo Sample")),
        (None, ("Ada Example", "Bo Sample")),
    ],
)
def test_names_are_those_arxiv_parsed(parsed: object, names: tuple[str, ...]) -> None:
    assert paper_of(authors_parsed=parsed).authors == names


def test_withdrawal_is_read_from_the_comment() -> None:
    paper = paper_of(comments="This paper has been withdrawn by the authors")
    assert paper.withdrawn
    assert paper.versions[-1].withdrawn


def test_old_ids_and_category_names_become_canonical() -> None:
    paper = paper_of(id="math.GT/0309136", categories="math.MP cs.SY cmp-lg cs.CL")
    assert paper.arxiv_id == "math/0309136"
    assert paper.categories == ("math-ph", "eess.SY", "cs.CL")


def test_absent_fields_are_none() -> None:
    paper = paper_of(comments=None, license="", **{"update_date": None, "journal-ref": " \n "})
    assert (paper.comment, paper.license, paper.datestamp, paper.journal_ref) == (None,) * 4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "2603.00001", "title', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"id": "\xff"}', "not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (line_of(make_record(id="20260317")), "not an arXiv ID"),
        (line_of(make_record(id=2603.00001)), "'id'"),
        (line_of(make_record(title=" \n")), "no title"),
        (line_of(make_record(title=["A"])), "'title'"),
        (line_of(make_record(categories="")), "no category"),
        (line_of(make_record(categories=["cs.CV"])), "'categories'"),
        (line_of(make_record(versions=[])), "no version"),
        (line_of(make_record(versions=["v1"])), "version 'v1'"),
        (line_of(make_record(versions=[{"version": "v1", "created": "soon"}])), "soon"),
        (line_of(make_record(versions=[{"version": "v1", "created": None}])), "None"),
        (line_of(make_record(versions=[{"version": "v99999999999", "created": "x"}])), "v999"),
        (line_of(make_record(versions=[{"created": "x"}])), "created"),
        (line_of(make_record(update_date="in March")), "in March"),
        (line_of(make_record(authors_parsed="Ada")), "'A'"),
        (line_of(make_record(authors_parsed=["Ada"])), "'Ada'"),
        (line_of(make_record(authors_parsed=[[1]])), "authors_parsed"),
        (line_of(make_record(authors_parsed=7)), "authors_parsed"),
    ],
)
def test_unreadable_line_is_quarantined_whole(line: bytes, reason: str) -> None:
    with pytest.raises(MalformedRecordError, match=reason):
        paper_from_line(line)
    good = line_of(make_record())
    batch = parse_lines([good, line, good], EVERYTHING, at=NOW)
    assert len(batch.papers) == 2
    [record] = batch.malformed
    assert record.raw == line
    assert record.source == "snapshot"
    assert record.quarantined_at == NOW
    assert reason in record.reason


def test_quarantined_line_keeps_its_readable_id() -> None:
    [record] = parse_lines([line_of(make_record(title=""))], EVERYTHING, at=NOW).malformed
    assert record.arxiv_id == "2603.00001"


@pytest.mark.parametrize("escape", ["\\u0000", "\\u001b", "\\ud835", "\\udc00"])
def test_forbidden_characters_are_removed_and_line_quarantined(escape: str) -> None:
    line = line_of(make_record(abstract="one SIGN two")).replace(b"SIGN", escape.encode())
    batch = parse_lines([line], EVERYTHING, at=NOW)
    [paper] = batch.papers
    assert paper.abstract == "one two"
    assert paper.abstract.encode()
    [record] = batch.malformed
    assert record.raw == line


def test_letters_beyond_the_first_plane_are_kept() -> None:
    batch = parse_lines([line_of(make_record(title="\U0001d518nicode é"))], EVERYTHING, at=NOW)
    assert batch.papers[0].title == "\U0001d518nicode é"
    assert batch.malformed == ()


@pytest.mark.parametrize(
    ("words", "listed", "wanted"),
    [
        ((), "hep-ph", True),
        (("cs.CV",), "cs.CL cs.CV", True),
        (("cs.CV",), "cs.CL", False),
        (("cs.",), "math.CO cs.DS", True),
        (("cs.*",), "hep-ph", False),
        (("cs",), "cs.SY", True),
        (("eess",), "cs.SY", True),
        (("cs.SY",), "eess.SY", True),
        (("hep-ph", "cs.CV"), "hep-ph", True),
        (("astro-ph",), "astro-ph.CO", True),
        (("astro-ph.CO",), "astro-ph", False),
    ],
)
def test_categories_select(words: tuple[str, ...], listed: str, wanted: bool) -> None:  # noqa: FBT001  a column of the table above
    selection = selection_of(words, from_day=None, until_day=None)
    batch = parse_lines([line_of(make_record(categories=listed))], selection, at=NOW)
    assert (len(batch.papers), batch.unwanted) == (int(wanted), int(not wanted))


@pytest.mark.parametrize(
    ("from_day", "until_day", "wanted"),
    [
        (None, None, True),
        (date(2026, 3, 2), date(2026, 3, 2), True),
        (date(2026, 3, 3), None, False),
        (None, date(2026, 3, 1), False),
    ],
)
def test_days_select_by_first_submission(
    from_day: date | None,
    until_day: date | None,
    wanted: bool,  # noqa: FBT001  a column of the table above
) -> None:
    selection = selection_of((), from_day=from_day, until_day=until_day)
    batch = parse_lines([line_of(make_record())], selection, at=NOW)
    assert len(batch.papers) == int(wanted)


def test_invalid_filter_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'CS\.cv '"):
        selection_of(("CS.cv ",), from_day=None, until_day=None)
    with pytest.raises(UsageError, match="before it begins"):
        selection_of((), from_day=date(2026, 3, 2), until_day=date(2026, 3, 1))


def test_recorded_lines_are_read(shared_fixtures: Path) -> None:
    lines = (shared_fixtures / "misc/kaggle_snapshot_sample.jsonl").read_bytes().splitlines()
    batch = parse_lines(lines, EVERYTHING, at=NOW)
    assert batch.malformed == ()
    numbers, photons = batch.papers
    assert numbers.authors == ("Daniel Lemire",)
    assert numbers.version == 2
    assert photons.arxiv_id == "0704.0001"
    assert photons.authors == ("C. Balázs", "E. L. Berger", "P. M. Nadolsky", "C.-P. Yuan")
    assert photons.title.endswith("at Tevatron and LHC energies")
    assert photons.submitted_at == datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC)
