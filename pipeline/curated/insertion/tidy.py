"""Remove what is left around the parts of an entry that a paper lacks: brackets, labels, commas."""

import re

#: where a part is gone
GONE = "\ue00f"
_FIRST_VALUE = 0xE100
_MOST_VALUES = 0x1000
_X = GONE

_PAIRS = (
    (r"\*\*\*", r"\*\*\*"), (r"\*\*", r"\*\*"), ("__", "__"), (r"\*", r"\*"), ("_", "_"),
    ("`", "`"), ('"', '"'), ("\u201c", "\u201d"), (r"\(", r"\)"), (r"\\?\[", r"\\?\]"),
    ("\u3010", "\u3011"), ("\uff08", "\uff09"), ("\u300a", "\u300b"),
)  # fmt: skip
_TAGS = "u|b|i|kbd|ins|em|strong|code|sub|sup|span|p|font|small"
_MARKER = r"[-*+][ \t]+|\d{1,4}[.)][ \t]+"
_BOX = r"(?:\[[ x]\][ \t]*)?"
_INNER = rf"[ \t,.;'\u2019]*{_X}[ \t,.;'\u2019]*"
_WRAPPED = re.compile(
    "|".join(f"{opens}{_INNER}{closes}" for opens, closes in _PAIRS)
    + rf"|<(?P<tag>{_TAGS})\b[^<>]{{0,300}}+>{_INNER}</(?P=tag)>"
)
_OPENED = r"(?<![ \t])[ \t]*+<details[^<>]{0,200}+>\s{0,20}+<summary>"
_CLOSED = r"\s{0,20}+</details>(?:<br>)?"
_DETAILS = re.compile(
    rf"{_OPENED}[^\n{_X}]{{0,300}}?</summary>\s{{0,20}}+{_X}{_CLOSED}"
    rf"|{_OPENED}\s{{0,20}}+{_X}\s{{0,20}}+</summary>\s{{0,20}}+{_X}?{_CLOSED}"
)
_SEVERAL = re.compile(
    rf"{_X}(?:[ \t]*+(?:[,;/&\u00b7\u3001\uff0c:.'+-]|<br ?/?>|and|in)?[ \t]*+{_X})+"
)
_LABELLED = re.compile(
    r"(?:(?<=[\n(\[|,;>])|(?<=[-+*] )|^)[ \t]*(?:\*\*|<b>|_|\*)?"
    rf"[^\W\d_][\w \-/]{{0,24}}[ ]?[:\uff1a](?:\*\*|</b>|_|\*)?[ \t]*{_X}"
)
_LINE = re.compile(
    rf"\n[ \t>]*+(?:{_MARKER})?{_BOX}{_X}[.,;:)\]]*+[ \t]*+(?:<br ?/?>)?\\?[ \t]*+(?=\n|$)"
)
#: the rest of a link that was broken into lines by mistake
_CLOSERS = re.compile(rf"{_X}\n[)\]]{{1,4}}[ \t]*(?=\n|$)")
_BREAKS = re.compile(r"(?:<br ?/?>|\\|(?<! )[ ]{2,}+)$")


def value_mark(place: int) -> str:
    """Return the sign in the place of a value until the text is tidy."""
    return chr(_FIRST_VALUE + place)


def mark_place(sign: str) -> int | None:
    """Return the place of a value by its sign; None: the sign is none of a value."""
    place = ord(sign) - _FIRST_VALUE
    return place if 0 <= place < _MOST_VALUES else None


def tidy(text: str, *, in_row: bool, filler: str) -> str:
    """Return an entry's text without its gone parts.

    Args:
        text: with `GONE` where a part is gone.
        in_row: whether it is a row of a Markdown table, whose bars stay.
        filler: what stands in a cell without a value.
    """
    if GONE not in text:
        return text
    ended_in_break = _BREAKS.search(text) is not None
    for _ in range(8):
        before = text
        text = _DETAILS.sub(_X, _WRAPPED.sub(_X, _SEVERAL.sub(_X, text)))
        if in_row:
            text = _in_cells(text, filler)
        else:
            text = _LABELLED.sub(_labelled, text)
            text = _LINE.sub("", _CLOSERS.sub(_X, text))
        if text == before:
            break
    text = _without_separators(text, in_row=in_row)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    text = text.rstrip("\n")
    return text if ended_in_break else _BREAKS.sub("", text)


def _labelled(match: re.Match[str]) -> str:
    lead = re.match(r"[ \t]*", match[0])
    return f"{lead[0] if lead else ''}{_X}"


def _in_cells(text: str, filler: str) -> str:
    cells = re.split(r"(?<!\\)(\|)", text)
    for place, cell in enumerate(cells):
        bare = cell.strip()
        if bare.strip(",;/ <br>") == _X or bare == _X:
            lead, tail = cell[: len(cell) - len(cell.lstrip())], cell[len(cell.rstrip()) :]
            cells[place] = f"{lead}{filler}{tail}" if filler or not (lead and tail) else lead
    return "".join(cells)


def _without_separators(text: str, *, in_row: bool) -> str:
    starts, ends, middle = _IN_ROW if in_row else _IN_TEXT
    text = starts.sub(lambda match: match["lead"], text)
    text = ends.sub(_end, text)
    return middle.sub(_middle, text)


def _patterns(*, in_row: bool) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    signs = "|" if not in_row else ""
    marks = rf"[,;:{signs}/&\u00b7\u3001\uff0c+\u2013\u2014-]"
    separator = rf"(?<![ \t])[ \t]*+(?:{marks}|<br ?/?>|\b(?:in|and|by)\b)?[ \t]*+"
    cell = r"|(?<!\\)\|[ \t]*" if in_row else ""
    starts = re.compile(
        rf"(?P<lead>(?:^|\n)[ \t>]*(?:{_MARKER}|#{{1,6}}[ \t]+)?{_BOX}"
        rf"{cell}|[\[(]|(?<=[ \[(])(?:\*{{1,3}}|_{{1,2}}|[\"\u201c])|<t[dh][^<>]{{0,300}}+>|<li>)"
        rf"{_X}{separator}"
    )
    ends = re.compile(rf"{separator}{_X}(?P<stop>[.,;]?)(?P<tail>[ \t]*+(?:\\?\n|$|\||[\])]|</))")
    middle = re.compile(rf"(?P<left>{separator}){_X}(?P<right>{separator})")
    return starts, ends, middle


_IN_TEXT, _IN_ROW = _patterns(in_row=False), _patterns(in_row=True)


def _end(match: re.Match[str]) -> str:
    tail = match["tail"]
    stop = match["stop"] if match["stop"] == "." else ""
    blank = " " if tail.startswith("|") and match[0][:1] == " " else ""
    return f"{stop}{blank}{tail}"


def _middle(match: re.Match[str]) -> str:
    left, right = match["left"], match["right"]
    if right.strip():
        return right
    if right:
        return right
    return " " if " " in (left[:1], left[-1:]) else ""
