"""The alarm that many logins fail."""

from collections.abc import Iterator

from config.alerts_schema import AlertsSettings
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts

#: it is over at half of the number, so that it does not come and go
_OVER = 0.5


def attacked(facts: Facts, settings: AlertsSettings) -> Iterator[Alarm]:
    """Yield that logins were delayed often, because somebody seems to try passwords."""
    most = float(settings.delayed_logins)
    if not most:
        return
    if "logins" in facts.standing:
        most *= _OVER
    if facts.delayed_logins <= most:
        return
    yield Alarm(
        "logins",
        f"logins were delayed {facts.delayed_logins:,} times within a day because of failures:"
        " somebody may try passwords.",
        "`living-survey reviewer trail` shows accounts and networks, and so does the page Trail."
        " Keep the network out at the proxy; `reviewer password NAME --link` gives somebody a new"
        " password.",
        facts.delayed_logins,
    )
