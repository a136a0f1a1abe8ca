"""Records to export, and titles made to break the formats."""

import random
from datetime import UTC, datetime
from typing import Any

from config.taxonomy import load_taxonomy
from pipeline.publish.exports.record import ExportRecord, records_of
from storage.types import Decision, Verdict
from tests.support.builders import make_paper

TAXONOMY = load_taxonomy()
APPROVED_AT = datetime(2026, 3, 18, 12, tzinfo=UTC)
_PIECES = (
    "{", "}", "{{", "}}", "\\", "\\\\", "\\{", "\\}", "%", "\\%", "#", "&", "@", "@misc{x,", "\n",
    "\r\n", "$", "$$", "\\$", "$x_1$", "$\\alpha$", "$\\frac{a}{b}", "$}$", "${$", "$\\input{x}$",
    "\\(", "\\)", "\x00", "\x1b", "\u2028", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff",
    "\U0001f600", "\u05d0\u05d1", "\u0627\u0644", "\ud800", "\U00100000", '"', "'", "`", "``",
    "''", "~", "^", "_", "<b>", "|", ",", ";", "=", "=1+1", "+", "-", "\u2013", "\uff1d",
    "\uff20", "\t", "  ", "ER  - ", "TY  - JOUR", "\\end{document}", "\\input{/etc/passwd}",
    "\\'e", '\\"{o}', "{\\o}", "\\emph{Robots}", "\\unknown{a}", "GPT-4o", "LLM", "StyleGAN",
    "3D", "a", "Plan B", "Study", "image", "\u732b", " and ", " AND ", "others", "#1", "^^M",
    "\\csname x\\endcsname", "title = {x}", "}\n@comment{", "\\begin{cases}", "e\u0301", "T5",
)  # fmt: skip


def hostile_titles(count: int, seed: int = 7) -> list[str]:
    """Return titles of pieces that end fields, hide text or calculate, in any order."""
    drawn = random.Random(seed)
    return [
        "".join(
            drawn.choice(_PIECES) + " " * drawn.randint(0, 1) for _ in range(drawn.randint(1, 9))
        )
        for _ in range(count)
    ]


def make_record(arxiv_id: str = "2603.00001", **overrides: Any) -> ExportRecord:
    """Return an approved paper; its sections and the paper's fields can be overridden."""
    sections = overrides.pop("sections", ("generation-image-llm-based",))
    decision = Decision("0" * 16, arxiv_id, Verdict.APPROVED, sections, "ada", APPROVED_AT)
    paper = make_paper(arxiv_id, **overrides)
    [record] = records_of([decision], {arxiv_id: paper}, TAXONOMY)
    return record


def hostile_records(count: int) -> list[ExportRecord]:
    """Return papers with hostile titles, authors and references."""
    titles = hostile_titles(count)
    names = hostile_titles(count, seed=8)
    return [
        make_record(
            f"26{number // 50_000 + 1:02}.{number % 50_000 + 1:05}",
            title=title,
            abstract=names[-number],
            authors=("Ada Example", name, "Bo Sample"),
            journal_ref=names[number // 2] if number % 3 == 0 else None,
            withdrawn=number % 7 == 0,
        )
        for number, (title, name) in enumerate(zip(titles, names, strict=True))
    ]
