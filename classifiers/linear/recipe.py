"""Settings of a training."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of a training; docs/study/classifier.md has the measurements behind the values."""

    #: number of most frequent terms; with 30 outputs a model stays under 20 MB
    max_terms: int = 100_000
    #: weight of an unlabelled paper relative to a decided one
    weak_weight: float = 0.3
    #: weak examples per task, because words show the task well and most of a list has one task
    weak_task: int = 150
    #: examples of a modality are filled up to this; more would teach confusions of the cues.
    #: Techniques get no weak examples, because cues do not show the role of a language model
    weak_modality: int = 20
    #: inverse regularisation of the scope at first, and once the cues have faded
    scope_strength_start: float = 1.0
    scope_strength: float = 3.0
    label_strength: float = 10.0
    #: weight of the taxonomy's unit directions in every score
    scope_pull: float = 20.0
    task_pull: float = 20.0
    #: of every other facet
    label_pull: float = 5.0
    #: added to the pull of tasks and modalities with few examples; beyond `first_examples` of the
    #: facet it falls with their number
    task_pull_first: float = 20.0
    modality_pull_first: float = 15.0
    first_examples: int = 400
    section_pull: float = 10.0
    folds: int = 5
    #: above this many examples only one part is held out, because every fit takes minutes
    fold_limit: int = 4_000
    #: weight of a label's own margin in its probability once the cues have faded; the rest is for
    #: its odds against the other labels
    alone: float = 0.5
    #: share of right suggestions a facet must reach, otherwise it is left open
    precision: float = 0.9
    #: whether cues and stream are used; False is the plain recipe of the study
    weak: bool = True
