from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePath

import pytest

from pipeline.publish.digest.issue import rendered
from pipeline.publish.digest.recount import DigestCountError, recount
from pipeline.publish.digest.types import Digest
from pipeline.publish.digest.words import Words
from tests.support.digest import FULL, WEEK, make_approved, make_digest

BOTH = ("en", "zh")


def _recount(
    digest: Digest, change: Callable[[str, str], str] = lambda _, text: text
) -> Mapping[str, int]:
    files = rendered(digest, BOTH)
    words: dict[PurePath, Words] = {
        PurePath(name): said for name, (_, said) in files.items() if said is not None
    }
    changed = {
        PurePath(name): change(name, data.decode()).encode() for name, (data, _) in files.items()
    }
    return recount(digest, changed, words)


@pytest.mark.parametrize("papers", [0, 1, 2, 9])
def test_counts_are_read_back_from_every_file(papers: int) -> None:
    digest = make_digest(*WEEK[:papers], **FULL)

    assert _recount(digest) == digest.counts
    assert digest.counts["papers"] == papers


def test_a_thousand_papers_are_counted_also_where_they_are_left_out() -> None:
    papers = [make_approved(f"2603.{n:05}", title=f"7 papers ({n})") for n in range(1, 1201)]
    digest = make_digest(*papers)

    assert _recount(digest)["papers"] == 1200


def test_titles_with_numbers_are_not_counted() -> None:
    title = "99 papers (7)\n* 98 papers in 3 sections"
    digest = make_digest(make_approved(title=title, note=title), make_approved("2603.00002"))
    digest = replace(digest, survey_title="12 papers: A Survey (3)", leads={"en": "* 4 papers (5)"})

    assert _recount(digest)["papers"] == 2


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "2026-W12.html",
            "<title>Talking Pictures: A Survey: 9",
            "<title>Talking Pictures: A Survey: 8",
            "the subject has 8",
        ),
        ("2026-W12.html", 'mso-hide:all">9 papers', '">11 papers', "the preheader has 11"),
        ("2026-W12.html", ">9 papers, 16", ">10 papers, 16", "the heading has 10"),
        ("2026-W12.html", 'class="paper"', 'class="other"', "the list has 8"),
        ("2026-W12.html", ">(2)</span>", ">(3)</span>", "the headings of the groups has 10"),
        ("2026-W12.zh.html", 'class="corrected"', "", "the corrections has 4"),
        ("2026-W12.md", "\n### [", "\n#### [", "the list has 8"),
        ("2026-W12.zh.md", " 9 \u7bc7\u8bba\u6587", " 7 \u7bc7\u8bba\u6587", "the heading has"),
        ("2026-W12.txt", "\n* ", "\n  ", "the list has 8"),
        ("2026-W12.json", '"papers": 9', '"papers": 19', "has 19"),
        ("2026-W12.json", '"late": true', '"late": false', "the list of late papers has 0"),
    ],
)
def test_different_number_stops_the_issue_and_names_both(
    name: str, old: str, new: str, said: str
) -> None:
    def change(file: str, text: str) -> str:
        if file == name:
            assert old in text or name.endswith("zh.md")
            return text.replace(old, new, 1)
        return text

    if name.endswith("zh.md"):
        old, new, said = "\uff1a9 ", "\uff1a7 ", "the heading has 7"
    with pytest.raises(DigestCountError, match=said) as caught:
        _recount(make_digest(*WEEK, **FULL), change)
    assert name in str(caught.value)
    assert "the issue has" in str(caught.value)
