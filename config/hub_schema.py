"""Define the settings of a hub, which serves what it holds to other surveys."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from config.keytypes import Host, OptionalUrl, Port
from config.section import Section


class HubSettings(Section):
    """Where `living-survey hub` serves what this installation holds to other surveys."""

    host: Host = Field(
        default="127.0.0.1",
        description="The address it listens on. From other machines it is reached through a "
        "reverse proxy that speaks https.",
    )
    port: Port = Field(default=8767, description="The port it listens on. 0: any free port.")
    url: OptionalUrl = Field(
        default="",
        description="The address under which other surveys reach it, such as "
        "https://hub.example.org. Empty: the address it listens on.",
    )


def at_the_hub(path: str, otherwise: str) -> Callable[[dict[str, Any]], str]:
    """Return what makes an address that is not stated: the hub's, if there is one."""

    def address(stated: dict[str, Any]) -> str:
        hub = str(stated.get("hub_url", "")).rstrip("/")
        return f"{hub}{path}" if hub else otherwise

    return address
