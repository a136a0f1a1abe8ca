"""What can be wrong with the curated list as a whole; faults of single entries are data.

LivingSurveyError
`-- CuratedListError              the file is not a list that can be read
"""

from config.errors import LivingSurveyError


class CuratedListError(LivingSurveyError):
    """The file cannot be read as a curated list at all."""
