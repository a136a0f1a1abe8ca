"""Generated files are current: reference pages, the settings template, the picture."""

import pytest

from docs.generate.files import FILES, ROOT


@pytest.mark.parametrize("path", FILES)
def test_generated_file_is_current(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == FILES[path](), "run `make docs`"
