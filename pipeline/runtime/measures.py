"""Hold numbers for monitoring: what is measured, and its values by label."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One value, and the labels that tell it from the others of its measure."""

    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that goes up and down; times are seconds since 1970, sizes bytes."""

    #: without the prefix of the program
    name: str
    #: one sentence
    help: str
    samples: tuple[Sample, ...]
    #: of every sample, in order
    label_names: tuple[str, ...] = ()


ReadMeasures = Callable[[], Sequence[Measure]]


def measure(name: str, text: str, value: float) -> Measure:
    """Return a measure with one value."""
    return Measure(name, text, (Sample(value, {}),))


def measured_by(name: str, text: str, label: str, values: Mapping[str, float]) -> Measure:
    """Return a measure with a value for each value of a label."""
    samples = tuple(Sample(value, {label: key}) for key, value in values.items())
    return Measure(name, text, samples, (label,))
