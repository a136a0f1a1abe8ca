r"""Escape text for BibTeX fields: braces stay balanced whatever a title holds.

BibTeX counts every brace, `\{` too, so braces of a text are written as commands. Formulas that only
draw stay TeX; all else is text, as `config.tex` reads it.
"""

import re

from config.tex.commands import COMMANDS, ENVIRONMENT, TEX_COMMAND
from config.tex.spans import math_spans
from config.tex.text import without_markup
from config.visible import one_line

#: characters of a title that are written; arXiv's longest have about 250
_LONGEST = 2_000
_ESCAPES = str.maketrans(
    {sign: f"\\{sign}" for sign in "$%#&_"}
    | {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        "<": r"{\textless}",
        ">": r"{\textgreater}",
        "|": r"{\textbar}",
    }
)
_WORD = re.compile(r"[^\W_]+")
#: outside of a command, these end a formula, a line or a macro's text
_UNSOUND = re.compile("[$%#~]")


def escaped(text: str) -> str:
    """Return a text without TeX on one line; a long one is cut."""
    return one_line(text[:_LONGEST]).translate(_ESCAPES)


def title_field(title: str) -> str:
    """Return a title: sound formulas as TeX, capitals that a style must keep in braces."""
    line = without_markup(title[:_LONGEST])
    pieces: list[str] = []
    end = 0
    for start, stop in math_spans(line):
        formula = _inside(line[start:stop])
        if not _is_sound(formula):
            continue
        # in braces, because styles change the case of letters and commands outside of them
        pieces += [_words(line[end:start]), f"{{${formula}$}}"]
        end = stop
    return "".join([*pieces, _words(line[end:])])


def _inside(formula: str) -> str:
    size = 2 if formula.startswith(("$$", "\\")) else 1
    return formula[size:-size]


def _is_sound(formula: str) -> bool:
    """Say whether a formula only draws, so that it cannot end the field or hide a part."""
    rest = ENVIRONMENT.sub("", formula)
    if any(found[1] not in COMMANDS for found in TEX_COMMAND.finditer(rest)):
        return False
    if _UNSOUND.search(TEX_COMMAND.sub("", rest)) or ("&" in rest and rest == formula):
        return False
    depth = 0
    for sign in formula:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def _words(text: str) -> str:
    r"""Return text outside of formulas, where `without_markup` writes a dollar as `\$`."""
    text = text.replace("\\$", "$")
    pieces: list[str] = []
    end = 0
    for word in _WORD.finditer(text):
        alone = (text[end : word.start()] or " ")[-1] + text[word.end() : word.end() + 1]
        keeps = _keeps_capitals(word[0]) or (word[0] == "A" and not alone.isspace())
        shown = f"{{{word[0]}}}" if keeps else word[0]
        pieces += [text[end : word.start()].translate(_ESCAPES), shown]
        end = word.end()
    return "".join([*pieces, text[end:].translate(_ESCAPES)])


def _keeps_capitals(word: str) -> bool:
    """Say whether a style that writes titles in small letters would misspell the word."""
    if len(word) == 1:
        return word.isupper() and word != "A"
    inner = any(sign.isupper() for sign in word[1:])
    return inner or (word[0].isupper() and any(sign.isdigit() for sign in word))
