"""Define the settings of several people at one queue."""

from typing import Annotated, Literal

from pydantic import Field

from config.keytypes import Percent, Phrases, Takes
from config.section import Section

ClaimMinutes = Annotated[int, Field(ge=0, le=240), Takes("a whole number of minutes from 0 to 240")]
Agreement = Annotated[Literal["same", "overlapping"], Takes('"same" or "overlapping"')]
ThirdWord = Annotated[Literal["third", "together"], Takes('"third" or "together"')]
RepeatPercent = Annotated[
    int, Field(ge=0, le=10), Takes("a whole number of percent from 0 to 10; 3 to 5 is usual")
]
Weeks = Annotated[int, Field(ge=1, le=520), Takes("a whole number of weeks from 1 to 520")]


class TeamSettings(Section):
    """Several people at one queue."""

    claim_minutes: ClaimMinutes = Field(
        default=10,
        description="How long a paper that somebody opened at the desk is kept from others; it is "
        "renewed while the page is used. Only with two or more people. 0: never.",
    )
    double_review: Percent = Field(
        default=0,
        description="The share of papers that two people read without knowing of each other, in "
        "percent; which papers is fixed by their IDs. Only what both say is decided. 0: none.",
    )
    double_sections: Phrases = Field(
        default=(),
        description="Sections whose papers two people read whatever the share: those that the "
        "model suggests first, or that somebody approves into one of them.",
    )
    double_agreement: Agreement = Field(
        default="same",
        description="When two approvals agree: with the same sections, or with overlapping ones; "
        "then those that both name are recorded.",
    )
    third_word: ThirdWord = Field(
        default="third",
        description="Who decides where two people differ: a third person, or together: also one "
        "of the two, after they talked. If no one else is left an admin may in any case.",
    )
    repeat_percent: RepeatPercent = Field(
        default=0,
        description="The share of what a person reads that he decided before, in percent, to "
        "measure how often he agrees with himself. His decisions stay as they are. 0: none.",
    )
    repeat_after_weeks: Weeks = Field(
        default=8,
        description="Papers decided at least this many weeks ago may be repeated.",
    )
