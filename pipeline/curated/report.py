"""Say what `bootstrap` found: a summary, then what to look at, in groups."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.visible import one_line, shortened
from pipeline.curated.bootstrap import BootstrapReport
from pipeline.curated.findings import Note, Reason, Refusal, Remark
from pipeline.curated.removed import Removal
from pipeline.curated.tally import Tally
from pipeline.runtime.plurals import counted

#: characters of a detail, which may repeat titles
_DETAIL = 1_500
_REASONS = {
    Reason.UNREADABLE: "unreadable entries",
    Reason.TITLE_UNREADABLE: "whose title cannot be read",
    Reason.NO_ID: "without an arXiv id",
    Reason.IMPOSSIBLE_ID: "whose id cannot be one of arXiv's",
    Reason.UNKNOWN_HEADING: "under a heading the taxonomy does not know",
    Reason.UNKNOWN_ID: "unknown at arXiv",
    Reason.UNREADABLE_AT_ARXIV: "unreadable at arXiv",
    Reason.WRONG_ID: "whose id is a paper of another title at arXiv",
    Reason.SHARED_ID: "whose id the list uses for different papers",
}
_REMARKS = {
    Remark.RENAMED: "approved and renamed since",
    Remark.FOUND_BY_TITLE: "approved by title, without an arXiv id in the list",
    Remark.SEVERAL_IDS: "approved with a second id that is another paper",
    Remark.REPEATED: "repeated in the same section",
    Remark.WITHDRAWN: "approved and withdrawn at arXiv",
    Remark.DECIDED_OTHERWISE: "decided otherwise by a person, whose decision stands",
}
_REMOVED = {
    None: "approved by the list, and in it no longer",
    Removal.KEEP: "in the list no longer, and kept as approved",
    Removal.REJECT: "in the list no longer, and rejected",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one title."""

    title: str
    lines: tuple[str, ...]


def summary(report: BootstrapReport) -> tuple[str, ...]:
    """Return the totals, and what to do next where that is not plain."""
    refused = f"{len(report.refused)} {'was' if len(report.refused) == 1 else 'were'} refused"
    were = "was" if report.already == 1 else "were"
    lines = [
        f"Entries: {report.entries}, of which {report.agreed} agree with arXiv and {refused}.",
        f"{counted(report.approved, 'paper')} approved, {report.already} {were} decided before.",
        _account(report.account),
    ]
    if len(report.files) > 1:
        lines.insert(0, f"Files: {', '.join(report.files)}.")
    if report.to_find and report.titles_asked is None:
        number = counted(report.to_find, "entry", "entries")
        lines.append(
            f"{number} without a right id: `living-survey bootstrap --find` asks arXiv by title."
        )
    if report.is_idle:
        lines.append(f"No paper was approved: {_why_idle(report)}.")
    return tuple(lines)


def groups(report: BootstrapReport) -> tuple[Group, ...]:
    """Return every refusal, note and removed paper with its line, by what it is."""
    several = len(report.files) > 1
    return (
        *_grouped(report.refused, ((r, _REASONS[r]) for r in Reason), several=several),
        *_grouped(report.notes, ((r, _REMARKS[r]) for r in Remark), several=several),
        *_removed(report),
        *_left_out(report, several=several),
    )


def _account(account: Tally) -> str:
    """Say where every place that names a paper ended; the numbers add up."""
    named = {"entry": "in entries", "no-id": "without an id", "unreadable": "unreadable"}
    parts = [f"{account.outcomes[key]} {words}" for key, words in named.items()]
    asides = ", ".join(f"{reason} {number}" for reason, number in account.asides.items())
    parts.append(f"{account.outcomes['aside']} in no entry" + (f" ({asides})" if asides else ""))
    places = counted(account.places, "place")
    return (
        f"The list names {counted(account.ids, 'arXiv id')}, and papers in {places}:"
        f" {', '.join(parts)}, {account.silent} unaccounted."
    )


def _left_out(report: BootstrapReport, *, several: bool) -> Iterator[Group]:
    lines = [
        one_line(f"{where}: {one.reason}: {shortened(one.text)}")
        for one in report.account.left_out
        for where in (_where(one.file, one.line, several=several),)
    ]
    if lines:
        yield Group(f"{len(lines)} that name papers and are no entries", tuple(lines))


def _why_idle(report: BootstrapReport) -> str:
    counts = Counter(refusal.reason for refusal in report.refused)
    if not counts:
        return "the list has no entry"
    reasons = (f"{number} {_REASONS[reason]}" for reason, number in counts.most_common())
    return f"of {counted(report.entries, 'entry', 'entries')}, {', '.join(reasons)}"


def _grouped(
    items: Iterable[Refusal] | Iterable[Note],
    titles: Iterable[tuple[Reason | Remark, str]],
    *,
    several: bool,
) -> Iterator[Group]:
    for kind, title in titles:
        lines = tuple(_line(item, several=several) for item in items if _kind(item) is kind)
        if lines:
            yield Group(f"{len(lines)} {title}", lines)


def _kind(item: Refusal | Note) -> Reason | Remark:
    return item.reason if isinstance(item, Refusal) else item.remark


def _where(file: str, line: int, *, several: bool) -> str:
    return f"{file}, line {line}" if several else f"line {line}"


def _line(item: Refusal | Note, *, several: bool) -> str:
    where = _where(item.file, item.line, several=several)
    title = shortened(item.title)
    paper = f"{item.arxiv_id} {title}" if item.arxiv_id else title
    return one_line(f"{where}: {paper}: {shortened(item.detail, _DETAIL)}")


def _removed(report: BootstrapReport) -> Iterator[Group]:
    if not report.removed:
        return
    lines = [one_line(f"{one.arxiv_id} {one.title}") for one in report.removed]
    if report.removal is None:
        lines.append("They stay approved until you say otherwise:")
        lines.append("`living-survey bootstrap --removed reject` or `--removed keep`")
    yield Group(f"{len(report.removed)} {_REMOVED[report.removal]}", tuple(lines))
