"""Find the words of a section's titles that distinguish it from the other sections.

Weighted log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn, "Fightin'
Words", Political Analysis 16(4), 2008), because rare words must not count as typical.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from classifiers.text import readable, tokens

#: pseudo-count of a term: a constant plus this share of its count
UNSEEN, PRIOR = 0.5, 0.005
#: per section
MOST = 8
#: from fewer titles, even of words that occur once
THIN, MOST_OF_THIN = 4, 3
LONGEST = 3
#: z-score that one word in ten exceeds by chance
CLEAR = 1.28

_STOP = frozenset(
    tokens(
        "an and are as at be between beyond by can do does for from how in into is it its of on or"
        " our over than that the their this to toward towards through under using via vs we what"
        " when where which why with within without you your new novel based approach approaches"
        " method methods framework study paper all one two more need"
    )
)


def distinctive(titles: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return for each key (a section) the most distinctive terms of its titles, best first.

    Names of methods (before a colon) are not used, because they match no other paper.
    """
    counts = {key: Counter(t for title in of_key for t in _terms(title))
              for key, of_key in titles.items()}  # fmt: skip
    total: Counter[str] = Counter()
    for count in counts.values():
        total.update(count)
    scored = {key: _scores(count, total) for key, count in counts.items()}
    best: dict[str, tuple[float, str]] = {}
    for key, scores in scored.items():
        for term, score in scores.items():
            best[term] = max(best.get(term, (0.0, "")), (score, key))
    return {
        key: _chosen(
            counts[key], scores, {t for t in scores if best[t][1] == key}, len(titles[key])
        )
        for key, scores in scored.items()
    }


def _terms(title: str) -> set[str]:
    head, _, tail = title.partition(":")
    words = tokens(readable(tail if tail.strip() and len(head.split()) <= 3 else title))
    runs = (
        words[start : start + length]
        for length in range(1, LONGEST + 1)
        for start in range(len(words) - length + 1)
    )
    return {" ".join(run) for run in runs if not _filler(run[0]) and not _filler(run[-1])}


def _filler(word: str) -> bool:
    return word in _STOP or word.isdigit()


def _scores(count: Counter[str], total: Counter[str]) -> dict[str, float]:
    here, everywhere = count.total(), total.total()
    elsewhere, weight = everywhere - here, 1 + UNSEEN * len(total) + PRIOR * everywhere
    scores = {}
    for term, times in count.items():
        prior = UNSEEN + PRIOR * total[term]
        others = total[term] - times
        odds = math.log((times + prior) / (here + weight - times - prior))
        other_odds = math.log((others + prior) / (elsewhere + weight - others - prior))
        scores[term] = (odds - other_odds) / math.sqrt(1 / (times + prior) + 1 / (others + prior))
    return scores


def _chosen(
    count: Counter[str], scores: Mapping[str, float], own: set[str], size: int
) -> tuple[str, ...]:
    least, most = (1, MOST_OF_THIN) if size < THIN else (2, MOST)
    ordered = sorted(
        (term for term in own if scores[term] >= CLEAR and count[term] >= least),
        # ties: the longer term first, then alphabetically
        key=lambda term: (-round(scores[term], 6), -term.count(" "), term),
    )
    chosen: list[str] = []
    for term in ordered:
        if not any(f" {term} " in f" {longer} " for longer in chosen):
            chosen.append(term)
    return tuple(chosen[:most])
