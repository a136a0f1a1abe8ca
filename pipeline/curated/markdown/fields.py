"""Read date, authors, venue and tags from what stands around a title."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.curated.markdown.dates import looks_like_date, parse_date
from pipeline.curated.markdown.likeness import is_venue_name
from pipeline.curated.markdown.people import (
    is_name,
    is_venue,
    looks_like_names,
    read_names,
    read_people,
)
from pipeline.curated.markdown.vocabulary import AUTHOR_LABELS

_PARENTHESES = re.compile(r"\((?P<text>[^()]*+)\)")
_BACKQUOTED = re.compile(r"`(?P<tag>[^`\n]{1,500}+)`")
_NICKNAME = re.compile(r"\[(?P<tag>[^\[\]]+)\]\s*|\((?P<note>[^()]{1,60}+)\)\s*")
_BREAK = re.compile(r"\\?\n|<br\s*/?>|\s\|\s|</?(?:p|td|li|ins|i|em|b|u)>", re.IGNORECASE)
_MARK = re.compile(r"(?<!\w)[*_]{1,3}|[*_]{1,3}(?!\w)")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}+>")
_LABEL = re.compile(r"\s*(?:[-+*]\s+)?(?P<label>[^\W\d_][\w ]{0,20}?)\s?[:\uff1a]\s*")
_BRACKETED = re.compile(r"[\[(\u3010](?P<text>[^\[\]()\u3010\u3011]{3,40}+)[\])\u3011]")
_SENTENCE = re.compile(r"(?<=[^\W\d]{2})\.\s+")
_DATE = re.compile(
    r"(?<![\w/.-])(?:\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}"
    r"|[A-Z][a-z]{2,8}\.? (?:\d{1,2}, ?)?\d{4})(?![\w/-]|\.\d)"
)
_PIECE = re.compile(r"[,;.]\s+|\s+[-\u2013\u2014]\s+")
#: numbers of affiliations
_RAISED = re.compile(r"<sup>[^<>]{0,20}</sup>", re.IGNORECASE)
#: parts read on each side of the title
_PARTS = 8


@dataclass(frozen=True, slots=True)
class Fields:
    """What an entry says of its paper besides the title."""

    date_text: str | None
    date: date | None
    authors: tuple[str, ...]
    venue: str | None
    tags: tuple[str, ...]


def read_fields(head: str, tail: str, before_links: str) -> Fields:
    """Read the fields of an entry.

    Args:
        head: the text before the title, links blanked out.
        tail: the text behind it, links blanked out.
        before_links: the start of the tail up to its first link.
    """
    date_text, day, venue = _read_date(tail)
    if date_text is None:
        date_text, day = _loose_date(head, tail)
    people = read_people(_without_dates(before_links))
    authors = people.authors or find_authors(head, tail)
    return Fields(
        date_text,
        day,
        authors,
        venue or people.venue or _loose_venue(head, tail),
        tuple(dict.fromkeys(match["tag"].strip() for match in _BACKQUOTED.finditer(tail))),
    )


def split_tags(title: str) -> tuple[str | None, str | None, str]:
    """Split `[CVPR 2024] [IV-VAE] Improved ...` into short name, venue and title.

    Only dates and venues also stand in parentheses.
    """
    nickname = venue = None
    rest = title
    while match := _NICKNAME.match(rest):
        tag = (match["tag"] or match["note"]).strip()
        if looks_like_date(tag):
            pass
        elif is_venue(tag) or is_venue_name(tag):
            venue = venue or tag
        elif nickname is None and match["tag"]:
            nickname = tag
        else:
            break
        rest = rest[match.end() :]
    return nickname, venue, rest.strip()


def find_authors(head: str, tail: str) -> tuple[str, ...]:
    """Return the first list of names around a title."""
    for part in (*_parts(_without_dates(tail)), *_parts(head)):
        label = _LABEL.match(part)
        named = label is not None and label["label"].lower().strip() in AUTHOR_LABELS
        bare = part[label.end() :] if label and named else part
        # brackets around a link
        bare = bare.rstrip(" [](").strip(" ,.;:-+\u2013").removeprefix("by ")
        bare = _SENTENCE.split(bare)[0]
        if named or looks_like_names(bare):
            return read_names(bare)
        names = _leading_names(bare)
        if names:
            return names
    return ()


def _leading_names(text: str) -> tuple[str, ...]:
    """Return the names with which a text begins: `Ada Vole, 2024`, `Bo Finch, ICLR`."""
    pieces = [piece.strip() for piece in text.split(",")]
    names = []
    for piece in pieces:
        if not (is_name(piece) or looks_like_names(piece)):
            break
        names.append(piece)
    return read_names(", ".join(names)) if names else ()


def _parts(text: str) -> Iterator[str]:
    read = 0
    for part in _BREAK.split(_MARK.sub("\n", _RAISED.sub("", text))):
        bare = " ".join(_TAG.sub(" ", part).split())
        if len(bare) > 3:
            yield bare
            read += 1
            if read == _PARTS:
                return


def _without_dates(text: str) -> str:
    return _PARENTHESES.sub(
        lambda match: " " if parse_date(match["text"]) else match[0], text, count=1
    )


def _read_date(tail: str) -> tuple[str | None, date | None, str | None]:
    """Return the date's text, its day if valid, and the venue in parentheses behind the title."""
    rest = tail.partition("<details")[0].partition("\n")[0]
    found = [match["text"].strip() for match in _PARENTHESES.finditer(rest)]
    venue = next((text for text in found if is_venue(text) and not looks_like_date(text)), None)
    for text in found:
        if day := parse_date(text):
            return text, day, venue
    return next(filter(looks_like_date, found), None), None, venue


def _loose_date(head: str, tail: str) -> tuple[str | None, date | None]:
    for text in (head, tail.partition("<details")[0]):
        for match in _DATE.finditer(text[:1000]):
            if day := parse_date(match[0]):
                return match[0], day
    return None, None


def _loose_venue(head: str, tail: str) -> str | None:
    for match in _BRACKETED.finditer(head[:300]):
        if is_venue_name(match["text"]) and not looks_like_date(match["text"]):
            return match["text"].strip()
    for part in _parts(tail):
        whole = part.strip(" ,.;:()[]").removeprefix("in ")
        for text in (whole, *(_venue_pieces(whole))):
            if is_venue_name(text) and not looks_like_date(text) and any(map(str.isalpha, text)):
                return text
    return None


def _venue_pieces(text: str) -> Iterable[str]:
    pieces: Sequence[str] = [piece.strip(" ,.;:()[]") for piece in _PIECE.split(text)]
    for one, following in zip(pieces, [*pieces[1:], ""], strict=True):
        yield f"{one}, {following}" if following.isdigit() else one
