"""Say what scoring a corpus would take, from a sample scored by one worker; nothing is written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from config.errors import UsageError
from pipeline.learn.corpus.columns import Columns
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.reading import partitions
from pipeline.learn.corpus.sample import Measured, measure
from pipeline.learn.corpus.walk import FoundFile
from pipeline.runtime.executors import open_workers
from pipeline.runtime.services import Services

#: partitions of a sample, evenly over the corpus
SAMPLED = 8
#: for which the time is said
WORKERS = (1, 2, 4, 8, 16, 32, 64)
#: standard normal and t quantiles would differ by little from seven degrees of freedom on, and a
#: sample has more values; of fewer, this much more of the spread
_T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36}
_NORMAL = 2.0
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the 95 % interval of it."""

    low: float
    mean: float
    high: float

    def times(self, factor: float) -> "Interval":
        """Return the interval of a multiple."""
        return Interval(self.low * factor, self.mean * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Plan:
    """What scoring a corpus would take."""

    corpus: str
    model_id: str
    partitions: int
    bytes: int
    sampled_partitions: int
    sampled_works: int
    #: of the corpus by the sample, or as given
    works: Interval
    #: of one worker, reading, scoring and packing the scores
    works_per_second: Interval
    #: the largest resident size of the worker, with the model
    memory_megabytes: int
    #: (workers, hours), if n workers are n times as fast, for at most one worker a partition
    hours: tuple[tuple[int, Interval], ...]
    scores_gigabytes: Interval


def plan_corpus(
    services: Services,
    corpus: Place,
    *,
    columns: Columns,
    candidates_from: int,
    works: int | None = None,
) -> Plan:
    """Score the first works of some partitions, and return what all would take.

    Args:
        services: the model, the settings of the workers.
        corpus: a file, or a directory of files.
        columns: of the corpus.
        candidates_from: in percent: the texts of works this likely are written too.
        works: for so many instead of those of the corpus.

    Raises:
        UsageError: there is no partition, or no work in the sample.
        ModelError: the model in use cannot be used.
        PartitionError: a partition of the sample cannot be read.
    """
    found = partitions(corpus, corpus.files())
    chosen = _spread(found)
    current = services.models.check_current(services.taxonomy)
    runtime = services.settings.runtime
    if runtime.executor == "inline":  # a process of its own tells its memory from this one's
        runtime = runtime.model_copy(update={"executor": "processes"})
    runtime = runtime.model_copy(update={"workers": 1})
    measured: list[list[Measured]] = []
    with open_workers(runtime, current.packed().load) as workers:
        for file in chosen:
            work = workers.executor.submit(
                measure, workers.key, corpus, file, columns, candidates_from
            )
            measured.append(work.result())
    groups = [each for each in measured if each]
    if not groups:
        raise UsageError(
            f"{corpus.address} holds no works in the sample.", hint="Check --corpus and --column."
        )
    return planned(groups, corpus.address, current.model_id, [file.bytes for file in found], works)


def planned(
    groups: Sequence[Sequence[Measured]],
    corpus: str,
    model_id: str,
    sizes: Sequence[int],
    works: int | None,
) -> Plan:
    """Return the plan of a sample.

    Args:
        groups: of each sampled partition, what its blocks of works took.
        corpus: its address.
        model_id: of the model.
        sizes: bytes of every partition.
        works: for so many instead of those of the corpus.
    """
    # Works of one partition resemble each other, so that several partitions vary more.
    values = (
        [_sum(group) for group in groups] if len(groups) > 2 else [m for g in groups for m in g]
    )
    total = sum(sizes)
    drawn = min(1.0, sum(one.source_bytes for one in values) / total)
    if works is None:
        per_byte = [(one.works, one.source_bytes) for one in values]
        many = ratio(per_byte, drawn).times(total)
        whole = ratio([(one.seconds, one.source_bytes) for one in values]).times(total)
        stored = ratio([(one.scores_bytes, one.source_bytes) for one in values], drawn).times(total)
        most = len(sizes)
    else:
        many = Interval(works, works, works)
        whole = ratio([(one.seconds, one.works) for one in values]).times(works)
        stored = ratio([(one.scores_bytes, one.works) for one in values]).times(works)
        most = max(WORKERS)
    return Plan(
        corpus=corpus,
        model_id=model_id,
        partitions=len(sizes),
        bytes=total,
        sampled_partitions=len(groups),
        sampled_works=sum(one.works for group in groups for one in group),
        works=many,
        works_per_second=ratio([(one.works, one.seconds) for one in values]),
        memory_megabytes=max(one.peak_megabytes for group in groups for one in group),
        hours=tuple((n, whole.times(1 / n / _HOUR)) for n in WORKERS if n <= most),
        scores_gigabytes=stored.times(1e-9),
    )


def ratio(values: Sequence[tuple[float, float]], drawn: float = 0.0) -> Interval:
    """Return the sum of first numbers by the sum of second ones, and its 95 % interval.

    So a tiny partition counts for as little as it is. The interval is that of the linearised ratio
    (Cochran, Sampling Techniques, 1977, 6.4); of one value it is the value.

    Args:
        values: of each part of the sample.
        drawn: the share of all that the sample is; of all of it (1) nothing is uncertain.
    """
    base = sum(second for _, second in values)
    mean = sum(first for first, _ in values) / base
    count = len(values)
    if count < 2:
        return Interval(mean, mean, mean)
    squares = sum((first - mean * second) ** 2 for first, second in values)
    spread = math.sqrt((1 - drawn) * count * squares / (count - 1)) / base
    reach = _T.get(count - 1, _NORMAL) * spread
    return Interval(max(0.0, mean - reach), mean, mean + reach)


def _spread(found: Sequence[FoundFile]) -> list[FoundFile]:
    """Return partitions at even distances; empty files say nothing."""
    filled = [file for file in found if file.bytes]
    if len(filled) <= SAMPLED:
        return filled
    return [filled[(2 * n + 1) * len(filled) // (2 * SAMPLED)] for n in range(SAMPLED)]


def _sum(group: Sequence[Measured]) -> Measured:
    return Measured(
        works=sum(one.works for one in group),
        seconds=sum(one.seconds for one in group),
        source_bytes=sum(one.source_bytes for one in group),
        scores_bytes=sum(one.scores_bytes for one in group),
        peak_megabytes=max(one.peak_megabytes for one in group),
    )
