"""Define the settings that say how a team reaches the review pages."""

from typing import Annotated, Literal

from pydantic import Field

from config.keytypes import Days, HostNames, Networks, Takes
from config.section import Section

PlainHttp = Annotated[Literal["refused", "allowed"], Takes("refused or allowed")]
Minutes = Annotated[int, Field(ge=1, le=525_600), Takes("a whole number of minutes, 1 or more")]
Hours = Annotated[int, Field(ge=1, le=8_760), Takes("a whole number of hours, 1 or more")]


class AccessSettings(Section):
    """Part of [review]: how the pages are reached once there are accounts."""

    hosts: HostNames = Field(
        default=(),
        description="The names under which a team opens the pages, such as review.example.org. "
        "Requests for other names than these and this machine's are refused. They need accounts.",
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Networks of the proxy that speaks TLS, such as 127.0.0.1. Its X-Forwarded-For "
        "and X-Forwarded-Proto are believed, those of others are not.",
    )
    plain_http: PlainHttp = Field(
        default="refused",
        description="Requests without TLS from other machines. Where they are allowed, passwords "
        "and sessions can be read on the way.",
    )
    session_hours: Hours = Field(
        default=12, description="Hours after which everybody logs in again."
    )
    idle_minutes: Minutes = Field(
        default=30, description="Minutes without a request after which a session ends."
    )
    confirm_minutes: Minutes = Field(
        default=15,
        description="Minutes after a login in which an admin changes accounts without giving the "
        "password again.",
    )
    link_hours: Hours = Field(
        default=24,
        description="Hours in which a link that sets a password must be used.",
    )
    keep_networks_days: Days = Field(
        default=30,
        description="Days for which the trail keeps the addresses that acts came from.",
    )
