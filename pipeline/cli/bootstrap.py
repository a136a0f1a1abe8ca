"""What became of the curated list, for a terminal: the sums, then every refusal with its line."""

from collections import Counter

from pipeline.cli.console import printable
from pipeline.curated.bootstrap import BootstrapReport
from pipeline.curated.plan import Reason, Refusal
from pipeline.runtime.plurals import counted

_REASONS = {
    Reason.UNREADABLE: "unreadable entries",
    Reason.NO_ID: "without an arXiv id",
    Reason.UNKNOWN_HEADING: "under a heading the taxonomy does not know",
    Reason.UNKNOWN_ID: "unknown at arXiv",
    Reason.UNREADABLE_AT_ARXIV: "unreadable at arXiv",
    Reason.WRONG_ID: "whose id is another paper",
    Reason.SHARED_ID: "whose id the list uses for different papers",
}


def seeding_text(report: BootstrapReport) -> str:
    """Return the report as lines."""
    agreed = f"{report.agreed} agree with arXiv and {len(report.refused)} were refused"
    lines = [
        f"Entries: {report.entries}, of which {agreed}.",
        f"{counted(report.approved, 'paper')} approved, {report.already} were decided before.",
    ]
    if not report.entries:
        lines.append("An entry is a bullet that begins with a title in bold or as a link.")
    counts = Counter(refusal.reason for refusal in report.refused)
    for reason in Reason:
        if counts[reason]:
            lines += ["", f"{counts[reason]} {_REASONS[reason]}"]
            lines += [
                f"  line {item.line}: {_shown(item)}"
                for item in report.refused
                if item.reason == reason
            ]
    return "\n".join(lines)


def _shown(item: Refusal) -> str:
    text = f"{item.arxiv_id} {item.title}" if item.arxiv_id else item.title
    return printable(f"{text}: {item.detail}".replace("\n", " "))
