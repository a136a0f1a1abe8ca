"""Write files atomically, and only if their bytes change."""

from dataclasses import dataclass
from pathlib import Path

from config.errors import LivingSurveyError
from config.files import put_in_place


class DigestNotWrittenError(LivingSurveyError):
    """A file of the digest could not be written; an existing file is unchanged."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            f"The digest {path} cannot be written: {cause.strerror or cause}.",
            hint="Check the permissions and free space of that directory, or set digest.output.",
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file, and whether its bytes changed."""

    path: Path
    changed: bool


def write_file(path: Path, text: str) -> WrittenFile:
    """Write `text` as UTF-8 to `path` if it differs, creating the directory if needed.

    Raises:
        DigestNotWrittenError: the file could not be written.
    """
    content = text.encode("utf-8")
    try:
        if path.is_file() and path.read_bytes() == content:
            return WrittenFile(path, changed=False)
        put_in_place(path, content)
    except OSError as error:
        raise DigestNotWrittenError(path, error) from error
    return WrittenFile(path, changed=True)
