"""What a reviewer must know of a paper besides its text: no abstract, or it may be there twice."""

from collections.abc import Mapping, Sequence

from storage.store import Store
from storage.types import Paper, Verdict
from storage.work_keys import said_of_others

NO_ABSTRACT = "arXiv has no abstract"


def remarks_on(
    store: Store, papers: Sequence[Paper], keys: Mapping[str, int | None] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the remarks of each paper that has any, for one line each.

    `keys` are those of the papers' titles; None: they are read.
    """
    twins = store.twins.of(papers, keys)
    said = {paper.arxiv_id: tuple(said_of_others(paper)) for paper in papers}
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


def _state(verdict: Verdict | None) -> str:
    return str(verdict) if verdict else "not decided"
