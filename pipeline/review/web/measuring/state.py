"""What the addresses for monitoring show, and to whom."""

from dataclasses import dataclass, field

from pipeline.review.web.measuring.kept import KeptMeasures, no_measures
from pipeline.review.web.measuring.requests import RequestTimes


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The numbers of the survey and of the requests, and who may read them."""

    measures: KeptMeasures = field(default_factory=lambda: KeptMeasures(no_measures, seconds=5))
    #: empty: requests of this machine need none
    token: str = field(default="", repr=False)
    times: RequestTimes = field(default_factory=RequestTimes)
