"""The alarm that a rule stopped itself."""

from collections.abc import Iterator

from config.alerts_schema import AlertsSettings
from pipeline.operate.alerts.alarm import Alarm
from pipeline.operate.alerts.facts import Facts


def stopped(facts: Facts, _: AlertsSettings) -> Iterator[Alarm]:
    """Yield each rule that stopped itself, because its sample was worse than its replay."""
    for rule, why in facts.stopped_rules:
        yield Alarm(
            f"rule:{rule}",
            f"the rule {rule} stopped itself: {why}.",
            f"`living-survey rule undo {rule}` takes all back that it decided; `rule replay {rule}`"
            f" and `rule enable {rule}` let it act again, `rule disable {rule}` ends this alarm.",
        )
