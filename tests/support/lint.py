"""Small lists of made-up papers, and what `lint` finds in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.curated.agreement import Known
from pipeline.curated.formats.read import read_scanned, scan_list
from pipeline.curated.knowledge import Knowledge
from pipeline.curated.lint.check import LintReport, lint
from pipeline.curated.lint.findings import Finding
from pipeline.curated.lint.fix import Fixed, fix
from pipeline.curated.lint.subject import Held, PaperFacts, Subject, texts_of
from pipeline.curated.types import ListFile

TODAY = date(2026, 3, 17)


@dataclass(frozen=True)
class HeldPaper:
    """What the database holds of a paper."""

    title: str
    facts: PaperFacts = field(default_factory=lambda: PaperFacts(withdrawn=False))


def subject_of(
    text: str | bytes, papers: Mapping[str, HeldPaper] | None = None, name: str = "list.md"
) -> Subject:
    """Return a list of one file, with what is held of its papers; None: there is no database."""
    data = text.encode() if isinstance(text, str) else text
    scanned = scan_list([ListFile(name, data)])
    held = None if papers is None else _held(papers)
    curated = read_scanned(scanned, held.knowledge.known if held else None)
    return Subject(curated, texts_of(scanned), held, TODAY)


def _held(papers: Mapping[str, HeldPaper]) -> Held:
    known = {key: Known((paper.title,), ()) for key, paper in papers.items()}
    withdrawn = frozenset(key for key, paper in papers.items() if paper.facts.withdrawn)
    return Held(
        Knowledge(known, withdrawn=withdrawn), {key: one.facts for key, one in papers.items()}
    )


def report_on(text: str | bytes, papers: Mapping[str, HeldPaper] | None = None) -> LintReport:
    """Return what all rules find."""
    return lint(subject_of(text, papers))


def found_in(
    text: str | bytes, rule: str, papers: Mapping[str, HeldPaper] | None = None
) -> tuple[Finding, ...]:
    """Return what one rule finds."""
    return tuple(one for one in report_on(text, papers).findings if one.rule.value == rule)


def fix_in(text: str | bytes, papers: Mapping[str, HeldPaper] | None = None) -> Fixed:
    """Return what fixing makes of a list."""
    return fix(subject_of(text, papers))


def entry(title: str, arxiv_id: str, day: str = "", rest: str = "", marker: str = "-") -> str:
    """Return an entry in a common style."""
    when = f" ({day})" if day else ""
    return f"{marker} **{title}**{when} [[Paper](https://arxiv.org/abs/{arxiv_id})]{rest}\n"
