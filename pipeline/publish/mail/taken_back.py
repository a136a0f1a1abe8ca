"""Find papers of an issue that were taken back since it was published, and leave them out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.publish.digest.types import CorrectedPaper, Entry
from pipeline.publish.mail.issue_files import IssueFiles, IssueNotMailedError
from pipeline.publish.mail.issue_record import MailIssue
from pipeline.runtime.plurals import some_of
from storage.store import Store
from storage.types import Verdict

#: kinds of corrections of the digest
WITHDRAWN, TAKEN_BACK = "withdrawn", "taken_back"
_SAID = {TAKEN_BACK: "no longer approved", WITHDRAWN: "withdrawn at arXiv"}


class TakenBackError(IssueNotMailedError):
    """A paper of the issue was taken back since; the published files cannot say so."""

    def __init__(self, gone: Mapping[str, str]) -> None:
        said = []
        for kind, words in _SAID.items():
            names = [key for key, what in gone.items() if what == kind]
            if names:
                said.append(f"{some_of(names)} {'is' if len(names) == 1 else 'are'} {words}")
        super().__init__(
            f"{' and '.join(said)} since the issue was published.",
            hint="`living-survey mail send --corrected` sends the others, names these as taken back"
            " and leaves out who has the mail; `living-survey mail preview --corrected` shows it.",
        )


def taken_back(store: Store, issues: Sequence[IssueFiles]) -> dict[str, str]:
    """Return the papers that are no longer approved or withdrawn at arXiv, by ID, with which."""
    ids = dict.fromkeys(key for one in issues for key in one.papers)
    standing, stored = store.decisions.standing(ids), store.papers.get_many(ids)
    approved = {key for key, one in standing.items() if one.verdict is Verdict.APPROVED}
    withdrawn = {key for key, one in stored.items() if one.paper.withdrawn}
    return {
        key: WITHDRAWN if key in withdrawn else TAKEN_BACK
        for key in ids
        if key in withdrawn or key not in approved
    }


def without(issue: MailIssue, gone: Mapping[str, str]) -> MailIssue:
    """Return an issue that names these papers as taken back instead of listing them."""
    digest = issue.digest
    named = [entry for entry in digest.entries if entry.arxiv_id in gone]
    if not named:
        return issue
    groups = (
        replace(group, entries=tuple(e for e in group.entries if e.arxiv_id not in gone))
        for group in digest.groups
    )
    told = {
        kind: tuple(
            _told(entry, kind, str(digest.week)) for entry in named if gone[entry.arxiv_id] == kind
        )
        for kind in _SAID
    }
    left = replace(
        digest,
        groups=tuple(group for group in groups if group.entries),
        highlights=tuple(one for one in digest.highlights if one.entry.arxiv_id not in gone),
        withdrawn=(*digest.withdrawn, *told[WITHDRAWN]),
        corrections=(*told[TAKEN_BACK], *digest.corrections),
    )
    return replace(issue, digest=left, taken_back=len(named))


def _told(entry: Entry, kind: str, issue: str) -> CorrectedPaper:
    return CorrectedPaper(entry.arxiv_id, entry.title, entry.url, (kind,), issue=issue)
