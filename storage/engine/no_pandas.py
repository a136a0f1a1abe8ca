"""Answer at once that pandas is missing, for which DuckDB asks at every value of a statement.

Looking through all directories of `sys.path` takes more than twice as long as a small statement.
"""

import sys
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.util import find_spec


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name=fullname)


@cache
def answer_for_missing_pandas() -> None:
    """Do so from now on, unless pandas is installed."""
    if find_spec("pandas") is None:
        sys.meta_path.insert(0, _NoPandas())
