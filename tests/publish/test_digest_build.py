import random
from datetime import timedelta

import pytest

from pipeline.enrich.links import LinkKind
from pipeline.publish.digest.build import OTHER, CrossReference, Digest, build_digest
from pipeline.publish.digest.week import Week
from storage.types import ApprovedPaper
from tests.support.digest import MONDAY, TAXONOMY, WEEK, make_approved

W12 = Week(2026, 12)


def _build(*approved: ApprovedPaper, preliminary: bool = False) -> Digest:
    return build_digest(approved, TAXONOMY, W12, survey_title="Survey", preliminary=preliminary)


def _ids(digest: Digest) -> dict[str, list[str]]:
    return {s.id: [line.arxiv_id for line in s.lines] for s in digest.sections}


def test_line_has_title_authors_reason_and_links() -> None:
    (line,) = _build(WEEK[0]).sections[0].lines

    assert line.url == "https://arxiv.org/abs/2603.04101"
    assert line.title.startswith("Talking to the Canvas")
    assert line.reason.text.startswith("To close this gap, we present Brush")
    assert [(link.kind, link.url) for link in line.links] == [
        (LinkKind.CODE, "https://github.com/fictional-lab/brush"),
        (LinkKind.PROJECT, "https://fictional-lab.github.io/brush/"),
    ]


def test_titles_and_names_are_printed_without_tex() -> None:
    paper = make_approved(
        title=r"``Odd'' \emph{Kettles}$^2$ --- 50\% off \$5, $\frac{a+b}{c}$",
        authors=("Ada~Vole", r"Bo {\'\u a} Finch"),
    )
    (line,) = _build(paper).sections[0].lines

    assert line.title == r"“Odd” Kettles² --- 50% off \$5, $\frac{a+b}{c}$"
    assert line.authors == ("Ada Vole", "Bo ắ Finch")


def test_sections_follow_taxonomy_and_papers_decisions() -> None:
    late = MONDAY + timedelta(days=2)
    digest = _build(
        make_approved("2603.00009", sections=("agents",)),
        make_approved("2603.00003", decided_at=late),
        make_approved("2603.00002"),
        make_approved("2603.00001"),
        make_approved("2603.00000", decided_at=late),
    )

    assert _ids(digest) == {
        "generation-image-llm-based": ["2603.00001", "2603.00002", "2603.00000", "2603.00003"],
        "agents": ["2603.00009"],
    }
    assert list(_ids(digest)) == ["generation-image-llm-based", "agents"]


def test_other_sections_have_cross_references() -> None:
    digest = _build(make_approved("2603.00001", sections=("agents", "editing-image", "agents")))

    assert _ids(digest) == {"editing-image": [], "agents": ["2603.00001"]}
    editing, agents = digest.sections
    assert editing.references == (
        CrossReference(
            "2603.00001",
            "Talking to the Canvas",
            "https://arxiv.org/abs/2603.00001",
            "agents",
        ),
    )
    assert (editing.papers, agents.papers, digest.papers) == (1, 1, 1)


def test_unknown_section_is_listed_under_other() -> None:
    digest = _build(make_approved(sections=("gone", "also-gone")))

    assert _ids(digest) == {OTHER: ["2603.00001"]}
    assert digest.unknown_sections == ("also-gone", "gone")


def test_known_section_is_preferred_to_unknown_one() -> None:
    digest = _build(make_approved(sections=("gone", "agents")))

    assert _ids(digest) == {"agents": ["2603.00001"], OTHER: []}
    assert digest.sections[1].references[0].section == "agents"


def test_approval_without_sections_is_listed_under_other() -> None:
    digest = _build(make_approved(sections=()))

    assert _ids(digest) == {OTHER: ["2603.00001"]}
    assert digest.unknown_sections == ()


def test_labels_count_distinct_papers_in_taxonomy_order() -> None:
    digest = _build(
        make_approved("2603.00001", sections=("agents", "generation-image-llm-based")),
        make_approved(
            "2603.00002", sections=("generation-image-llm-based", "generation-video-llm-based")
        ),
    )

    assert [(c.label, c.papers) for c in digest.tasks] == [("generation", 2), ("agents", 1)]
    assert [(c.label, c.papers) for c in digest.modalities] == [
        ("image", 2),
        ("video", 1),
        (None, 1),
    ]


@pytest.mark.parametrize(("there", "shown"), [(0, 0), (1, 1), (6, 6), (7, 5), (900, 5)])
def test_long_author_lists_are_cut_and_counted(there: int, shown: int) -> None:
    paper = make_approved(authors=tuple(f"A {n}" for n in range(there)))
    (line,) = _build(paper).sections[0].lines

    assert (len(line.authors), line.authors_total) == (shown, there)


def test_titles_lose_line_breaks_and_invisible_characters() -> None:
    (line,) = _build(make_approved(title="A\n  title\u202e\x07")).sections[0].lines

    assert line.title == "A title"


def test_paper_without_title_is_named_by_id() -> None:
    (line,) = _build(make_approved("math/0309136", title=" ")).sections[0].lines

    assert (line.title, line.url) == (
        "arXiv:math/0309136",
        "https://arxiv.org/abs/math/0309136",
    )


def test_order_of_input_does_not_matter() -> None:
    shuffled = list(WEEK)
    random.Random(3).shuffle(shuffled)

    assert shuffled != list(WEEK)
    assert _build(*shuffled) == _build(*WEEK)


def test_week_without_approvals_gives_empty_digest() -> None:
    digest = _build()

    assert (digest.papers, digest.sections, digest.tasks, digest.modalities) == (0, (), (), ())
