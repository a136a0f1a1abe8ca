"""What the classifier costs, as ratios and rates: `python -m benchmarks.classifier_speed`.

Transform against scikit-learn's own in the same run, scoring end to end, training by number of
decisions, a page's explanations, the size of a model file. Real abstracts if ../shared is there.
"""

import itertools
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.classifier_data import Development, load
from classifiers import artifact
from classifiers.explain import Nearest, explain_suggestion
from classifiers.features import TextFeatures
from classifiers.text import TOKEN_PATTERN, document_text
from classifiers.training import train
from classifiers.types import Document, Example

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 3
BATCH = 2_000


def transform(data: Development) -> None:
    """Print the transform's rate against scikit-learn's, and whether the bits are the same."""
    texts = [document_text(document) for document in data.stream]
    learn, new = texts[:15_000], texts[15_000:25_000]
    theirs = TfidfVectorizer(
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=2,
        max_features=100_000,
        token_pattern=TOKEN_PATTERN,
        dtype=np.float32,
    ).fit(learn)
    ours = TextFeatures().restore(theirs.get_feature_names_out().tolist(), theirs.idf_)
    reference, got = theirs.transform(new), ours.transform(new)
    same = all(
        getattr(reference, part).tobytes() == getattr(got, part).tobytes()
        for part in ("indptr", "indices", "data")
    )
    batches = [new[start : start + BATCH] for start in range(0, len(new), BATCH)]
    slow = _best(lambda: [theirs.transform(batch) for batch in batches])
    fast = _best(lambda: [ours.transform(batch) for batch in batches])
    print(f"transform: scikit-learn {len(new) / slow:,.0f} texts a second, ours", end=" ")
    print(f"{len(new) / fast:,.0f}: {slow / fast:.2f} times; same bits: {same}")


def training(data: Development) -> None:
    """Print the time of a training by number of decisions, and what the model then costs."""
    decided = [*data.listed, *data.approvable, *data.rejectable]
    for count in (0, 1_000, 20_000):
        extra = decided[len(data.listed) :]
        examples = [*data.listed, *itertools.islice(itertools.cycle(extra), count)]
        renamed = [
            Example(_renamed(example, n), example.in_scope, example.sections, example.facets)
            for n, example in enumerate(examples)
        ]
        started = time.process_time()
        model = train(renamed, data.background(0), data.taxonomy, trained_at=WHEN)
        print(f"training: {len(examples):,} examples, {time.process_time() - started:.1f} cpu-s")
    texts = data.stream[:10_000]
    spent = _best(lambda: model.predict(texts))
    print(f"scoring: {len(texts) / spent:,.0f} papers a cpu-second, reasons included;", end=" ")
    print(f"3,000,000 in {3e6 * spent / len(texts) / 60:.1f} cpu-minutes")
    paper = texts[0]
    nearest = Nearest(model, renamed)
    spent = _best(lambda: (explain_suggestion(model, paper), nearest.approved(paper)))
    print(f"explanation of one paper among {len(renamed):,} decided: {1000 * spent:.0f} ms")
    with tempfile.TemporaryDirectory() as directory:
        path = artifact.save(model, Path(directory))
        size = path.with_suffix(".npz").stat().st_size
        spent = _best(lambda: artifact.load(path, data.taxonomy))
    print(f"model file: {size / 1e6:.1f} MB, loaded in {spent:.2f} cpu-s")


def _renamed(example: Example, number: int) -> Document:
    """Return the document under a key of its own, so that repeats are examples of their own."""
    return replace(example.document, key=f"{number}/{example.document.key}")


def _best(act: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        act()
        spent.append(time.process_time() - started)
    return max(min(spent), 1e-9)


def main() -> None:
    """Print every figure."""
    data = load()
    transform(data)
    training(data)


if __name__ == "__main__":
    main()
