"""Find text that advertises, which may enter through titles, abstracts, notes and leads.

A phrase that no paper uses is enough; of weaker signs there must be two on one line.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

#: none is in a title, abstract or comment of 40,717 papers of 2025 (test_spam_real.py)
PHRASES = (
    *("buy now", "click here to buy", "limited time offer", "order now", "act now"),
    *("casino bonus", "online casino", "betting tips", "viagra", "cialis", "payday loan"),
    *("earn money fast", "make money fast", "work from home and earn", "get rich quick"),
    *("double your bitcoin", "crypto giveaway", "guaranteed profit", "investment opportunity"),
    *("cheap essay", "essay writing service", "paper writing service", "seo services"),
    *("buy followers", "whatsapp me", "contact me on telegram", "hot singles", "escort service"),
    *("加微信", "加我微信", "代写论文", "代发论文", "博彩", "彩票网", "赌场", "刷单", "免费领取"),
)
_SHORTENERS = re.compile(
    r"https?://(?:www\.)?(?:bit\.ly|tinyurl\.com|t\.me|wa\.me|goo\.gl|is\.gd|cutt\.ly|shorturl\.at"
    r"|rebrand\.ly|lnkd\.in|ow\.ly|t\.co)/",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w./:-])\+\d[\d ()-]{8,18}\d(?![\w/])")
_PRICE = re.compile(
    r"[$€£¥]\s?\d+(?:[.,]\d+)?\s?(?:/|per|only|off)|\b\d{2}\s?% off\b", re.IGNORECASE
)
_SHOUTS = re.compile(r"!!!|\$\$\$|(?:[\U0001f4b0\U0001f4b5\U0001f911\U0001f525\U0001f449]\s*){3}")
_PATTERNS = (
    ("a shortened link", _SHORTENERS),
    ("a telephone number", _PHONE),
    ("a price", _PRICE),
    ("exclamation", _SHOUTS),
)
#: in words of capitals every character is one of these; there may be others
_NOT_SMALL = re.compile(r"[^\W\d_a-z]{3,}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_ADDRESS = re.compile(r"https?://\S+|\]\([^)\s\[\]]{0,500}+\)")
_REPEATED, _LONG_WORD = 6, 5
_MIN_LETTERS, _CAPITALS = 40, 0.7
_SIGNS_NEEDED = 2


def spam(text: str, phrases: Sequence[str] = ()) -> tuple[str, ...]:
    """Return why lines look like spam, each reason once; `phrases` come beside the built-in."""
    found = dict.fromkeys(f"the phrase “{one}”" for one in _phrases_in(_plain(text), phrases))
    for line in _lines(text):
        signs = _signs(line)
        if len(signs) >= _SIGNS_NEEDED:
            found[" with ".join(signs)] = None
    return tuple(found)


def _lines(text: str) -> Iterator[str]:
    """Yield the lines on which two signs are possible, because looking for all of them is slow.

    Where the whole text has no link, number, price or exclamation, only capitals and a repeated
    word remain, so both must be there, and capitals are many letters that are not small.
    """
    if any(pattern.search(text) for _, pattern in _PATTERNS):
        yield from text.splitlines()
        return
    for line in text.splitlines():
        if (
            len(line) >= _MIN_LETTERS
            and sum(map(len, _NOT_SMALL.findall(line))) > _CAPITALS * _MIN_LETTERS
        ):
            yield line


def _phrases_in(plain: str, phrases: Sequence[str]) -> Iterator[str]:
    """Yield the phrases that are there as whole words; Chinese has no blanks between words."""
    for phrase in map(_plain, (*PHRASES, *phrases)):
        if phrase in plain and (
            not phrase.isascii() or re.search(rf"\b{re.escape(phrase)}\b", plain)
        ):
            yield phrase


def _signs(line: str) -> list[str]:
    """Return what is unusual in a line of a list or a digest.

    A repeated word is looked for beside another sign only, because counting words takes longest.
    """
    found = [name for name, pattern in _PATTERNS if pattern.search(line)]
    words = _WORD.findall(_ADDRESS.sub(" ", line))
    letters = sum(map(len, words))
    if letters >= _MIN_LETTERS and sum(map(len, filter(str.isupper, words))) > _CAPITALS * letters:
        found.append("capitals")
    if found:
        long_words = Counter(word.lower() for word in words if len(word) >= _LONG_WORD)
        if long_words and long_words.most_common(1)[0][1] >= _REPEATED:
            found.append(f"“{long_words.most_common(1)[0][0]}” again and again")
    return found


def _plain(text: str) -> str:
    """Return the text in lower case, with compatible forms and runs of blanks made the same."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
