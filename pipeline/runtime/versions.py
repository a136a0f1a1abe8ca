"""Say which program, libraries and model a run is made of."""

import functools
import platform
from importlib.metadata import PackageNotFoundError, version

from classifiers.kept.registry import ModelRegistry

#: those whose results depend on their version
_LIBRARIES = ("living-survey", "duckdb", "scikit-learn", "numpy")


def versions_of(models: ModelRegistry) -> dict[str, str]:
    """Return the versions by name, with the model in use as `model`."""
    return {**_installed(), "model": models.describe_current()}


@functools.cache
def _installed() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a source tree
            found[name] = "unknown"
    return found
