"""What the checks of a stage report to the operator; `doctor` prints it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the operator should know."""

    #: the subject: database, model, ...
    check: str
    what: str
    remedy: str
    #: False: nothing is broken
    wrong: bool = True
