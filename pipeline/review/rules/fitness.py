"""Say which replay fits a rule, and whether a rule may act by it."""

import hashlib
import json

from config.rules_schema import Rule
from config.taxonomy import Taxonomy
from storage.rule_types import RuleReplay

#: of the meaning of all signals
VERSION = 1
#: two signals whose errors correlate more are one signal under two names
MOST_PHI = 0.3


def fingerprint(rule: Rule, taxonomy: Taxonomy) -> str:
    """Return a hash of a rule, the taxonomy and the meaning of signals; a replay is of one."""
    content = json.dumps([VERSION, taxonomy.fingerprint, rule.model_dump(mode="json")])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def unfit(rule: Rule, made: RuleReplay) -> str:
    """Return why a rule may not act by its replay, as a sentence; empty: it may."""
    if not made.acted:
        return "it would have decided none of them"
    if made.high * 100 >= rule.most_wrong:
        return (
            f"up to {made.high:.1%} of its decisions may be wrong (95 % confidence), and"
            f" most_wrong is {rule.most_wrong:g} %"
        )
    for pair in made.pairs:
        if pair.phi is not None and pair.phi > MOST_PHI:
            return (
                f"the signals {pair.first} and {pair.second} err on the same papers (correlation"
                f" {pair.phi:.2f}), so they are not independent"
            )
    return ""
