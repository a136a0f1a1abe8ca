"""Define the reasons for rejecting a paper."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.errors import UsageError
from config.keytypes import Name, Takes, Text
from config.nearest import nearest

#: reviewers choose it where no other reason fits
OTHER = "other"


class Reason(BaseModel):
    """A reason for rejecting a paper."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    code: Annotated[
        str,
        Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40),
        Takes('a code of small letters, digits and hyphens, such as "no-language"'),
    ] = Field(description="What decisions store. A code that was used must keep its meaning.")
    name: Name = Field(description="What reviewers read on the button.")
    definition: Text = Field(default="", description="When the reason applies.")
    trains_as: Annotated[
        Literal["out of scope", "in scope"], Takes('"out of scope" or "in scope"')
    ] = Field(
        default="out of scope",
        description="What the model learns from such a paper. A rejected paper is never published.",
    )
    name_zh: Text = Field(default="", description="The name in Chinese. Empty: `name`.")

    def name_in(self, language: str) -> str:
        """Return the name in a language."""
        return self.name_zh if language == "zh" and self.name_zh else self.name

    @property
    def in_scope(self) -> bool:
        """Whether the model learns that such a paper is in scope."""
        return self.trains_as == "in scope"


class UnknownReasonError(UsageError):
    """The settings do not have this reason."""

    def __init__(self, code: str, reasons: Sequence[Reason]) -> None:
        by_name = {one.name: one.code for one in reasons}
        likely = nearest(code, (*by_name, *by_name.values()))
        known = ", ".join(by_name.values())
        super().__init__(
            f"{code[:40]!r} is not a reason.",
            hint=f"Did you mean {by_name.get(likely[0], likely[0])}?"
            if likely
            else f"The reasons are {known}."
            if known
            else "Define reasons with [[review.reasons]] in the settings, or write a note.",
        )


class MissingReasonError(UsageError):
    """A rejection states no reason, and the settings have reasons."""

    def __init__(self, arxiv_id: str, reasons: Sequence[Reason]) -> None:
        super().__init__(
            f"{arxiv_id} is rejected without a reason.",
            hint=f"Give one with `--reason`: {', '.join(one.code for one in reasons)}."
            " `living-survey reasons` defines them.",
        )
        self.arxiv_id = arxiv_id


def find_reason(reasons: Sequence[Reason], text: str) -> Reason:
    """Return the reason with this code or name, or raise UnknownReasonError."""
    wanted = text.strip().casefold()
    for one in reasons:
        if wanted in {one.code, one.name.casefold(), one.name_zh.casefold() or one.code}:
            return one
    raise UnknownReasonError(text, reasons)


def named_reason(reasons: Iterable[Reason], code: str) -> Reason:
    """Return the reason of a recorded code, which the settings may not have any more.

    A built-in reason keeps its meaning then; of others only the code is known.
    """
    every = (*reasons, *DEFAULT_REASONS)
    found = next((one for one in every if one.code == code), None)
    return found or Reason.model_construct(
        code=code, name=code, definition="", trains_as="out of scope", name_zh=""
    )


def unique_codes(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return the reasons, or raise ValueError if two have one code or one name."""
    for what in ("code", "name"):
        texts = [str(getattr(one, what)).casefold() for one in reasons]
        if repeated := next((text for text in texts if texts.count(text) > 1), None):
            raise ValueError(f"the {what} {repeated!r} occurs twice")
    return reasons


DEFAULT_REASONS = (
    Reason(
        code="no-language",
        name="No language model",
        definition="Neither a language model nor a text takes part in what is made or changed.",
        name_zh="未涉及语言模型",
    ),
    Reason(
        code="understanding-only",
        name="Understanding outside the survey",
        definition="Recognises, retrieves or segments; a language model neither answers nor makes"
        " media.",
        name_zh="仅识别或检索",
    ),
    Reason(
        code="reconstruction",
        name="Reconstruction or restoration",
        definition="Recovers what was recorded (denoising, super-resolution, 3D from photographs)"
        " and makes nothing new.",
        name_zh="重建或修复",
    ),
    Reason(
        code="talking-head",
        name="Talking head only",
        definition="Moves a face or a body by audio or video, without a text or a language model.",
        name_zh="仅说话人头像",
    ),
    Reason(
        code="other-modality",
        name="Other modality",
        definition="Makes or reads what the survey leaves out: plain text, code, molecules, robot"
        " actions, radar.",
        name_zh="其他模态",
    ),
    Reason(
        code="not-research",
        name="Not a research paper",
        definition="A proceedings volume, a position, a course or a report without a method, data"
        " or review.",
        name_zh="非研究论文",
    ),
    Reason(
        code="duplicate",
        name="Duplicate",
        definition="The same work is in the list under another arXiv ID.",
        name_zh="重复",
    ),
    Reason(
        code="relevant-not-listed",
        name="Relevant, not for the list",
        definition="In the survey's scope, but not listed, for example because it adds too little."
        " The model learns that it is in scope.",
        trains_as="in scope",
        name_zh="相关但不收录",
    ),
    Reason(
        code=OTHER,
        name="Other",
        definition="No other reason fits; the note says which.",
        name_zh="其他",
    ),
)
