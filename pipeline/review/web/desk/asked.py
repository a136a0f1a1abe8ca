"""Why a form is shown again instead of being recorded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, the conflict or the fault that a reviewer sees at the form."""

    #: a sentence for the reviewer
    warning: str = ""
    #: what has the focus: "section", "reason", or empty for the warning itself
    question: str = ""
    #: the button that was pressed and not recorded, as name and value, so that one press repeats it
    mine: tuple[str, str] | None = None
    #: others decide, on the page of conflicts
    closed: bool = False
    #: approved papers with the same title, which the button then approves beside
    also: tuple[str, ...] = ()
    #: what was recorded besides a decision
    said: str = ""
