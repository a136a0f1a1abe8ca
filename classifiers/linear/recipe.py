"""The settings of a training, with the reason for each value. Numbers only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained. The values were chosen in docs/study/classifier.md."""

    #: the most frequent terms kept; with 30 outputs a model stays under 20 MB
    max_terms: int = 100_000
    #: how much an unlabelled paper counts against a decided one
    weak_weight: float = 0.3
    #: weak examples per task: what a paper does shows plainly in its words, and most of a list
    #: is of one task
    weak_task: int = 150
    #: what a modality's examples are filled up to; more would teach the cues' own confusions.
    #: Techniques get none: no cue tells reliably where a language model takes part
    weak_modality: int = 20
    #: inverse regularisation of the scope when the cues still speak, and when they are silent
    scope_strength_start: float = 1.0
    scope_strength: float = 3.0
    #: inverse regularisation of the labels
    label_strength: float = 10.0
    #: how strongly the taxonomy's words pull on every score (weights of unit directions)
    scope_pull: float = 20.0
    task_pull: float = 20.0
    #: of every other facet
    label_pull: float = 5.0
    #: what is added to the pull of tasks and of modalities while examples are few; beyond
    #: `first_examples` of the facet it falls as their number grows
    task_pull_first: float = 20.0
    modality_pull_first: float = 15.0
    first_examples: int = 400
    section_pull: float = 10.0
    #: parts of the cross-fitting behind every calibration
    folds: int = 5
    #: beyond so many examples one of those parts alone is held out, by hash: numbers abound by
    #: then, and every further fit costs minutes
    fold_limit: int = 4_000
    #: how far a label's probability rests on its own margin once the cues are silent; the rest is
    #: its odds against the other labels
    alone: float = 0.5
    #: the share of right suggestions a facet must keep, or it stays open
    precision: float = 0.9
    #: whether cues and stream teach at all; without them it is the plain recipe of the study
    weak: bool = True
