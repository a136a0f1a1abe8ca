"""Lists in the forms of real lists are read, and imported, whole: see `tests/support/field.py`."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.curated.agreement import Known, compare
from pipeline.curated.parse import parse_list
from pipeline.curated.types import CuratedList, Entry
from pipeline.demo.replica.server import ReplicaServer
from tests.support.cli import survey_in_process
from tests.support.field import Case, read_cases, records, shown_titles
from tests.support.storage import opener

CASES = {case.name: case for case in read_cases()}
NOW = "2026-03-17T12:00:00Z"


def place(case: Case, entry: Entry) -> str | None:
    """Return the section in which an entry stands, by the words of its headings."""
    headings = " ".join(entry.headings).casefold()
    return next((name for name, _ in case.sections if name in headings), None)


def read_by_section(case: Case, curated: CuratedList) -> list[tuple[str | None, str]]:
    return [
        (place(case, entry), entry.arxiv_id.base) for entry in curated.entries if entry.arxiv_id
    ]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_form_is_read(case: Case) -> None:
    curated = parse_list(case.text.encode())

    wanted = [(name, arxiv_id) for name, ids in case.sections for arxiv_id in ids]
    assert sorted(read_by_section(case, curated)) == sorted(wanted)
    titles = shown_titles()
    for entry in curated.entries:
        if entry.arxiv_id:
            possible = (entry.full_title, *entry.readings)
            title = titles[entry.arxiv_id.base]
            # Formulas, accents and quotes are compared as `bootstrap` compares them.
            assert title in possible or compare(possible, (), Known((title,), ())).same
    assert curated.unreadable == ()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_form_is_read_with_arxiv_s_titles(case: Case) -> None:
    known = {record.arxiv_id: Known((record.title,), record.authors) for record in records()}

    curated = parse_list(case.text.encode(), known)

    wanted = [(name, arxiv_id) for name, ids in case.sections for arxiv_id in ids]
    assert sorted(read_by_section(case, curated)) == sorted(wanted)
    for entry in curated.entries:
        if entry.arxiv_id:
            possible = (entry.full_title, *entry.readings)
            assert compare(possible, entry.authors, known[entry.arxiv_id.base]).same
    asides = {(aside.reason, one.base) for aside in curated.asides for one in aside.arxiv_ids}
    assert set(case.asides) <= asides


@pytest.mark.xfail(
    reason="a title of two short parts looks like two names, and `known` is not asked"
)
def test_heading_that_looks_like_two_names_is_an_entry() -> None:
    title = "Folded Lanterns and Scalar Boats"
    text = (
        "# List\n\n## Boats\n\n### 1. A Sure Title of a Paper That Is Long\n"
        "[Paper](https://arxiv.org/abs/2403.90001)\n\n"
        f"### 2. {title}\n**Authors**: Ada Example\n\n[Paper](https://arxiv.org/abs/2403.90002)\n"
    )

    curated = parse_list(text.encode(), {"2403.90002": Known((title,), ())})

    assert [entry.title for entry in curated.entries][1:] == [title]


@pytest.mark.xfail(reason="a title in lower case is joined to the paragraph above without arXiv")
def test_paragraph_with_a_title_in_lower_case_is_an_entry() -> None:
    text = (
        "# List\n\n## Boats\n\n**A Sure Title of a Paper That Is Long** \\\n*Ada Example* \\\n"
        "[[Paper](https://arxiv.org/abs/2403.90001)]\n\n"
        "**boat-gym: a place where boats are folded** \\\n*Bo Sample* \\\n"
        "[[Paper](https://arxiv.org/abs/2403.90002)]\n"
    )

    curated = parse_list(text.encode())

    ids = [[one.base for one in entry.arxiv_ids] for entry in curated.entries]
    assert ids == [["2403.90001"], ["2403.90002"]]


LINKS = (
    "http://arxiv.org/abs/{}",
    "https://www.arxiv.org/abs/{}v3",
    "https://export.arxiv.org/abs/{}",
    "https://browse.arxiv.org/pdf/{}",
    "http://cn.arxiv.org/abs/{}",
    "https://arxiv.org/pdf/{}.pdf",
    "https://arxiv.org/pdf/{}v1.pdf#page=4",
    "https://arxiv.org/html/{}v2",
    "https://arxiv.org/format/{}",
    "https://arxiv.org/abs/{}?context=cs.CV",
    "https://arxiv.org/abs/{}?utm_source=x",
    "https://arxiv.org/abs/{}/",
    "https://arxiv.org/abs/arXiv:{}",
    "https://huggingface.co/papers/{}",
    "https://hf.co/papers/{}",
    "https://www.alphaxiv.org/abs/{}",
    "https://ar5iv.labs.arxiv.org/html/{}",
    "https://ar5iv.org/abs/{}",
    "https://doi.org/10.48550/arXiv.{}",
    "https://dx.doi.org/10.48550/ARXIV.{}",
    "arxiv.org/abs/{}",
    "https://arxiv.org/e-print/{}",
    "https://www.semanticscholar.org/arxiv/{}",
    "https://papers.cool/arxiv/{}",
    "https://arxiv.org/ps/{}",
    "https://arxiv.org/src/{}",
)


@pytest.mark.parametrize("link", LINKS)
def test_link_names_its_paper(link: str) -> None:
    text = f"# List\n\n## Boats\n\n- **Paper Boats** [[Paper]({link.format('2403.90001')})]\n"

    (entry,) = parse_list(text.encode()).entries

    assert entry.arxiv_id is not None
    assert (entry.arxiv_id.base, entry.title) == ("2403.90001", "Paper Boats")


@pytest.fixture(scope="module")
def arxiv() -> Iterator[ReplicaServer]:
    with ReplicaServer(records()) as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_form_is_imported(case: Case, arxiv: ReplicaServer, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(case.text, encoding="utf-8", newline="")
    survey = survey_in_process(tmp_path, url=arxiv.url, now=NOW)
    opener(tmp_path / "var")  # copies an empty database, which `init` would make each time

    drafted = survey.call("init", "--from-list", "README.md", "--json")
    assert drafted.status == 0, drafted.err
    report = survey.call("bootstrap", "--json")
    assert report.status == 0, report.err

    assert approved(case, tmp_path) == sections_of(case)
    drafts = tomllib.loads((tmp_path / "taxonomy.toml").read_text(encoding="utf-8"))["section"]
    assert sorted(wanted_section(case, draft["id"]) for draft in drafts) == sorted(
        name for name, _ in case.sections
    )
    if case.names is not None:
        assert [names_of(draft) for draft in drafts] == [words_of(name) for name in case.names]
    if case.refused is not None:
        refused = [(one["reason"], one["line"]) for one in report.document["refused"]]
        assert refused == list(case.refused)


def approved(case: Case, directory: Path) -> dict[str, set[str]]:
    """Return the papers approved by section."""
    found: dict[str, set[str]] = {}
    with opener(directory / "var")() as store:
        for arxiv_id, decision in store.decisions.standing(shown_titles()).items():
            for section in decision.sections:
                found.setdefault(wanted_section(case, section), set()).add(arxiv_id)
    return found


def sections_of(case: Case) -> dict[str, set[str]]:
    return {name: set(ids) for name, ids in case.sections if ids}


def wanted_section(case: Case, section: str) -> str:
    """Return the section of the case whose name a drafted one has, or the drafted one."""
    if case.long_ids:
        return next((name for name, _ in case.sections if section.endswith(name)), section)
    return section


def names_of(draft: dict[str, Any]) -> set[str]:
    """Return the parts of a section's names in all languages."""
    return set().union(*map(words_of, draft["names"].values()))


def words_of(name: str) -> set[str]:
    """Return the parts of a name in two scripts."""
    return set(re.split(r"[()\uff08\uff09]", name)) - {""}
