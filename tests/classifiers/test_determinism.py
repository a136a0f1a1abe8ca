import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from classifiers.scoring import softmax

ROOT = Path(__file__).resolve().parents[2]
# Enough terms (10,000) for numpy's linear algebra to split sums among threads.
_TRAINED = """
import hashlib
from datetime import UTC, datetime
from classifiers.linear.training import train
from classifiers.types import Document, Example
from config.taxonomy import load_taxonomy

taxonomy = load_taxonomy()
cues = [cue for section in taxonomy.sections for cue in section.cues]

def text(number):
    filler = " ".join(f"word{(number * 131 + n) % 40000}" for n in range(700))
    return " . ".join((*cues[number % 7 :: 7], filler))

examples = [
    Example(
        Document(f"e{n}", text(n)[:60], text(n)),
        in_scope=n % 3 > 0,
        sections=(taxonomy.sections[n % 38].id,) if n % 3 else (),
    )
    for n in range(60)
]
background = [Document(f"b{n}", text(n)[60:99], text(n)) for n in range(60, 90)]
model = train(examples, background, taxonomy, trained_at=datetime(2026, 1, 1, tzinfo=UTC))
print(len(model.features.terms_), model.model_id)
"""


def _trained(hashes: str, threads: str) -> str:
    threaded = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    ended = subprocess.run(
        [sys.executable, "-c", _TRAINED],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hashes, **dict.fromkeys(threaded, threads)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has one order of summing")
def test_model_is_independent_of_hashes_and_threads() -> None:
    one, other = _trained("1", "1"), _trained("2", "2")
    assert int(one.split()[0]) > 20_000
    assert one == other


def test_probabilities_do_not_depend_on_other_rows() -> None:
    # Nine labels: numpy sums eight and more in another order if rows are not contiguous.
    margins = np.random.default_rng(0).normal(size=(200, 12))[:, list(range(9))]
    together = softmax(margins)
    apart = np.vstack([softmax(margins[row : row + 1]) for row in range(len(margins))])
    np.testing.assert_array_equal(together, apart)
