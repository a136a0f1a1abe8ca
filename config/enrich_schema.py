"""Define the settings of optional facts about papers and of translation."""

from typing import Annotated, Literal

from pydantic import Field

from config.keytypes import BaseUrl, Days, Natural, OptionalFile, OptionalUrl, Pause, Seconds, Takes
from config.section import Section

Kinds = Annotated[
    tuple[Literal["code", "venue", "retraction", "citations"], ...],
    Takes('a list of "code", "venue", "retraction" and "citations"'),
]
Mailbox = Annotated[
    str,
    Field(pattern=r"^([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$", max_length=254),
    Takes("a mail address, or nothing"),
]
ModelName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._:/@+-]*$", max_length=200),
    Takes("the name of a model, or nothing"),
]


class EnrichSettings(Section):
    """Facts about approved papers from other services; nothing else depends on them."""

    kinds: Kinds = Field(
        default=(),
        description="What `enrich` asks about: `code` (do code and project pages exist), `venue` "
        "and `retraction` (Crossref), `citations` (OpenAlex). Empty: nothing.",
    )
    mailto: Mailbox = Field(
        default="",
        description="Your mail address, sent in the User-Agent, as these services ask. Required "
        "unless their addresses are on this machine.",
    )
    at_most: Natural = Field(
        default=500, description="The most papers that one call asks about, longest ago first."
    )
    seconds: Seconds = Field(default=900, description="How long one call asks, in seconds.")
    timeout_seconds: Seconds = Field(
        default=20, description="How long one request may take, in seconds."
    )
    interval_seconds: Pause = Field(
        default=2,
        description="The pause between two requests, in seconds; below 1 only on this machine.",
    )
    again_after_days: Days = Field(
        default=14, description="Days after which a paper is asked about again."
    )
    crossref_url: BaseUrl = Field(
        default="https://api.crossref.org/v1", description="Crossref's interface."
    )
    openalex_url: BaseUrl = Field(
        default="https://api.openalex.org", description="OpenAlex's interface."
    )
    openalex_key_file: OptionalFile = Field(
        default=None,
        description="The file whose first line is your key of OpenAlex. Looking up single papers "
        "needs none.",
    )
    github_url: BaseUrl = Field(
        default="https://api.github.com",
        description="GitHub's interface, which says whether a repository is archived.",
    )


class TranslateSettings(Section):
    """Machine translation of titles and abstracts, marked as such wherever it is shown."""

    url: OptionalUrl = Field(
        default="",
        description="An OpenAI-compatible interface such as http://127.0.0.1:11434/v1; "
        "/chat/completions is appended. https unless on this machine. Empty: none.",
    )
    model: ModelName = Field(default="", description="The name of the model there.")
    key_file: OptionalFile = Field(
        default=None, description="The file whose first line is the key. Empty: none is sent."
    )
    at_most: Natural = Field(default=200, description="The most papers that one call translates.")
    seconds: Seconds = Field(default=1800, description="How long one call translates, in seconds.")
    timeout_seconds: Seconds = Field(
        default=120, description="How long one answer may take, in seconds."
    )
