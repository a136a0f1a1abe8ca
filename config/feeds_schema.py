"""Define the settings of feeds."""

from pydantic import Field

from config.keytypes import OptionalUrl, Seconds
from config.section import Section


class FeedsSettings(Section):
    """The target `feeds` of `publish`."""

    hub: OptionalUrl = Field(
        default="",
        description="The WebSub hub that feeds name and `publish` notifies of changes, such as "
        "https://pubsubhubbub.appspot.com. Empty: none.",
    )
    hub_timeout_seconds: Seconds = Field(
        default=10, description="How long telling the hub of one feed may take, in seconds."
    )
