"""Reproduces the tables of docs/study/agreement.md.

Usage: `python -m benchmarks.agreement_study [TABLE...] [--half chosen|reported] [--examples N]`.
Tables: wrong, authors, refused, listed. Without names, all of them (about ten minutes of one core).
Needs ../shared/data.

The rule was chosen on papers announced before 16 August 2025 and reported on the later ones.
"""

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

from pipeline.curated.agreement import Known, compare
from pipeline.curated.comparison.difference import content
from pipeline.curated.comparison.words import Title, read_title
from pipeline.curated.formats.read import read_list

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LATER = "2025-08-16"
#: titles of the refused-ids table
SAMPLE = 4_000


@dataclass(frozen=True, slots=True)
class Held:
    """A paper of the stream."""

    arxiv_id: str
    day: str
    title: str
    authors: tuple[str, ...]

    @property
    def known(self) -> Known:
        """What arXiv says about it."""
        return Known((self.title,), self.authors)


Authors = tuple[str, ...]
AUTHORS: dict[str, Callable[[Authors], Authors]] = {
    "none": lambda _: (),
    "all": lambda names: names,
    "first et al.": lambda names: (f"{names[0]} et al.",) if names else (),
    "last names": lambda names: tuple(name.split()[-1] for name in names),
}


def load(half: str) -> list[Held]:
    """Return the papers of one half, by ID."""
    papers: dict[str, Held] = {}
    for path in sorted((DATA / "stream").glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            for row in map(json.loads, lines):
                later = row["day"] >= LATER
                if later == (half == "reported"):
                    held = Held(row["arxiv_id"], row["day"], row["title"], tuple(row["authors"]))
                    papers.setdefault(held.arxiv_id, held)
    return [papers[key] for key in sorted(papers)]


def near_pairs(papers: Sequence[Held]) -> list[tuple[Held, Held]]:
    """Return the pairs that could be confused.

    They share half of their words, three quarters of the shorter title's, or a whole part such as
    the name before a colon. Two sets that share half of their words share one of the rarest half,
    so that an index of these finds them without comparing all pairs.
    """
    titles = [read_title(paper.title) for paper in papers]
    words = [frozenset(content(title.words)) for title in titles]
    count = Counter(word for each in words for word in each)
    index: dict[str, list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for number, mine in enumerate(words):
        rare = sorted(mine, key=lambda word: (count[word], word))
        for word in rare[: len(rare) // 2 + 1]:
            pairs.update((n, number) for n in index[word] if _near(words[n], mine))
            index[word].append(number)
    for members in _by_part(titles).values():
        if len(members) <= 400:
            pairs.update(combinations(sorted(members), 2))
    return [(papers[one], papers[other]) for one, other in sorted(pairs)]


def _near(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    shorter = min(len(one), len(other))
    return 2 * shared >= len(one | other) or (shared >= 3 and 4 * shared >= 3 * shorter)


def _by_part(titles: Sequence[Title]) -> dict[str, set[int]]:
    parts: dict[str, set[int]] = defaultdict(set)
    for number, title in enumerate(titles):
        for start, end in pairwise([0, *title.ends, len(title.words)]):
            parts["".join(title.words[start:end])].add(number)
        for end in title.ends:
            parts["".join(title.words[:end])].add(number)
            parts["".join(title.words[end:])].add(number)
    return parts


def wrong(half: str, examples: int) -> None:
    """Wrong approvals: one paper's title and authors against another paper's record."""
    papers = load(half)
    near = near_pairs(papers)
    everything = len(papers) * (len(papers) - 1) // 2
    print(f"{len(papers):,} papers, {everything:,} pairs, {len(near):,} of them near")
    for name, written in AUTHORS.items():
        _show(name, near, written, examples)


def authors(half: str, examples: int) -> None:
    """Wrong approvals among all pairs of papers by the same three or more authors."""
    groups: dict[tuple[str, ...], list[Held]] = defaultdict(list)
    for paper in load(half):
        if len(paper.authors) >= 3:
            groups[tuple(sorted(paper.authors))].append(paper)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    print(f"{len(pairs):,} pairs by the same authors")
    for name, written in AUTHORS.items():
        _show(name, pairs, written, examples)


def _show(
    name: str,
    pairs: Sequence[tuple[Held, Held]],
    written: Callable[[Authors], Authors],
    examples: int,
) -> None:
    found: dict[tuple[str, str], tuple[Held, Held, str]] = {}
    for pair in pairs:
        for one, other in (pair, pair[::-1]):
            agreement = compare([one.title], written(one.authors), other.known)
            if agreement.same:
                key = pair[0].arxiv_id, pair[1].arxiv_id
                found[key] = (one, other, agreement.evidence)
    shared = [
        each for each in found.values() if 2 * len(set(each[0].authors) & set(each[1].authors))
        >= len(each[0].authors)
    ]  # fmt: skip
    print(f"  authors {name:<13} {len(found):>3} pairs agree, {len(shared)} by the same authors")
    for one, other, evidence in list(found.values())[:examples]:
        print(
            f"    {one.arxiv_id} {one.title}\n    {other.arxiv_id} {other.title}\n      {evidence}"
        )


def _typo(title: str, draw: random.Random) -> str | None:
    words = title.split()
    long = [n for n, word in enumerate(words) if word.isalpha() and len(word) >= 7]
    if not long:
        return None
    at = draw.choice(long)
    letters = list(words[at])
    place = draw.randrange(2, len(letters) - 3)
    letters[place], letters[place + 1] = letters[place + 1], letters[place]
    words[at] = "".join(letters)
    return " ".join(words)


def _replaced(old: str, new: str) -> Callable[[str], str | None]:
    whole = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)" if old[0].isalpha() else re.escape(old))
    return lambda title: whole.sub(new, title) if whole.search(title) and new not in title else None


def _parts(title: str) -> tuple[str, str]:
    name, _, rest = title.partition(": ")
    return name, rest


def _name(title: str) -> str | None:
    name, rest = _parts(title)
    return name if rest and len(name.split()) <= 2 else None


def _behind(title: str) -> str | None:
    name, rest = _parts(title)
    return rest if len(rest.split()) >= 4 and len(name.split()) <= 3 else None


def _before(title: str) -> str | None:
    name, rest = _parts(title)
    return name if rest and len(name.split()) >= 5 else None


def _dots(title: str) -> str | None:
    words = title.split()
    return " ".join(words[: len(words) * 2 // 3]) + "..." if len(words) >= 9 else None


def _escaped(title: str) -> str:
    return "".join(f"\\{char}" if char in "[]_*<>#-.!()" else char for char in title)


def _tex(title: str) -> str:
    marks: dict[str, str | int | None] = {
        "é": r"\'e",
        "ö": r"{\"o}",
        "ü": r"\"{u}",
        "²": "$^2$",
        "³": "$^{3}$",
    }
    first, _, rest = title.partition(" ")
    return rf"\textit{{{first}}} {rest}".translate(str.maketrans(marks))


def rewordings(draw: random.Random) -> dict[str, Callable[[str], str | None]]:
    """Return the ways to write a title of the same paper; None where one does not apply."""
    return {
        "as it is": lambda title: title,
        "lower case": str.lower,
        "capitals": str.upper,
        "Markdown escapes": _escaped,
        "entities": lambda title: title.replace("&", "&amp;").replace("'", "&#39;"),
        "TeX": _tex,
        "venue in front": lambda title: f"[CVPR 2025 Oral] {title}.",
        "hyphens as blanks": lambda t: t.replace("-", " ") if "-" in t else None,
        "hyphens left out": lambda t: t.replace("-", "", 1) if "-" in t else None,
        "dash for colon": _replaced(": ", " -- "),
        "one slip": lambda title: _typo(title, draw),
        "LLMs in full": _replaced("LLMs", "Large Language Models"),
        "LLMs for short": _replaced("Large Language Models", "LLMs"),
        "CoT for short": _replaced("Chain-of-Thought", "CoT"),
        "RL for short": _replaced("Reinforcement Learning", "RL"),
        "VLMs for short": _replaced("Vision-Language Models", "VLMs"),
        "MLLMs for short": _replaced("Multimodal Large Language Models", "MLLMs"),
        "name only": _name,
        "without its name": _behind,
        "without its subtitle": _before,
        "cut with dots": _dots,
    }


def refused(half: str, examples: int) -> None:
    """Right IDs refused: a paper's title written otherwise against its own record."""
    draw = random.Random(7)
    papers = load(half)
    sample = draw.sample(papers, min(SAMPLE, len(papers)))
    for name, reword in rewordings(draw).items():
        pairs = [(paper, text) for paper in sample if (text := reword(paper.title))]
        _show_refused(name, pairs, examples)
    for name, pairs in _retitled(sample):
        _show_refused(name, pairs, examples)


def _retitled(papers: Sequence[Held]) -> Iterator[tuple[str, list[tuple[Held, str]]]]:
    named = [paper for paper in papers if _behind(paper.title)]
    kept = [
        (paper, f"{_parts(paper.title)[0]}: {_parts(other.title)[1]}")
        for paper, other in pairwise(named)
    ]
    new = [
        (paper, f"{_parts(other.title)[0]}: {_parts(paper.title)[1]}")
        for paper, other in pairwise(named)
    ]
    yield "new words behind the name", kept
    yield "new name, same words", new


def _show_refused(name: str, pairs: Sequence[tuple[Held, str]], examples: int) -> None:
    shares = []
    lost: list[str] = []
    for kind in ("none", "all", "first et al."):
        bad = [
            f"{text}  <>  {paper.title}"
            for paper, text in pairs
            if not compare([text], AUTHORS[kind](paper.authors), paper.known).same
        ]
        shares.append(f"{len(bad):>5} {len(bad) / max(1, len(pairs)):>7.2%}")
        lost = lost or bad
    print(f"  {name:<26} {len(pairs):>6}  {'  '.join(shares)}")
    for text in lost[:examples]:
        print(f"    {text}")


def listed(half: str, examples: int) -> None:
    """The survey's list: rightly and wrongly linked entries, and authors as written there."""
    del half
    rows = [json.loads(line) for line in (DATA / "seed_abstracts.jsonl").open()]
    entries = read_list([DATA / "curated-list.md"]).entries
    right = {row["arxiv_id"]: row for row in rows if row["id_matches_title"] == "yes"}
    written = {entry.title: entry.authors for entry in entries}
    judged: Counter[tuple[str, str, bool]] = Counter()
    for row in rows:
        other = right.get(row["arxiv_id"])
        if other is None or not row["id_matches_title"]:
            continue
        known = Known((other["title"],), tuple(other["authors"] or ()))
        for kind, names in (("none", ()), ("as listed", written.get(row["title"], ()))):
            same = compare([row["title"]], names, known).same
            judged[kind, row["id_matches_title"], same] += 1
    for (kind, matches, same), count in sorted(judged.items()):
        print(f"  authors {kind:<10} ID matches: {matches:<4} agrees: {same!s:<5} {count}")
    titles = list(dict.fromkeys(entry.title for entry in entries))
    agreeing = [
        (one, other)
        for one, other in combinations(titles, 2)
        if compare([one], (), Known((other,), ())).same
    ]
    print(f"  {len(titles) * (len(titles) - 1) // 2:,} pairs of its titles, {len(agreeing)} agree")
    for one, other in agreeing[:examples]:
        print(f"    {one}\n    {other}")


TABLES = {"wrong": wrong, "authors": authors, "refused": refused, "listed": listed}


def main() -> None:
    """Print the named tables, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement_study")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--half", choices=("chosen", "reported"), default="reported")
    parser.add_argument("--examples", type=int, default=0, metavar="N")
    words = parser.parse_args()
    if not DATA.is_dir():
        sys.exit(f"The data of the study is not at {DATA}.")
    for name in words.tables or TABLES:
        print(f"{name}, {words.half} half: {TABLES[name].__doc__}")
        TABLES[name](words.half, words.examples)


if __name__ == "__main__":
    main()
