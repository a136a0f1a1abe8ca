"""Explain scores before the first training: which cue words were found, and where.

The scope's score is its log-odds, a label's is its evidence before normalisation within the facet;
the sums are those of `classifiers/cues.py`.
"""

from collections.abc import Iterable, Sequence

from classifiers.cues import (
    EVIDENCE_CAP,
    LABEL_SLOPE,
    OWN_INTERCEPT,
    SCOPE_INTERCEPT,
    SCOPE_KINDS,
    SCOPE_SLOPE,
    SECTION_SHARE,
    CueClassifier,
    CueKey,
    cue_index,
)
from classifiers.linear.targets import SECTION, own_sections
from classifiers.terms import Span, TermShare, as_written
from classifiers.text import places, readable, tokens
from classifiers.types import Document
from config.taxonomy import Taxonomy
from pipeline.learn.explain.breakdown import Reasons, ScoreBreakdown
from pipeline.learn.explain.decided import LiveDecisions
from pipeline.learn.explain.outline import SCOPE, Key, heading, outline

#: by cue, its evidence
Found = dict[str, float]


class CueExplainer:
    """Explains the scores of the cue classifier; it has no neighbours."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._classifier = CueClassifier(taxonomy)
        self._index = cue_index(taxonomy)
        self.model_id = self._classifier.model_id
        self.seen = 0
        own = own_sections(taxonomy)
        self._parts: dict[str, list[Key]] = {
            section.id: [*section.labels, *([(SECTION, section.id)] if section in own else [])]
            for section in taxonomy.sections
        }

    def reasons(
        self,
        document: Document,
        *,
        sections: Sequence[str] | None = None,
        live: LiveDecisions | None = None,  # noqa: ARG002  same interface as ModelExplainer
        reviewer: str = "",  # noqa: ARG002
    ) -> Reasons:
        """Return the cues found and their sums."""
        [scores] = self._classifier.predict([document])
        outlined = outline(scores, self._parts, sections, self._taxonomy)
        by_number = self._index.found(document)
        found = {key: by_number.get(n, {}) for n, key in enumerate(self._index.keys)}
        where = _Text(document)
        return Reasons(
            model_id=self.model_id,
            trained=False,
            breakdowns=tuple(
                self._breakdown(key, outlined.probabilities.get(key), found, where)
                for key in outlined.keys
            ),
            bases=outlined.bases,
        )

    def nearness(self, document: Document, others: Sequence[Document]) -> tuple[float, ...]:  # noqa: ARG002
        """Return 0 for each: only a model knows which terms matter."""
        return (0.0,) * len(others)

    def _breakdown(
        self, key: Key, probability: float | None, found: dict[CueKey, Found], where: "_Text"
    ) -> ScoreBreakdown:
        if key == SCOPE:
            base, parts = SCOPE_INTERCEPT, self._scope_parts(found)
        elif key[0] == SECTION:
            base, parts = OWN_INTERCEPT, [(found[CueKey(*key)], LABEL_SLOPE)]
        else:
            base, parts = 0.0, self._label_parts(key, found)
        values: Found = {}
        for cues, slope in parts:
            total = sum(cues.values())
            scale = slope * min(1.0, EVIDENCE_CAP / total) if total else 0.0
            for cue, evidence in cues.items():
                values[cue] = values.get(cue, 0.0) + evidence * scale
        ranked = sorted(values.items(), key=lambda each: (-each[1], each[0]))
        return ScoreBreakdown(
            kind=key[0],
            name=key[1],
            heading=heading(key, self._taxonomy),
            probability=probability,
            score=base + sum(values.values()),
            base=base,
            shares=tuple(where.share(cue, value) for cue, value in ranked),
        )

    def _scope_parts(self, found: dict[CueKey, Found]) -> list[tuple[Found, float]]:
        """Return the strongest key of each kind that counts for the scope."""
        return [
            (_best(cues for key, cues in found.items() if key.facet == kind), SCOPE_SLOPE)
            for kind in SCOPE_KINDS
        ]

    def _label_parts(self, key: Key, found: dict[CueKey, Found]) -> list[tuple[Found, float]]:
        """Return a label's own cues and those of its best section."""
        of_sections = (
            found[CueKey(SECTION, section.id)]
            for section in self._taxonomy.sections
            if key in section.labels
        )
        return [
            (found[CueKey(*key)], LABEL_SLOPE),
            (_best(of_sections), LABEL_SLOPE * SECTION_SHARE),
        ]


class _Text:
    """Finds cues in a paper's title and abstract."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._fields = {
            "title": list(places(readable(document.title))),
            "abstract": list(places(readable(document.abstract))),
        }

    def share(self, cue: str, value: float) -> TermShare:
        """Return a cue's share with its spans."""
        where, paper = self.places(cue), self._document
        return TermShare(cue, as_written(cue, where, paper.title, paper.abstract), value, where)

    def places(self, cue: str) -> tuple[Span, ...]:
        """Return the spans of a cue or its plural."""
        *front, last = tokens(cue)
        found = []
        for field, words in self._fields.items():
            for start in range(len(words) - len(front)):
                run = words[start : start + len(front) + 1]
                named = [word for word, _, _ in run]
                if named[:-1] == front and named[-1] in {last, f"{last}s"}:
                    found.append(Span(field, run[0][1], run[-1][2]))
        return tuple(found)


def _best(found: Iterable[Found]) -> Found:
    return max(found, key=lambda cues: min(EVIDENCE_CAP, sum(cues.values())), default={})
