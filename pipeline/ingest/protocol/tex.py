"""Convert TeX accents to Unicode, as arXiv does for the query API, `arXiv` and `oai_dc`.

Accents, special letters and Greek are converted; arXiv's converter (tex2utf) covers more.
"""

import re
import unicodedata

_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328",
    "r": "\u030a", "d": "\u0323",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "\u0131",
}  # fmt: skip
_GREEK = ("alpha", "beta", "gamma", "delta", "epsilon", "lambda", "mu", "pi", "sigma", "tau", "phi",
          "omega")  # fmt: skip
_LETTERS |= {
    name: unicodedata.lookup(f"GREEK SMALL LETTER {name.replace('lambda', 'lamda')}")
    for name in _GREEK
}
_ACCENTED = re.compile(
    r"""\{?\\(?:(['`^"~=.])\s*\{?\\?([A-Za-z])\}?|([cvuHkrd])\s*\{\\?([A-Za-z])\})\}?"""
)
_LETTER = re.compile(
    rf"\{{?\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![A-Za-z])\}}?"
)


def to_unicode(text: str) -> str:
    r"""Return the text with `Andr\'e` as `André`, Greek letters by name as themselves."""
    if "\\" not in text:
        return text
    return _LETTER.sub(lambda match: _LETTERS[match[1]], _ACCENTED.sub(_compose, text))


def _compose(match: re.Match[str]) -> str:
    accent, letter = match[1] or match[3], match[2] or match[4]
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])
