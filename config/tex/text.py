r"""Turn the TeX of a title, name or abstract into text: one reader for all outputs.

Text commands, escapes, quotes, signs and ties outside of formulas are resolved, simple formulas
too. What is not known stays whole as it was typed, never half of it. The result is visible and not
escaped; rendering does that. Pages show what is held back with `config.tex.markup`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.tex.accents import decode_accents
from config.tex.formulas import formula_text
from config.tex.reader import MARKUP, read_commands
from config.tex.spans import math_spans
from config.visible import one_line

#: private characters: in a `HeldText`, the first marks the first source and so on
FIRST_HELD, MOST_HELD = 0x100000, 0xFFFE
_PRIVATE = re.compile("[\U00100000-\U0010ffff]")
_HELD_BACK = re.compile("\x01([0-9]+)\x02")
_CUT = re.compile(r"\\[A-Za-z]{0,30}\Z")
#: after an even number of backslashes
_DOLLAR = re.compile(r"(?<!\\)((?:\\\\)*)\$")
#: left by a command or a formula that was not read
_LEFT = re.compile(r"[\\$^_{}]")


@dataclass(frozen=True, slots=True)
class HeldText:
    """A text in Unicode with one private character for each piece that stays TeX."""

    text: str
    #: formulas with their delimiters, and commands that are not known, in order
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A formula or an unknown command while the text around it is read."""

    text: str
    #: as typed, not Unicode
    is_source: bool = True


@dataclass(frozen=True, slots=True)
class _Line:
    r"""One line in Unicode, in which `\x01number\x02` marks what was kept."""

    text: str
    kept: Sequence[_Kept] = ()

    def filled(self, show: Callable[[_Kept], str]) -> str:
        return _HELD_BACK.sub(lambda found: show(self.kept[int(found[1])]), self.text)


def plain_text(text: str) -> str:
    """Return one line in Unicode, simple formulas included; other formulas stay as typed."""
    return _read(text).filled(_text_of)


def plain_paragraphs(text: str) -> str:
    """Return an abstract in Unicode, one line a paragraph."""
    return "\n".join(map(plain_text, text.split("\n")))


def without_markup(text: str) -> str:
    r"""Return one line in Unicode for a reader that draws mathematics: formulas and `\$` stay.

    A simple formula inside a word (`M$^3$Gen`) becomes Unicode, because Markdown's readers take its
    dollars for text.
    """
    return _read(text, draws_formulas=True).filled(_text_of)


def held_text(text: str, most: int | None = None) -> HeldText:
    """Return paragraphs in Unicode, with hard formulas and unknown commands held back.

    A text longer than `most` characters is cut. A mark that other code sets in the text must not
    begin or end inside a formula (`math_spans`).
    """
    if most is not None and len(text) > most:
        text = _CUT.sub("", text[:most])
    sources: list[str] = []

    def show(kept: _Kept) -> str:
        if not kept.is_source or len(sources) == MOST_HELD:
            return kept.text
        sources.append(kept.text)
        return chr(FIRST_HELD + len(sources) - 1)

    paragraphs = _PRIVATE.sub(" ", text).split("\n")
    shown = "\n".join(_read(each, holds_commands=True).filled(show) for each in paragraphs)
    return HeldText(shown, tuple(sources))


def _text_of(kept: _Kept) -> str:
    return kept.text


def _read(text: str, *, draws_formulas: bool = False, holds_commands: bool = False) -> _Line:
    line = one_line(text)
    if not MARKUP.search(line):
        return _Line(line)
    line = decode_accents(line)
    kept: list[_Kept] = []

    def hold(piece: _Kept) -> str:
        # Held back, because a group may reach over it. A visible line has no control characters.
        kept.append(piece)
        return f"\x01{len(kept) - 1}\x02"

    def hold_command(source: str) -> str:
        return hold(_Kept(_Line(source, kept).filled(_text_of)))

    pieces: list[str] = []
    end = 0
    for start, stop in math_spans(line):
        formula = line[start:stop]
        inside = (
            formula.startswith(("$^", "$_"))
            or line[start - 1 : start].isalnum()
            or line[stop : stop + 1].isalnum()
        )
        stays = draws_formulas and not inside
        read = None if stays else _formula(formula)
        pieces += [
            line[end:start],
            hold(_Kept(formula) if read is None else _Kept(read, is_source=False)),
        ]
        end = stop
    pieces.append(line[end:])
    if draws_formulas:
        pieces[::2] = (_DOLLAR.sub(r"\1\\$", piece) for piece in pieces[::2])
    read_text = read_commands(
        "".join(pieces),
        dollar=r"\$" if draws_formulas else "$",
        hold=hold_command if holds_commands else None,
    )
    return _Line(" ".join(read_text.split()), kept)


def _formula(source: str) -> str | None:
    size = 2 if source.startswith(("$$", "\\")) else 1
    formula = source[size:-size]
    text = formula_text(formula)
    if text is None and formula.startswith("\\"):  # `$\href{address}{text}$`, `$\textbf{text}$`
        text = " ".join(read_commands(formula).split())
        if _LEFT.search(text):
            return None
    return text
