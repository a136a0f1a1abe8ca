"""Read the text of a block once: visible words, links, and what is bold, quoted and so on.

Markdown as lists write it, which is more than CommonMark: links with a blank before the
parenthesis, with escaped or doubled brackets, never closed emphasis, HTML in between.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.curated.markdown.blocks import reference_label
from pipeline.curated.markdown.inline_tokens import (
    AWAY,
    BEGINS,
    BREAKS,
    DEPTH,
    ESCAPE,
    ESCAPED,
    HREF,
    HTML,
    HTML_STYLES,
    PAPER_PAGE,
    QUOTES,
    TOKEN,
    Style,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a block in one style."""

    style: Style
    #: visible
    text: str
    #: characters of the block, with its marks
    start: int
    end: int
    url: str = ""
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Inline:
    """A block's text, read."""

    words: str
    #: in order of their starts
    marks: tuple[Mark, ...]
    #: places of marks of emphasis that are never closed
    unclosed: tuple[int, ...]

    def of(self, *styles: Style) -> Iterator[Mark]:
        """Yield the marks of some styles."""
        return (mark for mark in self.marks if mark.style in styles)

    @property
    def links(self) -> tuple[Mark, ...]:
        """Everything that leads somewhere, in order."""
        return tuple(self.of(Style.LINK, Style.BADGE, Style.URL))


def read_inline(text: str, definitions: Mapping[str, str]) -> Inline:
    """Read a block's text; `definitions` are the file's reference links."""
    if BEGINS.search(text) or QUOTES.search(text) or ESCAPED in text:
        return _Scan(definitions).read(text)
    return _unmarked(text)


def _unmarked(text: str) -> Inline:
    """Return plain text as read, without a scan: most cells of tables are plain."""
    words = text.replace("\n", " ")
    bare = words.lstrip()
    if not bare:
        return Inline(words, (), ())
    mark = Mark(Style.PLAIN, words.strip(" "), len(words) - len(bare), len(words))
    return Inline(words, (mark,), ())


def visible(text: str) -> str:
    """Return the text a reader sees, in one line."""
    return " ".join(read_inline(text, {}).words.split())


def unescape(text: str) -> str:
    """Return a text with its escaped characters."""
    if ESCAPED not in text:
        return text
    return "".join(
        chr(ord(c) - AWAY) if AWAY <= ord(c) < AWAY + 128 else c for c in text if c != ESCAPED
    )


