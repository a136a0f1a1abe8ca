r"""Read a title as words, so that spelling, markup and TeX do not matter.

`[CVPR 2024] **M$^3$Gen++**: A {\"U}ber-Model &amp; more` has the parts `m 3 gen plus plus` and
`a uber model and more`.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from config.tex.formulas import signs_of_commands
from config.tex.text import plain_text

#: characters read; the longest title of 40,717 has 226
LONGEST = 400

_LOOKS = re.compile(
    r"</?(?:a|b|br|code|del|em|font|i|ins|kbd|mark|s|small|span|strong|sub|sup|u)\b[^<>]{0,200}+>",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
#: before TeX is read, where `\-` divides a word
_MARKDOWN_ESCAPE = re.compile(r"\\(?=[-<>*])")
_NAME = re.compile(r"(?=\S*(?:[A-Z]\S*[A-Z]|\d|[a-z][A-Z]))\S{1,30}")
_LEADING_TAGS = re.compile(r"^\s*(?:\[[^\[\]]{0,100}+\]\s*)+")
_SEPARATOR = re.compile(r"\s*[:：]\s*|\s[-–—|~]{1,3}\s|\s?[—]\s?|\s?-{2,3}\s?|[?!.]\s")
_CUT = re.compile(r"(?:\.{3}|…)\W*$")
_SIGNS = str.maketrans({"+": " plus ", "&": " and ", "×": " x ", "∞": " infinity ", "ø": "o",
                        "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
                        "ı": "i"})  # fmt: skip
#: CJK characters are words of their own
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\d_\u3040-\uffff]+|\d+|[^\W_]")
_SPELLINGS = (
    (re.compile(r"isation"), "ization"),
    (re.compile(r"is(?=(?:e|ed|er|es|ing)$)"), "iz"),
    (re.compile(r"(?<=.{3})our(?=$|al|s$)"), "or"),
    (re.compile(r"ll(?=(?:ed|ing|er)$)"), "l"),
    (re.compile(r"(?<=.{3})ies$"), "y"),
    (re.compile(r"(?<=.{2}[^siu])s$"), ""),
)
#: what each spelling above needs; searched first, because few words have any
_MAY_BE_SPELLED = re.compile(r"is(?:ation|e|ing)|our|ll(?:ed|ing|er)$|s$")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_AFTER_PART = _ROMAN | {"i": "1", "v": "5", "x": "10", "one": "1", "two": "2", "three": "3"}
PART_WORDS = frozenset({"part", "volume", "vol", "chapter", "version", "phase"})


@dataclass(frozen=True, slots=True)
class Title:
    """A title's words, and where its parts end."""

    words: tuple[str, ...]
    #: numbers of words before each separator, such as the colon behind a name
    ends: tuple[int, ...]
    #: letters and digits as written, without blanks, because curators join and split words
    letters: str
    #: the first part is written like a name: `KettleNet`, `GPT-4`, `EA`
    named: bool
    #: it ended in "..."
    cut: bool


def read_title(title: str) -> Title:
    """Return the words of a title as written in Markdown, HTML or TeX, in linear time."""
    text = _LOOKS.sub(" ", html.unescape(title[: 4 * LONGEST]))
    text = _LEADING_TAGS.sub("", text) or text
    text = _ESCAPE.sub("", plain_text(_MARKDOWN_ESCAPE.sub("", text)))[:LONGEST].strip()
    parts = _SEPARATOR.split(text)
    letters: list[str] = []
    words: list[str] = []
    ends: list[int] = []
    for part in parts:
        written = _written(part)
        letters += written
        words += _spelt(written, words[-1] if words else "")
        ends.append(len(words))
    return Title(
        words=tuple(words),
        ends=tuple(sorted({end for end in ends if 0 < end < len(words)})),
        letters="".join(letters),
        named=_NAME.fullmatch(parts[0]) is not None,
        cut=_CUT.search(text) is not None,
    )


@lru_cache(maxsize=1024)  # the title of a block is compared in several steps
def words_of(text: str) -> str:
    """Return the words of a text of any length, spelt as those of titles, with single blanks."""
    bare = _ESCAPE.sub(
        "", plain_text(_MARKDOWN_ESCAPE.sub("", _LOOKS.sub(" ", html.unescape(text))))
    )
    return " ".join(_spelt(_written(bare), ""))


def _written(text: str) -> list[str]:
    return _WORD.findall(_folded(signs_of_commands(text)).translate(_SIGNS))


def _spelt(written: list[str], before: str) -> list[str]:
    words: list[str] = []
    for word in written:
        words.append(_one_word(word, words[-1] if words else before))
    return words


def _folded(text: str) -> str:
    """Return the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", "".join(map(_spelled, text)))
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def _one_word(word: str, before: str) -> str:
    return (_AFTER_PART if before in PART_WORDS else _ROMAN).get(word) or _common_spelling(word)


def _spelled(char: str) -> str:
    """Return the name of a Greek letter, else the character."""
    if not "\u0370" <= char <= "\u03ff":
        return char
    name = unicodedata.name(char, "")
    return f" {name.split()[-1].lower()} " if " LETTER " in name and " WITH " not in name else char


@lru_cache(maxsize=16_384)
def _common_spelling(word: str) -> str:
    if _MAY_BE_SPELLED.search(word) and not word.isdecimal():
        for pattern, spelling in _SPELLINGS:
            word = pattern.sub(spelling, word)
    return word
