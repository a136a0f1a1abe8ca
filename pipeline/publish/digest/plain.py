"""Reduce a paper's text to one readable line without invisible characters and TeX markup.

Mathematics between dollar signs is kept. The result is not escaped; rendering does that.
"""

import re

from config.visible import one_line
from pipeline.publish.digest.mathematics import math_spans

_MACRO_WITH_TEXT = re.compile(
    r"\\(?:textbf|textit|textsc|texttt|textsf|textrm|text|emph|underline|mbox|bf|it|em|uline)"
    r"\s*\{([^{}]*)\}"
)
_COLOURED = re.compile(r"\\textcolor\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_LINKED = re.compile(r"\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_ADDRESS = re.compile(r"\\url\s*\{([^{}]*)\}")
_SWITCH = re.compile(r"\{\\(?:bf|it|em|sc|tt)\s+([^{}]*)\}")
_ESCAPED = re.compile(r"\\([%&#_{}])")


def without_markup(text: str) -> str:
    """Return one line without TeX emphasis, links and escapes; mathematics is kept."""
    line = one_line(text)
    pieces: list[str] = []
    end = 0
    for start, stop in math_spans(line):
        pieces += [_plain(line[end:start]), line[start:stop]]
        end = stop
    pieces.append(_plain(line[end:]))
    return " ".join("".join(pieces).split())


def _plain(text: str) -> str:
    for pattern in (_COLOURED, _LINKED, _ADDRESS, _MACRO_WITH_TEXT, _SWITCH, _MACRO_WITH_TEXT):
        text = pattern.sub(r"\1", text)
    text = _ESCAPED.sub(r"\1", text).replace("``", "\u201c").replace("''", "\u201d")
    return re.sub(r"(?<!\S)~|~(?=\S)", " ", text)
