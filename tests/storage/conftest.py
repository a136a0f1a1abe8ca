from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import OpenStore, Store
from tests.support.storage import opener


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    return opener(tmp_path)


@pytest.fixture
def store(open_store: OpenStore) -> Iterator[Store]:
    """An open store on an empty database."""
    with open_store() as store:
        yield store
