r"""Turn the TeX of a title, name or abstract into text: one reader for all outputs.

Text commands, escapes, quotes, signs and ties outside of formulas are resolved. What is not known
stays whole as it was typed, never half of it. The result is one visible line and not escaped;
rendering does that.
"""

import re
from dataclasses import dataclass

from config.tex.accents import decode_accents
from config.tex.formulas import formula_text
from config.tex.spans import math_spans
from config.tex.symbols import IN_TEXT, SUBSCRIPTS, SUPERSCRIPTS
from config.visible import one_line

_MARKUP = re.compile(r"[\\${}~]|``|''")
_HELD_BACK = re.compile("\x01([0-9]+)\x02")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.|$)|[{}]", re.DOTALL)
_OPEN = re.compile(r"\s*\{")
_ONE_MORE = re.compile(r"\s*\{[^{}]*\}\s*\{")
#: `{\bf text}`
_SWITCH = re.compile(
    r"\s*\\(?:bf|it|em|sc|tt|sf|sl|rm|bfseries|itshape|scshape|ttfamily|sffamily|large|Large|small"
    r"|footnotesize)(?![A-Za-z])\s*"
)
_LOOKS = (
    "textbf textit textsc texttt textsf textrm textsl textmd textup textnormal text emph underline "
    "uline mbox hbox textsuperscript textsubscript url path bf it em"
)
#: commands whose group is text, and what stands around it then
_WRAPS = dict.fromkeys(_LOOKS.split(), ("", "")) | {
    "footnote": (" (", ")"),
    "enquote": ("\u201c", "\u201d"),
}
_SCRIPTS = {"textsuperscript": SUPERSCRIPTS, "textsubscript": SUBSCRIPTS}
#: commands whose first group is not text and whose second is
_WRAP_SECOND = frozenset({"href", "textcolor", "hyperlink", "colorbox"})
#: a citation's keys and a mark tell readers nothing
_KEY = re.compile(r"(?:\s*\[[^\[\]{}]*\])?\s*\{[^{}]*\}")
_DROPPED = frozenset({"cite", "citep", "label", "thanks"})
#: pieces of a group that is looked at as a whole
_FEW_PIECES = 8
_ESCAPED = frozenset("%&#_{}")
_SPACING = {",": " ", " ": " ", "\\": " ", ";": " ", "-": "", "/": "", "@": "", "!": ""}
#: groups that keep capitals (`{BERT}`), one sign or a comma together need no braces in text
_NEEDLESS = re.compile(r"(?=[^A-Z]*[A-Z])[A-Za-z0-9-]{1,40}|,|[^\x00-\x7f]", re.ASCII)
#: a tie, not the sign for "about" (`~50%`) or of a home directory
_TIE = re.compile(r"(?<=[^\s/=~(\[<])~(?=[^\s~])")


def plain_text(text: str) -> str:
    """Return one line in Unicode, simple formulas included; other formulas stay as typed."""
    return _read(text, draws_formulas=False)


def plain_paragraphs(text: str) -> str:
    """Return an abstract in Unicode, one line a paragraph."""
    return "\n".join(map(plain_text, text.split("\n")))


def without_markup(text: str) -> str:
    r"""Return one line in Unicode for a reader that draws mathematics: formulas and `\$` stay.

    A simple formula inside a word (`M$^3$Gen`) becomes Unicode, because Markdown's readers take its
    dollars for text.
    """
    return _read(text, draws_formulas=True)


def _read(text: str, *, draws_formulas: bool) -> str:
    line = one_line(text)
    if not _MARKUP.search(line):
        return line
    line = decode_accents(line)
    pieces: list[str] = []
    formulas: list[str] = []
    end = 0
    for start, stop in math_spans(line):
        formula = line[start:stop]
        inside = (
            formula.startswith(("$^", "$_"))
            or line[start - 1 : start].isalnum()
            or line[stop : stop + 1].isalnum()
        )
        # Held back, because a group may reach over it. A visible line has no control characters.
        pieces += [line[end:start], f"\x01{len(formulas)}\x02"]
        formulas.append(formula if draws_formulas and not inside else _formula(formula))
        end = stop
    text = _outside("".join([*pieces, line[end:]]), r"\$" if draws_formulas else "$")
    return " ".join(_HELD_BACK.sub(lambda found: formulas[int(found[1])], text).split())


