"""Fixtures of the ingest tests."""

from pathlib import Path

import pytest

from storage.store import OpenStore
from tests.support.storage import migrated


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """Return the opener of an empty database."""
    return migrated(tmp_path / "survey.duckdb")
