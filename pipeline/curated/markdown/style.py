"""Learn from a list itself in which style its titles are written.

For each style key, over the blocks that link to papers: how much its texts look like titles, how
often it occurs, and how many of its texts differ. A block's title is the candidate with the highest
score.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.curated.markdown.candidates import Candidate

#: how often a style holds the title, before a list is read: estimated by eye on 31 lists
_PRIOR = {
    "column": 0.95, "link to paper": 0.9, "bold": 0.85, "quoted": 0.85, "field": 0.9,
    "heading": 0.6, "plain": 0.55, "plain after names": 0.5, "plain before names": 0.5,
    "field before names": 0.85, "link": 0.5, "italic": 0.4,
    "underline": 0.35, "plain first piece": 0.3, "code": 0.1,
}  # fmt: skip
_UNKNOWN = 0.25
#: blocks that the estimate counts as
_WEIGHT = 3.0
#: below this share of different texts a style is a caption
_DISTINCT = 0.6


@dataclass(frozen=True, slots=True)
class Style:
    """How well each style key of a list fits titles, 0 to 1."""

    fits: dict[str, float]
    #: share of the blocks with papers in which it occurs
    occurs: dict[str, float]

    def score(self, candidate: Candidate) -> float:
        """Return how likely a candidate is the title, 0 to 1."""
        fit = self.fits.get(candidate.key, _prior(candidate.key))
        if not candidate.likeness:
            return 0.0
        # In the usual place even one word is a title: `**Sora**`.
        usual = 0.8 * (fit * self.occurs.get(candidate.key, 0.0)) ** 3
        return max(candidate.likeness, usual) * fit

    def ranked(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the candidates that may be titles, the likeliest first."""
        scored = [(self.score(one), one) for one in candidates]
        scored.sort(key=lambda pair: (-pair[0], pair[1].start))
        return [one for score, one in scored if score > 0]


def learn(blocks: Iterable[Sequence[Candidate]]) -> Style:
    """Learn the style of a list from its blocks with papers."""
    texts: dict[str, list[str]] = defaultdict(list)
    sums: dict[str, float] = defaultdict(float)
    count = 0
    for candidates in blocks:
        count += 1
        first: dict[str, Candidate] = {}
        for one in candidates:
            if one.likeness > first.get(one.key, _NONE).likeness or one.key not in first:
                first[one.key] = one
        for key, one in first.items():
            texts[key].append(one.text)
            sums[key] += one.likeness
    fits = {}
    for key, found in texts.items():
        mean = (sums[key] + _WEIGHT * _prior(key)) / (len(found) + _WEIGHT)
        distinct = len(set(found)) / len(found)
        fits[key] = mean * min(1.0, distinct / _DISTINCT) if len(found) > _WEIGHT else mean
    return Style(fits, {key: len(found) / count for key, found in texts.items()})


_NONE = Candidate("", "", 0, 0, 0.0)


def _prior(key: str) -> float:
    bare = key.removesuffix(" in column").removesuffix(" later")
    prior = _PRIOR.get(bare, _UNKNOWN)
    return prior if bare == key else 0.6 * prior


def in_column(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Mark the candidates of a table's column of titles."""
    return tuple(replace(one, key=f"{one.key} in column", strong=True) for one in candidates)
