r"""Convert TeX accents and letters (`Andr\'e`, `S{\o}ren`) to Unicode, outside of formulas.

OAI `arXivRaw` and the feeds send what authors typed; the query API has converted it.
"""

import re
import unicodedata

_COMBINING = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323",
    "b": "\u0331", "k": "\u0328", "r": "\u030a", "h": "\u0309",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ",
    "OE": "Œ", "aa": "å", "AA": "Å", "i": "\u0131", "j": "\u0237", "dh": "ð", "DH": "Ð", "dj": "đ",
    "DJ": "Đ", "th": "þ", "TH": "Þ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
# Under an accent, a dotless letter becomes the plain one.
_DOTLESS = {"\\i": "i", "\\j": "j"}

_MATH = re.compile(r"(?<!\\)(\$\$[^$]*\$\$|\$[^$]*\$)")
#: Latin letters, those with accents included, because an accent may stand over another: `\~\^e`
_LETTER = "[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"
#: accents over one letter: Vietnamese has two, and a third pass finds nothing more
_STACKED = 3
# One to four backslashes, because some authors double them. Beginning with a literal instead of
# `\\{1,4}` makes it seven times as fast, because the engine skips from backslash to backslash.
_GROUP = rf"\{{\s*(?:\\[ij]|{_LETTER})\s*\}}"
_BARE = rf"\\[ij](?:\{{\}}|\s+(?=[A-Za-z])|(?![A-Za-z]))|{_LETTER}"
_NAMES = "|".join(sorted(_LETTERS, key=len, reverse=True))
_TOKEN = re.compile(
    rf"\\\\{{0,3}}(?:['`^\"~=.]\s*(?:{_GROUP}|{_BARE})"
    rf"|[uvHcdbkrh](?:\s*{_GROUP}|\s+(?:{_BARE}))"
    rf"|(?:{_NAMES})(?:\{{\}}|(?=\s*\}})|\s+(?=[A-Za-z])|(?![A-Za-z])))"
)
# Braces left around one accented letter (`{\'e}`, `{\o }`), unless an accent stands before them.
_HELD = re.compile(r"(?<!\\[uvHcdbkrh])\{([^\x00-\x7f])\s*\}")


def _unicode(match: re.Match[str]) -> str:
    token = _without_braces(match[0]).lstrip("\\")
    if token in _LETTERS:
        return _LETTERS[token]
    base = _without_braces(token[1:])
    letter = _DOTLESS.get(base, base)
    return unicodedata.normalize("NFC", letter + _COMBINING[token[0]])


def _without_braces(text: str) -> str:
    return text.replace("{", " ").replace("}", " ").strip()


def decode_accents(text: str) -> str:
    r"""Return the text with TeX accents and letters as Unicode, in linear time.

    Other commands and `$...$` are kept.
    """
    if "\\" not in text or not _TOKEN.search(text):
        return text
    pieces = _MATH.split(text) if "$" in text else [text]
    pieces[::2] = map(_decode, pieces[::2])
    return "".join(pieces)


def _decode(text: str) -> str:
    for _ in range(_STACKED):
        before, text = text, _HELD.sub(r"\1", _TOKEN.sub(_unicode, text))
        if text == before or "\\" not in text:
            break
    return text
