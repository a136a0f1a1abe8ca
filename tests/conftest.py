"""Fixtures every room uses: the shared data where it lies, and a fixed instant."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared"


def _shared(name: str) -> Path:
    path = _SHARED / name
    if not path.exists():
        pytest.skip(f"needs ../shared/{name}, which lies beside the project during development")
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """../shared/data: the real list, the real stream, labels."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_fixtures() -> Path:
    """../shared/fixtures: 139 recorded answers of arXiv."""
    return _shared("fixtures")


@pytest.fixture
def now() -> datetime:
    """A Tuesday noon in UTC, in ISO week 2026-W12."""
    return datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
