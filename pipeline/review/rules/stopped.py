"""Name the rules that stopped themselves, for alarms and `doctor`."""

from storage.rule_types import RuleAct
from storage.store import Store


def stopped_rules(store: Store) -> tuple[tuple[str, str], ...]:
    """Return the rules whose last act is that they stopped themselves, with the reason."""
    return tuple(
        (rule, events[-1].detail)
        for rule, events in sorted(store.rules.events().items())
        if events[-1].kind is RuleAct.STOPPED
    )
