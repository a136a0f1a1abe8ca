"""Write numbers in the text format of Prometheus, version 0.0.4."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from pipeline.runtime.measures import Measure

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_PREFIX = "living_survey_"


def exposition(measures: Iterable[Measure], requests: CollectorRegistry) -> bytes:
    """Return the numbers of the survey, then those of the requests."""
    registry = CollectorRegistry(auto_describe=True)
    registry.register(_Given(tuple(measures)))
    return generate_latest(registry) + generate_latest(requests)


class _Given(Collector):
    def __init__(self, measures: tuple[Measure, ...]) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        for one in self._measures:
            family = GaugeMetricFamily(_PREFIX + one.name, one.help, labels=one.label_names)
            for sample in one.samples:
                family.add_metric([sample.labels[name] for name in one.label_names], sample.value)
            yield family
