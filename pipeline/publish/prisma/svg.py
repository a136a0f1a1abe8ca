"""Draw the flow as SVG, after the diagram of PRISMA 2020 (https://www.prisma-statement.org).

The picture needs no script, font or other file and has colours for light and dark pages.
"""

import unicodedata
from dataclasses import dataclass
from xml.sax.saxutils import escape

from config.visible import shortened
from pipeline.publish.prisma.flow import Box, Flow
from pipeline.publish.prisma.words import WORDS

_WIDTH, _MARGIN, _BAND = 760, 16, 28
_MAIN, _SIDE, _BOX = 60, 412, 332
_PAD, _LINE, _GAP = 12, 19, 34
_SIZE, _TITLE = 14, 16
#: each with its first and last stage
_BANDS = (("identification", 0, 0), ("screening", 1, 2), ("inclusion", 3, 3))
#: of a name in a box, which is wrapped
_LONGEST = 160
#: the widest usual font takes about this share of its size for a letter
_LETTER, _WIDE = 0.58, 1.02
_STYLE = """
    text { font: 14px system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif }
    .page { fill: #ffffff } .box { fill: #ffffff; stroke: #55606e; stroke-width: 1.2 }
    .band { fill: #d6e4f0 } .text, .name, .title { fill: #1b1f24 } .stage { fill: #12344d }
    .name, .title, .stage { font-weight: 600 } .title { font-size: 16px } .quiet { fill: #4a5360 }
    .arrow { stroke: #55606e; stroke-width: 1.4; fill: none } .head { fill: #55606e }
    @media (prefers-color-scheme: dark) {
      .page { fill: #14181d } .box { fill: #1c2229; stroke: #93a0ae } .band { fill: #24435c }
      .text, .name, .title { fill: #e9edf1 } .stage { fill: #dcebf7 } .quiet { fill: #b3bdc8 }
      .arrow { stroke: #93a0ae } .head { fill: #93a0ae }
    }
"""


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a box, of which the first `names` are its name."""

    lines: tuple[str, ...]
    names: int

    @property
    def height(self) -> int:
        return 2 * _PAD + _LINE * len(self.lines)


def draw(flow: Flow) -> str:
    """Return the picture with a title and a description for readers who do not see it."""
    words = WORDS[flow.language]
    title = words["title"].format(survey=shortened(flow.survey, _LONGEST))
    caption = caption_of(flow)
    y = _MARGIN
    parts: list[str] = []
    for name, text, size in (("title", title, _TITLE), ("quiet", caption, _SIZE)):
        for line in _wrapped(text, size):
            y += _LINE
            parts.append(_text(_MARGIN, y, line, name))
    y += _PAD + _MARGIN
    tops: list[int] = []
    for stage, leaving in flow.stages:
        tops.append(y)
        main, sides = _lines(stage), [_lines(box) for box in leaving]
        parts += _drawn(main, _MAIN, y)
        at = y
        for side in sides:
            parts += [*_drawn(side, _SIDE, at), *_arrow_right(y, at, main.height)]
            at += side.height + _PAD
        bottom = max(y + main.height, at - _PAD) + _GAP
        if leaving:
            parts += _arrow_down(y + main.height, bottom)
        y = bottom
    ends = [*tops[1:], y]
    for name, first, last in _BANDS:
        parts += _band(words[name], tops[first], ends[last] - _GAP)
    body = "\n".join(parts)
    return _document(flow, title, _description(flow, caption), body, y - _GAP + _MARGIN)


def caption_of(flow: Flow) -> str:
    """Return which papers were counted and when."""
    words = WORDS[flow.language]
    if flow.period is None:
        return words["none"].format(as_of=flow.as_of)
    return words["period"].format(first=flow.period.first, last=flow.period.last, as_of=flow.as_of)


def _lines(box: Box) -> _Lines:
    name = _wrapped(f"{box.name} (n\u00a0=\u00a0{box.papers:,})", _SIZE, _BOX - 2 * _PAD)
    parts = [
        line
        for part in (*box.parts, *box.of_these)
        for line in _wrapped(
            f"{shortened(part.name, _LONGEST)}: {part.papers:,}", _SIZE, _BOX - 2 * _PAD
        )
    ]
    return _Lines((*name, *parts), len(name))


def _drawn(box: _Lines, x: int, y: int) -> list[str]:
    frame = f'<rect class="box" x="{x}" y="{y}" width="{_BOX}" height="{box.height}" rx="4"/>'
    first = y + _PAD + _SIZE
    return [
        frame,
        *(
            _text(x + _PAD, first + _LINE * number, line, "name" if number < box.names else "text")
            for number, line in enumerate(box.lines)
        ),
    ]


def _band(name: str, top: int, bottom: int) -> list[str]:
    middle = (top + bottom) // 2
    x = _MARGIN + _BAND // 2
    height = bottom - top
    turned = (
        f'text-anchor="middle" dominant-baseline="central" transform="rotate(-90 {x} {middle})"'
    )
    return [
        f'<rect class="band" x="{_MARGIN}" y="{top}" width="{_BAND}" height="{height}" rx="4"/>',
        f'<text class="stage" x="{x}" y="{middle}" {turned}>{_escaped(name)}</text>',
    ]


def _arrow_down(top: int, bottom: int) -> list[str]:
    x = _MAIN + _BOX // 2
    return [
        f'<path class="arrow" d="M{x} {top}V{bottom - 8}"/>',
        f'<path class="head" d="M{x - 5} {bottom - 9}h10l-5 9z"/>',
    ]


def _arrow_right(top: int, side: int, height: int) -> list[str]:
    """Return an arrow from the main box to a side box, which may begin below the main one."""
    level = side + _PAD + _LINE // 2
    start, end = _MAIN + _BOX, _SIDE
    path = f"M{start} {level}H{end - 8}"
    if level >= top + height:
        path = f"M{(start + end) // 2 - 2} {top + _PAD + _LINE // 2}V{level}H{end - 8}"
    return [
        f'<path class="arrow" d="{path}"/>',
        f'<path class="head" d="M{end - 9} {level - 5}v10l9 -5z"/>',
    ]


def _text(x: int, y: int, line: str, name: str) -> str:
    return f'<text class="{name}" x="{x}" y="{y}">{_escaped(line)}</text>'


def _wrapped(text: str, size: int, width: int = _WIDTH - 2 * _MARGIN) -> list[str]:
    """Return lines that fit into `width` pixels; a word that is too long is divided."""
    lines: list[str] = []
    line = ""
    used = 0.0
    for word in _words(text, size, width):
        needed = _measured(word, size)
        if line and used + needed > width:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line += word
        used += needed
    return [*lines, line.rstrip()]


def _words(text: str, size: int, width: int) -> list[str]:
    """Return pieces with the blank after them; wide scripts divide after every letter."""
    pieces = [""]
    for sign in text:
        if pieces[-1] and (
            pieces[-1].endswith(" ")
            or _is_wide(sign)
            or _is_wide(pieces[-1][-1])
            or _measured(pieces[-1] + sign, size) > width
        ):
            pieces.append("")
        pieces[-1] += sign
    return pieces


def _measured(text: str, size: int) -> float:
    return sum(size * (_WIDE if _is_wide(sign) else _LETTER) for sign in text)


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


def _escaped(text: str) -> str:
    """Return text for XML, which has no place for two signs that Unicode calls no characters."""
    return escape(text.replace("\ufffe", "").replace("\uffff", ""))


def _description(flow: Flow, caption: str) -> str:
    named = "; ".join(f"{box.name}: {box.papers:,}" for box in flow.boxes)
    return f"{caption} {named}."


def _document(flow: Flow, title: str, description: str, body: str, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
        f' viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="title description"'
        f' xml:lang="{flow.language}">\n'
        f'<title id="title">{_escaped(title)}</title>\n'
        f'<desc id="description">{_escaped(description)}</desc>\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>\n{body}\n</svg>\n'
    )
