"""Answer at once that pandas is missing, for which DuckDB asks at every value of a statement.

Looking through all directories of `sys.path` takes more than twice as long as a small statement.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.util import find_spec


class _Thread(threading.local):
    #: whether this thread runs a statement
    in_statement = False


_thread = _Thread()


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, *_: object) -> None:
        # Everybody else who asks expects None, as PyTorch does when it is imported.
        if fullname == "pandas" and _thread.in_statement:
            raise ModuleNotFoundError("No module named 'pandas'", name=fullname)


@cache
def _look_for_pandas() -> None:
    if find_spec("pandas") is None:
        sys.meta_path.insert(0, _NoPandas())


@contextmanager
def statement() -> Iterator[None]:
    """Let DuckDB be answered while the block runs a statement, unless pandas is installed."""
    _look_for_pandas()
    _thread.in_statement = True
    try:
        yield
    finally:
        _thread.in_statement = False
