"""Measures what a representation beside the terms brings on every cut, and what it costs.

Usage: `python -m benchmarks.classifier_representations NAME [--cuts MONTH...] [--decisions N...]
[--stream N] [--month MONTH]`. Needs ../shared/data, and the representation's package. Cuts, data
and figures are those of `classifier_protocol`; docs/study/classifier.md has the results.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scipy import sparse

from benchmarks import classifier_data
from benchmarks.classifier_cuts import CUTS, Cut, cut_at
from benchmarks.classifier_data import BACKGROUND
from benchmarks.classifier_protocol import Floats, chances, measured
from benchmarks.classifier_study import WHEN, head
from classifiers.linear.model import Model
from classifiers.linear.training import train
from classifiers.measure.evaluation import evaluate
from classifiers.representations.base import as_rows
from classifiers.representations.installed import make
from classifiers.representations.names import DEFAULT
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy

DECISIONS = (300, 1_000, 3_000)
SHOWN = {"months": "WSS@95", "read": "WSS@95, read", "AUC read": "AUC, read", "first": "section"}


@dataclass
class Learner:
    """Trains with some representations and a part of the stream."""

    names: Sequence[str]
    taxonomy: Taxonomy
    stream: int
    models: list[Model] = field(default_factory=list)
    #: CPU seconds of the last training
    seconds: float = 0.0

    def __call__(
        self, known: Sequence[Example], stream: Sequence[Document]
    ) -> Callable[[Sequence[Document]], Floats]:
        """Train, and return the scorer."""
        start, part = time.process_time(), stream[: self.stream]
        model = train(known, part, self.taxonomy, trained_at=WHEN, representations=self.names)
        self.seconds = time.process_time() - start
        self.models.append(model)
        return chances(model)


def compare(name: str, cut: Cut, decisions: int, stream: int) -> tuple[object, ...]:
    """Return a row: shares, figures without and with the representation, seconds of training."""
    plain = Learner(DEFAULT, cut.older, stream)
    both = Learner((*DEFAULT, name), cut.older, stream)
    without = measured(plain, cut, decisions, 0)
    with_it = measured(both, cut, decisions, 0)
    shares = {
        kind.split(": ")[1]: share for kind, share in both.models[-1].header.shares.items() if share
    }
    named = ", ".join(f"{kind} {share:.2f}" for kind, share in shares.items()) or "none"
    right = [_right(learner.models[-1], cut, shares) for learner in (plain, both)]
    labels = ", ".join(
        f"{facet} {_pair(right[0][facet], right[1][facet], 3)}" for facet in right[0]
    )
    figures = (_pair(without[key], with_it[key], 3) for key in SHOWN)
    return cut.before, decisions, named, *figures, labels, _pair(plain.seconds, both.seconds, 1)


def _right(model: Model, cut: Cut, kinds: Iterable[str]) -> dict[str, float]:
    """Return how many first labels of listed papers after the cut are right, of these facets."""
    wanted = {facet.name for facet in cut.older.facets} & set(kinds)
    if not wanted:
        return {}
    report = evaluate(model, cut.data.test, cut.older, trained_on=cut.data.before)
    return {facet.facet: facet.top1 for facet in report.facets if facet.facet in wanted}


def convert_once(name: str) -> None:
    """Let each text be converted once in this process, because it takes most of the time.

    Only for representations that learn nothing from the texts.
    """
    kind: Any = type(make(name))
    convert = kind.transform
    rows: dict[str, sparse.csr_matrix] = {}

    def transform(self: Any, texts: Iterable[str]) -> sparse.csr_matrix:
        wanted = list(texts)
        new = list(dict.fromkeys(text for text in wanted if text not in rows))
        rows.update(zip(new, as_rows(convert(self, new)), strict=True))
        return sparse.vstack([rows[text] for text in wanted]) if wanted else convert(self, [])

    kind.transform = transform


def main(words: Sequence[str] | None = None) -> int:
    """Print the table, or why it cannot be measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("name", metavar="NAME", help="a representation that is installed")
    parser.add_argument("--cuts", nargs="+", choices=CUTS, default=CUTS, metavar="MONTH")
    parser.add_argument("--decisions", nargs="+", type=int, default=DECISIONS, metavar="N")
    parser.add_argument("--stream", type=int, default=BACKGROUND, metavar="N")
    parser.add_argument("--month", metavar="MONTH", help="test on this month alone")
    parser.add_argument("--convert-once", action="store_true", help="for what learns nothing")
    options = parser.parse_args(words)
    if not classifier_data.DATA.is_dir():
        print(f"Skipped: the development data is not at {classifier_data.DATA}.", file=sys.stderr)
        return 0
    if options.convert_once:
        convert_once(options.name)
    head("cut", "decisions", "shares above 0", *SHOWN.values(), "labels", "CPU seconds")
    for before in options.cuts:
        cut = cut_at(before)
        if options.month:
            pools = {options.month: cut.data.pools[options.month]}
            cut = replace(cut, data=replace(cut.data, pools=pools))
        for decisions in options.decisions:
            cells = compare(options.name, cut, decisions, options.stream)
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    return 0


def _pair(without: float, with_it: float, places: int) -> str:
    return f"{without:.{places}f} / {with_it:.{places}f}"


if __name__ == "__main__":
    sys.exit(main())
