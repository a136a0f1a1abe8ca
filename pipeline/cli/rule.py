"""`rule`: rules that decide without a person, after a replay, sampled, and undone as one."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from config.rules_schema import Rule
from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.decide import reviewer_of
from pipeline.review.rules.fitness import unfit
from pipeline.review.rules.state import RuleState, find_rule, states, undo_rule
from pipeline.review.rules.state import disable as disable_rule
from pipeline.review.rules.state import enable as enable_rule
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services, open_services
from storage.rule_types import Pair, RuleReplay

_Rule = Annotated[str, typer.Argument(metavar="RULE", help="Its id.", show_default=False)]
_By = Annotated[str | None, typer.Option("--reviewer", metavar="NAME", help="Who does it.")]
#: wrong papers that a replay names
_NAMED = 30
_COLUMNS = (
    Column("rule"),
    Column("verdict"),
    Column("signals"),
    Column("decided", right=True),
    Column("sample", right=True),
    Column("state", flexible=True, below=True),
)


@command("list", examples="living-survey rule list\nliving-survey rule list --json")
def list_(invocation: Invocation) -> Answer:
    """List the rules, what they decided, and whether they act."""
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        known = states(services.settings.review.rules, services.taxonomy, store)
    if not known:
        return Answer([], ("no rule: [[review.rules]] in the settings defines one",))
    return Answer([_report(one) for one in known], (table(_COLUMNS, map(_row, known)),))


def _report(one: RuleState) -> dict[str, object]:
    return {
        "rule": one.rule.model_dump(mode="json"),
        "signals": one.rule.signals,
        "acts": one.acts,
        "state": one.sentence,
        "decisions": one.decisions,
        "sample": {"read": one.read, "wrong": one.wrong, "open": one.open},
        "replay": asdict(one.replay) if one.replay else None,
    }


def _row(one: RuleState) -> tuple[str, ...]:
    signals = " and ".join(one.rule.signals)
    sample = f"{one.wrong} wrong of {one.read}" + (f", {one.open} open" if one.open else "")
    return one.rule.id, one.rule.verdict, signals, str(one.decisions), sample, one.sentence


@command("replay", examples="living-survey rule replay far-from-scope")
def replay(invocation: Invocation, rule: _Rule, by: _By = None) -> Answer:
    """Show what a rule would have decided of past decisions.

    Nothing is decided. The model's signal is by models that did not learn from these decisions
    (`second-look find`).
    """
    from pipeline.review.rules.replay import replay as replay_rule  # noqa: PLC0415  scipy

    services = open_services(invocation.settings)
    found = find_rule(services, rule)
    made = replay_rule(services, found, person=by or reviewer_of(invocation.settings))
    cause = unfit(found, made)
    text = (*_replayed(services, found, made), _may(found, cause))
    return Answer({**asdict(made), "may_act": not cause, "cause": cause}, text)


def _replayed(services: Services, rule: Rule, made: RuleReplay) -> Iterator[str]:
    verb = "rejected" if rule.verdict == "reject" else "set aside"
    wrong = counted(len(made.wrong), "paper") if made.wrong else "none"
    yield (
        f"{rule.id} would have {verb} {made.acted:,} of {counted(made.decided, 'decided paper')},"
        f" of which people approved {wrong}{':' if made.wrong else '.'}"
    )
    with services.open_store() as store:
        titles = store.papers.titles(made.wrong[:_NAMED])
    for key in made.wrong[:_NAMED]:
        yield f"  {key}  {plain_text(titles.get(key, ''))}"
    if len(made.wrong) > _NAMED:
        yield f"  and {len(made.wrong) - _NAMED:,} more"
    share = len(made.wrong) / made.acted if made.acted else 0.0
    yield f"wrong: {share:.2%}, between {made.low:.2%} and {made.high:.2%} (95 % confidence)"
    if made.missing:
        yield f"of {counted(made.missing, 'paper')} a signal is missing, so it would not have acted"
    for pair in made.pairs:
        yield _errors(pair)


def _errors(pair: Pair) -> str:
    """Return how the errors of two signals go together."""
    phi = "not defined, one never errs" if pair.phi is None else f"{pair.phi:.2f}"
    return (
        f"errors on {counted(pair.papers, 'approved paper')}: {pair.first} {pair.first_wrong},"
        f" {pair.second} {pair.second_wrong}, both {pair.both_wrong}"
        f" ({pair.expected:.1f} if they were independent), correlation {phi}"
    )


def _may(rule: Rule, cause: str) -> str:
    if cause:
        return f"it may not act: {cause}"
    return f"it may act: `living-survey rule enable {rule.id}`"


@command("enable", examples="living-survey rule enable far-from-scope")
def enable(invocation: Invocation, rule: _Rule, by: _By = None) -> Answer:
    """Let a rule act from the next run on, after its replay.

    The replay must be of the rule as it is now.
    """
    services = open_services(invocation.settings)
    state = enable_rule(services, rule, person=by or reviewer_of(invocation.settings))
    return Answer(_report(state), (f"{rule} {state.sentence}",))


@command("disable", examples="living-survey rule disable far-from-scope")
def disable(invocation: Invocation, rule: _Rule, by: _By = None) -> Answer:
    """Let a rule act no more; its decisions stay."""
    services = open_services(invocation.settings)
    disable_rule(services, rule, person=by or reviewer_of(invocation.settings))
    return Answer({"rule": rule, "acts": False}, (f"{rule} acts no more",))


@command(
    "undo",
    examples="""
    living-survey rule undo far-from-scope
    living-survey rule undo far-from-scope --act 5c13e9cbcf32
    """,
)
def undo(
    invocation: Invocation,
    rule: _Rule,
    by: _By = None,
    act: Annotated[
        str | None, typer.Option(metavar="ID", help="Only what it decided in this run.")
    ] = None,
) -> Answer:
    """Take back all that a rule decided, as one.

    It acts no more. The papers wait again, and the rule never decides them again. Papers that a
    person decided since keep that decision.
    """
    services = open_services(invocation.settings)
    many = undo_rule(services, rule, person=by or reviewer_of(invocation.settings), batch_id=act)
    return Answer({"rule": rule, "undone": many}, (f"took back {counted(many, 'decision')}",))


@command("sample", examples="living-survey rule sample\nliving-survey rule sample far-from-scope")
def sample(
    invocation: Invocation,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Only of this rule.")] = "",
) -> Answer:
    """List drawn decisions of rules that wait for a person.

    `second-look confirm ID` says that one is right, `decide ID approve` that it is wrong.
    """
    services = open_services(invocation.settings, read_only=True)
    with services.open_store() as store:
        drawn = store.rules.sample(rule)
        waiting = [one for one in drawn if one.outcome == "open"]
        titles = store.papers.titles(one.arxiv_id for one in waiting)
    columns = (
        Column("week"),
        Column("rule"),
        Column("paper"),
        Column("title", flexible=True, below=True),
    )
    rows = (
        (one.week, one.rule, one.arxiv_id, plain_text(titles.get(one.arxiv_id, "")))
        for one in waiting
    )
    said = [one.outcome for one in drawn]
    tally = f"{said.count('right')} right, {said.count('wrong')} wrong, {len(waiting)} open"
    text: Text = (table(columns, rows), tally) if waiting else (tally,)
    return Answer([asdict(one) for one in drawn], text)
