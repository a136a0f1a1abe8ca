"""Fixtures of the API's tests: a site over an empty database, and a client that may do all."""

from pathlib import Path

import pytest

from tests.support.api import ApiClient, client_of
from tests.support.review import ReviewSite, make_site


@pytest.fixture
def site(tmp_path: Path) -> ReviewSite:
    """A review site over an empty database."""
    return make_site(tmp_path)


@pytest.fixture
def client(site: ReviewSite) -> ApiClient:
    """A client of `site` that may do all."""
    return client_of(site)
