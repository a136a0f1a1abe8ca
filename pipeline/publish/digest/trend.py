"""Count approved papers per week and find the terms that rise, from decisions only."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise
from math import log

from classifiers.function_words import FUNCTION_WORDS
from classifiers.text import readable, tokens
from config.taxonomy import Section, Taxonomy
from config.tex.text import plain_text
from pipeline.publish.digest.entries import task_order
from pipeline.publish.digest.types import Entry, Term, Trend, WeekCount
from pipeline.publish.digest.week import Week
from storage.types import ApprovedPaper

#: of a week
DAYS = 7
#: weeks of the chart, this one included
WEEKS_SHOWN = 8
#: papers before the week, and in it, below which no term is called rising
_FEWEST_BEFORE, _FEWEST_NOW = 8, 5
_TERMS_SHOWN = 5
#: papers of the week that use a rising term, in a week of few papers and of many
_FEWEST_PAPERS, _FEWEST_OF_MANY, _MANY = 2, 3, 20
#: how many times as frequent as before
_FACTOR = 2.0
_READ = 5_000
# Words of every abstract.
_WORDS = """
ability abstract accuracy achieve achieves achieving address advance approach approaches art
available based baseline baselines benchmark best better bridge capabilities challenge challenges
challenging code comprehensive conduct contribution data dataset datasets demonstrate demonstrates
designed different diverse effective effectively effectiveness efficient enable enables enabling
end evaluate evaluation existing experiment experiments extensive framework gap generate generates
generation github high https improve improvement improves including introduce introduces key known
large leading limitation limitations low main method methods model models multiple near new novel
open outperform outperforms paper performance poor present presents previous prior problem project
promising propose proposed proposes provide provides publicly quality real recent recently release
require results scale scenarios shows significant significantly simple single state step steps
strong study superior systematic task tasks technique techniques time training unified use used
uses various way weights wide widely work works world zero
"""
_GENERIC = frozenset(_WORDS.split())


def trend_of(
    entries: Iterable[Entry],
    before: Sequence[ApprovedPaper],
    now: Sequence[ApprovedPaper],
    week: Week,
    taxonomy: Taxonomy,
) -> Trend:
    """Return the trend of a week.

    Args:
        entries: the papers listed in the issue.
        before: those approved in the eight weeks before.
        now: the texts of the listed papers.
        week: of the issue.
        taxonomy: whose tasks are counted.
    """
    known = {section.id: section for section in taxonomy.sections}
    counted: defaultdict[Week, Counter[str | None]] = defaultdict(Counter)
    for paper in before:
        counted[Week.of(paper.decided_at)][_task(paper, known)] += 1
    counted[week] = Counter(entry.task for entry in entries)
    weeks = [*weeks_before(week, WEEKS_SHOWN - 1), week]
    tasks = tuple(task for task in task_order(taxonomy) if any(counted[w][task] for w in weeks))
    return Trend(
        tasks=tasks,
        weeks=tuple(
            WeekCount(
                one,
                sum(counted[one].values()),
                tuple(counted[one][task] for task in tasks),
            )
            for one in weeks
        ),
        terms=rising_terms(
            [plain_text(_text(paper)) for paper in now],
            # TeX in them is not read, because thousands of papers would take a second.
            [_text(paper) for paper in before],
        ),
        before=len(before),
    )


def weeks_before(week: Week, number: int = WEEKS_SHOWN) -> list[Week]:
    """Return the weeks before a week, oldest first; fewer in the year 1."""
    weeks = [week]
    while len(weeks) <= number and weeks[-1].first_day.toordinal() > DAYS:
        weeks.append(weeks[-1].before)
    return weeks[:0:-1]


def _task(paper: ApprovedPaper, known: Mapping[str, Section]) -> str | None:
    placed = set(paper.sections)
    return next((section.task for id_, section in known.items() if id_ in placed), None)


def _text(paper: ApprovedPaper) -> str:
    return f"{paper.title} . {paper.abstract[:_READ]}"


def rising_terms(now: Sequence[str], before: Sequence[str]) -> tuple[Term, ...]:
    """Return terms of two or three words that more texts of `now` use than of `before`, best first.

    Both are texts of papers. A term counts once a paper.
    """
    if len(now) < _FEWEST_NOW or len(before) < _FEWEST_BEFORE:
        return ()
    fewest = _FEWEST_PAPERS if len(now) < _MANY else _FEWEST_OF_MANY
    users = Counter(chain.from_iterable(map(_runs, now)))
    often = {term for term, papers in users.items() if papers >= fewest and _is_term(term)}
    earlier = Counter(term for text in before for term in _runs(text) & often)
    scored = []
    for term in often:
        # Half a paper is added to both, so that a new term has a finite ratio.
        share = (users[term] + 0.5) / (len(now) + 1)
        ratio = share / ((earlier[term] + 0.5) / (len(before) + 1))
        if ratio >= _FACTOR:
            scored.append((-users[term] * log(ratio) * (1 + term.count(" ") / 10), term))
    found: dict[str, Term] = {}
    for _, term in sorted(scored):
        if len(found) == _TERMS_SHOWN:
            break
        if any(set(term.split()) & set(other.split()) for other in found):
            continue
        forms, papers = _forms(term, now)
        if papers >= fewest:
            written = min(forms, key=lambda form: (-forms[form], form))
            found[term] = Term(written, papers, earlier[term])
    return tuple(found.values())


def _runs(text: str) -> set[str]:
    """Return every two and three words that follow each other, whatever is between them."""
    words = tokens(readable(text))
    threes = zip(words, words[1:], words[2:], strict=False)
    return {*map(" ".join, pairwise(words)), *map(" ".join, threes)}


def _is_term(term: str) -> bool:
    """Say whether every word means something and the first is no participle."""
    words = term.split(" ")
    return not words[0].endswith("ing") and not any(map(_says_nothing, words))


def _forms(term: str, texts: Sequence[str]) -> tuple[Counter[str], int]:
    """Return how a term is written, and in how many texts.

    Its words are in one sentence, and it is no part of a compound such as `mask-aware image`.
    """
    words = r"[\s-]+".join(map(re.escape, term.split(" ")))
    pattern = re.compile(rf"(?<![\w-]){words}(?![\w-])", re.IGNORECASE)
    forms: Counter[str] = Counter()
    papers = 0
    for text in texts:
        written = [_as_prose(" ".join(one.split())) for one in pattern.findall(text)]
        forms.update(written)
        papers += bool(written)
    return forms, papers


def _says_nothing(word: str) -> bool:
    return word in FUNCTION_WORDS or word in _GENERIC or word.isdigit()


def _as_prose(form: str) -> str:
    """Return a term in lower case except for names such as `LoRA` or `3D`."""
    return " ".join(
        word if sum(map(str.isupper, word)) > 1 or word[:1].isdigit() else word.lower()
        for word in form.split(" ")
    )
