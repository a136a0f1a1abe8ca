import pytest

from classifiers.linear.model import Model
from classifiers.linear.training import train
from config.taxonomy import Taxonomy, load_taxonomy
from tests.support.texts import TRAINED_AT, approved, rejected, stream


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="session")
def model(taxonomy: Taxonomy) -> Model:
    """A model of a few approved and rejected papers."""
    return train([*approved(), *rejected()], stream(), taxonomy, trained_at=TRAINED_AT)
