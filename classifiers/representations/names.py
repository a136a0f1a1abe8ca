"""Names of representations, without importing numpy."""

import re

#: the representation every model has: the taxonomy's words and the reasons are in its terms
TFIDF = "tfidf"
#: those a model has unless the settings name others beside it
DEFAULT = (TFIDF,)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


def is_name(text: object) -> bool:
    """Return whether a text can be the name of a representation, or of an array it keeps."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None
