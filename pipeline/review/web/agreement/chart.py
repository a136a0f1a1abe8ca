"""Draw a person's approvals by month beside those expected."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.review.agreement.drift import Month

#: units of the drawing
HEIGHT = 100.0
_STEP = 28.0
_WIDTH = 12.0
_TOP = 6.0
#: the latest months, so that the drawing stays readable
_MOST = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """One month in units of the drawing."""

    month: Month
    x: float
    #: of the range expected without a drift
    top: float
    height: float
    #: of the dot
    y: float
    outside: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Shares of approvals; the highest reaches the top."""

    bars: tuple[Bar, ...]
    width: float
    height: float = HEIGHT


def chart_of(months: Sequence[Month]) -> Chart:
    """Return the drawing of the latest months."""
    shown = months[-_MOST:]
    most = max((max(one.high, one.approved) / one.verdicts for one in shown), default=1.0) or 1.0

    def y(papers: float, one: Month) -> float:
        return HEIGHT - (HEIGHT - _TOP) * papers / one.verdicts / most

    bars = tuple(
        Bar(
            one,
            x=_STEP * (place + 0.5),
            top=y(one.high, one),
            height=max(y(one.low, one) - y(one.high, one), 1.0),
            y=y(one.approved, one),
            outside=not one.low <= one.approved <= one.high,
        )
        for place, one in enumerate(shown)
    )
    return Chart(bars, _STEP * max(len(shown), 1))
