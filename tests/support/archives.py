"""Damage files byte by byte."""

from collections.abc import Iterator


def changed_in_each_byte(whole: bytes) -> Iterator[bytes]:
    """Yield the content with each of its bytes changed to two other values, one at a time."""
    for place, byte in enumerate(whole):
        for other in (byte ^ 0xFF, byte ^ 0x01):
            yield whole[:place] + bytes((other,)) + whole[place + 1 :]
