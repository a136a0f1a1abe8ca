"""Choose the entries of a list whose form suits a paper best.

What most entries of the section share is preferred to a slip of one of them, and an entry with the
same links as the paper to one with others.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.curated.insertion.added_link import with_link
from pipeline.curated.insertion.types import Kind, NewPaper, Piece, Template

#: templates tried for a paper
_MOST = 6
_LINKS = (Kind.CODE, Kind.PROJECT)
#: share of entries with project links or venues, above which a list gives them
_GIVES = 0.1


#: cost of a piece that a new paper lacks
_BURDEN = 1.3


@dataclass(frozen=True, slots=True)
class _Offer:
    """An entry as a form."""

    template: Template
    kinds: frozenset[Kind]
    #: what makes the form a poor example, whatever the paper
    cost: float


class Choice:
    """The forms of one kind of block, for the entries of one place."""

    def __init__(self, usual: "Usual", near: Sequence[int]) -> None:
        own = set(near)
        inside = [one for one in usual.offers if one.template.place in own] or usual.offers
        shapes = Counter(one.template.shape for one in inside)
        shared = {
            kind for kind in (Kind.AUTHORS, Kind.DATE)
            if 2 * sum(kind in one.kinds for one in inside) > len(inside)
        }  # fmt: skip
        self._all, self._given = usual.templates, usual.given
        self._offers = [
            replace(
                one,
                cost=one.cost
                + 4.0 * (1 - shapes[one.template.shape] / max(len(inside), 1))
                + 1.5 * (one.template.place not in own)
                + 3.0 * len(shared - one.kinds),
            )
            for one in usual.offers
        ]

    def suiting(self, paper: NewPaper, place: int) -> Iterator[Template]:
        """Yield templates for a paper, the best first, each form once.

        Args:
            paper: to be written.
            place: among the file's entries, where it goes.
        """
        wanted = {Kind.CODE: bool(paper.code), Kind.PROJECT: bool(paper.project)}
        wanted[Kind.PROJECT] &= Kind.PROJECT in self._given
        names_venue = bool(paper.venue) and Kind.VENUE in self._given

        def cost(offer: _Offer) -> tuple[float, int]:
            total = offer.cost + _misfit(offer.kinds, wanted)
            total += 1.0 * (Kind.NAME in offer.kinds and not paper.short_name)
            if names_venue:
                total += -_BURDEN if Kind.VENUE in offer.kinds else 0.7
            return total, abs(offer.template.place - place)

        seen: set[str] = set()
        for offer in sorted(self._offers, key=cost):
            template = offer.template
            key = "".join(p.text if p.kind is Kind.TEXT else p.kind.name for p in template.pieces)
            if key in seen:
                continue
            seen.add(key)
            for kind in _LINKS:
                if wanted[kind] and not template.has(kind):
                    template = with_link(template, kind, self._all)
            yield template
            if len(seen) == _MOST:
                return


def _misfit(kinds: Collection[Kind], wanted: Mapping[Kind, bool]) -> float:
    """Return the cost of links that a paper has and a form lacks, or the other way round."""
    return sum(0.7 if is_wanted else 1.0 for kind, is_wanted in wanted.items()
               if is_wanted != (kind in kinds))  # fmt: skip


def _names_paper(one: Template) -> bool:
    return one.has(Kind.PAPER) or one.has(Kind.URL) or one.has(Kind.ID)


@dataclass(frozen=True, slots=True)
class Usual:
    """The forms of one kind of block of a file."""

    #: with the cost that each has at every place
    offers: tuple[_Offer, ...]
    #: of project links and venues, those that the list gives
    given: frozenset[Kind]

    @property
    def templates(self) -> tuple[Template, ...]:
        """The entries themselves."""
        return tuple(one.template for one in self.offers)


def of_block(templates: Sequence[Template], block: str) -> Usual:
    """Return the forms of a kind of block that name their paper."""
    chosen = [one for one in templates if one.block == block and _names_paper(one)]
    offers = tuple(
        _Offer(
            one,
            frozenset(piece.kind for piece in one.pieces),
            rare + sum(map(_burden, one.pieces)) + _unbalanced(one),
        )
        for one, rare in zip(chosen, _rarity(chosen), strict=True)
    )
    given = frozenset(
        kind
        for kind in (Kind.PROJECT, Kind.VENUE)
        if sum(kind in one.kinds for one in offers) >= _GIVES * len(offers)
    )
    return Usual(offers, given)


def _rarity(templates: Sequence[Template]) -> list[float]:
    usual: dict[tuple[str, str, str, str], Counter[str]] = defaultdict(Counter)
    said = [list(_said(one)) for one in templates]
    for pairs in said:
        for context, text in pairs:
            usual[context][text] += 1
    most = {context: max(texts.values()) for context, texts in usual.items()}
    return [
        sum(1 - usual[context][text] / most[context] for context, text in pairs) for pairs in said
    ]


def _said(one: Template) -> Iterator[tuple[tuple[str, str, str, str], str]]:
    kinds = ["", *(piece.kind.name for piece in one.pieces), ""]
    for number, piece in enumerate(one.pieces, start=1):
        if piece.kind is Kind.TEXT:
            yield (one.shape, kinds[number - 1], "TEXT", kinds[number + 1]), piece.text
        elif piece.kind is Kind.AUTHORS:
            form = (piece.form["others"], piece.form["between"], piece.form["names"])
            yield (one.shape, "", "AUTHORS", str(bool(piece.form["count"]))), repr(form)
        elif piece.kind in {Kind.PAPER, Kind.URL} and piece.form.get("id"):
            bare = re.sub(re.escape(piece.form["id"]) + r"(?:v\d+)?", "", piece.text)
            yield (one.shape, "", piece.kind.name, ""), bare


def _burden(piece: Piece) -> float:
    if piece.kind in {Kind.OWN, Kind.VENUE}:
        return _BURDEN
    if piece.kind is Kind.URL and "reference" in piece.form:
        return 0.5
    if piece.kind in {Kind.PAPER, Kind.URL} and not piece.form["id"]:
        return 2.0
    return 0.0


def _unbalanced(one: Template) -> float:
    """Return the cost of what is opened and not closed, or the other way round."""
    text = "".join(piece.text for piece in one.pieces)
    pairs = (("<details", "</details"), ("(", ")"), ("[", "]"))
    return sum(0.5 * abs(text.count(opens) - text.count(closes)) for opens, closes in pairs)