@dataclass
class _Scan:
    """The text read so far."""

    definitions: Mapping[str, str]
    pieces: list[str] = field(default_factory=list)
    #: place of each piece in the visible text, and in the block
    places: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    length: int = 0
    marks: list[Mark] = field(default_factory=list)
    #: open emphasis: its sign, place in the block and in the visible text
    open: dict[str, tuple[Style, int, int, str]] = field(default_factory=dict)
    unclosed: list[int] = field(default_factory=list)
    #: visible ranges that are styled, linked or no text
    taken: list[tuple[int, int]] = field(default_factory=list)

    def read(self, text: str) -> Inline:
        escaped = ESCAPE.sub(lambda m: ESCAPED + chr(AWAY + ord(m[1])), text)
        self._scan(escaped, 0, 0)
        self._give_up()
        self.sources.append(len(text))
        self.places.append(self.length)
        words = "".join(self.pieces)
        self._quotes(words)
        self._plain(words)
        marks = sorted(self.marks, key=lambda mark: (mark.start, -mark.end))
        return Inline(words, tuple(marks), tuple(self.unclosed))

    def _scan(self, text: str, offset: int, depth: int) -> None:
        place = from_ = 0
        while begins := BEGINS.search(text, from_):
            found = TOKEN.match(text, begins.start())
            if found is None:
                from_ = begins.start() + 1
                continue
            self._add(text[place : found.start()], offset + place)
            place = found.end()
            if found["reference"] is not None:
                place = self._reference(found, offset, depth)
            elif (url := found["bare"] or found["arxiv"]) is not None:
                bare = url.rstrip(".,;:!?*_")
                place -= len(url) - len(bare)
                self._url(bare, offset + found.start(), offset + place)
            elif found["emphasis"] is not None:
                self._emphasis(found["emphasis"], text, found.start(), offset)
            else:
                self._token(found, offset, depth)
            from_ = place
        self._add(text[place:], offset + place)

    def _token(self, found: re.Match[str], offset: int, depth: int) -> None:
        place = offset + found.start(), offset + found.end()
        if found["badge"] is not None:
            self._badge(found["alt"], found["badge_url"], found["picture"], place)
        elif found["image"] is not None and PAPER_PAGE.search(found["image_url"] or ""):
            # No picture: `![Title](https://arxiv.org/abs/ID)`.
            at = offset + found.start("image_alt")
            self._linked(found["image_alt"], found["image_url"], place, at, depth)
        elif found["image"] is not None:
            self._badge(found["image_alt"], "", found["image_url"] or "", place)
        elif found["link"] is not None:
            self._linked(found["text"], found["url"], place, found.start("text") + offset, depth)
        elif found["code"] is not None:
            at = self.length
            self._add(found["coded"], offset + found.start("coded"))
            self._mark(Style.CODE, at, place)
        elif found["auto"] is not None:
            self._url(found["auto"], *place)
        elif found["tag"] is not None:
            self._tag(found["tag"].lower(), found["attributes"], place)
        elif found["entity"] is not None:
            self._add(html.unescape(found["entity"]), place[0])
        else:
            self._break(place[0])

    def _add(self, text: str, source: int) -> None:
        if text:
            # Only a break ends a line for the reader.
            self._piece(unescape(text).replace("\n", " "), source)

    def _break(self, source: int) -> None:
        self._piece("\n", source)

    def _piece(self, text: str, source: int) -> None:
        self.pieces.append(text)
        self.places.append(self.length)
        self.sources.append(source)
        self.length += len(text)

    def _url(self, url: str, start: int, end: int) -> None:
        at = self.length
        self._add(url, start)
        self._mark(Style.URL, at, (start, end), unescape(url))

    def _mark(self, style: Style, at: int, place: tuple[int, int], url: str = "") -> None:
        self.taken.append((at, self.length))
        self.marks.append(Mark(style, self._since(at), *place, url))

    def _since(self, at: int) -> str:
        first = bisect_right(self.places, at) - 1
        shift = at - self.places[first] if self.places else 0
        return "".join(self.pieces[max(first, 0) :])[shift:].strip()

    def _badge(self, label: str, url: str, image: str, place: tuple[int, int]) -> None:
        self._give_up()
        # Its caption is a picture's, so it is no text.
        self._add(" ", place[0])
        self.marks.append(Mark(Style.BADGE, unescape(label).strip(), *place, unescape(url), image))

    def _linked(self, label: str, url: str, place: tuple[int, int], at: int, depth: int) -> None:
        here = self.length
        kept, self.open = self.open, {}
        if depth < DEPTH:
            self._scan(label, at, depth + 1)
        else:
            self._add(label, at)
        self._give_up()
        self.open = kept
        self._mark(Style.LINK, here, place, unescape(url))

    def _reference(self, found: re.Match[str], offset: int, depth: int) -> int:
        """Read what looks like a reference link; return the place behind what was read."""
        name, label = found["name"], found["label"]
        url = self.definitions.get(reference_label(unescape(label or name)))
        end = found.end()
        if url is None and label:
            url = self.definitions.get(reference_label(unescape(name)))
            end = found.end("name") + 1
        if url is None:
            self._add("[", offset + found.start())
            return found.start() + 1
        shown = "" if name.startswith("^") else name
        place = offset + found.start(), offset + end
        self._linked(shown, url, place, offset + found.start("name"), depth)
        return end

    def _tag(self, tag: str, attributes: str, place: tuple[int, int]) -> None:
        start, end = place
        closes, name = tag.startswith("/"), tag.lstrip("/")
        named = {
            m["name"].lower(): m["a"] or m["b"] or m["c"] or "" for m in HREF.finditer(attributes)
        }
        if name == "img" and not closes:
            self._badge(named.get("alt", ""), "", named.get("src", ""), place)
        elif name in BREAKS:
            if name in {"details", "summary"}:
                self._give_up()
            self._break(start)
        elif name not in HTML:
            self._add(f"<{tag}{attributes}>", start)  # a word in brackets, as in titles: `<mask>`
        elif style := HTML_STYLES.get(name):
            key = f"<{name}"
            if closes and key in self.open:
                opened, begin, at, url = self.open.pop(key)
                last = self.marks[-1] if self.marks else None
                if url and last and last.image is not None and last.start > begin:
                    self.marks[-1] = replace(last, start=begin, end=end, url=url)
                else:
                    self._mark(opened, at, (begin, end), url)
            elif not closes and (style is not Style.LINK or named.get("href")):
                self.open[key] = (style, start, self.length, html.unescape(named.get("href", "")))

    def _emphasis(self, sign: str, text: str, place: int, offset: int) -> None:
        before = text[place - 1] if place else " "
        after = text[place + len(sign)] if place + len(sign) < len(text) else " "
        inside = sign[0] == "_" and before.isalnum() and after.isalnum()
        if inside:
            self._add(sign, offset + place)
            return
        if not before.isspace():
            closed = self._closes(sign)
            if closed:
                opened, begin, at, _ = self.open.pop(closed)
                self._mark(opened, at, (begin, offset + place + len(closed)))
                rest = sign[len(closed) :]
                if rest:
                    self._emphasis(rest, text, place + len(closed), offset)
                return
        if after.isspace():
            if sign not in {"**", "__", "***", "____"}:
                self._add(sign, offset + place)
            return
        if sign in self.open:
            self.unclosed.append(self.open[sign][1])
        style = Style.ITALIC if len(sign) == 1 else Style.BOLD
        self.open[sign] = (style, offset + place, self.length, "")

    def _closes(self, sign: str) -> str:
        """Return which open emphasis a sign closes, the last opened first."""
        if sign in self.open:
            return sign
        for opened in reversed(self.open):
            if opened[0] == sign[0] and len(opened) <= len(sign):
                return opened
        return ""

    def _give_up(self) -> None:
        """Treat open emphasis as text."""
        for key in list(self.open):
            if not key.startswith("<"):
                self.unclosed.append(self.open.pop(key)[1])

    def _quotes(self, words: str) -> None:
        for found in QUOTES.finditer(words):
            start, end = self._source(found.start()), self._source(found.end() - 1) + 1
            inner = next(group for group in found.groups() if group is not None)
            self.taken.append(found.span())
            self.marks.append(Mark(Style.QUOTED, inner.strip(), start, end))

    def _plain(self, words: str) -> None:
        place = 0
        for start, end in [*sorted(self.taken), (len(words), len(words))]:
            if start > place and words[place:start].strip():
                text = words[place:start]
                lead = len(text) - len(text.lstrip())
                first = self._source(place + lead)
                last = self._source(start - 1) + 1
                self.marks.append(Mark(Style.PLAIN, text.strip(" "), first, max(first, last)))
            place = max(place, end)

    def _source(self, place: int) -> int:
        """Return the place in the block of a visible character."""
        first = max(bisect_right(self.places, place) - 1, 0)
        if first >= len(self.sources):
            return self.sources[-1]
        at = self.sources[first] + place - self.places[first]
        limit = self.sources[first + 1] if first + 1 < len(self.sources) else at
        return min(at, max(limit - 1, self.sources[first]))
