"""Define the settings of `lint`."""

from pydantic import Field

from config.keytypes import Natural, Pause, RuleCodes, Seconds, Strikes
from config.section import Section


class LintSettings(Section):
    """What `lint` excuses, and how `lint --links` asks."""

    allow: RuleCodes = Field(
        default=(),
        description="Rules that `lint` does not apply, such as several-sections; `lint --rules` "
        "lists them.",
    )
    strikes: Strikes = Field(
        default=3, description="A link that failed in so many calls in a row is called dead."
    )
    links_at_most: Natural = Field(
        default=500,
        description="The most links that one call asks. Those asked longest ago come first.",
    )
    links_seconds: Seconds = Field(
        default=900, description="How long one call asks links, in seconds."
    )
    link_interval_seconds: Pause = Field(
        default=2,
        description="The pause between two requests to one host, in seconds; below 1 only on "
        "this machine.",
    )
    link_timeout_seconds: Seconds = Field(
        default=15, description="How long one request may take, in seconds."
    )
