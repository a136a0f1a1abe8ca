import random
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.enrich.links import LinkKind
from pipeline.enrich.venue import Venue, VenueKind
from pipeline.publish.digest.build import placements
from pipeline.publish.digest.gather import IssueSource
from pipeline.publish.digest.types import OTHER, Digest
from pipeline.publish.digest.week import Week
from storage.highlights import Highlight
from storage.issue_types import IssueEdits
from storage.weeks import VersionDates
from tests.support.digest import FULL, MONDAY, WEEK, make_approved, make_digest

W12 = Week(2026, 12)


def _groups(digest: Digest) -> list[tuple[str, str, list[str]]]:
    return [(g.kind, g.key, [entry.arxiv_id for entry in g.entries]) for g in digest.groups]


def _flag(arxiv_id: str, sentence: str, minutes: int) -> dict[str, tuple[Highlight, ...]]:
    at = MONDAY + timedelta(minutes=minutes)
    return {arxiv_id: (Highlight(arxiv_id, "ada", sentence, at),)}


def test_entry_has_title_authors_claim_venue_and_links() -> None:
    (entry,) = make_digest(WEEK[0]).entries

    assert entry.url == "https://arxiv.org/abs/2603.04101"
    assert entry.title.startswith("Talking to the Canvas")
    assert entry.claim.startswith("Brush, a language model that writes a layout")
    assert entry.venue == Venue(VenueKind.ACCEPTED, "AAAI 2026")
    assert (entry.version, entry.category) == (1, "cs.CV")
    assert [(link.kind, link.url) for link in entry.links] == [
        (LinkKind.CODE, "https://github.com/fictional-lab/brush"),
        (LinkKind.PROJECT, "https://fictional-lab.github.io/brush/"),
    ]


def test_titles_and_names_are_printed_without_tex() -> None:
    paper = make_approved(
        title=r"``Odd'' \emph{Kettles}$^2$ --- 50\% off \$5, $\frac{a+b}{c}$",
        authors=("Ada~Vole", r"Bo {\'\u a} Finch"),
    )
    (entry,) = make_digest(paper).entries

    assert entry.title == r"“Odd” Kettles² --- 50% off \$5, $\frac{a+b}{c}$"
    assert entry.authors == ("Ada Vole", "Bo ắ Finch")


def test_sections_with_one_paper_are_together_under_their_task() -> None:
    digest = make_digest(
        make_approved("2603.00001", sections=("generation-3d",)),
        make_approved("2603.00002", sections=("editing-image",)),
        make_approved("2603.00003", sections=("generation-image-llm-based",)),
        make_approved("2603.00004", sections=("generation-video-llm-based",)),
        make_approved("2603.00005", sections=("generation-video-llm-based",)),
    )

    assert _groups(digest) == [
        ("section", "generation-video-llm-based", ["2603.00004", "2603.00005"]),
        ("also", "generation", ["2603.00003", "2603.00001"]),
        ("also", "editing", ["2603.00002"]),
    ]


def test_papers_of_a_section_follow_decisions() -> None:
    late = MONDAY + timedelta(days=2)
    digest = make_digest(
        make_approved("2603.00003", decided_at=late),
        make_approved("2603.00002"),
        make_approved("2603.00001"),
        make_approved("2603.00000", decided_at=late),
    )

    assert _groups(digest) == [
        (
            "section",
            "generation-image-llm-based",
            ["2603.00001", "2603.00002", "2603.00000", "2603.00003"],
        )
    ]


def test_paper_in_several_sections_is_listed_once() -> None:
    digest = make_digest(make_approved(sections=("agents", "editing-image", "agents")))

    (entry,) = digest.entries
    assert entry.sections == ("editing-image", "agents")
    assert digest.papers == 1
    assert digest.trend.weeks[-1].by_task == (1,)
    assert digest.trend.tasks == ("editing",)


def test_unknown_sections_are_listed_as_other() -> None:
    digest = make_digest(
        make_approved("2603.00001", sections=("gone", "also-gone")),
        make_approved("2603.00002", sections=("gone", "agents")),
        make_approved("2603.00003", sections=()),
    )

    assert [entry.sections for entry in digest.entries] == [
        ("agents", OTHER),
        (OTHER,),
        (OTHER,),
    ]
    assert digest.unknown_sections == ("also-gone", "gone")


