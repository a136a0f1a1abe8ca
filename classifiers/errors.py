"""Errors of model files, with the command that fixes them.

LivingSurveyError
`-- ModelError               exit 1
|-- NoModelError         no such model
|-- DamagedModelError    wrong checksum, shape or content
|-- UnfitModelError      another taxonomy, format or scikit-learn, or other scores here
`-- RepresentationError  a representation is not installed, or is none
"""

from config.errors import LivingSurveyError

RETRAIN = "Run `living-survey train` to train a new one."
SETTING = "Check [classifier] representations and the installed packages."


class ModelError(LivingSurveyError):
    """A model file cannot be used."""

    def __init__(self, message: str, *, hint: str = RETRAIN) -> None:
        super().__init__(message, hint=hint)


class NoModelError(ModelError):
    """No model has this ID."""


class DamagedModelError(ModelError):
    """The file is damaged."""


class UnfitModelError(ModelError):
    """The file is intact, but of another taxonomy, format or scikit-learn, or scores otherwise."""


class RepresentationError(ModelError):
    """A representation that the settings name is not installed, or is none."""

    def __init__(self, message: str, *, hint: str = SETTING) -> None:
        super().__init__(message, hint=hint)
