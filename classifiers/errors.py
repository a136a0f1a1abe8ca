"""What can be wrong with a model file, each with the command that mends it. Raises nothing itself.

LivingSurveyError
`-- ModelError               exit 1
|-- NoModelError         there is no such model
|-- DamagedModelError    checksum, shape or content do not hold
`-- UnfitModelError      made for another taxonomy, format or scikit-learn
"""

from config.errors import LivingSurveyError

RETRAIN = 'Run "living-survey train" to make a new one.'


class ModelError(LivingSurveyError):
    """A model file cannot be used."""

    def __init__(self, message: str, *, hint: str = RETRAIN) -> None:
        super().__init__(message, hint=hint)


class NoModelError(ModelError):
    """No model of that name is kept."""


class DamagedModelError(ModelError):
    """The file is not what was written."""


class UnfitModelError(ModelError):
    """The file is whole and belongs to other circumstances."""
