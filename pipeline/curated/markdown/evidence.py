"""Find arXiv's titles in the words of a block."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.curated.agreement import Known
from pipeline.curated.comparison.words import words_of

#: a title of fewer letters may stand in any text
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Evidence:
    """A title of a paper that stands in a block naming the paper's ID."""

    arxiv_id: str
    title: str
    #: words compared
    key: str

    def proves(self, text: str) -> bool:
        """Say whether a text is this title."""
        return text == self.title or words_of(text) == self.key


def find_evidence(
    words: str, arxiv_ids: Iterable[str], known: Mapping[str, Known]
) -> tuple[Evidence, ...]:
    """Return the titles, current or former, that stand in `words`."""
    found = []
    if not known:
        return ()
    within = ""
    for arxiv_id in dict.fromkeys(arxiv_ids):
        if arxiv_id not in known:
            continue
        within = within or f" {words_of(words)} "
        for title in known[arxiv_id].titles:
            key = words_of(title)
            if len(key) >= _SHORTEST and f" {key} " in within:
                found.append(Evidence(arxiv_id, title, key))
                break
    return tuple(found)
