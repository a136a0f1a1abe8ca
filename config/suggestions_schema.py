"""Define the settings of suggestions from outside."""

from typing import Annotated

from pydantic import Field

from config.keytypes import Takes
from config.section import Section
from config.subscribers_schema import Some, SomeDays

Switch = Annotated[bool, Takes("true or false")]


class SuggestionsSettings(Section):
    """The page on which authors and readers suggest papers and corrections."""

    enabled: Switch = Field(
        default=False,
        description="Whether `serve --public` has that page, below [subscribers] url. Links of "
        "digest, site, feeds and mails then open it, and not [publish] suggest_url.",
    )
    per_network: Some = Field(
        default=10,
        description="Suggestions that a network (IPv4 /24, IPv6 /48) may send an hour.",
    )
    per_hour: Some = Field(default=60, description="Suggestions that all may send an hour.")
    waiting_at_most: Some = Field(
        default=1_000,
        description="Suggestions that may wait for an answer. With more the page takes none.",
    )
    keep_address_days: SomeDays = Field(
        default=90,
        description="Days after which the mail address that somebody left for the answer is "
        "erased.",
    )
    per_run: Some = Field(
        default=50, description="Suggested papers that one `run` looks up at arXiv, at most."
    )
