"""Fixtures of the learn tests."""

import pytest

from config.taxonomy import Taxonomy
from tests.support.learning import small_taxonomy


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    """Return a taxonomy of four sections."""
    return small_taxonomy()
