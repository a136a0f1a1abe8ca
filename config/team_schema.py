"""Define the settings of several people at one queue."""

from typing import Annotated

from pydantic import Field

from config.keytypes import Takes
from config.section import Section

ClaimMinutes = Annotated[int, Field(ge=0, le=240), Takes("a number of minutes from 0 to 240")]


class TeamSettings(Section):
    """Several people at one queue."""

    claim_minutes: ClaimMinutes = Field(
        default=10,
        description="How long a paper that somebody opened at the desk is kept from others; it is "
        "renewed while the page is used. Only with two or more people. 0: never.",
    )
