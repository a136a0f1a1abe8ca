"""Read a list from BibTeX.

Format: https://www.bibtex.com/g/bibtex-format/. An entry is `@type{key, field = value, ...}`; a
value is in braces or quotes, a number, or the name of an `@string`, and parts are joined by `#`.
What cannot be read ends at the next line that begins with `@`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.tex.text import plain_text
from config.visible import one_line
from pipeline.curated.formats.entry import Record, entry_of
from pipeline.curated.formats.record_file import LinePlaces, RecordFile, list_of
from pipeline.curated.types import CuratedList, Entry, UnreadableEntry

_ITEM = re.compile(r"(?m)^[ \t]{0,20}+@(?P<type>[A-Za-z]{1,30})\s{0,20}+[{(]\s{0,20}+")
_KEY = re.compile(r"(?P<key>[^\s,={}()\"]{0,300}+)\s{0,20}+,")
_FIELD = re.compile(r"[\s,]{0,1000}+(?P<name>[A-Za-z][\w:.+-]{0,60}+)\s{0,99}+=\s{0,99}+")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_QUOTE = re.compile(r"\\.|[{}\"]", re.DOTALL)
_WORD = re.compile(r"[^\s,{}()\"#=]{1,300}+")
_JOIN = re.compile(r"\s{0,99}+#\s{0,99}+")
_AND = re.compile(r"\sand\s")
_KEYWORDS = re.compile(r"[;,]")
#: characters of a value put in for its name; longer ones would grow with each use
_LONGEST_STRING = 300
#: characters put in for names, by characters of the file; further names stay as they are written
_PUT_IN = 4
#: characters of an unreadable item that are shown
_SHOWN = 200
_NO_ENTRIES = frozenset({"comment", "preamble"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: fields that may hold an ID, the surest first
_ID_FIELDS = ("arxiv", "arxivid", "url", "doi", "journal", "journaltitle", "howpublished", "note",
              "booktitle", "link", "pdf", "volume", "number", "annote")  # fmt: skip
_LINK_FIELDS = ("url", "link", "pdf", "howpublished", "doi", "eprint")
_SECTION_FIELDS = ("section", "category", "topic", "groups", "subject")
_KEYWORD_FIELDS = ("keywords", "keyword", "mendeley-tags", "tags")
_VENUE_FIELDS = ("booktitle", "journal", "journaltitle")


@dataclass(frozen=True, slots=True)
class _Item:
    """An item that is an entry."""

    #: names in lower case; None: they cannot be read
    fields: Mapping[str, str] | None
    #: characters
    start: int
    end: int


@dataclass(slots=True)
class _Names:
    """Values of names, which a file of many short names would make many times its length."""

    values: dict[str, str]
    #: characters that may still be put in
    left: int

    def put_in(self, word: str) -> str:
        """Return the value of a name, or the word itself."""
        value = self.values.get(word.lower(), word)
        if len(value) > len(word) + self.left:
            return word
        self.left -= max(len(value) - len(word), 0)
        return value


def read_bibtex(file: RecordFile) -> CuratedList:
    """Return the entries of a BibTeX file."""
    places = LinePlaces(file)
    return list_of(
        file, (_entry(file.file.name, item, file.text, places) for item in _items(file.text))
    )


def _items(text: str) -> Iterator[_Item]:
    months = {month: str(number) for number, month in enumerate(_MONTHS, start=1)}
    names = _Names(months, _PUT_IN * len(text))
    position = 0
    while match := _ITEM.search(text, position):
        type_ = match["type"].lower()
        following = _ITEM.search(text, match.end())
        limit = following.start() if following else len(text)
        position = limit
        if type_ in _NO_ENTRIES:
            continue
        fields = _fields(text, match.end(), limit, names, keyed=type_ != "string")
        if type_ == "string":
            names.values.update(
                (name, value)
                for name, value in (fields or {}).items()
                if len(value) <= _LONGEST_STRING
            )
        else:
            yield _Item(fields, match.start(), limit)


def _fields(
    text: str, at: int, end: int, names: _Names, *, keyed: bool
) -> Mapping[str, str] | None:
    if keyed and (key := _KEY.match(text, at, end)):
        at = key.end()
    fields: dict[str, str] = {}
    while field := _FIELD.match(text, at, end):
        value, at = _value(text, field.end(), end, names)
        if value is None:
            return None
        fields.setdefault(field["name"].lower(), value)
    return fields


def _value(text: str, at: int, end: int, names: _Names) -> tuple[str | None, int]:
    """Return a value and where it ends; None: its braces or quotes do not close."""
    parts = []
    while True:
        mark = text[at : at + 1] if at < end else ""
        if mark in ("{", '"'):
            closed = _closing(text, at + 1, end, in_quotes=mark == '"')
            if closed is None:
                return None, end
            parts.append(text[at + 1 : closed])
            at = closed + 1
        elif word := _WORD.match(text, at, end):
            parts.append(names.put_in(word[0]))
            at = word.end()
        joined = _JOIN.match(text, at, end)
        if joined is None:
            return "".join(parts), at
        at = joined.end()


def _closing(text: str, at: int, end: int, *, in_quotes: bool) -> int | None:
    depth = 0
    pattern = _QUOTE if in_quotes else _BRACE
    while mark := pattern.search(text, at, end):
        at = mark.end()
        match mark[0]:
            case "{":
                depth += 1
            case "}" if depth or in_quotes:
                depth -= 1
            case "}":
                return mark.start()
            case '"' if not depth:
                return mark.start()
    return None


def _entry(name: str, item: _Item, text: str, places: LinePlaces) -> Entry | UnreadableEntry:
    line, start = places.of(item.start)
    _, end = places.of(item.end)
    written = text[item.start : item.end].rstrip()
    if item.fields is None:
        reason = "its braces or quotes do not close"
        return UnreadableEntry(name, line, one_line(written)[:_SHOWN], reason, (), (), (start, end))
    fields = item.fields
    return entry_of(
        Record(
            file=name,
            line=line,
            span=(start, end),
            title=_bare(fields.get("title", "")),
            authors=_authors(fields.get("author", "")),
            ids=tuple(_id_texts(fields)),
            link=next((fields[one] for one in _LINK_FIELDS if fields.get(one)), None),
            date=_date(fields),
            venue=next(iter(_texts(fields, _VENUE_FIELDS)), None),
            sections=_texts(fields, _SECTION_FIELDS)[:1],
            keywords=tuple(
                part.strip()
                for text in _texts(fields, _KEYWORD_FIELDS)
                for part in _KEYWORDS.split(text)
            ),
            words=_bare(written),
        )
    )


def _texts(fields: Mapping[str, str], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(_bare(fields[name]) for name in names if fields.get(name))


def _bare(text: str) -> str:
    """Return the text without TeX and the braces that keep capitals."""
    return one_line(plain_text(text).replace("{", "").replace("}", ""))


def _id_texts(fields: Mapping[str, str]) -> Iterator[str]:
    kind = fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv"
    if "eprint" in fields and kind.lower() == "arxiv":
        yield fields["eprint"]
    yield from (fields[one] for one in _ID_FIELDS if one in fields)


def _authors(text: str) -> tuple[str, ...]:
    """Return the names in the order `Given Family`, without `others` ("et al.")."""
    names = []
    for name in _AND.split(_bare(text)):
        family, comma, given = name.partition(",")
        # `Family, Jr, Given`
        suffix, second, rest = given.partition(",")
        ordered = (rest, family, suffix) if second else (given, family)
        names.append(one_line(" ".join(ordered)) if comma else one_line(name))
    return tuple(name for name in names if name and name != "others")


def _date(fields: Mapping[str, str]) -> str:
    if date := fields.get("date"):
        return date
    year, month, day = (fields.get(one, "").strip() for one in ("year", "month", "day"))
    if not month:
        return year
    number = str(_MONTHS.index(month[:3].lower()) + 1) if month[:3].lower() in _MONTHS else month
    return "-".join(part.zfill(2) for part in (year, number, day) if part)
