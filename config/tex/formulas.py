r"""Write simple formulas in Unicode: `\pi_{7}` as π₇, `O(\log n)` as O(log n)."""

import re

from config.tex.symbols import FUNCTIONS, IN_FORMULA, SUBSCRIPTS, SUPERSCRIPTS
from config.visible import visible

#: characters; a longer formula is not simple
_LONGEST = 80
_DEEPEST = 4

_TOKEN = re.compile(r"\\unicode\{x[0-9A-Fa-f]{2,4}\}|\\(?:[A-Za-z]+|.|$)|\s+|.", re.DOTALL)
_LOOKS = (
    "text textbf textit textrm textsf texttt textsc textnormal emph mbox mathbf mathrm mathit "
    "mathsf mathtt mathcal mathbb mathfrak mathscr mathnormal boldsymbol bm pmb operatorname "
    "underline uline"
)
_SWITCHES = (
    "bf it rm sf tt cal sc em displaystyle textstyle scriptstyle scriptscriptstyle left right big "
    "Big bigg Bigg bigl bigr Bigl Bigr limits nolimits"
)
#: commands that change the look of a group or of one letter
_LOOK = frozenset(_LOOKS.split())
#: commands that change the look of what follows
_SWITCH = frozenset(_SWITCHES.split())
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SPACES = {",": "", ":": " ", ";": " ", " ": " ", "!": "", "quad": " ", "qquad": " ", "/": ""}
_WORDS = IN_FORMULA | _SPACES | {sign: sign for sign in "%&#_{}$-"}
_SIMPLE = re.compile(r"[^\W_]{1,8}")


class _NotSimpleError(Exception):
    """The formula has no plain form in one line."""


def formula_text(formula: str) -> str | None:
    """Return a formula without delimiters as Unicode; None where it would be hard to read."""
    if len(formula) > _LONGEST:
        return None
    tokens = _TOKEN.findall(formula)
    tokens.reverse()
    try:
        text = _row(tokens, 0)
    except (_NotSimpleError, IndexError):
        return None
    # A closing brace too many ended the row.
    return None if tokens else " ".join(text.split())


def signs_of_commands(text: str) -> str:
    """Return a text with the sign of each command left in it, and without those of look alone."""
    return _COMMAND.sub(_sign, text) if "\\" in text else text


def _sign(command: re.Match[str]) -> str:
    name = command[1]
    return "" if name in _LOOK or name in _SWITCH else IN_FORMULA.get(name, command[0])


def _row(tokens: list[str], depth: int) -> str:
    """Read from the end of `tokens` to the closing brace, which is taken, or to their end."""
    if depth > _DEEPEST:
        raise _NotSimpleError
    parts: list[str] = []
    while tokens and tokens[-1] != "}":
        if tokens[-1][1:] in FUNCTIONS and parts and parts[-1][-1:].isalnum():
            parts.append(" ")
        parts.append(_item(tokens, depth))
    if tokens and depth:
        tokens.pop()
    elif depth:
        raise _NotSimpleError
    return "".join(parts)


def _item(tokens: list[str], depth: int) -> str:
    item = tokens.pop()
    if item == "{":
        return _row(tokens, depth + 1)
    if item in "^_":
        return _script(_argument(tokens, depth), raised=item == "^")
    if item == "~" or item.isspace():
        return " "
    if item in "&$":
        raise _NotSimpleError
    return _command(item[1:], tokens, depth) if item[0] == "\\" else item


def _argument(tokens: list[str], depth: int) -> str:
    while tokens[-1].isspace():
        tokens.pop()
    if tokens[-1] in "}^_" or depth > _DEEPEST:
        raise _NotSimpleError
    return _item(tokens, depth + 1)


def _script(text: str, *, raised: bool) -> str:
    table = SUPERSCRIPTS if raised else SUBSCRIPTS
    text = text.strip()
    if not text or any(ord(sign) not in table for sign in text):
        raise _NotSimpleError
    return text.translate(table)


def _command(name: str, tokens: list[str], depth: int) -> str:
    if name in _WORDS:
        return _WORDS[name]
    if name in _LOOK:
        return _argument(tokens, depth)
    if name in _SWITCH:
        if tokens and tokens[-1].isspace():
            tokens.pop()
        return ""
    if name.endswith("frac"):
        above, below = _argument(tokens, depth), _argument(tokens, depth)
        if _SIMPLE.fullmatch(above) and _SIMPLE.fullmatch(below):
            return f"{above}/{below}"
    elif name == "sqrt":
        inner = _argument(tokens, depth)
        if _SIMPLE.fullmatch(inner):
            return f"√{inner}"
    elif name.startswith("unicode{x"):
        return visible(chr(int(name[9:-1], 16)))
    raise _NotSimpleError
