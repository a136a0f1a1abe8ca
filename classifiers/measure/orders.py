"""Sort a queue in memory as `storage/queue.py` does in SQL."""

import hashlib
from collections.abc import Sequence
from itertools import chain, zip_longest

import config.orders
from config.orders import LIKELY_IN_TURN, UNCERTAIN_IN_TURN

#: without the order by date, because a replay has no dates
ORDERS = tuple(order for order in config.orders.ORDERS if order != "newest")


def order(queue: Sequence[tuple[str, float]], kind: str, *, salt: str = "") -> list[str]:
    """Return the keys of (key, in-scope probability) in an order of ORDERS, or raise ValueError."""
    if kind == "likely":
        return [key for key, _ in sorted(queue, key=lambda item: (-item[1], item[0]))]
    if kind == "uncertain":
        return [key for key, _ in sorted(queue, key=lambda item: (abs(item[1] - 0.5), item[0]))]
    if kind == "random":
        return sorted((key for key, _ in queue), key=lambda key: _hash(salt + key))
    if kind == "mixed":
        likely, uncertain = order(queue, "likely"), order(queue, "uncertain")
        turns = zip_longest(_chunks(likely, LIKELY_IN_TURN), _chunks(uncertain, UNCERTAIN_IN_TURN))
        merged = chain.from_iterable(chain(first or (), second or ()) for first, second in turns)
        return list(dict.fromkeys(merged))
    raise ValueError(f"no order {kind!r}: one of {', '.join(ORDERS)}")


def _chunks(keys: Sequence[str], size: int) -> list[Sequence[str]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
