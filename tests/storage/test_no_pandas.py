"""DuckDB asks for pandas at every value; where it is missing, no directory is searched for it."""

import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from tests.support.storage import opener


class _Asked(MetaPathFinder):
    """Remembers what no finder before it has answered."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, fullname: str, *_: object) -> None:
        self.names.append(fullname)


_without_pandas = pytest.mark.skipif(find_spec("pandas") is not None, reason="pandas is installed")


@pytest.mark.parametrize("name", [pytest.param("pandas", marks=_without_pandas), "no_such_package"])
def test_what_is_missing_is_none_for_everybody_else(tmp_path: Path, name: str) -> None:
    """PyTorch and others look for optional packages like this; an error would end their import."""
    with opener(tmp_path)() as store:
        assert store._session.number("SELECT $one + 1", {"one": 1}) == 2
        assert find_spec(name) is None
    with pytest.raises(ModuleNotFoundError, match=name):
        import_module(name)


@_without_pandas
def test_missing_pandas_is_not_searched_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _Asked()
    with opener(tmp_path)() as store:
        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, asked])
        assert store._session.number("SELECT $one + 1", {"one": 1}) == 2
        rows = store._session.batches("SELECT $one + 1 AS two", {"one": 1}, rows=1)
        assert rows.read_all().to_pylist() == [{"two": 2}]
        assert "pandas" not in asked.names
        bare = [one for one in sys.meta_path if type(one).__name__ != "_NoPandas"]
        monkeypatch.setattr(sys, "meta_path", bare)
        assert duckdb.execute("SELECT $one + 1", {"one": 1}).fetchone() == (2,)
        assert "pandas" in asked.names
