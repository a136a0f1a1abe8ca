"""`queue --incomplete`: papers whose record has no text to judge."""

from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, table
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services


def incomplete_answer(services: Services, *, limit: int, offset: int) -> Answer:
    """Return the incomplete papers, newest first."""
    with services.open_store() as store:
        total = store.incomplete.count()
        rows = store.incomplete.rows(limit=limit, offset=offset)
    columns = (
        Column("arXiv id"),
        Column("abstract"),
        Column("asked again", right=True),
        Column("title", flexible=True, below=True),
    )
    cells = (
        (row.arxiv_id, plain_text(row.abstract)[:30] or "-", row.asked, plain_text(row.title))
        for row in rows
    )
    said = f"{len(rows)} of {counted(total, 'incomplete record')}; `run` asks arXiv again for them"
    return Answer(
        {"incomplete": total, "papers": rows},
        (table(columns, cells), said) if rows else ("no incomplete record",),
    )
