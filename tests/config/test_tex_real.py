"""What real titles and abstracts look like after reading, on a sample of development data."""

import gzip
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from time import thread_time

import pytest

from config.tex.markup import tex_markup
from config.tex.text import held_text, plain_text

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "stream" / "2025-03.jsonl.gz"
LEFT = re.compile(r"[\\$]")
#: seconds for a text in the mean; it takes 1 to 3 milliseconds
AFFORDABLE = 0.02
PAPERS = 1_500


@cache
def texts() -> list[str]:
    """Return the titles and abstracts of the sample that hold a backslash or a dollar."""
    if not DATA.exists():
        pytest.skip("development data ../shared/data/stream is not on this machine")
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line, _ in zip(lines, range(PAPERS), strict=False)]
    found = [record[key] or "" for record in records for key in ("title", "abstract")]
    return [text for text in found if LEFT.search(text)]


def test_pages_show_no_raw_tex_outside_of_code() -> None:
    for text in texts():
        outside = re.sub('<code class="tex">.*?</code>', "", tex_markup(text))
        assert "\\" not in outside, text


def test_most_formulas_are_drawn() -> None:
    shown: Counter[str] = Counter()
    for text in texts():
        shown["math"] += tex_markup(text).count("<math>")
        shown["hard"] += sum(source.startswith(("$", r"\(")) for source in held_text(text).sources)
    assert shown["hard"] > 5
    assert shown["math"] >= 0.6 * shown["hard"]


def test_few_texts_keep_tex_where_nothing_is_drawn() -> None:
    left = [text for text in texts() if LEFT.search(plain_text(text))]
    assert len(left) < 0.15 * len(texts())


def test_reading_takes_a_few_milliseconds() -> None:
    for text in texts():  # the converter is loaded, formulas are not kept
        tex_markup(text)
    started = thread_time()
    for text in texts():
        tex_markup(text)
    assert (thread_time() - started) / len(texts()) < AFFORDABLE
