"""Run the rules over a list and report what they find."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.curated.lint.anchors import dead_anchors
from pipeline.curated.lint.catalogue import RULES, Code, Level, Needs
from pipeline.curated.lint.dates import dates_off, impossible_dates
from pipeline.curated.lint.exceptions import apply_exceptions, read_exceptions
from pipeline.curated.lint.findings import Finding
from pipeline.curated.lint.form import odd_bold, odd_captions, odd_dates, odd_markers
from pipeline.curated.lint.identity import (
    impossible_or_no_id,
    several_ids,
    shared_ids,
    unreadable_entries,
    wrong_ids,
)
from pipeline.curated.lint.links import (
    badges,
    missing_code,
    stale_citations,
    versioned_definitions,
    versioned_links,
)
from pipeline.curated.lint.online.report import (
    LinkCounts,
    LinkRound,
    count_links,
    link_findings,
)
from pipeline.curated.lint.published import published_papers, withdrawn_papers
from pipeline.curated.lint.repeats import repeated_ids, repeated_titles
from pipeline.curated.lint.subject import Subject
from pipeline.curated.lint.tags import unknown_tags

Finder = Callable[[Subject], Iterator[Finding]]

_ALWAYS: tuple[Finder, ...] = (
    unreadable_entries,
    shared_ids,
    impossible_or_no_id,
    several_ids,
    repeated_ids,
    repeated_titles,
    versioned_links,
    versioned_definitions,
    badges,
    stale_citations,
    dates_off,
    impossible_dates,
    dead_anchors,
    unknown_tags,
    odd_dates,
    odd_markers,
    odd_bold,
    odd_captions,
)
_WITH_DATABASE: tuple[Finder, ...] = (wrong_ids, missing_code, withdrawn_papers, published_papers)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Rules that did not run, and why."""

    rules: tuple[Code, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class LintReport:
    """What the rules found."""

    files: tuple[str, ...]
    entries: int
    #: in the order of files and lines
    findings: tuple[Finding, ...]
    #: by level and by rule
    levels: Mapping[str, int]
    rules: Mapping[str, int]
    #: findings that `--fix` would fix
    fixable: int
    #: findings excused by the list or by the settings
    allowed: int
    skipped: tuple[Skipped, ...]
    #: IDs of the list that the database does not hold
    not_held: int
    #: None: no links were asked
    links: LinkCounts | None = None
    #: what `--fix` fixed, and its diff
    fixed: tuple[Finding, ...] = ()
    diff: str = ""


def lint(
    subject: Subject,
    *,
    allow: Iterable[Code] = (),
    links: LinkRound | None = None,
) -> LintReport:
    """Run all rules that can run.

    Args:
        subject: the list.
        allow: rules that the settings switch off.
        links: what requests to the links found; None: none were made.
    """
    finders = (*_ALWAYS, *(_WITH_DATABASE if subject.held else ()))
    findings = [finding for find in finders for finding in find(subject)]
    findings += link_findings(subject, links) if links else ()
    skipped = tuple(_skipped(subject, links))
    idle = {code for one in skipped for code in one.rules}
    off = set(allow)
    exemptions = [
        one for name, file in subject.texts.items() for one in read_exceptions(name, file)
    ]
    wanted = [finding for finding in findings if finding.rule not in off]
    kept, excused = apply_exceptions(wanted, exemptions, {*Code} - idle - off)
    kept = [finding for finding in kept if finding.rule not in off]
    order = {file.name: number for number, file in enumerate(subject.curated.files)}
    kept.sort(key=lambda one: (order[one.file], one.line, list(RULES).index(one.rule)))
    return LintReport(
        files=tuple(order),
        entries=len(subject.curated.entries) + len(subject.curated.unreadable),
        findings=tuple(kept),
        levels={level.value: sum(one.level is level for one in kept) for level in Level},
        rules=dict(Counter(one.rule.value for one in kept).most_common()),
        fixable=sum(bool(one.edits) for one in kept),
        allowed=len(excused) + len(findings) - len(wanted),
        skipped=skipped,
        not_held=_not_held(subject),
        links=count_links(subject, links) if links else None,
    )


def _skipped(subject: Subject, links: LinkRound | None) -> Iterator[Skipped]:
    if subject.held is None:
        yield Skipped(_needing(Needs.DATABASE), "there is no database")
    if links is None:
        yield Skipped(_needing(Needs.LINKS), "links are asked with --links only")


def _needing(needs: Needs) -> tuple[Code, ...]:
    return tuple(rule.code for rule in RULES.values() if rule.needs is needs)


def _not_held(subject: Subject) -> int:
    if subject.held is None:
        return 0
    return len(set(subject.by_id) - set(subject.held.knowledge.known))
