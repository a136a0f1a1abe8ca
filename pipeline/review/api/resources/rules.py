"""Read the rules that act, with the results of their replays."""

from config.scopes import Scope
from pipeline.review.api.context import Call
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.documents.rules import RuleDocument, RulesDocument, rule_document
from pipeline.review.api.operation import Answer, Operation
from pipeline.review.rules.state import states


def _all(call: Call) -> tuple[RuleDocument, ...]:
    context = call.context
    with context.read_store() as store:
        return tuple(map(rule_document, states(context.review.rules, context.taxonomy, store)))


def _list(call: Call) -> Answer:
    return Answer(200, RulesDocument(rules=_all(call)))


def _get(call: Call) -> Answer:
    for one in _all(call):
        if one.id == call.path["rule"]:
            return Answer(200, one)
    raise ProblemError(
        404, "not-found", "There is no such rule.", hint="`/rules` lists those of the settings."
    )


OPERATIONS = (
    Operation(
        "listRules",
        "GET",
        "/rules",
        "List the rules that may decide without a person, and whether they act.",
        _list,
        Scope.READ,
        {200: RulesDocument},
        tagged=True,
    ),
    Operation(
        "getRule",
        "GET",
        "/rules/{rule}",
        "Get a rule with the result of its replay.",
        _get,
        Scope.READ,
        {200: RuleDocument},
        problems=(404,),
        tagged=True,
    ),
)
