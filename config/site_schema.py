"""Define the settings of the static site and of the rhythm that readers are promised."""

from pydantic import Field

from config.keytypes import Explained, OptionalDay, Rhythm, Text
from config.section import Section


class SiteSettings(Section):
    """The static site, which `publish --target site` writes beside the digests."""

    about: Text = Field(
        default="", description="A sentence about the survey, on the first page. Empty: none."
    )
    rhythm: Rhythm = Field(
        default="",
        description="How often readers are promised an issue: `weekly` or `monthly`. Empty: no "
        "promise. The site says whether it is kept, also as a badge.",
    )
    paused_until: OptionalDay = Field(
        default="",
        description="The last day of a pause such as 2026-08-31, during which nothing is late. "
        "Empty: no pause.",
    )
    why: Explained = Field(
        default="decided",
        description="Of which papers the site says why they are in the list or not: `decided`, "
        "only `listed`, or `none`. Of a paper that is not listed it shows ID, day and reason, "
        "never title, note or reviewer.",
    )
