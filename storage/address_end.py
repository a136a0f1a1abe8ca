"""Say where an address ends that stands in a text or between signs of Markdown."""

import re

_PARENTHESIS = re.compile(r"[()]")
#: read as the end of a sentence or as markup where an address stands in a text
ENDS = ".,;:!?*_"


def balanced(address: str) -> str:
    """Cut an address at the first parenthesis that closes none of its own, or after its last sign.

    What ends a sentence is no part of it.
    """
    depth = 0
    for parenthesis in _PARENTHESIS.finditer(address):
        depth += 1 if parenthesis[0] == "(" else -1
        if depth < 0:
            return address[: parenthesis.start()]
    return address.rstrip(ENDS)
