"""What a reviewer must know of a paper besides its text: no abstract, or it may be there twice."""

import re
from collections.abc import Iterator, Sequence

from storage.arxiv_id import find_arxiv_ids
from storage.store import Store
from storage.types import Paper, Verdict

NO_ABSTRACT = "arXiv has no abstract"
#: characters read of a comment
_READ = 1_000
#: characters between "duplicate of" and the ID
_NEAR = 60
_SAYS = re.compile(
    r"\b(?:duplicates?|replace[sd]?|supersede[sd]?|subsume[sd]?|merged (?:with|into)|same as"
    r"|also (?:submitted|available|posted|appeared) as|identical (?:to|with)|in favou?r of"
    r"|new(?:er)? version of)\b",
    re.IGNORECASE,
)


def remarks_on(store: Store, papers: Sequence[Paper]) -> dict[str, tuple[str, ...]]:
    """Return the remarks of each paper that has any, for one line each."""
    twins = store.twins.of(papers)
    said = {paper.arxiv_id: tuple(_said(paper)) for paper in papers}
    named = {key for pairs in said.values() for _, key in pairs}
    standing = store.decisions.standing(named) if named else {}
    held = store.papers.held(named) if named else set()

    def state(key: str) -> str:
        decision = standing.get(key)
        return _state(decision.verdict if decision else None) if key in held else "not held"

    remarks = {
        paper.arxiv_id: (
            *([] if paper.abstract else [NO_ABSTRACT]),
            *(
                f"same title as {twin.arxiv_id}, {_state(twin.verdict)}"
                for twin in twins.get(paper.arxiv_id, ())
            ),
            *(
                f'its comment says "{words}" ({key} is {state(key)})'
                for words, key in said[paper.arxiv_id]
            ),
        )
        for paper in papers
    }
    return {key: each for key, each in remarks.items() if each}


def _said(paper: Paper) -> Iterator[tuple[str, str]]:
    """Yield what the comment says of another ID, and the ID."""
    comment = (paper.comment or "")[:_READ]
    for found in find_arxiv_ids(comment, bare=True):
        start = max(found.start - _NEAR, 0)
        phrases = list(_SAYS.finditer(comment, start, found.start))
        if phrases and found.id.base != paper.arxiv_id:
            yield comment[phrases[-1].start() : found.end], found.id.base


def _state(verdict: Verdict | None) -> str:
    return str(verdict) if verdict else "not decided"