def _outside(text: str, dollar: str) -> str:
    """Read what stands outside of formulas."""
    if not _MARKUP.search(text):
        return text
    joined = "".join(_Reader(text, dollar).pieces())
    return _TIE.sub(" ", joined.replace("``", "\u201c").replace("''", "\u201d"))


def _formula(source: str) -> str:
    size = 2 if source.startswith(("$$", "\\")) else 1
    text = formula_text(source[size:-size])
    return source if text is None else text


@dataclass(frozen=True, slots=True)
class _Group:
    """An open brace: its place among the pieces, and what replaces both braces."""

    place: int
    begin: str
    end: str
    #: of a command that is not known
    argument: bool = False
    script: dict[int, int] | None = None


class _Reader:
    """Reads one text from left to right; a group replaces its opening piece when it is closed."""

    def __init__(self, text: str, dollar: str) -> None:
        self._text = text
        self._dollar = dollar
        self._pieces: list[str] = []
        self._groups: list[_Group] = []
        self._at = 0
        #: where an unknown command or its last argument ended
        self._unknown = -1

    def pieces(self) -> list[str]:
        """Return the text in pieces."""
        while match := _COMMAND.search(self._text, self._at):
            self._pieces.append(self._text[self._at : match.start()])
            self._at = match.end()
            if match[0] == "{":
                self._open_bare(match.start())
            elif match[0] == "}":
                self._close()
            else:
                self._command(match.start(), match[0][1:])
        self._pieces.append(self._text[self._at :])
        return self._pieces

    def _open(self, start: int, group: _Group) -> None:
        """Keep what was typed from `start` on until the group is closed."""
        self._groups.append(group)
        self._pieces.append(self._text[start : self._at])

    def _open_bare(self, start: int) -> None:
        place = len(self._pieces)
        if switch := _SWITCH.match(self._text, self._at):
            self._at = switch.end()
            self._open(start, _Group(place, "", ""))
        else:
            self._open(start, _Group(place, "{", "}", argument=start == self._unknown))

    def _close(self) -> None:
        if not self._groups:
            self._pieces.append("}")
            return
        group = self._groups.pop()
        begin, end = group.begin, group.end
        if group.argument:
            self._unknown = self._at
        elif group.script:
            inner = self._inside(group)
            if inner and all(ord(sign) in group.script for sign in inner):
                self._pieces[group.place + 1 :] = [inner.translate(group.script)]
        elif begin == "{" and _NEEDLESS.fullmatch(self._inside(group)):
            begin = end = ""
        self._pieces[group.place] = begin
        self._pieces.append(end)

    def _inside(self, group: _Group) -> str:
        """Return the text of a group of few pieces."""
        pieces = self._pieces[group.place + 1 :] if self._is_short(group) else ()
        return "".join(pieces)

    def _is_short(self, group: _Group) -> bool:
        return len(self._pieces) - group.place < _FEW_PIECES

    def _command(self, start: int, name: str) -> None:
        text, after = self._text, self._at
        if name in _WRAPS and (opened := _OPEN.match(text, after)):
            self._at = opened.end()
            begin, end = _WRAPS[name]
            group = _Group(len(self._pieces), begin, end, script=_SCRIPTS.get(name))
            self._open(start, group)
        elif name in _WRAP_SECOND and (opened := _ONE_MORE.match(text, after)):
            self._at = opened.end()
            self._open(start, _Group(len(self._pieces), "", ""))
        elif name in _DROPPED and (key := _KEY.match(text, after)):
            self._at = key.end()
            self._pieces[-1] = self._pieces[-1].removesuffix("~").rstrip()
        elif name in IN_TEXT:
            self._at += 2 * text.startswith("{}", after)
            self._pieces.append(IN_TEXT[name])
        elif name in _ESCAPED:
            self._pieces.append(name)
        elif name == "$":
            self._pieces.append(self._dollar)
        elif name in _SPACING:
            self._pieces.append(_SPACING[name])
        else:
            self._unknown = after
            self._pieces.append(text[start:after])
