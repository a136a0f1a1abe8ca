"""Read the file of a model's arrays as bytes, without importing numpy."""

from classifiers.errors import DamagedModelError
from classifiers.kept.header_file import StoredHeader
from config.files import read_regular

#: limit of the file and of its arrays; the largest model (100,000 terms) has 60 MB
MOST_BYTES = 512 * 1024 * 1024


def read_arrays(stored: StoredHeader) -> bytes:
    """Return the content of a model's file of arrays, unchecked.

    Raises:
        DamagedModelError: it is missing or cannot be read.
    """
    path = stored.path.with_suffix(".npz")
    try:
        return read_regular(path, most_bytes=MOST_BYTES)
    except FileNotFoundError as error:
        raise DamagedModelError(f"The model file {path} is missing beside its header.") from error
    except (OSError, ValueError) as error:  # a pipe, no permission; too large
        raise DamagedModelError(f"The model file {path} cannot be read ({error}).") from error