def test_placements_name_the_sections_as_decided() -> None:
    source = IssueSource(W12, listed=(make_approved(sections=("gone", "agents")),))
    assert placements(source) == (("2603.00001", "gone"), ("2603.00001", "agents"))


@pytest.mark.parametrize(("there", "shown"), [(0, 0), (1, 1), (6, 6), (7, 5), (900, 5)])
def test_long_author_lists_are_cut_and_counted(there: int, shown: int) -> None:
    (entry,) = make_digest(make_approved(authors=tuple(f"A {n}" for n in range(there)))).entries

    assert (len(entry.authors), entry.authors_total) == (shown, there)


def test_titles_lose_line_breaks_and_invisible_characters() -> None:
    (entry,) = make_digest(make_approved(title="A\n  title\u202e\x07")).entries

    assert entry.title == "A title"


def test_paper_without_title_is_named_by_id() -> None:
    (entry,) = make_digest(make_approved("math/0309136", title=" ")).entries

    assert (entry.title, entry.url) == (
        "arXiv:math/0309136",
        "https://arxiv.org/abs/math/0309136",
    )


@pytest.mark.parametrize(("day", "late"), [(1, True), (2, False), (16, False)])
def test_paper_from_two_weeks_before_the_week_is_late(day: int, late: bool) -> None:  # noqa: FBT001
    submitted = datetime(2026, 3, day, 23, 59, tzinfo=UTC)
    dates = {"2603.00001": VersionDates(submitted, {})}
    digest = make_digest(make_approved(), make_approved("2603.00002"), dates=dates)

    assert digest.counts["late"] == int(late)
    assert (("late", "", ["2603.00001"]) in _groups(digest)) == late
    assert digest.papers == 2


def test_version_and_its_day_are_those_that_were_approved() -> None:
    at = datetime(2026, 3, 15, tzinfo=UTC)
    dates = {"2603.00001": VersionDates(at, {1: at, 2: at + timedelta(days=1), 3: MONDAY})}
    (entry,) = make_digest(make_approved(version=2), dates=dates).entries

    assert (entry.version, entry.updated) == (2, date(2026, 3, 16))


def test_highlights_are_flagged_papers_then_those_with_a_note() -> None:
    papers = [
        make_approved(f"2603.0000{n}", note="Worth it." if n in {1, 5} else None)
        for n in range(1, 6)
    ]
    flags = {**_flag("2603.00004", "", 9), **_flag("2603.00003", "See table 2.", 10)}
    digest = make_digest(*papers, highlights=flags)

    assert [(h.entry.arxiv_id, h.sentence, h.by) for h in digest.highlights] == [
        ("2603.00004", "", ""),
        ("2603.00003", "See table 2.", "reviewer"),
        ("2603.00001", "Worth it.", "reviewer"),
    ]
    notes = {entry.arxiv_id: entry.note for entry in digest.entries}
    assert (notes["2603.00001"], notes["2603.00005"]) == ("", "Worth it.")


def test_editor_orders_highlights_and_writes_notes_and_leads() -> None:
    edits = IssueEdits(
        "2026-W12",
        lead={"en": "Read\n two.", "zh": " "},
        highlights=("2603.00002", "2603.99999", "2603.00001", "2603.00002"),
        notes={"2603.00001": "A note."},
    )
    digest = make_digest(
        make_approved("2603.00001"),
        make_approved("2603.00002"),
        make_approved("2603.00003"),
        highlights=_flag("2603.00003", "See.", 1),
        edits=edits,
    )

    assert [one.entry.arxiv_id for one in digest.highlights] == ["2603.00002", "2603.00001"]
    assert digest.leads == {"en": "Read two."}
    assert [entry.editor_note for entry in digest.entries] == ["A note.", "", ""]


def test_order_of_input_does_not_matter() -> None:
    shuffled = list(WEEK)
    random.Random(3).shuffle(shuffled)

    assert shuffled != list(WEEK)
    assert make_digest(*shuffled, **FULL) == make_digest(*WEEK, **FULL)


def test_week_without_approvals_gives_an_empty_issue() -> None:
    digest = make_digest()

    assert (digest.papers, digest.groups, digest.highlights) == (0, (), ())
    assert [week.papers for week in digest.trend.weeks] == [0] * 8
