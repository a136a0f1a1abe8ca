"""Find which labels of a known vocabulary a section's headings name."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.text import tokens
from config.taxonomy import Label, Taxonomy

#: share of sections that must be named completely
FITS = 0.5


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels named by the headings of one section."""

    task: str | None
    modality: str | None
    technique: str | None
    #: including a modality if the task carries one
    whole: bool


def vocabulary_fits(found: Sequence[Labels]) -> bool:
    """Say whether enough sections are named by the vocabulary."""
    return sum(labels.whole for labels in found) >= FITS * len(found)


def labels_of(path: Sequence[str], vocabulary: Taxonomy) -> Labels:
    """Return the labels that a section's headings name, the innermost heading first.

    A word names one label only: "Audio-Video" under "Video Generation" is the technique.
    """
    headings = [_singulars(heading) for heading in reversed(path)]
    found: dict[str, str] = {}
    for facet in ("technique", "task", "modality"):
        labels = [label for f in vocabulary.facets if f.name == facet for label in f.labels]
        phrases = sorted(
            ((phrase, label) for label in labels for phrase in _phrases(label)),
            key=lambda pair: -len(pair[0]),
        )
        name = _first(headings, phrases)
        if name is not None:
            found[facet] = name
    carries = next(
        (
            label.carries
            for label in vocabulary.facet("task").labels
            if label.name == found.get("task")
        ),
        (),
    )
    kept = {facet: found.get(facet) for facet in ("modality", "technique") if facet in carries}
    return Labels(
        task=found.get("task"),
        modality=kept.get("modality"),
        technique=kept.get("technique"),
        whole="task" in found and ("modality" not in carries or "modality" in found),
    )


def _first(headings: list[list[str]], phrases: Sequence[tuple[list[str], Label]]) -> str | None:
    for heading in headings:
        for phrase, label in phrases:
            for start in range(len(heading) - len(phrase) + 1):
                if heading[start : start + len(phrase)] == phrase:
                    heading[start : start + len(phrase)] = [""] * len(phrase)
                    return label.name
    return None


def _phrases(label: Label) -> list[list[str]]:
    """Return the name, and the first word of the English one."""
    name = _singulars(label.name)
    return [name, _singulars(label.names["en"])[:1]] if len(name) == 1 else [name]


def _singulars(text: str) -> list[str]:
    return [word.removesuffix("s") for word in tokens(text)]
