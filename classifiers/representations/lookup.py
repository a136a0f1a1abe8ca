"""Look up whole arrays of integers in a hash table, faster than a dictionary."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Values = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]

#: minimum, so that most lookups end at the first slot
_SLOTS_PER_KEY = 4
#: odd multipliers with evenly set bits (golden ratio, a prime of xxHash)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SPREAD_NEXT = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(29)


class Lookup:
    """Open-addressing hash table.

    Args:
        columns: the distinct keys, column by column.
        values: not negative.
    """

    def __init__(self, columns: Sequence[Keys], values: Values) -> None:
        bits = max(4, int(len(values) * _SLOTS_PER_KEY).bit_length())
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
            for stored, column in zip(self._columns, columns, strict=True):
                stored[slots[settled]] = column[settled]
            self._values[slots[settled]] = values[settled]
            left = np.setdiff1d(left, settled, assume_unique=True)
            slots[left] = (slots[left] + 1) & self._last

    def find(self, columns: Sequence[Keys]) -> Values:
        """Return the value of each key, -1 if unknown."""
        slots = self._slots(columns)
        found, same = self._look(slots, columns)
        asked = np.flatnonzero(~same & (found >= 0))
        found[~same] = -1
        # A key whose slot is taken tries the next.
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
        same = self._columns[0].take(slots) == columns[0]
        for stored, column in zip(self._columns[1:], columns[1:], strict=True):
            same &= stored.take(slots) == column
        return self._values.take(slots), same
