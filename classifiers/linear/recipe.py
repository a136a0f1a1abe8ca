"""Settings of a training."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of a training; docs/study/classifier.md has the measurements."""

    #: the most frequent are kept; bounds the model's size
    max_terms: int = 100_000
    #: of an unlabelled paper with a weak label relative to a decided one
    weak_weight: float = 0.3
    #: of an unlabelled paper in the scope, before decisions calibrate it and after
    stream_weight_first: float = 0.3
    stream_weight: float = 0.1
    #: of an unlabelled paper in the regression that takes all of them for rejections
    stream_rejected: float = 0.3
    weak_task: int = 150
    #: examples of a modality are filled up to this; more would teach confusions of the cues
    weak_modality: int = 20
    #: those of a technique that one task alone has, such as attacks. Others get none, because cues
    #: do not show the role of a language model
    weak_technique: int = 20
    #: inverse regularisation
    scope_strength: float = 3.0
    label_strength: float = 10.0
    #: weight of the taxonomy's unit directions in every score
    scope_pull: float = 20.0
    task_pull: float = 20.0
    #: of every other facet
    label_pull: float = 5.0
    #: added for facets with few examples; falls beyond `first_examples`
    task_pull_first: float = 20.0
    modality_pull_first: float = 15.0
    first_examples: int = 400
    section_pull: float = 10.0
    #: of a section's cue words among the sections of its task
    words_pull: float = 20.0
    folds: int = 5
    #: above this many examples one part is held out, because every fit takes minutes
    fold_limit: int = 4_000
    #: weight of a label's own margin once the cues have faded; the rest compares labels
    alone: float = 0.5
    #: share of right suggestions that a facet must reach
    precision: float = 0.9
    #: False is the plain recipe without cues and stream
    weak: bool = True


#: settings that older models do not name, with the values that train as those models were trained
ADDED_SETTINGS = {"weak_technique": 0}
