"""Fixtures of the ingest tests."""

from pathlib import Path

import pytest

from storage.store import OpenStore, store_opener


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """Return the opener of an empty database."""
    return store_opener(tmp_path / "survey.duckdb")
