"""The built-in signs of spam tried on 40,717 real papers; skipped without ../shared/data."""

import gzip
import json
from pathlib import Path

import pytest

from pipeline.publish.gate.spam import spam

pytestmark = pytest.mark.slow


def test_no_phrase_and_few_signs_are_in_real_papers(shared_data: Path) -> None:
    papers = 0
    found: list[str] = []
    for path in sorted((shared_data / "stream").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        papers += len(rows)
        texts = (f"{one['title']}\n{one['abstract']}\n{one.get('comment') or ''}" for one in rows)
        # One text a month, because a phrase is looked for in the whole of it.
        found += spam("\n".join(texts))

    assert papers > 40_000
    assert [reason for reason in found if reason.startswith("the phrase")] == []
    assert len(found) <= 3
