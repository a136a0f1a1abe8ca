"""The examples of the guide work as they stand, in a shell, against a service that listens."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.taxonomy import load_taxonomy
from tests.support.api import token_of
from tests.support.builders import make_paper, make_prediction
from tests.support.review import ReviewSite
from tests.support.serving import served_app

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/guides/api.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [one for one in _BLOCK.findall(GUIDE) if "curl" in one]

pytestmark = pytest.mark.slow  # a service and processes


@pytest.fixture
def api(site: ReviewSite, tmp_path: Path) -> Iterator[str]:
    """The address of the API of a service with papers."""
    site.taxonomy, site.models = load_taxonomy(), tmp_path / "models"
    site.put_all(
        [(make_paper(f"2603.{n:05}"), make_prediction(f"2603.{n:05}")) for n in range(1, 8)]
    )
    with served_app(site.app()) as url:
        # the site of the tests is opened under one port only for its own forms, not for the API
        yield f"{url}api/v1"


def test_examples_of_the_guide_run(site: ReviewSite, api: str) -> None:
    environment = {**os.environ, "API": api, "TOKEN": token_of(site), "ID": "2603.00001"}
    assert len(EXAMPLES) >= 7
    said = []
    for example in EXAMPLES:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", example],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"{example}\n{done.stdout}\n{done.stderr}"
        said.append(done.stdout)
    assert any('"outcome":"recorded"' in one for one in said)
    assert any('"outcome":"undone"' in one for one in said)
    assert "304\n" in said
