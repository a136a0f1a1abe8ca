"""Add a link to a template that lacks it, as other entries of the list write that link."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.curated.insertion.types import Kind, Piece, Template

_CLOSERS = re.compile(r"[\])>`*_]*")
_OPENERS = re.compile(r"[\[(<`*_]*$")
_BEFORE = (Kind.PAPER, Kind.CODE, Kind.URL, Kind.ID)


def with_link(template: Template, kind: Kind, others: Sequence[Template]) -> Template:
    """Return the template with a link of a kind behind its last one, or as it is.

    Args:
        template: without such a link.
        kind: of link.
        others: templates of the same kind of block.
    """
    if template.block == "row":
        return template  # a cell of its own, which another row has
    places = [n for n, piece in enumerate(template.pieces) if piece.kind in _BEFORE]
    if not places:
        return template
    after = places[-1]
    examples: dict[str, tuple[str, Piece]] = {}
    counts: Counter[str] = Counter()
    for other in others:
        for before, between, piece in zip(
            other.pieces, other.pieces[1:], other.pieces[2:], strict=False
        ):
            joins = before.kind is template.pieces[after].kind and between.kind is Kind.TEXT
            if joins and piece.kind is kind and piece.form["url"]:
                key = between.text + (piece.form["label"] or "")
                counts[key] += 1
                examples.setdefault(key, (between.text, piece))
    for key, _ in counts.most_common():
        made = _joined(template, after, *examples[key])
        if made is not None:
            return made
    return template


def _joined(template: Template, after: int, between: str, piece: Piece) -> Template | None:
    closers, openers = _CLOSERS.match(between), _OPENERS.search(between)
    assert closers is not None
    assert openers is not None
    pieces = list(template.pieces)
    following = pieces[after + 1].text if after + 1 < len(pieces) else ""
    is_text = after + 1 < len(pieces) and pieces[after + 1].kind is Kind.TEXT
    closed = closers[0]
    if closed and not (is_text and following.startswith(closed)):
        return None
    if closed and not openers[0]:
        pieces[after + 1 : after + 2] = [
            Piece(Kind.TEXT, closed + between[len(closed) :]),
            piece,
            Piece(Kind.TEXT, following[len(closed) :]),
        ]
    elif len(closed) == len(openers[0]):
        pieces[after + 1 : after + 1] = [Piece(Kind.TEXT, between), piece]
    else:
        return None
    return replace(template, pieces=tuple(pieces))
