"""Say whether a rule acts, and enable, disable or undo one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.errors import UsageError
from config.roles import Role
from config.rules_schema import Rule
from config.taxonomy import Taxonomy
from pipeline.review.proposal import reviewer_name
from pipeline.review.roles import check_role
from pipeline.review.rules.fitness import fingerprint, unfit
from pipeline.review.undo import undo_in
from pipeline.runtime.clock import check_clock
from pipeline.runtime.services import Services
from storage.errors import BatchNotFoundError
from storage.rule_types import RuleAct, RuleEvent, RuleReplay
from storage.store import Store
from storage.types import RULE_PREFIX


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule of the settings, and whether it acts."""

    rule: Rule
    fingerprint: str
    #: of the rule as it is now
    replay: RuleReplay | None
    #: the last act
    last: RuleEvent | None
    #: standing decisions
    decisions: int
    #: drawn decisions: read by a person, and wrong ones among them, since it was enabled
    read: int
    wrong: int
    open: int

    @property
    def acts(self) -> bool:
        """Whether it decides in the next run."""
        return (
            self.last is not None
            and self.last.kind is RuleAct.ENABLED
            and self.last.fingerprint == self.fingerprint
            and self.replay is not None
        )

    @property
    def sentence(self) -> str:
        """Its state in words."""
        if self.acts and self.last:
            return f"acts, enabled by {self.last.person} on {self.last.happened_at:%Y-%m-%d}"
        if self.last is not None and self.last.kind is RuleAct.ENABLED:
            return "does not act: the rule, the taxonomy or a signal changed since it was enabled"
        if self.last is not None and self.last.kind is RuleAct.STOPPED:
            return f"stopped itself: {self.last.detail}"
        return "does not act" + ("" if self.replay else ": not replayed")

    @property
    def too_many_wrong(self) -> bool:
        """Whether the sample has a larger share of wrong decisions than the replay allowed."""
        return (
            self.replay is not None and self.read > 0 and self.wrong / self.read > self.replay.high
        )


def states(rules: Sequence[Rule], taxonomy: Taxonomy, store: Store) -> tuple[RuleState, ...]:
    """Return the rules of the settings with their states."""
    if not rules:
        return ()
    events = store.rules.events()
    standing = store.rules.standing()
    return tuple(
        _state(taxonomy, store, rule, events, [one.reviewer for one in standing]) for rule in rules
    )


def _state(
    taxonomy: Taxonomy,
    store: Store,
    rule: Rule,
    events: Mapping[str, Sequence[RuleEvent]],
    deciders: Sequence[str],
) -> RuleState:
    mark = fingerprint(rule, taxonomy)
    own = events.get(rule.id, ())
    enabled = [one.happened_at for one in own if one.kind is RuleAct.ENABLED]
    drawn = [one for one in store.rules.sample(rule.id) if enabled and one.drawn_at >= enabled[-1]]
    outcomes = [one.outcome for one in drawn]
    return RuleState(
        rule=rule,
        fingerprint=mark,
        replay=store.rules.replay(rule.id, mark),
        last=own[-1] if own else None,
        decisions=deciders.count(f"{RULE_PREFIX}{rule.id}"),
        read=outcomes.count("right") + outcomes.count("wrong"),
        wrong=outcomes.count("wrong"),
        open=outcomes.count("open"),
    )


def find_rule(services: Services, name: str) -> Rule:
    """Return a rule of the settings, or raise UsageError."""
    rules = services.settings.review.rules
    for rule in rules:
        if rule.id == name:
            return rule
    known = ", ".join(rule.id for rule in rules)
    raise UsageError(
        f"{name[:40]!r} is not a rule.",
        hint=f"The rules are {known}." if known else "Define rules with [[review.rules]].",
    )


def enable(services: Services, name: str, *, person: str) -> RuleState:
    """Let a rule act from the next run on.

    Raises:
        UsageError: it was not replayed as it is now, or the replay speaks against it.
    """
    rule = find_rule(services, name)
    mark, now, who = fingerprint(rule, services.taxonomy), services.clock(), reviewer_name(person)
    with services.open_store() as store, store.transaction():
        check_clock(store, now)
        check_role(store, who, Role.ADMIN)
        made = store.rules.replay(rule.id, mark)
        if made is None:
            raise UsageError(
                f"The rule {rule.id} was not replayed as it is now.",
                hint=f"Run `living-survey rule replay {rule.id}` first, and read what it shows.",
            )
        if cause := unfit(rule, made):
            raise UsageError(
                f"The rule {rule.id} may not act: {cause}.",
                hint="Make it stricter, or look at the papers that the replay names.",
            )
        _record(store, RuleEvent(rule.id, RuleAct.ENABLED, mark, who, now, _replayed(made)))
        return states([rule], services.taxonomy, store)[0]


def disable(services: Services, name: str, *, person: str) -> None:
    """Let a rule act no more; its decisions stay. The settings need not have it any more."""
    now, who = services.clock(), reviewer_name(person)
    with services.open_store() as store, store.transaction():
        check_clock(store, now)
        check_role(store, who, Role.ADMIN)
        last = store.rules.events().get(name, ())
        if not last or last[-1].kind not in (RuleAct.ENABLED, RuleAct.STOPPED):
            raise UsageError(f"The rule {name[:40]!r} is not enabled.", hint="Nothing was changed.")
        _record(store, RuleEvent(name, RuleAct.DISABLED, last[-1].fingerprint, who, now))


def undo_rule(services: Services, name: str, *, person: str, batch_id: str | None = None) -> int:
    """Take back the standing decisions of a rule, or of one run of it; return how many.

    All are taken back in one transaction, and the rule acts no more. It never decides these papers
    again. Papers that a person decided since keep that decision.
    """
    now, who = services.clock(), reviewer_name(person)
    with services.open_store() as store, store.transaction():
        check_clock(store, now)
        check_role(store, who, Role.ADMIN)
        decided = store.rules.standing(name)
        if batch_id is not None:
            decided = [one for one in decided if one.batch_id == batch_id]
            if not decided:
                raise BatchNotFoundError(batch_id)
        if not decided:
            raise UsageError(
                f"No decision of the rule {name[:40]!r} stands.", hint="`living-survey rule list`."
            )
        undo_in(store, decided, reviewer=who, now=now)
        events = store.rules.events().get(name, ())
        mark = events[-1].fingerprint if events else ""
        what = f"{len(decided)} decisions" + (f" of act {batch_id}" if batch_id else "")
        _record(store, RuleEvent(name, RuleAct.UNDONE, mark, who, now, what))
    return len(decided)


def stop(store: Store, state: RuleState, *, now: datetime) -> RuleEvent:
    """Record that a rule stopped itself, because its sample has too many wrong decisions."""
    assert state.replay is not None
    event = RuleEvent(
        state.rule.id,
        RuleAct.STOPPED,
        state.fingerprint,
        f"{RULE_PREFIX}{state.rule.id}",
        now,
        f"{state.wrong} of {state.read} drawn decisions were wrong, and the replay allowed"
        f" {state.replay.high:.1%}",
    )
    _record(store, event)
    return event


def _record(store: Store, event: RuleEvent) -> None:
    store.rules.record(event)
    store.trail.add(
        at=event.happened_at,
        actor=event.person,
        act=f"rule.{event.kind}",
        subject=event.rule,
        detail=event.detail,
    )


def _replayed(made: RuleReplay) -> str:
    return f"replay: {made.acted} of {made.decided} decided, {len(made.wrong)} wrong"
