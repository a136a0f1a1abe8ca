"""Product texts, code and pages are free of the phrases that CONTRIBUTING rules out."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHRASES = re.compile(
    r"\b(nobody|mends?|mended|is told|no news|lies (in|beside|where)|stands? for|speaks? of)\b",
    re.IGNORECASE,
)
KINDS = {".py", ".html", ".j2", ".md", ".sql", ".toml"}


def test_no_phrase_of_the_old_prose() -> None:
    files = [
        path
        for folder in ("config", "storage", "classifiers", "pipeline", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in KINDS
        and "sample" not in path.parts
        and path.name != "function_words.py"  # a list of English words
    ]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in [*files, *ROOT.glob("*.md")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if PHRASES.search(line)
    ]
    assert len(files) > 200
    assert found == []
