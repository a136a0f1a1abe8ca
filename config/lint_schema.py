"""Define the settings of `lint`."""

from pydantic import Field

from config.keytypes import RuleCodes
from config.section import Section


class LintSettings(Section):
    """What `lint` excuses."""

    allow: RuleCodes = Field(
        default=(),
        description="Rules that `lint` does not apply, such as several-sections; `lint --rules` "
        "lists them.",
    )
