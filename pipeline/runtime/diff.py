"""Show how the bytes of a file change, as `patch -p1` and `git apply` read it."""

import difflib
import io

_NO_END = "\\ No newline at end of file"


def unified(name: str, before: bytes, after: bytes) -> str:
    """Return a unified diff, line ends as they are; bytes that are no UTF-8 are lone surrogates."""
    old, new = (
        list(io.StringIO(data.decode("utf-8", "surrogateescape"), newline="\n"))
        for data in (before, after)
    )
    lines = difflib.unified_diff(_ended(old), _ended(new), f"a/{name}", f"b/{name}")
    return "".join(line.replace(_NO_END, f"\n{_NO_END}\n") for line in lines)


def _ended(lines: list[str]) -> list[str]:
    """Mark a last line without an end, as `diff` does."""
    if lines and not lines[-1].endswith("\n"):
        return [*lines[:-1], lines[-1] + _NO_END]
    return lines
