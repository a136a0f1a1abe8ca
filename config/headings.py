"""Read headings without numbers, counts, emoji, Markdown, HTML, case and spaces.

Every repeat is bounded and every part of a text is read a fixed number of times, so that cleaning
takes linear time.
"""

import functools
import html
import re
import unicodedata

from config.visible import visible

#: symbols, modifiers, joiners, enclosing marks and unassigned code points (new emoji)
_DECORATION = frozenset({"So", "Sk", "Cf", "Cn", "Me"})
#: symbols that belong to a name: "360° video"
_MEANT = frozenset("°℃℉")
#: of emoji; marks of other kinds are letters' accents and vowels
_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))

_PICTURE = re.compile(r"!\[[^\[\]]{0,300}+\](?:\([^()\s]{0,2000}+\)|\[[^\[\]]{0,300}+\])")
_LINK = re.compile(
    r"\[(\[[^\[\]]{0,300}+\]|[^\[\]]{0,300}+)\]"
    r"(?:\(((?:[^()]|\([^()]{0,200}+\)){0,2000}+)\)|\[[^\[\]]{0,300}+\])"
)
_ANCHOR = re.compile(r"<a\b([^<>]{0,2000}+)>([^<>]{0,300}+)</a\s{0,9}+>", re.IGNORECASE)
_HTML = re.compile(r"</?[A-Za-z][^<>]{0,2000}+>|<!--[^<>]{0,2000}+-->|\{#[^{}]{0,100}+\}")
_SHORT_NAME = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]{1,40}+:(?![\w:])")
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_EMPHASIS = re.compile(
    r"(?<!\w)(\*{1,3}|_{1,3}|`|~~)(?=\S)([^*_`~]{1,300}+)(?<=\S)\1(?!\w)"
    # `**Kettles**(23)`, `**1.**Kettles`
    r"|(\*\*)(?=\S)([^*]{1,300}+)(?<=\S)\*\*"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_EMPTY = re.compile(
    r"\(\s{0,9}+\)|\[\s{0,9}+\]|（\s{0,9}+）|【\s{0,9}+】|«\s{0,9}+»|「\s{0,9}+」"
    r"|\*{2,6}\s{0,9}+\*{2,6}|(?<!\S)\*{2,6}+(?!\S)"
)

#: at either end of a heading without meaning
_EDGES = " \t|·•‣–—-:：,;、，；»«›‹↑↓←→↖↗⇧⇡⤴"
_OPEN, _CLOSE = r"\[(（【«「<", r"\])）】»」>"
_UP = (
    r"(?:(?:go|jump|scroll|return|back)\s(?:back\s|up\s)?to\s(?:the\s)?"
    r"(?:top|toc|contents?|table\sof\scontents?|menu|index|catalogue?|beginning)"
    r"|back[-_]?to[-_]?top|(?:返回|回到?)(?:顶部|目录|页首|首页|开头))"
)
#: only a way to the top inside a link to an anchor, or between brackets
_UP_WORDS = frozenset({"", "back", "top", "up", "to top", "the top", "toc", "返回", "回顶", "顶部"})
_UP_AT_END = re.compile(
    rf"(?:^|[\s{_OPEN}|·•–—:：,;*\-]){_UP}[\s{_CLOSE}|·•–—:：,;*.!\-]{{0,20}}+$", re.IGNORECASE
)
_UP_IN_BRACKETS = re.compile(
    rf"[{_OPEN}]\s{{0,9}}+(?:(?:to\s|the\s){{0,2}}(?:top|back|up|toc|返回|回顶|顶部)"
    r"|click\s(?:here\s|me\s)?(?:to|for)\s(?:open|close|expand|collapse|view|show|see|more|details)"
    rf"|点击展开|展开)\s{{0,9}}+[{_CLOSE}]$",
    re.IGNORECASE,
)
_LONGEST_UP = 100

_ITEMS = r"(?:papers?|entr(?:y|ies)|items?|works?|articles?|publications?|篇(?:论文)?|个|条)"
_COUNT = re.compile(
    rf"(?<=\S)\s{{0,9}}+[{_OPEN}]\s{{0,9}}+(?:(?:total|count|共计?|合计|[#n])\s{{0,9}}+[:：=]?\s{{0,9}}+)?"
    rf"(?!(?:19|20)\d\d\s{{0,9}}+[{_CLOSE}])\d{{1,5}}\+?\s{{0,9}}+{_ITEMS}?\s{{0,9}}+[{_CLOSE}]$"
    rf"|(?<=\S)\s{{0,9}}+[-–—:：|·]\s{{0,9}}+\d{{1,5}}\+?\s{{0,9}}+(?:papers?|篇(?:论文)?)$",
    re.IGNORECASE,
)
_LONGEST_COUNT = 60

_ROMAN = r"(?:X{1,3}(?:IX|IV|V?I{0,3})|IX|IV|VI{0,3}|I{1,3})"
_HAN_NUMBER = "[一二三四五六七八九十百]{1,4}"
#: what is a number whatever the other headings look like, but "3D", "2.5D", "360°", "1.5-bit"
_NUMBER = re.compile(
    rf"(?:[(（](?:\d{{1,3}}|[A-Za-z]|{_ROMAN}|{_ROMAN.lower()}|{_HAN_NUMBER})[)）]\s{{0,9}}+"
    r"|§?\d{1,3}(?:\.\d{1,3}){0,5}+(?:[)）、]\s{0,9}+|[.．]\s{1,9}+|[.．](?=[^\W\d_])(?!x\b))"
    r"|§?\d{1,3}(?:\.\d{1,3}){2,5}+\s{1,9}+"
    rf"|(?=[IVX]{{2}}|[ivx]{{2}})(?:{_ROMAN}|{_ROMAN.lower()})[.．)）、]\s{{0,9}}+"
    rf"|{_HAN_NUMBER}[、.．]\s{{0,9}}+"
    rf"|第\s?(?:{_HAN_NUMBER}|\d{{1,3}})\s?(?:章|节|部分|部|篇)[、.．:：]?\s{{0,9}}+"
    r"|[①-⒛⓪-⓿❶-➓Ⅰ-ⅿ]{1,3}[.．、)）:：]?\s{0,9}+"
    rf"|(?i:chapter|section)\s(?:\d{{1,3}}|{_ROMAN})\s?[.:：]\s{{0,9}}+)"
    r"(?=\S)"
)

#: levels of nested markup that are removed
_NESTED = 6


def clean_heading(heading: str) -> str:
    """Return the words: "📍 **2.1 Agents** (12) [⬆](#top)" and "2.1. Agents:" give "Agents"."""
    return _settled(heading, numbers=False)


def numbered_heading(heading: str) -> str:
    """Return the words, with the number that stands before them."""
    return _settled(heading, numbers=True)


@functools.lru_cache(maxsize=4096)  # because a long list repeats its headings with every entry
def heading_key(heading: str) -> str:
    """Return a key that ignores numbers, decoration, case and width."""
    return unicodedata.normalize("NFKC", clean_heading(heading)).casefold()


def _settled(heading: str, *, numbers: bool) -> str:
    heading = visible(heading)
    for _ in range(_NESTED):
        # again, because a mark may have stood on what was removed
        before, heading = heading, visible(_bare(heading))
        if not numbers:
            heading = _without_number(heading)
        if heading == before:
            break
    return heading


def _bare(heading: str) -> str:
    """Undo one level of markup."""
    bare = _LINK.sub(_words_of_link, _PICTURE.sub("", html.unescape(heading)))
    bare = _HTML.sub("", _ANCHOR.sub(_words_of_anchor, bare))
    bare = _ESCAPE.sub(r"\1", _EMPHASIS.sub(_words_of_emphasis, _SHORT_NAME.sub("", bare)))
    bare = " ".join("".join(filter(_is_kept, _KEYCAP.sub("", bare))).split())
    return _without_end(_EMPTY.sub("", bare)).strip(_EDGES)


def _without_end(heading: str) -> str:
    """Remove a way back to the top, or a count of entries."""
    for pattern, longest in (
        (_UP_AT_END, _LONGEST_UP),
        (_UP_IN_BRACKETS, _LONGEST_UP),
        (_COUNT, _LONGEST_COUNT),
    ):
        if found := pattern.search(heading, max(0, len(heading) - longest)):
            return heading[: found.start()]
    return heading


def _without_number(heading: str) -> str:
    found = _NUMBER.match(heading)
    rest = heading[found.end() :] if found else heading
    return rest if any(map(str.isalnum, rest)) else heading


def _words_of_link(link: re.Match[str]) -> str:
    return "" if (link[2] or "").startswith("#") and _leads_up(link[1]) else link[1]


def _words_of_anchor(anchor: re.Match[str]) -> str:
    return "" if "href" in anchor[1].lower() and _leads_up(anchor[2]) else anchor[2]


def _words_of_emphasis(emphasis: re.Match[str]) -> str:
    return emphasis[2] or emphasis[4]


def _leads_up(text: str) -> bool:
    words = "".join(c if c.isalnum() else " " for c in text.casefold())
    return " ".join(words.split()) in _UP_WORDS


def _is_kept(character: str) -> bool:
    if character in _MEANT:
        return True
    return character not in _SELECTORS and unicodedata.category(character) not in _DECORATION
