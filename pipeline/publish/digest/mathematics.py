r"""Let only listed commands be published in the mathematics of a line.

Readers' MathJax or KaTeX interprets what stands between `$`, `$$`, `\(` and `\[`. Its commands can
link (`\href`), style, load extensions and define others, so every other command is made text.
"""

import re

from config.tex.commands import COMMANDS, ENVIRONMENT, TEX_COMMAND
from config.tex.spans import math_spans

#: characters of a formula; 928 is the longest of 40,717 papers of 2025
LONGEST_FORMULA = 2_000
#: replaces the backslash of a command that is not listed; no TeX reader interprets it
SET_MINUS = "\N{SET MINUS}"

# MathJax makes links of `\ref` and `\eqref` also outside formulas.
_OPENER = re.compile(r"\$|\\[(\[]|\\begin|\\(?:eq)?ref")


def restrict_math(line: str) -> str:
    """Return the line with each formula of unlisted commands as text.

    Such a formula loses its delimiters. The backslash of every unlisted command in a line with
    mathematics becomes `SET_MINUS`, because a reader may pair the delimiters otherwise.
    """
    if not _OPENER.search(line):
        return line
    pieces: list[str] = []
    end = 0
    for start, stop in math_spans(line):
        formula = line[start:stop]
        pieces.append(without_commands(line[end:start]))
        if stop - start <= LONGEST_FORMULA and without_commands(formula) == formula:
            pieces.append(formula)
        else:
            pieces.append(without_commands(_undelimited(formula)))
        end = stop
    pieces.append(without_commands(line[end:]))
    return "".join(pieces)


def _undelimited(formula: str) -> str:
    size = 2 if formula.startswith(("$$", "\\")) else 1
    return formula[size:-size]


def without_commands(text: str) -> str:
    """Return the text with the backslash of each unlisted command replaced."""
    kept = {match.start() for match in ENVIRONMENT.finditer(text)}
    return TEX_COMMAND.sub(
        lambda match: (
            match[0]
            if match[1] in COMMANDS or match[1] in {"(", ")", "[", "]"} or match.start() in kept
            else f"{SET_MINUS}{match[1]}"
        ),
        text,
    )
