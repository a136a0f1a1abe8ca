"""Define the settings of the pages on which readers subscribe to mail."""

from typing import Annotated

from pydantic import Field

from config.keytypes import Host, Networks, OptionalUrl, Port, Takes
from config.section import Section

Some = Annotated[int, Field(ge=1, le=1_000_000), Takes("a whole number from 1 to 1,000,000")]
SomeDays = Annotated[int, Field(ge=1, le=365), Takes("a whole number of days from 1 to 365")]


class SubscribersSettings(Section):
    """The pages on which readers subscribe, which `serve --public` serves to everybody."""

    url: OptionalUrl = Field(
        default="",
        description="The public address of the pages, as links in mails name it, such as "
        "https://lists.example.org. Empty: there are none, and no mail can be sent.",
    )
    host: Host = Field(
        default="127.0.0.1",
        description="The address they listen on. They belong behind a reverse proxy that speaks "
        "https.",
    )
    port: Port = Field(default=8766, description="The port they listen on. 0: any free port.")
    trusted_proxies: Networks = Field(
        default=("127.0.0.0/8", "::1/128"),
        description="Whose X-Forwarded-For header is believed, for the limit of each network.",
    )
    notice_url: OptionalUrl = Field(
        default="",
        description="Where readers find who runs the list and how their data are used. Empty: no "
        "link is printed.",
    )
    confirm_within_days: SomeDays = Field(
        default=7,
        description="Days in which an address must be confirmed; afterwards it is erased.",
    )
    mails_per_mailbox: Some = Field(
        default=3, description="Confirmation mails that a mailbox gets within 24 hours at most."
    )
    requests_per_network: Some = Field(
        default=20,
        description="Requests to subscribe that a network (IPv4 /24, IPv6 /48) may send an hour.",
    )
    requests_per_hour: Some = Field(
        default=300, description="Requests to subscribe that all may send an hour."
    )
    requests_per_domain: Some = Field(
        default=60,
        description="Requests to subscribe addresses of one domain, such as gmail.com, that all "
        "may send an hour.",
    )
