"""Fixtures of the review tests: an empty review site, a visitor, a store with three papers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.taxonomy import Taxonomy, load_taxonomy
from storage.store import OpenStore
from tests.support.builders import make_paper
from tests.support.review import ReviewSite, Visitor, kept_site
from tests.support.storage import migrated

IDS = ("2603.00001", "2603.00002", "2603.00003")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ReviewSite]:
    """A review site over an empty database, which stays open between requests."""
    with kept_site(tmp_path) as made:
        yield made


@pytest.fixture
def visitor(site: ReviewSite) -> Visitor:
    """A visitor of `site`."""
    return Visitor(site.app())


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    """The built-in taxonomy."""
    return load_taxonomy()


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    """The opener of a database with the papers IDS."""
    opener = migrated(tmp_path / "survey.duckdb")
    with opener() as store:
        papers = [make_paper(key) for key in IDS]
        store.papers.upsert(papers, seen_at=datetime(2026, 3, 17, 12, tzinfo=UTC))
    return opener
