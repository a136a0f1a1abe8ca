r"""Read the text commands outside of formulas: `\emph{a}`, `{\bf a}`, `\%`, `\alpha`, quotes.

What is not known stays whole as it was typed, never half of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from config.tex.symbols import IN_TEXT, SUBSCRIPTS, SUPERSCRIPTS

#: what a text has that needs reading
MARKUP = re.compile(r"[\\${}~]|``|''")
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
    "uline mbox hbox textsuperscript textsubscript url path bf it em mathrm mathbf mathit mathsf "
    "mathtt hl so textquote gls glspl ac acrfull acrshort added revise revised"
)
#: commands whose group is text, and what stands around it then
_WRAPS = dict.fromkeys(_LOOKS.split(), ("", "")) | {
    "footnote": (" (", ")"),
    "enquote": ("\u201c", "\u201d"),
}
_SCRIPTS = {"textsuperscript": SUPERSCRIPTS, "textsubscript": SUBSCRIPTS}
#: commands whose first group is not text and whose second is
_WRAP_SECOND = frozenset({"href", "textcolor", "hyperlink", "colorbox"})
#: a citation's keys and a mark tell readers nothing, nor does the blank before them
_KEYED = frozenset({"cite", "citep", "citet", "citealp", "label", "thanks", "ref", "cref"})
_SETTING = frozenset({"color", "vspace", "hspace"})
_KEY = re.compile(r"(?:\s*\[[^\[\]{}]*\])?\s*\{[^{}]*\}")
#: `\r{ho}`, which was `\rho` before a program took `\r` for an accent
_TORN = re.compile(r"\{([a-z]{1,9})\}")
#: arguments of a command that is not known
_ARGUMENTS = re.compile(r"(?:\[[^\[\]{}]{0,40}\])?(?:\{[^{}]{0,80}\}){0,4}")
#: pieces of a group that is looked at as a whole
_FEW_PIECES = 8
_SIGNS = {sign: sign for sign in "%&#_{}"} | {
    ",": " ", " ": " ", "\\": " ", ";": " ", "-": "", "/": "", "@": "", "!": "", "bigskip": "",
    "medskip": "", "smallskip": "", "noindent": "", "newline": " ", "par": " ", "xspace": "",
    "protect": "",
}  # fmt: skip
#: groups that keep capitals (`{BERT}`), one sign or a comma together need no braces in text
_NEEDLESS = re.compile(r"(?=[^A-Z]*[A-Z])[A-Za-z0-9-]{1,40}|,|[^\x00-\x7f]", re.ASCII)
#: a tie, not the sign for "about" (`~50%`) or of a home directory
_TIE = re.compile(r"(?<=[^\s/=~(\[<])~(?=[^\s~])")


def read_commands(text: str, *, dollar: str = "$", hold: Callable[[str], str] | None = None) -> str:
    r"""Return the text with its commands, quotes and ties in Unicode, in linear time.

    `dollar` replaces `\$`. `hold` is given each command that is not known, with its arguments, and
    returns what replaces it.
    """
    if not MARKUP.search(text):
        return text
    joined = "".join(_Reader(text, dollar, hold).pieces())
    return _TIE.sub(" ", joined.replace("``", "\u201c").replace("''", "\u201d"))


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

    def __init__(self, text: str, dollar: str, hold: Callable[[str], str] | None) -> None:
        self._text = text
        self._dollar = dollar
        self._hold = hold
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
        # A text that was cut ends inside its groups.
        for group in self._groups:
            self._pieces[group.place] = group.begin
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
        if self._opens_text(start, name):
            return
        if name in _KEYED | _SETTING and (key := _KEY.match(text, after)):
            self._at = key.end()
            if name in _KEYED:
                self._pieces[-1] = self._pieces[-1].removesuffix("~").rstrip()
        elif len(name) == 1 and (torn := _TORN.match(text, after)) and name + torn[1] in IN_TEXT:
            self._at = torn.end()
            self._pieces.append(IN_TEXT[name + torn[1]])
        elif name in IN_TEXT:
            self._at += 2 * text.startswith("{}", after)
            self._pieces.append(IN_TEXT[name])
        elif name == "$":
            self._pieces.append(self._dollar)
        elif name in _SIGNS:
            self._pieces.append(_SIGNS[name])
        else:
            self._keep(start)

    def _opens_text(self, start: int, name: str) -> bool:
        """Say whether a command's group is text, and begin to read it."""
        begin, end = _WRAPS.get(name, ("", ""))
        opened = None
        if name in _WRAP_SECOND:
            opened = _ONE_MORE.match(self._text, self._at)
        if name in _WRAPS or (name == "href" and not opened):  # an address that was cut is text
            opened = _OPEN.match(self._text, self._at)
        if opened:
            self._at = opened.end()
            self._open(start, _Group(len(self._pieces), begin, end, script=_SCRIPTS.get(name)))
        return opened is not None

    def _keep(self, start: int) -> None:
        """Keep a command that is not known as it was typed."""
        if self._hold and (arguments := _ARGUMENTS.match(self._text, self._at)):
            self._at = arguments.end()
            self._pieces.append(self._hold(self._text[start : self._at]))
        else:
            self._unknown = self._at
            self._pieces.append(self._text[start : self._at])
