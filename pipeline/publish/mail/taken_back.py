"""Refuse to mail an issue with a paper that was taken back since it was published."""

import json
from collections.abc import Sequence

from pipeline.publish.mail.issue_files import IssueFiles, IssueNotMailedError
from pipeline.runtime.plurals import some_of
from storage.store import Store
from storage.types import Verdict


def check_standing(store: Store, issues: Sequence[IssueFiles]) -> None:
    """Raise IssueNotMailedError unless every paper is still approved and not withdrawn at arXiv.

    The published files stay as they are, so a mail made from them could not say so.
    """
    documents = [json.loads(one.files[f"{one.week}.json"]) for one in issues]
    ids = dict.fromkeys(
        paper["arxiv_id"]
        for document in documents
        for group in document["groups"]
        for paper in group["papers"]
    )
    standing, stored = store.decisions.standing(ids), store.papers.get_many(ids)
    approved = {key for key, one in standing.items() if one.verdict is Verdict.APPROVED}
    withdrawn = {key for key, one in stored.items() if one.paper.withdrawn}
    for gone, what in (
        ([key for key in ids if key not in approved], "no longer approved"),
        ([key for key in ids if key in withdrawn], "withdrawn at arXiv"),
    ):
        if gone:
            raise IssueNotMailedError(
                f"{some_of(gone)} {'is' if len(gone) == 1 else 'are'} {what} since the issue was"
                " published.",
                hint="Publish and send the next issue, whose corrections say so.",
            )
