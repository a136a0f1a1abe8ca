"""Define the settings of what is published."""

from pathlib import Path

from pydantic import Field

from config.keytypes import (
    DirectoryPath,
    IssueStates,
    Languages,
    Natural,
    OptionalUrl,
    People,
    Phrases,
    Targets,
    Text,
)
from config.section import Section


class DigestSettings(Section):
    """The weekly digest."""

    output: DirectoryPath = Field(
        default=Path("var/digests"), description="The directory digests are written to."
    )
    languages: Languages = Field(
        default=("en",), description="The languages of headings and labels."
    )


class PublishSettings(Section):
    """What `publish` writes, what it says in it, and what it refuses."""

    targets: Targets = Field(
        default=("list", "digest"),
        description="What `publish` publishes if no --target is named. The list only where "
        "`[survey] list` names one.",
    )
    editor: Text = Field(default="", description="Who edits the survey, as readers see it.")
    list_url: OptionalUrl = Field(
        default="", description="The public address of the list. Empty: none is printed."
    )
    suggest_url: OptionalUrl = Field(
        default="",
        description="Where readers suggest papers and report mistakes. Empty: none is printed.",
    )
    base_url: OptionalUrl = Field(
        default="",
        description="The public address of the directory of digests, for permanent links. Empty: "
        "none are printed.",
    )
    publishers: People = Field(
        default=(),
        description="Who may approve an issue and set a refusal aside. Empty: everyone who can run "
        "the commands.",
    )
    issues: IssueStates = Field(
        default="built",
        description="Which issues are published: those that are built, or only those whose bytes a "
        "publisher approved.",
    )
    grow_at_most_percent: Natural = Field(
        default=20,
        description="A target that would grow by a larger share of its papers since the last "
        "publication is refused. An issue is compared with the one before it.",
    )
    grow_freely: Natural = Field(
        default=50, description="The number of papers by which a target may always grow."
    )
    spam_phrases: Phrases = Field(
        default=(),
        description="Phrases, beside the built-in ones, for which text is refused as spam.",
    )

    def may_publish(self, name: str) -> bool:
        """Return whether a person may approve an issue and set a refusal aside."""
        return not self.publishers or name in self.publishers
