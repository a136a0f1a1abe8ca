"""Find the nearest texts of a collection, by cosine of TF-IDF over single words.

Pairs of words would take three times as long and change few neighbours.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers.text import TOKEN_PATTERN

#: rows compared at once: 256 by 10,000 numbers of 4 bytes are 10 MB
_ROWS = 256
_TERMS = 20_000
#: with fewer texts a word needs one text, otherwise two
_SMALL = 50


def nearest_texts(
    texts: Sequence[str], most: int = 5, *, least: float = 0.1
) -> list[tuple[int, ...]]:
    """Return for each text the places of the nearest others, nearest first.

    Args:
        texts: the collection; empty texts have no neighbours and are none.
        most: the number of neighbours.
        least: the cosine below which a text is not near.
    """
    if not any(text.strip() for text in texts):
        return [() for _ in texts]
    try:
        rows = TfidfVectorizer(
            sublinear_tf=True,
            min_df=1 if len(texts) < _SMALL else 2,
            max_features=_TERMS,
            token_pattern=TOKEN_PATTERN,
            dtype=np.float32,
        ).fit_transform(texts)
    except ValueError:  # no text has a word, or none has one that another has
        return [() for _ in texts]
    columns = rows.T.tocsc()
    found: list[tuple[int, ...]] = []
    for start in range(0, rows.shape[0], _ROWS):
        near = (rows[start : start + _ROWS] @ columns).toarray()
        for offset, cosines in enumerate(near):
            cosines[start + offset] = -1.0
            # Rounded, so that the order of equal texts does not hang on the last bit.
            rounded = np.round(cosines, 5)
            last = np.partition(rounded, -most)[-most] if most < len(rounded) else least
            near_enough = np.flatnonzero(rounded >= max(least, last))
            order = np.argsort(-rounded[near_enough], kind="stable")[:most]
            found.append(tuple(near_enough[order].tolist()))
    return found
