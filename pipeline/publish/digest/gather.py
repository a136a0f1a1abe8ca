"""Read from the database what one week's issue is made of. It reads decisions, not predictions."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.publish.digest.corrections import CHANGES, Before, week_corrections
from pipeline.publish.digest.trend import weeks_before
from pipeline.publish.digest.types import NOT_MADE, CorrectedPaper, Made
from pipeline.publish.digest.week import Week
from storage.highlights import Highlight
from storage.issue_types import IssueEdits
from storage.store import Store
from storage.translations import Translation
from storage.types import LIST_REVIEWER, RULE_PREFIX, ApprovedPaper, Verdict
from storage.weeks import PastDecision, PastIssue, VersionDates

_EVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IssueSource:
    """What is known of one week."""

    week: Week
    preliminary: bool = False
    listed: tuple[ApprovedPaper, ...] = ()
    #: approved in the week and withdrawn at arXiv before the issue went out
    withdrawn: tuple[ApprovedPaper, ...] = ()
    corrections: tuple[CorrectedPaper, ...] = ()
    #: approved in the eight weeks before
    before: tuple[ApprovedPaper, ...] = ()
    dates: Mapping[str, VersionDates] = field(default_factory=dict)
    highlights: Mapping[str, tuple[Highlight, ...]] = field(default_factory=dict)
    #: of titles, by machine
    translations: Mapping[str, Translation] = field(default_factory=dict)
    made: Made = NOT_MADE
    #: the issue before, such as `2026-W11`; empty: none
    previous: str = ""
    edits: IssueEdits | None = None


def target_of(week: Week) -> str:
    """Return the name under which the issue of a week is published."""
    return f"digest:{week}"


def gather(
    store: Store,
    week: Week,
    *,
    in_scope_reasons: Collection[str] = (),
    preliminary: bool = False,
    edits: IssueEdits | None = None,
) -> IssueSource:
    """Read the source of a week's issue.

    An issue that was published keeps its papers and its figures, also if it has none: what came
    after its first publication does not count. Before that, papers withdrawn at arXiv, approvals
    that no longer stand and papers approved already before the week are left out.
    """
    issues = store.weeks.issues()
    published = issues.get(target_of(week))
    known_at = published.published_at if published else _EVER
    issues = {key: one for key, one in issues.items() if one.published_at <= known_at}
    # Entries of the list are left out: readers have them, and importing the list later must not
    # change the issue of an old week.
    approved = [
        paper
        for paper in store.decisions.approved_between(week.start, week.end)
        if paper.reviewer != LIST_REVIEWER
    ]
    earlier = _approved(store.weeks.standing(week.start))
    at_end = store.weeks.standing(week.end)
    eight_weeks = next(iter(weeks_before(week)), week).start
    before = [
        paper
        for paper in store.decisions.approved_between(eight_weeks, week.start)
        if paper.reviewer != LIST_REVIEWER
    ]
    gone = _withdrawn(store, [paper.arxiv_id for paper in (*before, *approved)], known_at)
    if published:
        listed = [paper for paper in approved if paper.arxiv_id in published.papers]
    else:
        still = _approved(store.weeks.standing(_EVER))
        listed = [
            paper
            for paper in approved
            if paper.arxiv_id in still
            and paper.arxiv_id not in gone
            and paper.arxiv_id not in earlier
        ]
        out = _decided_anew(store, listed, _in_issues(issues, week.end), issues)
        listed = [paper for paper in listed if paper.arxiv_id not in out]
    ids = {paper.arxiv_id for paper in listed}
    unlisted = [p for p in approved if p.arxiv_id not in ids and p.arxiv_id not in earlier]
    changes = store.changes.between(week.start, week.end, CHANGES)
    decided = [
        one
        for one in at_end
        if one.decided_at >= week.start
        and one.reviewer != LIST_REVIEWER
        and not one.reviewer.startswith(RULE_PREFIX)
        and not (one.verdict is Verdict.APPROVED and one.arxiv_id in earlier)
    ]
    in_issues = _in_issues(issues, week.end)
    previous = max((key for key in issues if key < target_of(week)), default="")
    return IssueSource(
        week=week,
        preliminary=preliminary,
        listed=tuple(listed),
        withdrawn=tuple(paper for paper in unlisted if paper.arxiv_id in gone),
        corrections=week_corrections(
            week,
            changes,
            Before(
                earlier,
                {one.arxiv_id: one for one in at_end},
                ids,
                in_issues,
                _named_until(earlier, in_issues, issues),
            ),
            (
                *store.enrichment.first_between("retraction", "retracted", week.start, week.end),
                *store.enrichment.first_between(
                    "venue", "published", week.start, week.end, after="none"
                ),
            ),
        ),
        before=tuple(paper for paper in before if _is_counted(paper, issues, gone)),
        dates=store.weeks.dates(ids),
        highlights=store.highlights.of(ids, at=None if known_at == _EVER else known_at),
        translations=store.translations.of(
            "title", "zh", sorted(ids), at=None if known_at == _EVER else known_at
        ),
        made=_made(store, week, decided, in_scope_reasons, known_at),
        previous=previous.partition(":")[2],
        edits=edits,
    )


def _approved(decisions: Sequence[PastDecision]) -> dict[str, PastDecision]:
    return {one.arxiv_id: one for one in decisions if one.verdict is Verdict.APPROVED}


def _decided_anew(
    store: Store,
    papers: Sequence[ApprovedPaper],
    in_issues: Mapping[str, str],
    issues: Mapping[str, PastIssue],
) -> set[str]:
    """Return the papers that an issue listed whose decisions an older, restored database lacks.

    They were decided again since; an issue that is out has them already.
    """
    again = [paper.arxiv_id for paper in papers if paper.arxiv_id in in_issues]
    histories = store.decisions.histories(again)
    return {
        one
        for one in again
        if all(made.decided_at > issues[in_issues[one]].published_at for made in histories[one])
    }


def _in_issues(issues: Mapping[str, PastIssue], before: datetime) -> dict[str, str]:
    """Return the first issue that listed each paper, of those published before an instant."""
    found: dict[str, str] = {}
    for target, issue in sorted(issues.items()):
        if issue.published_at < before:
            for arxiv_id in issue.papers:
                found.setdefault(arxiv_id, target)
    return found


def _named_until(
    earlier: Mapping[str, PastDecision],
    in_issues: Mapping[str, str],
    issues: Mapping[str, PastIssue],
) -> dict[str, datetime]:
    """Return papers that no issue listed, and when that of the week of their approval went out.

    It named those that were withdrawn by then.
    """
    named: dict[str, datetime] = {}
    for arxiv_id, one in earlier.items():
        issue = issues.get(target_of(Week.of(one.decided_at)))
        if issue and arxiv_id not in in_issues and one.reviewer != LIST_REVIEWER:
            named[arxiv_id] = issue.published_at
    return named


def _is_counted(
    paper: ApprovedPaper, issues: Mapping[str, PastIssue], gone: Collection[str]
) -> bool:
    """Say whether a paper counts in the trend: as its issue listed it, else if not withdrawn."""
    issue = issues.get(target_of(Week.of(paper.decided_at)))
    return paper.arxiv_id in issue.papers if issue else paper.arxiv_id not in gone


def _withdrawn(store: Store, ids: Sequence[str], at: datetime) -> set[str]:
    """Return the papers that were withdrawn at an instant."""
    found = set(store.papers.withdrawn(ids))
    asked = set(ids)
    later = store.changes.between(at, _EVER, ("withdrawn", "restored")) if at < _EVER else []
    for change in reversed(later):
        if change.arxiv_id not in asked or change.seen_at == at:
            continue
        if change.kind == "restored":
            found.add(change.arxiv_id)
        else:
            found.discard(change.arxiv_id)
    return found


def _made(
    store: Store,
    week: Week,
    decided: Sequence[PastDecision],
    in_scope_reasons: Collection[str],
    known_at: datetime,
) -> Made:
    by_verdict = Counter(one.verdict for one in decided)
    reasons = Counter(one.reason or "" for one in decided if one.verdict is Verdict.REJECTED)
    first, last = week.first_day, week.last_day
    return Made(
        announced=store.weeks.announced(first, last, known_at=known_at),
        reviewed=len(decided),
        approved=by_verdict[Verdict.APPROVED],
        rejected=by_verdict[Verdict.REJECTED],
        deferred=by_verdict[Verdict.DEFERRED],
        reasons=tuple(sorted(reasons.items(), key=lambda one: (-one[1], not one[0], one[0]))),
        in_scope=by_verdict[Verdict.APPROVED]
        + sum(number for code, number in reasons.items() if code in in_scope_reasons),
        waiting=store.weeks.waiting(week.end),
        days=tuple(store.weeks.days(first, last, known_at=known_at)),
    )
