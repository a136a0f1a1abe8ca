"""A table from integers to integers that answers for a whole array at once. Exact; knows no word.

A dictionary costs 50 ns a question and an interpreter's step around it, a binary search among
100,000 keys 150 ns; this costs about 15 ns.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Values = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]

#: slots per key, at least: most questions are answered by the first slot looked at
_ROOM = 4
#: odd, with bits all over (the golden ratio, and a prime of xxHash): they spread neighbours
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SPREAD_NEXT = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(29)


class Lookup:
    """An open-addressing hash table; a key is one or several integers, compared in full.

    Args:
        columns: the keys, column by column; no key twice.
        values: what is found for each, none negative.
    """

    def __init__(self, columns: Sequence[Keys], values: Values) -> None:
        bits = max(4, int(len(values) * _ROOM).bit_length())
        self._shift = np.uint64(64 - bits)
        self._last = (1 << bits) - 1
        self._columns = [np.zeros(1 << bits, dtype=np.uint64) for _ in columns]
        self._values = np.full(1 << bits, -1, dtype=np.int32)
        slots = self._slots(columns)
        left = np.arange(len(values))
        while len(left):
            free = left[self._values[slots[left]] < 0]
            _, first = np.unique(slots[free], return_index=True)
            settled = free[first]
            for held, column in zip(self._columns, columns, strict=True):
                held[slots[settled]] = column[settled]
            self._values[slots[settled]] = values[settled]
            left = np.setdiff1d(left, settled, assume_unique=True)
            slots[left] = (slots[left] + 1) & self._last

    def find(self, columns: Sequence[Keys]) -> Values:
        """Return the value of each key, -1 where there is none."""
        slots = self._slots(columns)
        found, same = self._look(slots, columns)
        asked = np.flatnonzero(~same & (found >= 0))
        found[~same] = -1
        # Whose slot is taken by another key looks at the next one, until the key or a gap is met.
        while len(asked):
            slots[asked] = (slots[asked] + 1) & self._last
            values, same = self._look(slots[asked], [column[asked] for column in columns])
            found[asked[same]] = values[same]
            asked = asked[~same & (values >= 0)]
        return found

    def _slots(self, columns: Sequence[Keys]) -> Places:
        mixed = columns[0] * _SPREAD
        for column in columns[1:]:
            mixed ^= mixed >> _HALF
            mixed += column
            mixed *= _SPREAD_NEXT
        mixed >>= self._shift
        return mixed.astype(np.intp)

    def _look(self, slots: Places, columns: Sequence[Keys]) -> tuple[Values, npt.NDArray[np.bool_]]:
        """Return what stands in the slots, and whether it stands there for these very keys."""
        same = self._columns[0].take(slots) == columns[0]
        for held, column in zip(self._columns[1:], columns[1:], strict=True):
            same &= held.take(slots) == column
        return self._values.take(slots), same
