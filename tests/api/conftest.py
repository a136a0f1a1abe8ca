"""Fixtures of the API's tests: a site over an empty database, and a client that may do all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api import ApiClient, client_of
from tests.support.review import ReviewSite, kept_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ReviewSite]:
    """A review site over an empty database, which stays open between requests."""
    with kept_site(tmp_path) as made:
        yield made


@pytest.fixture
def client(site: ReviewSite) -> ApiClient:
    """A client of `site` that may do all."""
    return client_of(site)
