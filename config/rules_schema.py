"""Define rules that decide without a person: what a rule says, and what makes it act."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from config.keytypes import Categories, Percent, Takes

#: fewest signals that must agree
FEWEST_SIGNALS = 2
Switch = Annotated[bool, Takes("true or false")]
_CODE = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Rule(BaseModel):
    """A rule that rejects papers or sets them aside; it never approves."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Annotated[
        str,
        Field(pattern=_CODE, max_length=40),
        Takes('a name of small letters, digits and hyphens, such as "far-from-scope"'),
    ] = Field(description="Its name; decisions are by `rule:ID`. A name keeps its meaning.")
    verdict: Annotated[
        Literal["reject", "set-aside"], Takes('"reject" or "set-aside", never an approval')
    ] = Field(
        default="reject",
        description="reject, or set aside until a new version (recorded as a deferral).",
    )
    reason: Annotated[
        str,
        Field(pattern=r"^$|^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40),
        Takes("the code of a reason, or nothing"),
    ] = Field(default="", description="Code of the rejections' reason. Empty: none is stated.")
    scope_below: Percent = Field(
        default=0,
        description="Signal model: the probability of the scope is below this percentage. 0: the "
        "signal is not asked.",
    )
    outside_categories: Categories = Field(
        default=(),
        description="Signal category: the paper's primary category is none of these. Empty: not "
        "asked.",
    )
    no_words: Switch = Field(
        default=False,
        description="Signal words: no cue word of the taxonomy stands in title or abstract.",
    )
    near_rejection: Switch = Field(
        default=False,
        description="Signal ruling: the nearest ruling is near enough and rejects.",
    )
    most_wrong: Annotated[
        float, Field(gt=0, le=20), Takes("a percentage above 0 and at most 20")
    ] = Field(
        default=2.0,
        description="The rule may act if the share of wrong decisions is below this percentage "
        "with 95 % confidence.",
    )

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals it asks."""
        asked = {
            "model": self.scope_below > 0,
            "category": bool(self.outside_categories),
            "words": self.no_words,
            "ruling": self.near_rejection,
        }
        return tuple(name for name, is_asked in asked.items() if is_asked)

    @model_validator(mode="after")
    def _several_signals(self) -> "Rule":
        if len(self.signals) < FEWEST_SIGNALS:
            raise ValueError(f"the rule {self.id!r} asks fewer than {FEWEST_SIGNALS} signals")
        return self


def _unique(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    names = [rule.id for rule in rules]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"the rule {repeated!r} occurs twice")
    return rules


Rules = Annotated[
    tuple[Rule, ...],
    AfterValidator(_unique),
    Takes(
        "a list of rules, each with an id of its own and at least two of scope_below,"
        " outside_categories, no_words and near_rejection"
    ),
]
