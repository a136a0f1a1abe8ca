"""Define the settings of what is published."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.keytypes import (
    BranchName,
    DirectoryPath,
    FilePath,
    HowListed,
    IssueStates,
    Languages,
    Natural,
    OptionalUrl,
    People,
    Phrases,
    Proposals,
    Takes,
    Targets,
    Text,
)
from config.section import Section

FormName = Annotated[
    str,
    Field(pattern=r"^([A-Za-z0-9_-]{1,80}\.ya?ml)?$"),
    Takes("a file name such as suggestion.yml, or nothing"),
]


class DigestSettings(Section):
    """The weekly digest."""

    output: DirectoryPath = Field(
        default=Path("var/digests"), description="The directory digests are written to."
    )
    languages: Languages = Field(
        default=("en",), description="The languages of headings and labels."
    )


class ListSettings(Section):
    """How the list is published: approved papers are inserted into its files."""

    how: HowListed = Field(
        default="in-place",
        description="`in-place`: the files are changed. `branch`: the files stay, and a new branch "
        "of their git repository gets one commit.",
    )
    branch: BranchName = Field(
        default="living-survey/list-{digest}",
        description="The name of that branch. {digest} differs with the content, so that a call "
        "with nothing new makes no other branch; {date} is the day.",
    )
    pull_request: FilePath = Field(
        default=Path("var/pull-request.md"),
        description="The file that gets the text of the pull request, with `branch`.",
    )
    apply: Proposals = Field(
        default=(),
        description="Changes of entries that stand in the list already, which otherwise are only "
        "proposed: `moves` to the section decided last, `withdrawals` and approvals taken back, "
        "`publications` elsewhere since; `ending`: one line at the top after `freeze`.",
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
        description="Where readers suggest papers and report mistakes. Empty: none is printed. Not "
        "used where [suggestions] has a page of its own.",
    )
    suggest_form: FormName = Field(
        default="",
        description="With suggest_url = https://github.com/OWNER/NAME/issues/new: the file name of "
        "the issue form that `suggestions form` prints, such as suggestion.yml, whose fields links "
        "then fill in. Empty: there is no form.",
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
