"""Clean text for output: remove characters that a reader cannot see or that move other text.

Every output calls `visible` where it prints: pages, digests, terminal and JSON (which escapes the
characters instead). Stored text stays as its source sent it.

Removed are the characters of Unicode's category Cf and property Default_Ignorable_Code_Point
(https://www.unicode.org/reports/tr44/): bidirectional controls, zero-width characters, tags,
fillers, lone surrogates. Controls and blank symbols become spaces. Kept are:

- the joiners U+200C and U+200D between letters of scripts that need them (Arabic, Indic, Mongolian
  and so on), and U+200D between two emoji;
- one variation selector after a visible character;
- the visible signs of category Cf, such as U+0600 ARABIC NUMBER SIGN;
- four combining marks on one letter.
"""

import re

#: characters of a title that outputs show; arXiv's longest titles have about 250
SHOWN_OF_TITLE = 500

_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\ud800-\udfff"
)
# C0 except tab and line feed, C1, line and paragraph separators, the Braille blank.
_BLANK = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2800"
_JOINING = (
    "\u0600-\u0dff\u0e00-\u109f\u1700-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00010aff\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
_EMOJI = "\u00a9\u00ae\u203c-\u2bff\u3030-\u3299\U0001f000-\U0001faff"

# Marks over, under and through a letter: of all scripts, Hebrew, Arabic, Thai, Lao, symbols.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe20-\ufe2f"
)

_HIDDEN_ANY = re.compile(f"[{_HIDDEN}]+")
_BLANK_ANY = re.compile(f"[{_BLANK}]")
# A second selector, or one without a character before it.
_LONE_SELECTORS = re.compile(
    f"(?<![^\\s{_SELECTORS}\u200c\u200d])[{_SELECTORS}]+|(?<=[{_SELECTORS}])[{_SELECTORS}]+"
)
# More than four marks on a letter, which no script writes, cover the lines around.
_PILED = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_LONE_JOINERS = re.compile(
    f"(?<![{_JOINING}{_EMOJI}\ufe0f])[\u200c\u200d]+"
    f"|(?<=[{_JOINING}])[\u200c\u200d]+(?![{_JOINING}\u200c\u200d])"
    f"|(?<=[{_EMOJI}\ufe0f])(?:\u200d*\u200c[\u200c\u200d]*|\u200d+(?![{_EMOJI}\u200c\u200d]))"
)
# What `visible` may have to change; nearly every text has none of it.
_SUSPECT = re.compile(f"[{_HIDDEN}{_BLANK}{_SELECTORS}\u200c\u200d]|[{_MARKS}]{{5}}")
_ESCAPED = re.compile(f"[\x7f-\x9f\u2028\u2029\u2800\u200c\u200d{_HIDDEN}{_SELECTORS}]")


def visible(text: str) -> str:
    """Return the text without invisible characters; line feeds and tabs stay."""
    if (text.isascii() and text.isprintable()) or not _SUSPECT.search(text):
        return text
    text = _BLANK_ANY.sub(" ", _HIDDEN_ANY.sub("", text.replace("\r\n", "\n")))
    return _PILED.sub(r"\1", _LONE_JOINERS.sub("", _LONE_SELECTORS.sub("", text)))


def one_line(text: str) -> str:
    """Return the visible text on one line, with single blanks."""
    return " ".join(visible(text).split())


def shortened(text: str, most: int = SHOWN_OF_TITLE) -> str:
    """Return the text, cut after `most` characters and marked as cut."""
    return text if len(text) <= most else f"{text[:most]}\u2026"


def escape_invisible(json_text: str) -> str:
    r"""Return JSON with its invisible characters as `\u202e`, which reads as the same value."""
    return _ESCAPED.sub(_as_reference, json_text)


def _as_reference(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))
