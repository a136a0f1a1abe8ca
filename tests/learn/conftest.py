"""Fixtures of the learn tests."""

import pytest

from config.taxonomy import Taxonomy, load_taxonomy


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    """Return the built-in taxonomy."""
    return load_taxonomy()
