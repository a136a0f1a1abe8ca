"""What makes a rule act: signals that say of a paper that it is outside.

A signal says outside, inside, or nothing where what it needs is missing. A rule acts only if every
signal it asks says outside. Their meaning is part of a rule's fingerprint: raise `VERSION` in
`fitness.py` when one changes, and every replay is void.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.cues import CueIndex, cue_index
from classifiers.types import Document
from config.rules_schema import Rule
from config.taxonomy import Taxonomy
from pipeline.review.rulings.near import Likeness, Precedent, near_rulings
from storage.types import Verdict

#: True: outside; False: inside; None: not known
Said = bool | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a paper; None: missing."""

    document: Document
    primary_category: str | None
    #: probability of the scope by a model that did not learn from the paper
    in_scope: float | None


class Signals:
    """Reads the signals of papers."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        *,
        likeness: Likeness | None = None,
        precedents: Sequence[Precedent] = (),
    ) -> None:
        self._cues: CueIndex = cue_index(taxonomy)
        self._likeness = likeness
        self._precedents = precedents

    def read(self, rule: Rule, seen: Seen) -> Mapping[str, Said]:
        """Return what each signal that a rule asks says of a paper."""
        readers = {
            "model": self._model,
            "category": self._category,
            "words": self._words,
            "ruling": self._ruling,
        }
        return {name: readers[name](rule, seen) for name in rule.signals}

    def _model(self, rule: Rule, seen: Seen) -> Said:
        return None if seen.in_scope is None else seen.in_scope < rule.scope_below / 100

    def _category(self, rule: Rule, seen: Seen) -> Said:
        if not seen.primary_category:
            return None
        return seen.primary_category not in rule.outside_categories

    def _words(self, _rule: Rule, seen: Seen) -> Said:
        if not seen.document.abstract.strip():
            return None
        return not any(self._cues.found(seen.document).values())

    def _ruling(self, _rule: Rule, seen: Seen) -> Said:
        """Ask the nearest ruling on another paper, because a replay must not ask a paper's own."""
        others = [one for one in self._precedents if one.ruling.arxiv_id != seen.document.key]
        if self._likeness is None or not others:
            return None
        near = near_rulings(self._likeness, seen.document, others, None)
        if not near or not near[0].is_near:
            return False
        return near[0].ruling.verdict is Verdict.REJECTED


def acts(said: Mapping[str, Said]) -> bool:
    """Return whether a rule acts: every signal says outside, and none is missing."""
    return bool(said) and all(each is True for each in said.values())
